// Package schema holds the JSON Schemas the project publishes, so that the
// program checks documents by the very text that editors read. It imports
// nothing; [github.com/sayline/sayline/internal/brandfile] uses it.
package schema

import _ "embed"

// Brand is brand.schema.json: the shape of a brand file (JSON Schema 2020-12).
// What the words in it mean together is checked by the nouns themselves.
//
//go:embed brand.schema.json
var Brand string
