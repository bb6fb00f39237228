package inbound

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Elements of a page: those without words, those that begin a line, and the marks
// mail programs put before what they quote.
var (
	wordless = []atom.Atom{atom.Script, atom.Style, atom.Head, atom.Title, atom.Blockquote, atom.Template}
	blocks   = []atom.Atom{atom.Br, atom.P, atom.Div, atom.Li, atom.Tr, atom.Ul, atom.Ol, atom.Table, atom.H1, atom.H2, atom.H3, atom.Hr}
	quotes   = []string{"gmail_quote", "moz-cite-prefix", "yahoo_quoted", "divRplyFwdMsg", "appendonsend", "protonmail_quote"}
)

// pageWords are those of a page, as plain text: what stands before its first quote.
func pageWords(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	skipped := 0
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if skipped == 0 {
				b.WriteString(inline(string(z.Text())))
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			switch {
			case kind == html.StartTagToken && quoting(t.Attr):
				return b.String()
			case slices.Contains(wordless, t.DataAtom) && kind == html.StartTagToken:
				skipped++
			case slices.Contains(wordless, t.DataAtom) && kind == html.EndTagToken:
				skipped = max(0, skipped-1)
			case slices.Contains(blocks, t.DataAtom) && skipped == 0 && (kind != html.EndTagToken || t.DataAtom == atom.P):
				b.WriteByte('\n')
			}
		}
	}
}

// inline is a page's text with its line ends as the spaces they are there.
func inline(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

func quoting(attributes []html.Attribute) bool {
	return slices.ContainsFunc(attributes, func(a html.Attribute) bool {
		return (a.Key == "class" || a.Key == "id") && slices.ContainsFunc(strings.Fields(a.Val), func(name string) bool {
			return slices.ContainsFunc(quotes, func(q string) bool { return strings.HasSuffix(name, q) })
		})
	})
}
