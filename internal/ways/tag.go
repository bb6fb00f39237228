package ways

import "strings"

// prefixes of addresses that an NDEF record shortens to one byte (NFC Forum, URI
// Record Type Definition 1.0, table 3).
var prefixes = []struct {
	text string
	code byte
}{{"https://www.", 2}, {"http://www.", 1}, {"https://", 4}, {"http://", 3}}

// NDEF is the message of an NFC tag that opens an address: one record of the
// well-known type U.
func NDEF(address string) []byte {
	payload := []byte{0}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(address, p.text); ok {
			payload, address = []byte{p.code}, rest
			break
		}
	}
	payload = append(payload, address...)
	if len(payload) < 256 {
		return append([]byte{0xd1, 1, byte(len(payload)), 'U'}, payload...) // begin, end, short, well-known
	}
	n := len(payload)
	return append([]byte{0xc1, 1, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), 'U'}, payload...)
}

// tagSizes are the user memories of the tags one buys, in bytes.
var tagSizes = []struct {
	name  string
	bytes int
}{{"NTAG213", 144}, {"NTAG215", 504}, {"NTAG216", 888}}

// TagFor is the smallest usual tag that holds a message with its three to five
// bytes of wrapping (Type 2 Tag, TLV blocks); "" when none does.
func TagFor(message []byte) string {
	for _, t := range tagSizes {
		if len(message)+5 <= t.bytes {
			return t.name
		}
	}
	return ""
}
