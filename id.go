package sayline

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"regexp"
	"strings"
	"time"
)

// handle is what a person may choose as an id: a brand, topic, place, team.
var handle = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$`)

const handleShape = "expected lower-case letters, digits and hyphens, at most 48"

// ValidHandle says whether s may be the id of a brand, topic, place, team or person.
func ValidHandle(s string) bool { return handle.MatchString(s) }

// crockford is base32 without letters people confuse (I, L, O, U).
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
var crockfordLower = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID makes a UUID version 7 (RFC 9562) of a time and 74 random bits from
// random. In a protected lane pass the time cut to the day.
func NewID(now time.Time, random io.Reader) string {
	var b [16]byte
	if _, err := io.ReadFull(random, b[6:]); err != nil {
		panic("sayline: the source of randomness failed: " + err.Error())
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli()))
	copy(b[:6], ms[2:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return formatID(b)
}

func formatID(b [16]byte) string {
	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	s[8] = '-'
	hex.Encode(s[9:13], b[4:6])
	s[13] = '-'
	hex.Encode(s[14:18], b[6:8])
	s[18] = '-'
	hex.Encode(s[19:23], b[8:10])
	s[23] = '-'
	hex.Encode(s[24:36], b[10:16])
	return string(s[:])
}

// SecretLen is the length of a receipt's secret in its URL: 160 bits.
const SecretLen = 32

// EncodeSecret writes 20 bytes as the secret of a receipt's URL.
func EncodeSecret(b []byte) string { return crockfordLower.EncodeToString(b[:20]) }

// HashSecret is what is stored of a secret or an idempotency key: SHA-256, in
// unpadded base64url.
func HashSecret(s string) string {
	h := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// LocatorLen is the length of what stands behind the secret in a receipt's URL:
// the moment's id, 128 bits. It finds the row; only the secret opens it.
const LocatorLen = 26

// EncodeLocator writes a moment's id as a locator; "" when it is no id.
func EncodeLocator(id string) string {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != 16 {
		return ""
	}
	return crockfordLower.EncodeToString(b)
}

// DecodeLocator reads a locator back as a moment's id; "" when it is none.
func DecodeLocator(s string) string {
	b, err := crockfordLower.DecodeString(s)
	if err != nil || len(b) != 16 || crockfordLower.EncodeToString(b) != s { // its last two bits say nothing, and are 0
		return ""
	}
	return formatID([16]byte(b))
}

// ReceiptKey is how the store knows the receipt of a URL's last part, secret and
// locator: "id~hash" with the hash of the secret. What is no receipt gives a key
// that opens nothing.
func ReceiptKey(part string) string {
	if len(part) != SecretLen+LocatorLen {
		return HashSecret(part)
	}
	id := DecodeLocator(part[SecretLen:])
	if id == "" {
		return HashSecret(part)
	}
	return id + "~" + HashSecret(part[:SecretLen])
}

// Reference writes 5 bytes as the eight characters people read to each other: K7Q3-F9MX.
func Reference(b []byte) string {
	s := crockford.EncodeToString(b[:5])
	return s[:4] + "-" + s[4:]
}
