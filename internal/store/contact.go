package store

import (
	"cmp"
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

const contactCols = "person, channel, address, contact_id, keys, label, account, urgent, ord, made_at, verified_at, ok_at, failed_at, failures, state, detail"

func scanContact(r scanner, brand string) (sayline.KnownContact, error) {
	k := sayline.KnownContact{Brand: brand}
	var urgent int
	var at [4]int64
	err := r.Scan(&k.Person, &k.Channel, &k.Address, &k.ID, &k.Keys, &k.Label, &k.Account, &urgent, &k.Rank, &at[0], &at[1], &at[2], &at[3], &k.Failures, &k.State, &k.Detail)
	k.Urgent = urgent != 0
	for i, t := range []*time.Time{&k.MadeAt, &k.VerifiedAt, &k.OKAt, &k.FailedAt} {
		*t = fromMicros(at[i])
	}
	return k, err
}

func knownRow(k *sayline.KnownContact) []any {
	return []any{k.Brand, k.Person, k.Channel, k.Address, k.ID, k.Keys, k.Label, k.Account, flag(k.Urgent), k.Rank,
		micros(k.MadeAt), micros(k.VerifiedAt), micros(k.OKAt), micros(k.FailedAt), k.Failures, k.State, k.Detail, int64(0), "", int64(0), 0}
}

const knownTable = "INSERT INTO contact (brand_id, person, channel, address, contact_id, keys, label, account, urgent, ord, made_at, verified_at, ok_at, failed_at, failures, state, detail, told_at, code, code_until, code_tries) " +
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) ON CONFLICT (brand_id, person, channel, address) DO "

// lockContact gives a contact as it is, with its row locked; one that is not
// known yet is made as given.
func (tx *Tx) lockContact(fresh *sayline.KnownContact) (sayline.KnownContact, error) {
	st, err := tx.conn.stmt(tx.ctx, knownTable+"UPDATE SET state = contact.state RETURNING "+contactCols)
	if err != nil {
		return sayline.KnownContact{}, err
	}
	return scanContact(st.QueryRowContext(tx.ctx, knownRow(fresh)...), fresh.Brand)
}

func (tx *Tx) contactEvent(brand, person string) {
	tx.event(sayline.Event{Brand: brand, Type: sayline.EventContactChanged, Person: person})
}

// AddContact registers a contact of a person, unverified, with the hash of the
// code that was made for it. One that is there keeps its name and its health. A
// browser that somebody else had registered is theirs no more: one device rings
// for one person. Errors: Conflict when there are as many as there may be.
func (s *Store) AddContact(ctx context.Context, k sayline.KnownContact, codeHash string, until time.Time) error {
	return s.update(ctx, k.Brand, byPerson, func(tx *Tx) error {
		var others int
		if err := tx.row("SELECT COUNT(*) FROM contact WHERE brand_id = $1 AND person = $2 AND account <> '' AND NOT (channel = $3 AND address = $4)",
			[]any{k.Brand, k.Person, k.Channel, k.Address}, &others); err != nil {
			return err
		}
		if others >= sayline.MaxContacts {
			return (&sayline.Error{Kind: sayline.Conflict, Message: "That is as many contacts as fit. Take one away first."}).Keyed("reach_too_many")
		}
		if k.Channel == sayline.ByPush {
			if err := tx.takeOver(&k); err != nil {
				return err
			}
		}
		k.MadeAt, k.State = tx.now, sayline.ContactOK
		row := knownRow(&k)
		row[18], row[19] = codeHash, micros(until)
		_, err := tx.exec(knownTable+"UPDATE SET keys = excluded.keys, account = excluded.account, code = excluded.code, code_until = excluded.code_until, code_tries = 0", row...)
		tx.contactEvent(k.Brand, k.Person)
		return err
	})
}

// takeOver takes a browser from whoever else had it, at any brand.
func (tx *Tx) takeOver(k *sayline.KnownContact) error {
	return tx.dropBrowsers("DELETE FROM contact WHERE channel = 'push' AND address = $1 AND account <> $2 RETURNING brand_id, person", k.Address, k.Account)
}

