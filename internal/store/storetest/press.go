package storetest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var deviceBehaviours = []behaviour{
	{"a device is found by its token until it is revoked, and who did it is kept", deviceLives},
	{"a device reports, and is silent after an hour", deviceReports},
	{"twenty presses by one hand are one moment, and the last one counts", oneHand},
	{"twenty presses at once are one moment", oneHandAtOnce},
	{"presses three seconds apart are two hands", twoHands},
	{"a burst ends after a minute", stuckButton},
	{"a press that arrives late belongs to its burst and changes nothing", latePress},
	{"a face and a topic complete each other", faceAndTopic},
	{"words, a private topic and another touchpoint are moments of their own", notFolded},
	{"a folded press repeated is the same moment, and never another body's", foldedTwice},
	{"a burst that was taken back takes its presses along", foldedGone},
	{"a folded press moves the case with it", foldedCase},
	{"a revoked device is heard no more", revokedPress},
}

// device makes a device of the brand.
func (w *world) device() *sayline.Device {
	w.Helper()
	d := sayline.Device{Brand: w.brand, ID: w.id(), Name: "East wing", Touchpoint: "k7f3", Token: w.secret(), Idle: 8 * time.Second, MadeBy: "lucia"}
	w.must(w.MakeDevice(w.ctx(), d))
	got, err := w.DeviceByToken(w.ctx(), w.brand, d.Token)
	w.must(err)
	return got
}

// pressing is a press on its way in, after some time since the clock stands.
func (w *world) pressing(d *sayline.Device, after time.Duration, edit ...func(*sayline.Moment)) *store.Press {
	a := w.tap("k", append([]func(*sayline.Moment){func(m *sayline.Moment) {
		m.Topic, m.OccurredAt, m.Receipt, m.SealedAt = "", m.ReceivedAt.Add(after), "", m.ReceivedAt
	}}, edit...)...)
	said := *a.Moment
	return &store.Press{Accept: *a, Device: d.ID,
		Change: func(into *sayline.Moment) error {
			if said.Feeling > 0 {
				into.Feeling = said.Feeling
			}
			if said.Topic != "" {
				into.Topic = said.Topic
			}
			return nil
		},
		Decide: func(m *sayline.Moment) sayline.Decision { return m.Decision },
	}
}

func (w *world) press(d *sayline.Device, after time.Duration, edit ...func(*sayline.Moment)) *store.Press {
	w.Helper()
	p := w.pressing(d, after, edit...)
	w.must(w.AcceptPress(w.ctx(), p))
	return p
}

func topic(t string) func(*sayline.Moment) { return func(m *sayline.Moment) { m.Topic = t } }

// stored are the brand's moments, in the order they occurred.
func (w *world) stored() []*sayline.Moment {
	w.Helper()
	var list []*sayline.Moment
	for _, r := range w.everything("moment") {
		list = append(list, w.moment(r.text("moment_id")))
	}
	slices.SortFunc(list, func(a, b *sayline.Moment) int { return a.OccurredAt.Compare(b.OccurredAt) })
	return list
}

func deviceLives(w *world) {
	d := w.device()
	same(w, "the device", *d, sayline.Device{Brand: w.brand, ID: d.ID, Name: "East wing", Touchpoint: "k7f3", Token: d.Token, Idle: 8 * time.Second,
		MadeAt: w.clock.Now(), MadeBy: "lucia", Beat: sayline.Beat{Battery: -1}})
	other := w.device()
	_, err := w.DeviceByToken(w.ctx(), "another-brand", d.Token)
	w.refused(err, sayline.Unsigned)
	w.clock.Move(time.Minute)
	w.must(w.RevokeDevice(w.ctx(), w.brand, d.ID, "marco"))
	_, err = w.DeviceByToken(w.ctx(), w.brand, d.Token)
	w.refused(err, sayline.Unsigned)
	w.refused(w.RevokeDevice(w.ctx(), w.brand, d.ID, "lucia"), sayline.NotFound)
	list, err := w.Devices(w.ctx(), w.brand)
	w.must(err)
	if len(list) != 2 || list[0].ID != other.ID || list[1].RevokedBy != "marco" || !list[1].RevokedAt.Equal(w.clock.Now()) {
		w.Errorf("the devices are %s", show(list))
	}
	same(w, "what happened", w.types(0), sayline.EventDeviceMade+" "+sayline.EventDeviceMade+" "+sayline.EventDeviceRevoked)
}

