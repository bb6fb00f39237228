// Package brandfile reads and writes a whole brand as one YAML file, and tells
// what changes between two of them.
//
// The tour:
//
//   - read.go: [Read], the way in, one stage after the other; each adds what it
//     finds wrong, so that a person sees all of it at once.
//   - gate.go: bytes to YAML nodes: size, UTF-8, one document, no anchors.
//     syntax.go says in plain words what YAML could not read, and where.
//   - value.go: nodes to values, with the traps of YAML named.
//   - shape.go: the published JSON Schema decides what may stand where;
//     explain.go puts its verdicts into plain words.
//   - meaning.go: the nouns' own Validate decides whether it makes sense.
//   - places.go: the tree people write and the flat list the nouns hold.
//   - problem.go: what is wrong, with file, line and column.
//   - write.go, scalar.go: [Write], the canonical file.
//   - diff.go, order.go, rules.go, change.go: [Diff], what `sayline apply` shows
//     before it acts.
//
// For one brand Read(Write(c)) gives c again, and a file that Write made comes
// back byte for byte. Comments are not part of a brand and are not kept.
package brandfile
