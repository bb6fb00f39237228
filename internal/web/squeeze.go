package web

import (
	"bytes"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
)

// SqueezeJS makes a script short: no comments, no needless blanks, short names
// for what nobody outside its functions sees. Names at the top stay. A script
// it can't read stands as it is.
func SqueezeJS(src string) string {
	var b bytes.Buffer
	if err := js.Minify(minify.New(), &b, bytes.NewReader([]byte(src)), nil); err != nil {
		return src
	}
	return b.String() + "\n"
}

// SqueezeCSS is SqueezeJS for a style sheet.
func SqueezeCSS(src string) string {
	var b bytes.Buffer
	if err := css.Minify(minify.New(), &b, bytes.NewReader([]byte(src)), nil); err != nil {
		return src
	}
	return b.String()
}