func deviceReports(w *world) {
	d := w.device()
	w.clock.Move(59 * time.Minute)
	if d.Silent(w.clock.Now()) {
		w.Error("it is silent before anybody could set it up")
	}
	beat := sayline.Beat{Queue: 7, Version: "kiosk 1", Battery: 40}
	w.must(w.HearDevice(w.ctx(), w.brand, d.ID, beat))
	got, err := w.DeviceByToken(w.ctx(), w.brand, d.Token)
	w.must(err)
	beat.At = w.clock.Now()
	same(w, "its report", got.Beat, beat)
	if got.LastAt != w.clock.Now() || got.Silent(w.clock.Now().Add(59*time.Minute)) || !got.Silent(w.clock.Now().Add(time.Hour)) {
		w.Errorf("last heard of at %s", got.LastAt)
	}
	w.must(w.RevokeDevice(w.ctx(), w.brand, d.ID, "marco"))
	w.refused(w.HearDevice(w.ctx(), w.brand, d.ID, beat), sayline.Unsigned)
}

func oneHand(w *world) {
	d := w.device()
	first := w.press(d, 0, feeling(1))
	for i := 1; i < 20; i++ {
		if p := w.press(d, time.Duration(i)*time.Second, feeling(1+i%5)); !p.Folded || p.Moment.ID != first.Moment.ID {
			w.Fatalf("press %d was another moment", i)
		}
	}
	list := w.stored()
	if len(list) != 1 || list[0].Feeling != 5 || list[0].OccurredAt != first.Moment.OccurredAt {
		w.Fatalf("the moments are %s", show(list))
	}
	if c := w.theCase(list[0].Case); c.Moments != 1 || c.Feelings != [6]int{5: 1} {
		w.Errorf("the case is %s", show(c))
	}
}

func oneHandAtOnce(w *world) {
	d := w.device()
	w.together(20, func(i int) error { return w.AcceptPress(w.ctx(), w.pressing(d, time.Duration(i)*time.Millisecond)) })
	if n := len(w.stored()); n != 1 {
		w.Errorf("they are %d moments", n)
	}
}

func twoHands(w *world) {
	d, other := w.device(), w.device()
	w.press(d, 0)
	w.press(other, time.Second)
	w.press(d, sayline.BurstGap)
	w.press(d, 2*sayline.BurstGap-time.Microsecond)
	w.press(d, 3*sayline.BurstGap)
	if n := len(w.stored()); n != 4 {
		w.Errorf("they are %d moments, want 4: one of the other device, three hands", n)
	}
}

func stuckButton(w *world) {
	d := w.device()
	for at := time.Duration(0); at < 150*time.Second; at += time.Second {
		w.press(d, at)
	}
	if n := len(w.stored()); n != 3 {
		w.Errorf("a button stuck for 150 seconds makes %d moments, want 3", n)
	}
}

func latePress(w *world) {
	d := w.device()
	first := w.press(d, 2*time.Second, feeling(5))
	if p := w.press(d, 0, feeling(1)); !p.Folded || p.Moment.ID != first.Moment.ID || p.Moment.Feeling != 5 {
		w.Errorf("the earlier press gives %s", show(p.Moment))
	}
	if p := w.press(d, -4*time.Second, feeling(1)); p.Folded {
		w.Error("a press four seconds before the burst is in it")
	}
}

func faceAndTopic(w *world) {
	d := w.device()
	w.press(d, 0, feeling(2))
	w.press(d, time.Second, feeling(0), topic("dirty"))
	w.press(d, 2*time.Second, feeling(1))
	if list := w.stored(); len(list) != 1 || list[0].Feeling != 1 || list[0].Topic != "dirty" {
		w.Errorf("the moments are %s", show(list))
	}
}