// NewCode has a contact verified by another code; the one before is void.
// NotFound when the person has registered no such contact.
func (s *Store) NewCode(ctx context.Context, brand, person, id, codeHash string, until time.Time) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("UPDATE contact SET code = $1, code_until = $2, code_tries = 0 WHERE brand_id = $3 AND person = $4 AND contact_id = $5 AND account <> ''", codeHash, micros(until), brand, person, id)
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		return err
	})
}

// codeTries is how often a code may be wrong.
const codeTries = 5

// VerifyContact records that a code came back from the contact it was sent to.
// Each wrong one counts, and after five the code is void. Errors: AtFault for a
// code that is wrong, void or too old; NotFound for a contact that is not theirs.
func (s *Store) VerifyContact(ctx context.Context, brand, person, id, codeHash string) error {
	var right bool // the write may go on after a caller who has left: only what is done is read
	err := s.update(ctx, brand, byPerson, func(tx *Tx) error {
		right = false
		n, err := tx.exec("UPDATE contact SET verified_at = $1, ok_at = $2, failures = 0, state = 'ok', detail = '', told_at = 0, code = '' WHERE brand_id = $3 AND person = $4 AND contact_id = $5 AND code = $6 AND code <> '' AND code_until > $7 AND code_tries < $8",
			micros(tx.now), micros(tx.now), brand, person, id, codeHash, micros(tx.now), codeTries)
		if err != nil {
			return err
		}
		if right = n > 0; right {
			tx.contactEvent(brand, person)
			return nil
		}
		n, err = tx.exec("UPDATE contact SET code_tries = code_tries + 1 WHERE brand_id = $1 AND person = $2 AND contact_id = $3 AND account <> ''", brand, person, id)
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		return err
	})
	if err == nil && !right {
		err = sayline.Errorf(sayline.AtFault, "That code is not right, or too old. Send another one.").Keyed("reach_wrong_code")
	}
	return err
}

// RemoveContact forgets a contact its person registered. Twice is harmless.
func (s *Store) RemoveContact(ctx context.Context, brand, person, id string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		_, err := tx.exec("DELETE FROM contact WHERE brand_id = $1 AND person = $2 AND contact_id = $3 AND account <> ''", brand, person, id)
		tx.contactEvent(brand, person)
		return err
	})
}

