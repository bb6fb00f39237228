package digest

import (
	"context"
	"embed"
	"html/template"
	"net/mail"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

//go:embed templates/*.html
var files embed.FS

// Mailer sends one e-mail at a time; [notify.Mailer] is one.
type Mailer interface {
	Send(ctx context.Context, letter notify.Mail) notify.Outcome
}

// Options is what digests need besides the house.
type Options struct {
	Mailer Mailer // nil where no mail server is set up
	From   string // the address e-mail is sent from
	Base   string // the operator's public address, for the links in letters
}

// Digest sends a brand's digests, and is where they are asked for.
type Digest struct {
	*house.House
	Options
	from  mail.Address
	wake  chan struct{}
	often *web.Limiter // of asking addresses
	room  *template.Template
	link  *template.Template
}

// perMinute is how many addresses somebody may ask in a minute.
const perMinute = 6

// New furnishes it. Errors are AtFault: From is not an address.
func New(h *house.House, o Options) (*Digest, error) {
	d := &Digest{House: h, Options: o, wake: make(chan struct{}, 1), often: web.NewLimiter(perMinute, h.Now, h.Random),
		room: h.Templates(files, "templates/digests.html"), link: h.Templates(files, "templates/link.html")}
	if o.Mailer == nil {
		return d, nil
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, sayline.Errorf(sayline.AtFault, "Expected the address e-mail is sent from, got %q.", o.From)
	}
	d.from = *from
	return d, nil
}

const (
	atOnce   = 8                // letters leased in one go, sent one after the other
	sweep    = time.Minute      // in case a wake-up was lost, or another process made one
	first    = time.Minute      // pause before the second try; doubled each time
	longest  = time.Hour        // pause
	worth    = 20 * time.Hour   // after its slot a letter is not tried any more
	reporter = 10 * time.Second // for storing what came of one, though everything ends
)

// Run sends what is due until the context ends. Several processes may run on one
// database: each letter is leased.
func (d *Digest) Run(ctx context.Context) {
	if d.Mailer == nil {
		return
	}
	for ctx.Err() == nil {
		due := time.NewTimer(d.round(ctx))
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-due.C:
		}
		due.Stop()
	}
}

// round sends what is due now and says in how long to look again.
func (d *Digest) round(ctx context.Context) time.Duration {
	for ctx.Err() == nil {
		next, err := d.Store.NextDigest(ctx)
		if err != nil {
			d.complain(ctx, "whether digests are due can't be read", err)
			return sweep
		}
		now := d.Now()
		if next.IsZero() || next.After(now) {
			if !next.IsZero() && next.Sub(now) < sweep {
				return next.Sub(now)
			}
			return sweep
		}
		list, err := d.Store.LeaseDigests(ctx, atOnce)
		if err != nil {
			d.complain(ctx, "digests can't be leased", err)
			return sweep
		}
		if len(list) == 0 { // another process has them
			return time.Second
		}
		for i, one := range list {
			if i > 0 && d.Now().After(now.Add(sayline.Lease/2)) {
				break // their lease ends soon: they are taken anew
			}
			d.send(ctx, one)
		}
	}
	return sweep
}

// send writes one letter, hands it over and stores what came of it.
func (d *Digest) send(ctx context.Context, one *sayline.Digest) {
	r := store.DigestReport{Digest: one}
	b := d.Brands.ByID(one.Brand)
	if b == nil {
		r.Again = first
	} else {
		if !one.ConfirmedAt.IsZero() {
			r.Next = one.Next(d.Now(), b.Location())
		}
		d.Store.Pass(store.BeforeCall, toReader)
		d.call(ctx, one, &r)
		d.Store.Pass(store.AfterCall, toReader)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reporter)
	defer cancel()
	if err := d.Store.ReportDigest(ctx, r); err != nil {
		d.complain(ctx, "what came of a digest can't be stored", err)
	}
	d.Store.Pass(store.AfterResult, toReader)
}

// toReader names these calls where a process may be killed in a test.
const toReader = "digest"

func (d *Digest) call(ctx context.Context, one *sayline.Digest, r *store.DigestReport) {
	call, cancel := context.WithTimeout(ctx, sayline.CallTimeout)
	defer cancel()
	letter, err := d.write(call, one)
	o := notify.Outcome{Class: notify.FailedForNow, Detail: "what it tells could not be read"}
	if err != nil {
		d.complain(ctx, "a digest can't be written", err)
	} else {
		o = d.Mailer.Send(call, *letter)
	}
	r.Outcome, r.Detail = string(o.Class), o.Detail
	switch o.Class {
	case notify.Accepted:
		r.Sent = true
	case notify.Gone:
		r.Gone = true
	case notify.FailedForNow, notify.Unknown:
		r.Again = max(pause(one.Attempts), o.RetryAfter)
		if d.Now().Add(r.Again).After(since(one).Add(worth)) {
			r.Again = 0
		}
	}
	if o.Class != notify.Accepted {
		d.Log.Warn("a digest could not be sent", "brand", one.Brand, "digest", one.ID, "attempt", one.Attempts, "outcome", o.Class, "detail", o.Detail)
	}
}

// since is when a letter should have arrived.
func since(one *sayline.Digest) time.Time {
	if one.ConfirmedAt.IsZero() {
		return one.MadeAt
	}
	return one.SlotAt
}

// pause is how long to wait after so many tries.
func pause(attempts int) time.Duration { return min(longest, first<<min(max(attempts-1, 0), 10)) }

// write is the letter that is due: the question, or what its day or week came to.
func (d *Digest) write(ctx context.Context, one *sayline.Digest) (*notify.Mail, error) {
	b := d.Brands.ByID(one.Brand)
	if b == nil {
		return nil, sayline.Errorf(sayline.Unavailable, "The brand is not read yet.")
	}
	if one.ConfirmedAt.IsZero() {
		return d.question(b, one), nil
	}
	l, err := d.letter(ctx, b, one, one.SlotAt)
	if err != nil {
		return nil, err
	}
	return l.mail(d.from, one)
}

// raise has the loop look now.
func (d *Digest) raise() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *Digest) complain(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		d.Log.Error(what+"; trying again", "err", err)
	}
}

// may lets owners in: they set up who is written to.
func may(v *auth.Viewer) bool { return v.MaySetUp() }
