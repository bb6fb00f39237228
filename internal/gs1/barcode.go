package gs1

import "strings"

// FromBarcode reads the digits of a plain barcode (EAN-8, UPC-E, UPC-A, EAN-13,
// ITF-14): the product is known, the lot is not. Spaces and hyphens, as they are
// printed under the bars, say nothing. Errors as of [Parse].
func FromBarcode(printed string) (Link, error) {
	s := strings.NewReplacer(" ", "", "-", "").Replace(printed)
	if long := expandUPCE(s); long != "" {
		s = long
	}
	g, err := gtin(s)
	if err != nil {
		return Link{}, err
	}
	return Link{GTIN: g}, nil
}

// expandUPCE writes the short code of small cans and packets in full, 12 digits;
// "" when s is none. Eight digits that begin with 0 and check out as UPC-E are
// one: as a GTIN-8 they would be a shop's own number, which names no brand's
// product (General Specifications, section 5.2.2.4, and 1.4.3 on RCN-8).
func expandUPCE(s string) string {
	if len(s) != 8 || s[0] != '0' || !digits(s) {
		return ""
	}
	d, check := s[1:7], s[7:]
	var body string
	switch d[5] {
	case '0', '1', '2':
		body = d[:2] + d[5:] + "0000" + d[2:5]
	case '3':
		body = d[:3] + "00000" + d[3:5]
	case '4':
		body = d[:4] + "00000" + d[4:5]
	default:
		body = d[:5] + "0000" + d[5:]
	}
	long := "0" + body + check
	if checkDigit(long[:11]) != check[0] {
		return ""
	}
	return long
}
