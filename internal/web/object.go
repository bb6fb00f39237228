package web

import (
	"math"
	"strconv"
	"time"

	"github.com/sayline/sayline"
)

// Object is a JSON object somebody sent, read member by member under their
// exact names. What has the wrong type is noted with its pointer, and
// [Object.Err] tells all of it at once. A member that is null counts as absent;
// unknown members are never looked at. A nil Object has no members.
type Object struct {
	v       *value
	pointer string
	faults  *[]sayline.Fault
}

// ParseObject reads a document that must be one object.
func ParseObject(src []byte) (*Object, error) {
	v, err := parseJSON(src)
	if err != nil {
		return nil, err
	}
	if v.kind != '{' {
		e := sayline.Errorf(sayline.Invalid, "This isn't a JSON object.")
		e.Fields = []sayline.Fault{{Pointer: "", Detail: "expected an object"}}
		return nil, e
	}
	return &Object{v, "", new([]sayline.Fault)}, nil
}

func (o *Object) find(name string) (*value, string) {
	if o == nil {
		return nil, ""
	}
	for i, n := range o.v.names {
		if n == name && o.v.items[i].kind != 'n' {
			return &o.v.items[i], o.pointer + "/" + escapePointer(name)
		}
	}
	return nil, ""
}

func (o *Object) fault(pointer, detail string) {
	*o.faults = append(*o.faults, sayline.Fault{Pointer: pointer, Detail: detail})
}

// Has says whether the member is there and not null.
func (o *Object) Has(name string) bool {
	v, _ := o.find(name)
	return v != nil
}

// Text reads a string; "" when absent.
func (o *Object) Text(name string) string {
	s, _ := o.Maybe(name)
	return s
}

// Maybe reads a string that may be absent.
func (o *Object) Maybe(name string) (string, bool) {
	v, at := o.find(name)
	if v == nil {
		return "", false
	}
	if v.kind != '"' {
		o.fault(at, "expected a string")
		return "", false
	}
	return v.text, true
}

// Fault notes that a member is at fault for a reason the caller knows. On a nil
// Object nothing can be.
func (o *Object) Fault(name, detail string) {
	if o != nil {
		o.fault(o.pointer+"/"+escapePointer(name), detail)
	}
}

// FaultHere notes that the object as a whole is at fault.
func (o *Object) FaultHere(detail string) { o.fault(o.pointer, detail) }

// Int reads a whole number.
func (o *Object) Int(name string) (int, bool) {
	v, at := o.find(name)
	if v == nil {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.text, 64)
	if v.kind != '0' || err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<31 {
		o.fault(at, "expected a whole number")
		return 0, false
	}
	return int(f), true
}

// Number reads a number.
func (o *Object) Number(name string) (float64, bool) {
	v, at := o.find(name)
	if v == nil {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.text, 64)
	if v.kind != '0' || err != nil {
		o.fault(at, "expected a number")
		return 0, false
	}
	return f, true
}

// Bool reads true or false.
func (o *Object) Bool(name string) (yes, ok bool) {
	v, at := o.find(name)
	if v == nil {
		return false, false
	}
	if v.kind != 'b' {
		o.fault(at, "expected true or false")
		return false, false
	}
	return v.yes, true
}

// Time reads an RFC 3339 time; the zero Time when absent.
func (o *Object) Time(name string) time.Time {
	s, ok := o.Maybe(name)
	if !ok {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		o.fault(o.pointer+"/"+escapePointer(name), "expected a time such as 2026-11-22T10:00:00+01:00")
		return time.Time{}
	}
	return t
}

// Object reads an object; nil when absent.
func (o *Object) Object(name string) *Object {
	v, at := o.find(name)
	if v == nil {
		return nil
	}
	if v.kind != '{' {
		o.fault(at, "expected an object")
		return nil
	}
	return &Object{v, at, o.faults}
}

// List reads an array of objects; nil when absent.
func (o *Object) List(name string) []*Object {
	v, pointer := o.find(name)
	if v == nil {
		return nil
	}
	if v.kind != '[' {
		o.fault(pointer, "expected an array")
		return nil
	}
	list := make([]*Object, len(v.items))
	for i := range v.items {
		at := pointer + "/" + strconv.Itoa(i)
		if v.items[i].kind != '{' {
			o.fault(at, "expected an object")
			return nil
		}
		list[i] = &Object{&v.items[i], at, o.faults}
	}
	return list
}

// Err is what was at fault in the whole document, with a sentence and its key in
// the catalogues; nil when nothing was.
func (o *Object) Err(key, message string) error {
	if o == nil || len(*o.faults) == 0 {
		return nil
	}
	return &sayline.Error{Kind: sayline.AtFault, Key: key, Message: message, Fields: *o.faults}
}
