// Package ways knows every way by which somebody comes to a brand's touch
// screen, and makes what each of them needs: a link, a code to scan, a sheet to
// hang up, a line below an e-mail, words to say on the phone. It is pure: a brand
// and a touchpoint in, text and pictures out.
//
// The tour:
//
//   - code.go: [Codes], the short name of each touchpoint that people can read
//     out and type.
//   - book.go: [Book], a brand at its public address; [Book.Link] is where all
//     ways lead.
//   - fit.go: [Fitting], which way suits which channel.
//   - qr.go: [Encode] makes a code of an address; svg.go, png.go and pdf.go write
//     it at an exact size; letters.go puts the address under it; ink.go decides
//     whether scanners can read a brand's colour.
//   - say.go: the address as it is said; the lines for e-mail, phone and social.
//   - tag.go: the bytes of an NFC tag. product.go: GS1 Digital Links and what a
//     label printer needs. button.go: the tag for web sites.
//   - sheet.go: [Book.Document], the sheets of the print kit, as print-ready
//     HTML in exact millimetres; face.go: what stands on one; measure.go: how
//     large words may be so that they fit.
package ways