// RenewBrowser has a browser that got another subscription called by that one,
// wherever it was registered: name, order and health stay its own, and what waits
// to be sent to it goes there. Who has the old keys is the browser: nobody else but
// the house ever had them. Without a fresh one the contact is broken. NotFound when
// the old one is nobody's, or its keys are others.
func (s *Store) RenewBrowser(ctx context.Context, old sayline.Subscription, fresh *sayline.Subscription) (list []sayline.KnownContact, err error) {
	var known int // anybody may ask: what is nobody's costs no turn to write
	if err := s.askOne(ctx, "SELECT COUNT(*) FROM contact WHERE channel = 'push' AND address = $1 AND account <> ''", []any{sayline.ContactID(sayline.ByPush, old.Endpoint)}, &known); err != nil || known == 0 {
		return nil, s.failed(cmp.Or(err, sql.ErrNoRows))
	}
	err = s.update(ctx, "", byPerson, func(tx *Tx) error {
		if list, err = tx.browsers(old); err != nil {
			return err
		}
		for i := range list {
			k := &list[i]
			if fresh == nil {
				err = tx.noteContact(k.Brand, &ContactNote{Person: k.Person, Contact: k.Contact, Told: sayline.ContactGone, Detail: "its browser let go of it"})
			} else {
				err = tx.renew(k, fresh)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err // and touch nothing: it may be written yet
	}
	return list, nil
}

// browsers are the contacts of a subscription whose keys are right.
func (tx *Tx) browsers(sub sayline.Subscription) ([]sayline.KnownContact, error) {
	rows, err := tx.query("SELECT brand_id, "+contactCols+" FROM contact WHERE channel = 'push' AND address = $1 AND account <> '' ORDER BY brand_id, person", sayline.ContactID(sayline.ByPush, sub.Endpoint))
	if err != nil {
		return nil, err
	}
	var list []sayline.KnownContact
	err = eachRow(rows, func(r *sql.Rows) error {
		var brand string
		k, err := scanContact(scanAfter{r, []any{&brand}}, "")
		k.Brand = brand
		var kept sayline.Subscription
		if err == nil && json.Unmarshal([]byte(k.Keys), &kept) == nil && subtle.ConstantTimeCompare([]byte(kept.Keys.Auth+" "+kept.Keys.P256dh), []byte(sub.Keys.Auth+" "+sub.Keys.P256dh)) == 1 {
			list = append(list, k)
		}
		return err
	})
	if err == nil && len(list) == 0 {
		err = sql.ErrNoRows
	}
	return list, err
}

func (tx *Tx) renew(k *sayline.KnownContact, fresh *sayline.Subscription) error {
	keys, err := json.Marshal(fresh)
	if err != nil {
		return err
	}
	was := k.Address
	k.ID = sayline.ContactID(sayline.ByPush, fresh.Endpoint)
	k.Address, k.Keys = k.ID, string(keys)
	if err := tx.takeOver(k); err != nil {
		return err
	}
	if k.Address != was { // it may have been registered by hand already
		if _, err := tx.exec("DELETE FROM contact WHERE brand_id = $1 AND person = $2 AND channel = 'push' AND address = $3", k.Brand, k.Person, k.Address); err != nil {
			return err
		}
	}
	if _, err := tx.exec("UPDATE contact SET address = $1, contact_id = $2, keys = $3, failures = 0, state = 'ok', detail = '', told_at = 0 WHERE brand_id = $4 AND person = $5 AND channel = 'push' AND address = $6",
		k.Address, k.ID, k.Keys, k.Brand, k.Person, was); err != nil {
		return err
	}
	_, err = tx.exec("UPDATE page SET address = $1 WHERE brand_id = $2 AND person = $3 AND channel = 'push' AND channel <> 'desk' AND address = $4 AND state = 'queued'", k.Address, k.Brand, k.Person, was)
	tx.contactEvent(k.Brand, k.Person)
	return err
}

// RemoveBrowser forgets a browser an account had registered, at every brand.
func (s *Store) RemoveBrowser(ctx context.Context, account, id string) error {
	return s.update(ctx, "", byPerson, func(tx *Tx) error {
		return tx.dropBrowsers("DELETE FROM contact WHERE channel = 'push' AND address = $1 AND account = $2 RETURNING brand_id, person", id, account)
	})
}

func (tx *Tx) dropBrowsers(text string, args ...any) error {
	rows, err := tx.query(text, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, func(r *sql.Rows) error {
		var brand, person string
		err := r.Scan(&brand, &person)
		tx.contactEvent(brand, person)
		return err
	})
}

// ArrangeContacts stores in which order a person's contacts are used and which
// only for what is urgent; those of the brand file too.
func (s *Store) ArrangeContacts(ctx context.Context, brand, person string, list []sayline.KnownContact) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		sorted := slices.Clone(list)
		slices.SortFunc(sorted, byContact)
		for i := range sorted {
			k := &sorted[i]
			k.Brand, k.Person, k.State = brand, person, cmp.Or(k.State, sayline.ContactOK)
			do := "UPDATE SET urgent = excluded.urgent, ord = excluded.ord"
			if k.Own() { // taken away meanwhile: not made anew
				if _, err := tx.exec("UPDATE contact SET urgent = $1, ord = $2 WHERE brand_id = $3 AND person = $4 AND contact_id = $5", flag(k.Urgent), k.Rank, brand, person, k.ID); err != nil {
					return err
				}
			} else if _, err := tx.exec(knownTable+do, knownRow(k)...); err != nil {
				return err
			}
		}
		tx.contactEvent(brand, person)
		return nil
	})
}

func byContact(a, b sayline.KnownContact) int {
	return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Address, b.Address))
}

// Contacts are what is known of a brand's contacts.
func (s *Store) Contacts(ctx context.Context, brand string) ([]sayline.KnownContact, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+contactCols+" FROM contact WHERE brand_id = $1 ORDER BY person, channel, address", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.KnownContact
	err = eachRow(rows, func(r *sql.Rows) error {
		k, err := scanContact(r, brand)
		list = append(list, k)
		return err
	})
	return list, s.failed(err)
}

