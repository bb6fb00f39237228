package inbound

import (
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	testFrom = "house@cx.example"
	testTo   = "reply@cx.example"
)

// TestOwnWords: what a person wrote, out of what mail programs make of it.
func TestOwnWords(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"nothing quoted":       {"Still none.\r\n", "Still none."},
		"above the quote":      {"Still none.\n\nOn Mon, 30 Nov 2026 at 10:00, Sparkle <house@cx.example> wrote:\n> Restocked tomorrow.\n>\n> You said:", "Still none."},
		"without a blank line": {"Still none.\nOn Mon, 30 Nov 2026, Sparkle <house@cx.example> wrote:\n> Restocked tomorrow.", "Still none."},
		"wrapped in Gmail":     {"Still none.\n\nOn Mon, 30 Nov 2026 at 10:00, Sparkle\n<house@cx.example> wrote:\n\n> Restocked tomorrow.", "Still none."},
		"wrapped once more":    {"Sigue sin haber.\n\nEl lun, 30 nov 2026 a las 10:00, Sparkle <house@cx.example>\nescribió:\n\n> Mañana.", "Sigue sin haber."},
		"Thunderbird":          {"Immer noch keine.\n\nAm 30.11.26 um 10:00 schrieb Sparkle:\n> Morgen.", "Immer noch keine."},
		"Chinese":              {"还是没有。\n\nSparkle <house@cx.example> 于2026年11月30日周一 10:00写道：\n\n> 明天。", "还是没有。"},
		"below the quote":      {"Sparkle <house@cx.example> wrote:\n> Restocked tomorrow.\n\nStill none.", "Still none."},
		"between":              {"On 30 Nov 2026, Sparkle wrote:\n> When was it?\n\nYesterday.\n\n> Which shop?\n\nCalle Mayor.", "Yesterday.\n\nCalle Mayor."},
		"Outlook, a line":      {"Still none.\n\n________________________________\nFrom: Sparkle <house@cx.example>\nSent: Monday\nTo: Zoe\nSubject: An answer\n\nRestocked tomorrow.", "Still none."},
		"Outlook, a head":      {"Immer noch keine.\n\nVon: Sparkle <house@cx.example>\nGesendet: Montag\nAn: Zoe\nBetreff: Antwort\n\nMorgen.", "Immer noch keine."},
		"original message":     {"Still none.\n\n-----Original Message-----\nRestocked tomorrow.", "Still none."},
		"quoted unmarked":      {"Still none.\n\nOn Mon, Sparkle <house@cx.example> wrote:\n\nRestocked tomorrow.", "Still none."},
		"a signature":          {"Still none.\n\n-- \nZoe, Head of Nothing", "Still none."},
		"one's own list":       {"Here it is:\nName: Zoe\nMail: zoe@example.com\nPhone: 123", "Here it is:\nName: Zoe\nMail: zoe@example.com\nPhone: 123"},
		"one's own colon":      {"I want to know:\n> Restocked tomorrow.\nWhen exactly?", "I want to know:\nWhen exactly?"},
		"only a quote":         {"> Restocked tomorrow.", ""},
		"not text":             {"Still\x00 none\x07.", "Still none."},
	} {
		if got := ownWords(tt.text, testFrom, testTo); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// FuzzMail: whatever comes, what is read of it is text and no more than was there.
func FuzzMail(f *testing.F) {
	for _, seed := range letters {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := readMail(raw)
		if err != nil {
			return
		}
		own := ownWords(l.text, testFrom, testTo)
		if !utf8.ValidString(own) || strings.ContainsRune(own, 0) || strings.Contains(own, "\r") || own != strings.TrimSpace(own) {
			t.Errorf("%q", own)
		}
		if len(own) > len(clean(l.text)) {
			t.Errorf("of %q became %q", l.text, own)
		}
	})
}

// letters are answers as mail programs write them.
var letters = map[string]string{
	"plain": "From: zoe@example.com\r\nTo: reply+x@cx.example\r\nMessage-ID: <1@example.com>\r\nSubject: Re: An answer\r\n\r\nStill none.\r\n",
	"two forms": "From: zoe@example.com\r\nTo: reply+x@cx.example\r\nSubject: =?utf-8?q?Re:_Una_respuesta?=\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nMa=F1ana no.\r\n--b\r\n" +
		"Content-Type: text/html\r\n\r\n<p>Ma&ntilde;ana no.</p>\r\n--b--\r\n",
	"a page": "From: zoe@example.com\r\nTo: reply+x@cx.example\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		"PHN0eWxlPnB7fTwvc3R5bGU+PHA+U3RpbGwgPGI+bm9uZTwvYj4uPC9wPjxkaXYgY2xhc3M9ImdtYWlsX3F1\r\nb3RlIj5SZXN0b2NrZWQuPC9kaXY+\r\n",
	"attached": "From: zoe@example.com\r\nTo: reply+x@cx.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nLook.\r\n--b\r\n" +
		"Content-Type: image/jpeg\r\nContent-Disposition: attachment; filename=shelf.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ\r\n--b--\r\n",
	"a picture in a page": "From: zoe@example.com\r\nTo: reply+x@cx.example\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<div>Look.</div><img src=cid:1>\r\n--b\r\n" +
		"Content-Type: image/png\r\nContent-ID: <1>\r\n\r\nx\r\n--b--\r\n",
	"absent": "From: zoe@example.com\r\nTo: reply+x@cx.example\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n",
	"broken": "From: zoe@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n@@@",
	"deep":   "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--b--\r\n",
}

// TestReadMail: the words of each kind of letter, and what is attached.
func TestReadMail(t *testing.T) {
	for name, want := range map[string]letter{
		"plain":               {id: "<1@example.com>", text: "Still none.", subject: "Re: An answer"},
		"two forms":           {text: "Mañana no.", subject: "Re: Una respuesta"},
		"a page":              {text: "Still none."},
		"attached":            {text: "Look.", attachments: 1},
		"a picture in a page": {text: "Look."},
		"absent":              {text: "I am away.", auto: true},
	} {
		l, err := readMail([]byte(letters[name]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		l.text = ownWords(l.text, testFrom, testTo)
		if !strings.Contains(l.to, "reply+x@cx.example") {
			t.Errorf("%s: to %q", name, l.to)
		}
		want.to = l.to
		if *l != want {
			t.Errorf("%s: %+v, want %+v", name, *l, want)
		}
	}
	for _, header := range []string{"Precedence: bulk", "Return-Path: <>", "List-Id: <x>", "Auto-Submitted: auto-generated", "From: MAILER-DAEMON@example.com", "Content-Type: multipart/report; boundary=b", "X-Autoreply: yes"} {
		if l, err := readMail([]byte("To: reply+x@cx.example\r\n" + header + "\r\n\r\nx")); err != nil || !l.auto {
			t.Errorf("%s: %+v, %v", header, l, err)
		}
	}
	if l, err := readMail([]byte("Auto-Submitted: no\r\n\r\nx")); err != nil || l.auto {
		t.Errorf("%+v, %v", l, err)
	}
	if _, err := readMail([]byte("no letter")); err == nil {
		t.Error("it was read")
	}
}