func notFolded(w *world) {
	d := w.device()
	private := func(m *sayline.Moment) { m.Lane, m.Decision.GroupKey = "people", "" }
	w.press(d, 0)
	for what, edit := range map[string]func(*sayline.Moment){
		"words": words("the tap drips"), "a private topic": private,
		"another touchpoint": func(m *sayline.Moment) { m.Context.Touchpoint = "k9" },
		"a name":             func(m *sayline.Moment) { m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Name: "Ana"} },
	} {
		before := len(w.stored())
		if p := w.press(d, time.Second, edit); p.Folded || len(w.stored()) != before+1 {
			w.Errorf("%s was folded", what)
		}
	}
	heard, err := w.DeviceByToken(w.ctx(), w.brand, d.Token)
	w.must(err)
	w.clock.Move(time.Minute)
	w.press(d, 0, private)
	if again, err := w.DeviceByToken(w.ctx(), w.brand, d.Token); err != nil || again.LastAt != heard.LastAt {
		w.Errorf("the device tells when something private was said: %s, %v", again.LastAt, err)
	}
	turned := w.device()
	w.press(turned, 0)
	p := w.pressing(turned, time.Second, topic("about-a-person"))
	p.Change = func(into *sayline.Moment) error { into.Lane = "people"; return nil }
	if w.must(w.AcceptPress(w.ctx(), p)); p.Folded {
		w.Error("a press that makes the moment private was folded")
	}
}

func foldedTwice(w *world) {
	d := w.device()
	first := w.press(d, 0, feeling(1))
	p := w.press(d, time.Second, feeling(4))
	again := func(digest string) *store.Press {
		x := w.pressing(d, time.Second, feeling(4))
		x.Moment.Once, x.Digest = w.onceOf(p), digest
		return x
	}
	w.clock.Move(time.Hour)
	x := again("digest")
	w.must(w.AcceptPress(w.ctx(), x))
	if !x.Replay || x.Folded || x.Moment.ID != first.Moment.ID {
		w.Errorf("repeated it is %s, replay %v", x.Moment.ID, x.Replay)
	}
	w.refused(w.AcceptPress(w.ctx(), again("another")), sayline.AtFault)
	if n := len(w.stored()); n != 1 {
		w.Errorf("%d moments", n)
	}
}

// onceOf is the key of a folded press, which its moment does not know.
func (w *world) onceOf(p *store.Press) string {
	w.Helper()
	for _, r := range w.everything("idempotency") {
		if r.text("moment_id") == "="+p.Moment.Once {
			return r.text("key_hash")
		}
	}
	w.Fatal("no key stands for the burst's")
	return ""
}

func foldedGone(w *world) {
	d := w.device()
	first := w.press(d, 0, func(m *sayline.Moment) { m.Receipt = w.secret() })
	p := w.press(d, time.Second)
	key := w.onceOf(p)
	w.must(w.Withdraw(w.ctx(), w.brand, first.Moment.Receipt))
	for _, table := range allTables {
		for _, r := range w.everything(table) {
			if table != "event" && strings.Contains(fmt.Sprint(r), first.Moment.ID) {
				w.Errorf("%s still holds the moment's id: %v", table, r)
			}
		}
	}
	x := w.pressing(d, time.Second, func(m *sayline.Moment) { m.Once = key })
	w.refused(w.AcceptPress(w.ctx(), x), sayline.Gone)
	if p := w.press(d, 2*time.Second); p.Folded {
		w.Error("a press was folded into what is gone")
	}
}

