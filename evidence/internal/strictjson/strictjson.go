// Package strictjson reads JSON strictly by name. The standard library matches a name in different case, and takes the last of two
// equal names. The text that was signed could then mean something else than what is read.
package strictjson

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// ErrFormat says that a text is not in the expected form.
var ErrFormat = errors.New("JSON: not in the expected form")

// Limits of what is read.
const (
	MaxSize  = 64 << 10
	maxDepth = 12
)

// Object is a JSON object that is being read. The first refusal is kept, so that callers check once, at the end.
type Object struct {
	fields map[string]any
	path   string
	err    *error
}

// Parse reads an object of at most MaxSize bytes, with nothing after it. Call Close when all fields have been read.
func Parse(b []byte) (Object, error) {
	if len(b) > MaxSize {
		return Object{}, fmt.Errorf("%w: %d bytes, expected at most %d", ErrFormat, len(b), MaxSize)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	value, err := readValue(d, 0)
	if err != nil {
		return Object{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Object{}, fmt.Errorf("%w: something behind it", ErrFormat)
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return Object{}, fmt.Errorf("%w: expected an object", ErrFormat)
	}
	return Object{fields: fields, path: "", err: new(error)}, nil
}

func readValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deep")
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return readObject(d, depth)
	case json.Delim('['):
		return readArray(d, depth)
	}
	return token, nil
}

func readObject(d *json.Decoder, depth int) (any, error) {
	out := map[string]any{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		text, _ := name.(string)
		if _, twice := out[text]; twice {
			return nil, fmt.Errorf("%q is there twice", text)
		}
		if out[text], err = readValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return out, err
}

func readArray(d *json.Decoder, depth int) (any, error) {
	out := []any{}
	for d.More() {
		v, err := readValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := d.Token()
	return out, err
}

// keepRefusal keeps the first refusal.
func (o Object) keepRefusal(name, want string) {
	if *o.err == nil {
		*o.err = fmt.Errorf("%w: %s%s: expected %s", ErrFormat, o.path, name, want)
	}
}

// takeField removes a field, so that Close sees the fields that were not read.
func (o Object) takeField(name string) (any, bool) {
	v, ok := o.fields[name]
	delete(o.fields, name)
	return v, ok
}

// String reads a text.
func (o Object) String(name string) string {
	v, _ := o.takeField(name)
	s, ok := v.(string)
	if !ok {
		o.keepRefusal(name, "a text")
	}
	return s
}

// Uint reads a whole number that fits the given number of bits.
func (o Object) Uint(name string, bits int) uint64 {
	v, _ := o.takeField(name)
	n, _ := v.(json.Number)
	u, err := strconv.ParseUint(string(n), 10, bits)
	if err != nil {
		o.keepRefusal(name, fmt.Sprintf("a number of %d bits", bits))
	}
	return u
}

// Hex reads size bytes, written in hex in either case. If the field is missing or malformed, it returns size zeroes.
func (o Object) Hex(name string, size int) []byte {
	v, _ := o.takeField(name)
	s, _ := v.(string)
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != size {
		o.keepRefusal(name, fmt.Sprintf("%d bytes in hex", size))
		return make([]byte, size)
	}
	return b
}

// Objects reads a list of at most most objects.
func (o Object) Objects(name string, most int) (out []Object) {
	v, _ := o.takeField(name)
	list, ok := v.([]any)
	if !ok || len(list) > most {
		o.keepRefusal(name, fmt.Sprintf("a list of at most %d", most))
		return nil
	}
	for i, item := range list {
		fields, ok := item.(map[string]any)
		if !ok {
			o.keepRefusal(name, "a list of objects")
			return nil
		}
		out = append(out, Object{fields: fields, path: fmt.Sprintf("%s%s[%d].", o.path, name, i), err: o.err})
	}
	return out
}

// Object reads an object.
func (o Object) Object(name string) Object {
	v, _ := o.takeField(name)
	fields, ok := v.(map[string]any)
	if !ok {
		o.keepRefusal(name, "an object")
		fields = map[string]any{}
	}
	return Object{fields: fields, path: o.path + name + ".", err: o.err}
}

// Has says whether a field is there.
func (o Object) Has(name string) bool {
	_, ok := o.fields[name]
	return ok
}

// Skip removes fields whose content does not matter; they may be missing.
func (o Object) Skip(names ...string) {
	for _, name := range names {
		delete(o.fields, name)
	}
}

// Close refuses fields that were not read.
func (o Object) Close() {
	if len(o.fields) > 0 {
		o.keepRefusal("", "no field that is unknown here")
	}
}

// Err returns the first refusal in the whole text.
func (o Object) Err() error { return *o.err }
