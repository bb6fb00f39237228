package app_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/testkit"
)

// TestApplyAndExport: apply tells what changes and does it whole; export gives
// the same file back; a second time there is nothing to change.
func TestApplyAndExport(t *testing.T) {
	for _, database := range []string{"", testkit.Postgres(t)} {
		o := app.Options{Data: t.TempDir(), Database: database}
		for _, brand := range examples.Brands() {
			src, err := examples.File(brand)
			if err != nil {
				t.Fatal(err)
			}
			said := run(t, o, brand+".yaml", src, true)
			if !strings.Contains(said, "nothing was") {
				t.Errorf("a dry run of a new brand says %q", said)
			}
			if said = run(t, o, brand+".yaml", src, false); !strings.Contains(said, "version 1 is in force") {
				t.Errorf("applying a new brand says %q", said)
			}
			if said = run(t, o, brand+".yaml", src, false); !strings.Contains(said, "nothing to change (version 1)") {
				t.Errorf("applying the same again says %q", said)
			}
			var out bytes.Buffer
			if err := app.Export(t.Context(), o, brand, &out); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(out.Bytes(), src) {
				t.Errorf("export gives another file of %s than was applied", brand)
			}
			changed := bytes.Replace(src, []byte("\nname: "), []byte("\nname: New "), 1)
			if said = run(t, o, brand+".yaml", changed, true); !strings.Contains(said, "1 changes would be made") || strings.Count(said, "\n") != 2 {
				t.Errorf("a dry run of a new name says %q", said)
			}
		}
	}
}

// A brand may speak a language that nobody has translated; it is told so.
func TestApplyNamesALanguageWithoutACatalogue(t *testing.T) {
	src, err := examples.File("granvia")
	if err != nil {
		t.Fatal(err)
	}
	src = bytes.Replace(src, []byte("\nlanguages: ["), []byte("\nlanguages: [nl, de, "), 1)
	if said := run(t, app.Options{Data: t.TempDir()}, "granvia.yaml", src, true); !strings.Contains(said, "no catalogue in nl yet") {
		t.Errorf("it says %q", said)
	}
}

// Whoever changes a roster reads what comes of it: when nobody is on duty, whose
// duties move, who could not be reached.
func TestApplyTellsTheOutlook(t *testing.T) {
	const file = `brand: shop
name: Shop
languages: [en]
look:
  color: "#8a3b12"
touchpoints:
  - {id: front-door, name: Front door, channel: web, stage: hears}
people:
  - {id: ana, name: Ana Ruiz, email: ana@shop.example, role: owner, contacts: [{channel: email, address: ana@shop.example}]}
  - {id: ben, name: Ben Soto, email: ben@shop.example}
teams:
  - {id: crew, name: Crew, members: [{person: ana}, {person: ben}]}
shifts:
  - {id: days, team: crew, person: ana, blocks: [{from: "08:00", until: "20:00"}]}
`
	said := func(o app.Options, src string, dry bool, want ...string) {
		t.Helper()
		got := run(t, o, "shop.yaml", []byte(src), dry)
		for _, w := range want {
			if w, no := strings.CutPrefix(w, "not: "); strings.Contains(got, w) == no {
				t.Errorf("%q, not: %v:\n%s", w, no, got)
			}
		}
	}
	o := app.Options{Data: t.TempDir()}
	said(o, file, true, "nobody is on duty: Crew, ", "; and 1", "not: duty moves", "not: desk only")
	said(o, file, false, "nobody is on duty: Crew, ", "not: duty moves", "not: desk only")
	ben := strings.Replace(file, "person: ana, blocks: [{", "person: ben, blocks: [{", 1)
	said(o, ben, true, "duty moves: Crew, ", "from Ana Ruiz to Ben Soto", "reached at the desk only: Ben Soto")
	said(o, strings.Replace(ben, `"20:00"`, `"19:00"`, 1), false, "nobody is on duty: Crew, ", "duty moves: Crew, ", "version 2")
	said(o, strings.Replace(ben, `blocks: [{from: "08:00", until: "20:00"}]`, "holidays: never", 1), false, "not: nobody is on duty")
	said(o, file[:strings.Index(file, "shifts:")], false, "nobody is on duty: Crew, in all of the next two weeks, which is new")
}

