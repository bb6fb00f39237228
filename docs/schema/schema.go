// Package schema holds the JSON Schemas the project publishes, so that the
// program checks documents by the very text that editors read, and shows what
// it publishes. It imports nothing; internal/brandfile and internal/screen use it.
package schema

import _ "embed"

// Brand is brand.schema.json: the shape of a brand file (JSON Schema 2020-12).
// What the words in it mean together is checked by the nouns themselves.
//
//go:embed brand.schema.json
var Brand string

// AsyncAPI is asyncapi.json: what leaves by webhook (AsyncAPI 3.0). It leads to
// event.schema.json beside it.
//
//go:embed asyncapi.json
var AsyncAPI string

// Event is event.schema.json: one event, a CloudEvent.
//
//go:embed event.schema.json
var Event string
