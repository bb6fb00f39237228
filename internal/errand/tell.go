package errand

import (
	"context"
	"net/mail"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/words"
)

// Mailer sends one e-mail at a time; [notify.Mailer] is one.
type Mailer interface {
	Send(ctx context.Context, letter notify.Mail) notify.Outcome
}

// Options are how who asked for a file is told what became of it.
type Options struct {
	Mailer Mailer // nil: only the page tells
	From   mail.Address
	Base   string // the house's address, with no slash at its end
}

// tellAll tells who asked for a file and did not fetch it within a moment. What the
// server can't take now it is given again, as long as the file is there.
func (e *Errand) tellAll(ctx context.Context) {
	for e.o.Mailer != nil && ctx.Err() == nil {
		one, err := e.Store.LeaseTelling(ctx)
		if err != nil {
			e.complain(ctx, "who waits for a file can't be read", err)
		}
		if one == nil || err != nil {
			return
		}
		o := notify.Outcome{Class: notify.Gone, Detail: "they are not of the brand any more"}
		if letter := e.letter(one); letter != nil {
			call, cancel := context.WithTimeout(ctx, sayline.CallTimeout)
			o = e.o.Mailer.Send(call, *letter)
			cancel()
		}
		if o.Class != notify.Accepted {
			e.Log.Warn("who waits for a file could not be told", "brand", one.Brand, "errand", one.ID, "outcome", o.Class, "detail", o.Detail)
		}
		if o.Class == notify.FailedForNow || o.Class == notify.Unknown {
			continue // its lease runs out, and it is tried again
		}
		if err := e.Store.ErrandTold(ctx, one.Brand, one.ID); err != nil {
			e.complain(ctx, "that somebody was told can't be stored", err)
		}
	}
}

// letter says that a file is there, and where: behind signing in, for them alone; or
// that it could not be written. Nothing of what is in it goes by e-mail. Nil when they
// are not there any more.
func (e *Errand) letter(one *sayline.Errand) *notify.Mail {
	b := e.Brands.ByID(one.Brand)
	if b == nil || b.Index.Person(one.Person) == nil || b.Index.Person(one.Person).Email == "" {
		return nil
	}
	who := b.Index.Person(one.Person)
	t := e.tongueOf(b, who)
	from := e.o.From
	from.Name = b.Name
	_, host, _ := strings.Cut(from.Address, "@")
	title, text := t.Say("exports_mail_title", "brand", b.Name), t.Say("exports_mail", "name", one.Name, "time", t.When(e.Now().In(b.Location()), one.EndedAt.Add(sayline.ErrandKept)))
	if one.State == sayline.ErrandFailed {
		title, text = t.Say("exports_mail_failed_title", "brand", b.Name), t.Say("exports_mail_failed", "name", one.Name)
	}
	return &notify.Mail{From: from.String(), To: who.Email, Subject: title, Text: text + "\n\n" + e.o.Base + house.BrandPath(b.ID, "/exports") + "\n", MessageID: "export-" + one.ID + "@" + host}
}

// tongueOf is the language of a person's own choosing, else the brand's.
func (e *Errand) tongueOf(b *brands.Snapshot, who *sayline.Person) *words.Tongue {
	for _, l := range e.Words.Languages("errand") {
		if who.Language != "" && words.Base(l) == words.Base(who.Language) {
			return e.Words.In(l)
		}
	}
	return e.Words.In(b.Language())
}