func run(t *testing.T, o app.Options, name string, src []byte, dry bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := app.Apply(t.Context(), o, name, src, dry, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestApplyNamesEveryProblem(t *testing.T) {
	o := app.Options{Data: t.TempDir()}
	err := app.Apply(t.Context(), o, "shop.yaml", []byte("brand: shop\nname: Shop\nlanguages: [en]\nlook:\n  color: green\ntopics:\n  - id: x\n    kind: wish\n"), false, io.Discard)
	if err == nil {
		t.Fatal("a broken file was applied")
	}
	for _, want := range []string{"shop.yaml:5", "#rrggbb", "shop.yaml:8", "praise"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the errors do not say %q:\n%v", want, err)
		}
	}
	if err := app.Export(t.Context(), o, "shop", io.Discard); sayline.KindOf(err) != sayline.NotFound {
		t.Errorf("exporting from a folder without a database: %v", err)
	}
	if err := app.Backup(t.Context(), o, filepath.Join(t.TempDir(), "b.db")); sayline.KindOf(err) != sayline.NotFound {
		t.Errorf("backing up a folder without a database: %v", err)
	}
}

func TestInviteOnlyWhoHasNoAccount(t *testing.T) {
	o := app.Options{Data: t.TempDir(), PublicURL: "https://cx.example"}
	src, err := examples.File("sparkle")
	if err != nil {
		t.Fatal(err)
	}
	run(t, o, "sparkle.yaml", src, false)
	var out bytes.Buffer
	if err := app.Invite(t.Context(), o, "sparkle", "", &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "lucia@sparkle.example") || !strings.Contains(out.String(), "https://cx.example/join?token=") {
		t.Errorf("the invitations are\n%s", out.String())
	}
	out.Reset()
	if err := app.Invite(t.Context(), o, "sparkle", "irene", &out); err != nil || strings.Count(out.String(), "/join?token=") != 1 || !strings.Contains(out.String(), "irene@sparkle.example") {
		t.Errorf("hers is %s, %v", out.String(), err)
	}
	if err := app.Invite(t.Context(), o, "sparkle", "nobody", &out); sayline.KindOf(err) != sayline.NotFound {
		t.Errorf("nobody's: %v", err)
	}
}

// TestWhoseNameIsBelieved: a Host header is believed only if it is a brand's,
// or this machine by number; any other name leads to the operator's own address.
func TestWhoseNameIsBelieved(t *testing.T) {
	a := serve(t)
	for host, want := range map[string]string{
		"":                     a.URL() + "/@sparkle/cx/moments",
		"evil.example":         a.URL() + "/@sparkle/cx/moments",
		"sparkle.example":      "http://sparkle.example/cx/moments",
		"sparkle.localhost:80": "http://sparkle.localhost:80/cx/moments",
	} {
		path := "/@sparkle/.well-known/cx"
		if strings.HasPrefix(host, "sparkle.") {
			path = "/.well-known/cx"
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(body, []byte(`"`+want+`"`)) {
			t.Errorf("asked as %q the document does not say %s:\n%.600s", host, want, body)
		}
	}
}

func serve(t *testing.T) *app.App {
	t.Helper()
	o := app.Options{Listen: "127.0.0.1:0", Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	src, err := examples.File("sparkle")
	if err != nil {
		t.Fatal(err)
	}
	run(t, o, "sparkle.yaml", src, false)
	a, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for name, o := range map[string]app.Options{
		"public url":  {PublicURL: "cx.example"},
		"proxies":     {TrustedProxies: "everybody"},
		"mail":        {Mail: "mail.example"},
		"mail sender": {Mail: "smtp://mail.example"},
		"listen":      {Listen: "nowhere:99999"},
	} {
		if o.Listen == "" {
			o.Listen = "127.0.0.1:0"
		}
		o.Data = t.TempDir()
		if a, err := app.Open(t.Context(), o); err == nil {
			a.Close()
			t.Errorf("%s: opened all the same", name)
		}
	}
}
