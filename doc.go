// Package sayline holds the nouns of the house: what people say, where they say
// it, who hears it and what becomes of it. It does no I/O and imports nothing
// of the project, so it can be read first.
//
// The tour, in the order of a moment's life:
//
//   - brand.go: the brand, its look, voice and what it promises; [Config] is a
//     whole brand as one document (the YAML file of `sayline apply`).
//   - place.go, touchpoint.go, topic.go, product.go: where it is said and about what.
//   - hours.go, opening.go: when a brand, a place or a touchpoint is open.
//   - people.go: teams, members, contacts and who is on duty.
//   - moment.go: what one person says once; contact, receipt, class.
//   - rule.go: the brand's ordered rules and the decision they give.
//   - case.go: the team's work, with its states.
//   - alert.go: step, page and attempt: the demand on a person to look now.
//   - message.go: replies and notes.
//   - event.go: what happened, as ids and a number per brand.
//   - text.go, id.go, error.go: words in several languages, identifiers, errors.
package sayline
