package ways

import "github.com/sayline/sayline"

// Way is one way in.
type Way string

// The ways in. Those that are sheets are also [Sheets].
const (
	Link      Way = "link"
	Code      Way = "qr"
	Poster    Way = "poster"
	Tent      Way = "tent"
	Sticker   Way = "sticker"
	Receipt   Way = "receipt"
	Staff     Way = "staff"
	Button    Way = "button"
	Signature Way = "signature"
	Spoken    Way = "spoken"
	Reply     Way = "reply"
	Tag       Way = "tag"
	Barcode   Way = "barcode"
	Refs      Way = "refs"
	Kiosk     Way = "kiosk"
)

// Sheets are the ways that are printed, in the order they are offered.
var Sheets = []Way{Poster, Tent, Sticker, Receipt, Staff}

// fitting is what suits a channel, the best first.
var fitting = map[string][]Way{
	"shelf":    {Sticker, Code, Tag},
	"package":  {Barcode, Sticker, Code},
	"site":     {Poster, Tent, Code},
	"kiosk":    {Kiosk, Poster, Code},
	"web":      {Button, Link},
	"app":      {Link, Button},
	"phone":    {Spoken, Link},
	"email":    {Signature, Link},
	"print":    {Refs, Code, Receipt},
	"social":   {Reply, Link},
	"person":   {Tent, Tag, Code},
	"event":    {Poster, Tent, Code},
	"delivery": {Sticker, Refs, Code},
	"dock":     {Poster, Refs, Code},
	"office":   {Poster, Code},
}

// Fitting is which ways in suit a touchpoint, the best first. Where the brand's
// own people speak, that is a sheet in the staff room.
func Fitting(t *sayline.Touchpoint) []Way {
	list := fitting[t.Channel]
	if len(list) == 0 {
		list = []Way{Link, Code}
	}
	if !Ours(t) {
		return list
	}
	private := []Way{Staff}
	for _, w := range list {
		if w != Poster { // nothing private hangs where guests walk
			private = append(private, w)
		}
	}
	return private
}
