package gs1

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
)

const (
	gtinLen = 14
	glnLen  = 13
	MaxText = 20 // characters of a variant, lot, serial or extension
)

// gtin reads a GTIN-8, -12, -13 or -14 and writes it with 14 digits.
func gtin(s string) (string, error) {
	if !digits(s) {
		return "", wrong("A GTIN has digits only.")
	}
	switch len(s) {
	case 8, 12, 13, gtinLen:
	default:
		return "", wrong("A GTIN has 8, 12, 13 or 14 digits; this one has %d.", len(s))
	}
	s = strings.Repeat("0", gtinLen-len(s)) + s
	if strings.Trim(s, "0") == "" {
		return "", wrong("A GTIN of zeros names no product.")
	}
	return s, checked("GTIN", s)
}

func gln(s string) (string, error) {
	if !digits(s) || len(s) != glnLen {
		return "", wrong("A GLN has 13 digits.")
	}
	return s, checked("GLN", s)
}

func checked(name, key string) error {
	if sayline.CheckDigit(key) {
		return nil
	}
	return wrong("The check digit of %s %s is wrong; after these digits it would be %c.", name, key, checkDigit(key[:len(key)-1]))
}

// checkDigit is the last digit that makes a key right.
func checkDigit(rest string) byte {
	for d := byte('0'); d < '9'; d++ {
		if sayline.CheckDigit(rest + string(d)) {
			return d
		}
	}
	return '9'
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// text checks a value of 1 to 20 characters of set 82. The error never repeats
// the value: it may be a serial number.
func text(key, s string) error {
	if s == "" {
		return wrong("Key %s has no value.", key)
	}
	if len(s) > MaxText {
		return wrong("Key %s has at most %d characters.", key, MaxText)
	}
	for i := range len(s) {
		if !set82(s[i]) {
			return wrong("Character %d of key %s is not one that GS1 allows.", i+1, key)
		}
	}
	return nil
}

// set82 is the GS1 character set for texts (General Specifications, figure 7.11-1).
func set82(c byte) bool {
	switch {
	case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte(`!"%&'()*+,-./:;<=>?_`, c) >= 0
}

// expiry reads the date of key 17. Said twice, it must be the same.
func expiry(values []string) (string, error) {
	if len(values) == 0 {
		return "", nil
	}
	s := values[0]
	for _, v := range values[1:] {
		if v != s {
			return "", wrong("Key 17 stands twice, with different dates.")
		}
	}
	if !digits(s) || len(s) != 6 {
		return "", wrong("Key 17 is a date of six digits, YYMMDD.")
	}
	year, _ := strconv.Atoi(s[:2])
	month, _ := strconv.Atoi(s[2:4])
	day, _ := strconv.Atoi(s[4:])
	if month < 1 || month > 12 || day > daysIn(year, month) {
		return "", wrong("Key 17 is not a date of the calendar.")
	}
	return s, nil
}

// daysIn is the length of a month of the years 1951 to 2050, which two digits mean.
func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func unescape(key, s string) (string, error) {
	v, err := url.PathUnescape(s)
	if err != nil {
		return "", wrong("The value of key %s has a percent sign that encodes nothing.", short(key))
	}
	return v, nil
}

// escape percent-encodes all that a path segment could misread.
func escape(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
}

// short is a key as an error may repeat it: no longer than any real one.
func short(key string) string {
	if len(key) <= 4 && digits(key) {
		return key
	}
	return strconv.Quote("…")
}
