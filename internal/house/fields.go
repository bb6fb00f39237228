package house

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/sayline/sayline"
)

// Field is what a rule asks by, in the reader's words: "topic is".
func (v *View) Field(field string) string {
	if key := "field_" + field; v.Has(key) {
		return v.Say(key)
	}
	return field
}

// FieldValue is what a rule asks for, as the brand calls it.
func (v *View) FieldValue(field, value string) string {
	switch field {
	case "topic":
		if key := "field_topic_" + value; v.Has(key) { // of a group key: bare faces go together
			return v.Say(key)
		}
		return v.Names.Topic(value)
	case "place":
		return v.Names.Place(value)
	case "touchpoint":
		return v.Names.Touchpoint(value)
	case "product":
		return v.Names.Product(value)
	case "team":
		return v.Names.Team(value, "")
	case "lane":
		return v.Names.Lane(value)
	case "kind":
		return v.Names.Kind(value)
	case "audience":
		return cmp.Or(v.Names.Audience(value), v.Say("audience_customer"))
	case "channel", "source":
		if key := field + "_" + value; v.Has(key) {
			return v.Say(key)
		}
	case "has":
		if slices.Contains(sayline.Haves, value) {
			return v.Say("has_" + value)
		}
	case "feeling":
		if n, err := strconv.Atoi(value); err == nil {
			return v.FaceName(n)
		}
	}
	return value
}
