package sayline

import "regexp"

// Place is a node of the brand's tree of locations: country, region, shop, floor.
type Place struct {
	ID     string  `json:"id"`
	Name   Text    `json:"name"`
	Parent string  `json:"parent,omitempty"` // "" for a root
	Level  string  `json:"level,omitempty"`  // the brand's own word: region, shop, floor; teams cover a level
	Zone   string  `json:"zone,omitempty"`   // IANA, where it differs from the brand's
	Hours  Hours   `json:"hours,omitzero"`   // when somebody is there; default those of the place above
	GLN    string  `json:"gln,omitempty"`    // GS1 Global Location Number, 13 digits
	Lat    float64 `json:"lat,omitempty"`    // degrees, WGS 84
	Long   float64 `json:"long,omitempty"`
	Listed bool    `json:"listed,omitempty"` // offered to a speaker who is asked where
}

// Product is something the brand makes, by its GTIN.
type Product struct {
	GTIN string `json:"gtin"` // 14 digits, check digit right
	Name Text   `json:"name"`
}

var digits14, digits13 = regexp.MustCompile(`^\d{14}$`), regexp.MustCompile(`^\d{13}$`)

// CheckDigit says whether the last digit of a GS1 key (GTIN, GLN) is right
// (GS1 General Specifications, section 7.9).
func CheckDigit(key string) bool {
	if key == "" {
		return false
	}
	sum := 0
	for i := range len(key) {
		c := key[len(key)-1-i]
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if i%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}

func (c *Config) validatePlaces(f *faults, ix *Index) {
	for i, p := range c.Places {
		at := at("/places", i)
		if !ValidHandle(p.ID) {
			f.add(at+"/id", handleShape)
		}
		p.Name.require(f, at+"/name", "the place's name")
		p.Name.validate(f, at+"/name", c.Languages, 80)
		if p.Parent != "" && ix.Place(p.Parent) == nil {
			f.add(at+"/parent", "expected the id of a place, got %q", p.Parent)
		}
		for up, hops := p.Parent, 0; up != ""; hops++ {
			if up == p.ID || hops > 32 {
				f.add(at+"/parent", "expected a tree; %q is its own ancestor", p.ID)
				break
			}
			parent := ix.Place(up)
			if parent == nil {
				break
			}
			up = parent.Parent
		}
		p.Hours.validate(f, at+"/hours")
		if !knownZone(p.Zone) {
			f.add(at+"/zone", "expected an IANA time zone such as Europe/Madrid, got %q", p.Zone)
		}
		if p.GLN != "" && (!digits13.MatchString(p.GLN) || !CheckDigit(p.GLN)) {
			f.add(at+"/gln", "expected a GLN of 13 digits with its check digit, got %q", p.GLN)
		}
		if p.Lat < -90 || p.Lat > 90 || p.Long < -180 || p.Long > 180 {
			f.add(at+"/lat", "expected degrees, -90 to 90 and -180 to 180")
		}
	}
	for i, p := range c.Products {
		if !digits14.MatchString(p.GTIN) || !CheckDigit(p.GTIN) {
			f.add(at("/products", i)+"/gtin", "expected a GTIN of 14 digits with its check digit, got %q", p.GTIN)
		}
		p.Name.require(f, at("/products", i)+"/name", "the product's name")
		p.Name.validate(f, at("/products", i)+"/name", c.Languages, 80)
	}
}
