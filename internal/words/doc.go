// Package words holds what people read, in their languages, as catalogues that
// a translator can edit: one JSON file per part of the house and language,
// speaker.en.json for who speaks to a brand, house.en.json for who works there.
//
// A catalogue is a flat object of key → words. {name} stands for a fact. Words
// that depend on a number are an object of its CLDR plural categories (zero,
// one, two, few, many, other). Every language has the same keys with the same
// facts, and nothing left in English; tests hold that, and wordstest holds templates and code to them.
//
//   - catalogue.go: [Load] reads the files, [Catalogue.In] finds a [Tongue],
//     [Tongue.Say] and [Tongue.Count] say something.
//   - time.go: spans, times of day and days, as people say them.
package words