// Contact reads one contact of a person; NotFound when nothing is known of it.
func (s *Store) Contact(ctx context.Context, brand, person, id string) (sayline.KnownContact, error) {
	k, err := scanContact(s.readers.QueryRowContext(ctx, "SELECT "+contactCols+" FROM contact WHERE brand_id = $1 AND person = $2 AND contact_id = $3", brand, person, id), brand)
	return k, s.failed(err)
}

// ContactNote is what a call told of a contact.
type ContactNote struct {
	Person string
	sayline.Contact
	Told   string // ContactReached, ContactFailed, ContactGone; "" tells nothing
	Detail string
	Listed bool // it stands in the brand file: health is kept of it though nobody registered it
}

// NoteContacts stores what calls told of contacts.
func (s *Store) NoteContacts(ctx context.Context, brand string, list []ContactNote) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error { return tx.noteContacts(brand, list) })
}

// okEvery is how often a contact that is well is written down as well again.
const okEvery = time.Minute

// noteContacts goes through them in the order of their keys, so that two
// processes never wait for each other in a ring.
func (tx *Tx) noteContacts(brand string, list []ContactNote) error {
	sorted := slices.DeleteFunc(slices.Clone(list), func(n ContactNote) bool { return n.Told == "" })
	slices.SortStableFunc(sorted, func(a, b ContactNote) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Address, b.Address))
	})
	for _, n := range sorted {
		if err := tx.noteContact(brand, &n); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) noteContact(brand string, n *ContactNote) error {
	st, err := tx.conn.stmt(tx.ctx, "SELECT "+contactCols+" FROM contact WHERE brand_id = $1 AND person = $2 AND channel = $3 AND address = $4")
	if err != nil {
		return err
	}
	old, err := scanContact(st.QueryRowContext(tx.ctx, brand, n.Person, n.Channel, n.Address), brand)
	known := err == nil
	switch {
	case err != nil && err != sql.ErrNoRows:
		return err
	case !known && !n.Listed:
		return nil // taken away meanwhile
	case known && n.Told == sayline.ContactReached && old.State == sayline.ContactOK && old.Failures == 0 && tx.now.Sub(old.OKAt) < okEvery:
		return nil
	}
	if old, err = tx.lockContact(&sayline.KnownContact{Brand: brand, Person: n.Person, Contact: n.Contact, ID: sayline.ContactID(n.Channel, n.Address), State: sayline.ContactOK}); err != nil {
		return err
	}
	k := old.Note(n.Told, n.Detail, tx.now)
	told := "told_at"
	if k.State != old.State {
		told = "0"
		tx.contactEvent(brand, n.Person)
	}
	_, err = tx.exec("UPDATE contact SET ok_at = $1, failed_at = $2, failures = $3, state = $4, detail = $5, told_at = "+told+" WHERE brand_id = $6 AND person = $7 AND channel = $8 AND address = $9",
		micros(k.OKAt), micros(k.FailedAt), k.Failures, k.State, k.Detail, brand, n.Person, n.Channel, n.Address)
	return err
}

// TakeBroken gives the contacts of all brands that broke and whose people have
// not been told yet, each once.
func (s *Store) TakeBroken(ctx context.Context) (list []sayline.KnownContact, err error) {
	var none int
	if err := s.askOne(ctx, "SELECT COUNT(*) FROM (SELECT brand_id FROM contact WHERE state = 'broken' AND told_at = 0 LIMIT 1) c", nil, &none); err != nil || none == 0 {
		return nil, s.failed(err)
	}
	var taken []sayline.KnownContact
	err = s.update(ctx, "", byMachine, func(tx *Tx) error {
		taken = nil
		rows, err := tx.query("UPDATE contact SET told_at = $1 WHERE state = 'broken' AND told_at = 0 RETURNING brand_id, "+contactCols, micros(tx.now))
		if err != nil {
			return err
		}
		return eachRow(rows, func(r *sql.Rows) error {
			var brand string
			k, err := scanContact(scanAfter{r, []any{&brand}}, "")
			k.Brand = brand
			taken = append(taken, k)
			return err
		})
	})
	if err != nil {
		return nil, err // and touch nothing: it may be written yet
	}
	return taken, nil
}