func foldedCase(w *world) {
	d := w.device()
	first := w.press(d, 0, feeling(1))
	p := w.pressing(d, time.Second, feeling(5))
	p.Decide = func(m *sayline.Moment) sayline.Decision {
		d := m.Decision
		d.Urgency, d.OpensCase, d.Pages, d.GroupKey = sayline.None, false, false, ""
		return d
	}
	w.must(w.AcceptPress(w.ctx(), p))
	if m := w.moment(first.Moment.ID); m.Case != "" || m.Feeling != 5 {
		w.Errorf("the moment is %s", show(m))
	}
	if c := w.theCase(first.Moment.Case); c.State != sayline.CaseResolved || c.Moments != 0 {
		w.Errorf("the case it left is %s", show(c))
	}
}

func revokedPress(w *world) {
	d := w.device()
	w.press(d, 0)
	w.must(w.RevokeDevice(w.ctx(), w.brand, d.ID, "lucia"))
	w.refused(w.AcceptPress(w.ctx(), w.pressing(d, time.Second)), sayline.Unsigned)
	if n := len(w.everything("idempotency")); n != 1 {
		w.Errorf("%d keys were kept", n)
	}
}

// Presses plays random presses on two devices, some out of their order, some
// repeated, some with words, and counts by hand what must come of them.
func Presses(t *testing.T, tries int, database func(testing.TB) string) {
	h := openHouse(t, database)
	brands := 0
	Try(t, tries, func(rt *rapid.T) {
		brands++
		w := &world{tester: rt, T: t, house: h, brand: fmt.Sprintf("pressed-%d", brands), random: rand.Reader}
		devices := []*sayline.Device{w.device(), w.device()}
		want := [2][]hand{}
		var at [2]time.Duration
		var sent []*store.Press
		for i := range rapid.IntRange(1, 25).Draw(rt, "presses") {
			n := rapid.IntRange(0, 1).Draw(rt, fmt.Sprint("device ", i))
			at[n] += rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second, 3*time.Second - time.Microsecond, 3 * time.Second, 3*time.Second + time.Microsecond, 30 * time.Second, -time.Second, -5 * time.Second}).Draw(rt, "later")
			face, text := rapid.IntRange(1, 5).Draw(rt, "face"), maybeWords.Draw(rt, "words")
			p := w.pressing(devices[n], at[n], feeling(face), words(text))
			key, now := p.Moment.Once, w.clock.Now()
			w.must(w.AcceptPress(w.ctx(), p))
			want[n] = pressed(want[n], now.Add(at[n]), face, text != "")
			again := *p.Moment
			again.Once = key
			sent = append(sent, &store.Press{Accept: store.Accept{Moment: &again, Digest: p.Digest, CaseID: w.id()}, Device: p.Device, Change: p.Change, Decide: p.Decide})
			if rapid.Bool().Draw(rt, "again") {
				w.must(w.AcceptPress(w.ctx(), sent[rapid.IntRange(0, len(sent)-1).Draw(rt, "which")]))
			}
		}
		var faces []string
		for _, hands := range want {
			for _, x := range hands {
				faces = append(faces, fmt.Sprint(x.from.UnixMicro(), " ", x.face))
			}
		}
		var got []string
		for _, m := range w.stored() {
			got = append(got, fmt.Sprint(m.OccurredAt.UnixMicro(), " ", m.Feeling))
		}
		slices.Sort(faces)
		slices.Sort(got)
		same(w, "the moments", got, faces)
		w.whole()
	})
}

// hand is what one moment must be.
type hand struct {
	from, first, last time.Time // from: of the press that made the moment
	face              int
	words             bool
}

// pressed adds a press to what a device's hands did, told another way than the
// store does: it looks only at the last hand that pressed.
func pressed(hands []hand, at time.Time, face int, words bool) []hand {
	for i := len(hands) - 1; i >= 0 && !words; i-- {
		h := &hands[i]
		if h.words {
			continue
		}
		apart := at.Sub(h.last)
		if apart <= -sayline.BurstGap || apart >= sayline.BurstGap || at.Sub(h.first) >= sayline.BurstMost {
			break
		}
		if at.Before(h.first) {
			h.first = at
		}
		if apart >= 0 {
			h.last, h.face = at, face
		}
		return hands
	}
	return append(hands, hand{from: at, first: at, last: at, face: face, words: words})
}
