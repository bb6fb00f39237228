package brands_test

import (
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

func TestContacts(t *testing.T) {
	mail := sayline.Contact{Channel: sayline.ByEmail, Address: "ana@sparkle.example"}
	hook := sayline.Contact{Channel: sayline.ByWebhook, Address: "https://hook.example/"}
	phone := sayline.Contact{Channel: sayline.ByPush, Address: "p"}
	other := sayline.Contact{Channel: sayline.ByEmail, Address: "ana@home.example"}
	c := &sayline.Config{Brand: sayline.Brand{ID: "sparkle", Zone: "Europe/Madrid"}, People: []sayline.Person{{ID: "ana", Contacts: []sayline.Contact{mail, hook, mail}}, {ID: "leo"}}}
	own := func(k sayline.Contact, at int64) sayline.KnownContact {
		return sayline.KnownContact{Person: "ana", Contact: k, Account: "ana@sparkle.example", State: sayline.ContactOK, MadeAt: time.Unix(at, 0), VerifiedAt: time.Unix(at, 0)}
	}
	of := func(urgency string, known ...sayline.KnownContact) []sayline.Contact {
		return brands.New(1, c, nil).Reach(known, nil).Contacts("ana", urgency)
	}
	with := func(k sayline.KnownContact, change func(*sayline.KnownContact)) sayline.KnownContact {
		change(&k)
		return k
	}
	listed := func(k sayline.Contact, change func(*sayline.KnownContact)) sayline.KnownContact {
		return with(sayline.KnownContact{Person: "ana", Contact: k, State: sayline.ContactOK}, change)
	}
	for name, k := range map[string]struct{ got, want []sayline.Contact }{
		"nothing read":             {brands.New(1, c, nil).Contacts("ana", ""), []sayline.Contact{mail, hook}},
		"the brand file's":         {of(""), []sayline.Contact{mail, hook}},
		"then their own, by age":   {of("", own(phone, 2), own(other, 1)), []sayline.Contact{mail, hook, other, phone}},
		"as they arranged them":    {of("", with(own(phone, 2), func(k *sayline.KnownContact) { k.Rank = 1 }), listed(hook, func(k *sayline.KnownContact) { k.Rank = 2 })), []sayline.Contact{phone, hook, mail}},
		"none unverified":          {of("", with(own(phone, 2), func(k *sayline.KnownContact) { k.VerifiedAt = time.Time{} })), []sayline.Contact{mail, hook}},
		"none broken":              {of("", with(own(phone, 2), func(k *sayline.KnownContact) { k.State = sayline.ContactBroken }), listed(mail, func(k *sayline.KnownContact) { k.State = sayline.ContactBroken })), []sayline.Contact{hook}},
		"suspect ones too":         {of("", listed(mail, func(k *sayline.KnownContact) { k.State = sayline.ContactSuspect })), []sayline.Contact{mail, hook}},
		"not the urgent only":      {of(sayline.Normal, listed(mail, func(k *sayline.KnownContact) { k.Urgent = true })), []sayline.Contact{hook}},
		"but when it is urgent":    {of(sayline.Critical, listed(mail, func(k *sayline.KnownContact) { k.Urgent = true })), []sayline.Contact{mail, hook}},
		"none the file has lost":   {of("", listed(other, func(*sayline.KnownContact) {})), []sayline.Contact{mail, hook}},
		"a file's, registered too": {of("", with(own(mail, 1), func(k *sayline.KnownContact) { k.VerifiedAt = time.Time{} })), []sayline.Contact{mail, hook}},
	} {
		if len(k.got) != len(k.want) {
			t.Errorf("%s: %v, want %v", name, k.got, k.want)
			continue
		}
		for i := range k.got {
			if k.got[i] != k.want[i] {
				t.Errorf("%s: %v, want %v", name, k.got, k.want)
			}
		}
	}
	b := brands.New(1, c, nil).Reach(nil, map[string]sayline.QuietHours{"ana": {From: 1, Until: 2}})
	if q := b.Quiet("ana"); q.None() || q.Zone != "Europe/Madrid" {
		t.Errorf("quiet %+v", q)
	}
	if !b.Quiet("leo").None() || len(b.Known("leo")) != 0 {
		t.Error("somebody without either has some")
	}
}
