// Package site reads a brand's own web site when somebody of the brand asks for
// it, and finds two things: pages that nobody has changed for years, and pages
// from which nothing leads to the touch screen.
//
// It reads as a guest would want to be read: robots.txt is obeyed, it names
// itself, one page at a time with a pause after each, within limits of pages,
// bytes and time, and never an address that is not public.
//
//   - reader.go: [Reader], which takes a reading, goes on with it page by page,
//     and lets go when somebody stops it. What it found is in the store after each
//     page, so any process goes on where another ended.
//   - fetch.go: one call, bounded, guarded, that follows nothing by itself; and what
//     its headers ask for. robots.go: pure: the site's wishes (robots.txt, RFC 9309).
//   - sitemap.go: pure: what a sitemap lists. page.go: pure: what a page says of
//     itself, where it leads, and whether it has a way in. address.go: pure: which
//     addresses are of the site, and which are the same.
package site
