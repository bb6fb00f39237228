package studio

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/intake"
)

// thing is one device as its owner sees it.
type thing struct {
	sayline.Device
	Where string
	PIN   string
	Quiet bool // nothing was heard of it for an hour
}

// freshDevice is a device just made: what is shown once.
type freshDevice struct {
	Name, Token, Link string
	QR                house.QR
}

// stand is a touchpoint a device can stand at.
type stand struct{ ID, Name string }

func (s *Studio) devices(ctx context.Context, view *house.View) ([]thing, []stand, error) {
	b := view.Brand()
	stored, err := s.Store.Devices(ctx, b.ID)
	if err != nil {
		return nil, nil, err
	}
	var list []thing
	for _, d := range stored {
		list = append(list, thing{d, view.Names.Where(&sayline.Context{Touchpoint: d.Touchpoint}), intake.PIN(s.Store.ServerKey(), b.ID, d.ID), d.Silent(view.Now)})
	}
	var stands []stand
	for i := range b.Touchpoints {
		t := &b.Touchpoints[i]
		at := stand{t.ID, view.Names.Where(&sayline.Context{Touchpoint: t.ID, Place: t.Place})}
		if t.Channel == "kiosk" { // most likely
			stands = append([]stand{at}, stands...)
		} else {
			stands = append(stands, at)
		}
	}
	return list, stands, nil
}

// makeDevice makes a device and shows its token, once: as a link with the token
// behind the #, which no log ever has, and as a code to scan with the tablet.
func (s *Studio) makeDevice(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	var secret [20]byte
	if _, err := io.ReadFull(s.Random, secret[:]); err != nil {
		return err
	}
	seconds, err := strconv.Atoi(form.Get("idle"))
	if err != nil {
		seconds = -1
	}
	token := sayline.DeviceToken + sayline.EncodeSecret(secret[:])
	d := sayline.Device{Brand: v.Brand.ID, ID: sayline.NewID(s.Now(), s.Random), Name: strings.TrimSpace(form.Get("name")), Touchpoint: form.Get("touchpoint"),
		Token: sayline.HashSecret(token), Idle: time.Duration(seconds) * time.Second, MadeBy: v.Person.ID}
	if err := d.Validate(v.Brand.Index); err != nil {
		return err
	}
	link := s.TouchAddress(r, v.Brand, d.Touchpoint) + "?kiosk#" + token
	code, err := house.NewQR(link, d.Name)
	if err != nil {
		return err
	}
	if err := s.Store.MakeDevice(r.Context(), d); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.showRoomWith(w, r, v, func(p *roomPage) { p.Fresh = &freshDevice{d.Name, token, link, code} })
}

func (s *Studio) revokeDevice(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if err := s.Store.RevokeDevice(r.Context(), v.Brand.ID, r.PathValue("device"), v.Person.ID); err != nil {
		return err
	}
	http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/studio"), http.StatusSeeOther)
	return nil
}
