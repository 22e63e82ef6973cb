package order

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/cosmos/gogoproto/jsonpb"
	"github.com/cosmos/gogoproto/proto"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/credence-chain/credence/x/market/types"
)

// MaxFile bounds the file of one order, in bytes. Orders that the chain takes are much smaller.
const MaxFile = 1 << 20

// Read reads a file with an order, signed or not; "-" is standard input. Errors name the file.
func Read(path string) (types.SignedOrder, error) {
	in := os.Stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return types.SignedOrder{}, err
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, MaxFile+1))
	if err != nil {
		return types.SignedOrder{}, fmt.Errorf("%s: %w", path, err)
	}
	if len(data) > MaxFile {
		return types.SignedOrder{}, fmt.Errorf("%s: more than %d bytes, expected an order", path, MaxFile)
	}
	signed, err := Parse(data)
	if err != nil {
		return signed, fmt.Errorf("%s: %w", path, err)
	}
	return signed, nil
}

// Parse reads an order from JSON: {"order": ..., "signature": ...}, or the order by itself. It refuses unknown fields, duplicate fields
// and anything behind the order, because a signer must see all that it signs.
func Parse(data []byte) (types.SignedOrder, error) {
	var s types.SignedOrder
	if err := checkStrict(data); err != nil {
		return s, err
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		return s, errors.New("expected a JSON object with an order, {...}")
	}
	read := jsonpb.Unmarshaler{AnyResolver: keys()}
	_, wrapped := top["order"]
	if _, signed := top["signature"]; !wrapped && !signed {
		s.Order = new(types.Order)
		if err := read.Unmarshal(bytes.NewReader(data), s.Order); err != nil {
			return types.SignedOrder{}, explainDecoding(err, data, func(part []byte) error {
				return read.Unmarshal(bytes.NewReader(part), new(types.Order))
			})
		}
	} else {
		if err := read.Unmarshal(bytes.NewReader(data), &s); err != nil {
			return types.SignedOrder{}, explainDecoding(err, data, func(part []byte) error {
				return read.Unmarshal(bytes.NewReader(part), new(types.SignedOrder))
			})
		}
		if s.Order == nil {
			return types.SignedOrder{}, errors.New("order: missing, expected the order in full")
		}
		if s.Id != "" {
			return types.SignedOrder{}, errors.New("id: expected none beside the order, which has its own")
		}
		if s.Signature != nil {
			if err := s.Signature.UnpackInterfaces(keys()); err != nil {
				return types.SignedOrder{}, fmt.Errorf("signature.public_key: %w", err)
			}
		}
	}
	if _, err := s.Order.Kind(); err != nil {
		return types.SignedOrder{}, err
	}
	return s, nil
}

// misfit matches the decoder's error for a value of the wrong type.
var misfit = regexp.MustCompile(`into Go value of type (\w+)`)

// expected has the words for the decoder's types.
var expected = map[string]string{
	"uint64": "a whole number from 0 to 2^64-1", "uint32": "a whole number from 0 to 2^32-1",
	"int64": "a whole number", "bool": "true or false", "string": "a text", "map": "an object, {...}",
}

// explainDecoding rewrites the decoder's error for an unknown field, or for a value of the wrong type. The decoder does not name the
// field of such a value, so explainDecoding finds it by decoding each value by itself.
func explainDecoding(err error, data []byte, read func([]byte) error) error {
	if _, rest, found := strings.Cut(err.Error(), "unknown field "); found {
		field, message, _ := strings.Cut(rest, " in ")
		message = message[strings.LastIndex(message, ".")+1:]
		return fmt.Errorf("unknown field %s in %s: expected only fields that an order of this kind has", field, message)
	}
	path, value, why := findCulprit(data, func(path []string, value json.RawMessage) error {
		for i := len(path) - 1; i >= 0; i-- {
			if path[i] == "" {
				value = json.RawMessage("[" + string(value) + "]")
			} else {
				value = json.RawMessage(fmt.Sprintf("{%q:%s}", path[i], value))
			}
		}
		return read(value)
	})
	if why == nil || strings.HasPrefix(path, "signature") { // parts of a signature cannot be decoded by themselves
		return err
	}
	what := "a whole number"
	if m := misfit.FindStringSubmatch(why.Error()); m != nil && expected[m[1]] != "" {
		what = expected[m[1]]
	}
	return fmt.Errorf("%s: %s, expected %s", path, value, what)
}

// findCulprit finds the first value, innermost first, that cannot be decoded. It returns the value's path, its text, and the error.
func findCulprit(data []byte, read func(path []string, value json.RawMessage) error) (at, written string, why error) {
	var walk func(path []string, at string, value json.RawMessage)
	walk = func(path []string, here string, value json.RawMessage) {
		value = bytes.TrimSpace(value)
		switch value[0] {
		case '{':
			d := json.NewDecoder(bytes.NewReader(value))
			_, _ = d.Token()
			for d.More() && why == nil {
				field, _ := d.Token()
				var v json.RawMessage
				if d.Decode(&v) != nil {
					return
				}
				name := fmt.Sprint(field)
				walk(append(slices.Clone(path), name), strings.TrimPrefix(here+"."+name, "."), v)
			}
		case '[':
			var list []json.RawMessage
			_ = json.Unmarshal(value, &list)
			for i := 0; i < len(list) && why == nil; i++ {
				walk(append(slices.Clone(path), ""), fmt.Sprintf("%s[%d]", here, i), list[i])
			}
		}
		if why == nil && len(path) > 0 {
			if err := read(path, value); err != nil {
				at, written, why = here, string(value), err
			}
		}
	}
	walk(nil, "", data)
	return at, written, why
}

// syntaxError says in which line the JSON is wrong, and why.
func syntaxError(err error, data []byte) error {
	var wrong *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("not JSON: it ends in the middle")
	case errors.As(err, &wrong):
		before := data[:min(int64(len(data)), wrong.Offset)]
		return fmt.Errorf("not JSON: line %d: %w", 1+bytes.Count(before, []byte("\n")), err)
	}
	return fmt.Errorf("not JSON: %w", err)
}

// checkStrict checks that the text is exactly one JSON value, that no object has a field twice, and that no list has a null. A null in
// the list of a multisig key's keys makes the decoder panic.
func checkStrict(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("not JSON: it is empty")
	}
	if _, err := walkOnce(d, ""); err != nil {
		var wrong *json.SyntaxError
		if errors.As(err, &wrong) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return syntaxError(err, data)
		}
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("expected nothing behind the order")
	}
	return nil
}

// walkOnce checks one value and all values in it, and says whether it is null.
func walkOnce(d *json.Decoder, path string) (null bool, err error) {
	token, err := d.Token()
	if err != nil {
		return false, err
	}
	open, nested := token.(json.Delim)
	if !nested {
		return token == nil, nil
	}
	seen := map[string]bool{}
	for i := 0; d.More(); i++ {
		at := fmt.Sprintf("%s[%d]", path, i)
		if open == '{' {
			token, err := d.Token()
			if err != nil {
				return false, err
			}
			field, _ := token.(string)
			if seen[field] {
				return false, fmt.Errorf("%s: the field is there twice", strings.TrimPrefix(path+"."+field, "."))
			}
			seen[field], at = true, path+"."+field
		}
		hole, err := walkOnce(d, at)
		if err != nil {
			return false, err
		}
		if hole && open == '[' {
			return false, fmt.Errorf("%s: null, expected a value", strings.TrimPrefix(at, "."))
		}
	}
	_, err = d.Token()
	return false, err
}

// newMarshaler returns an encoder that writes fields by their names in the proto files, and omits zero values.
func newMarshaler() *jsonpb.Marshaler {
	return &jsonpb.Marshaler{OrigName: true, AnyResolver: keys()}
}

// Format returns an order as indented JSON, with its signature if it has one. Parse reads it back.
func Format(s types.SignedOrder) ([]byte, error) {
	var m proto.Message = &s
	if s.Signature == nil && s.Order != nil {
		m = s.Order
	}
	w := newMarshaler()
	if s.Signature != nil {
		if err := s.Signature.UnpackInterfaces(keys()); err != nil {
			return nil, err
		}
		if err := codectypes.UnpackInterfaces(s.Signature, codectypes.ProtoJSONPacker{JSONPBMarshaler: w}); err != nil {
			return nil, err
		}
	}
	var raw, out bytes.Buffer
	if err := w.Marshal(&raw, m); err != nil {
		return nil, err
	}
	if err := json.Indent(&out, pruneEmpty(raw.Bytes()), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// empty matches an empty message in compact JSON. It cannot match text inside a string, because quotes there follow backslashes.
var empty = regexp.MustCompile(`([{,])"(?:resources|apps|datasets|pools|requesters|audience)":\{\}(,?)`)

// pruneEmpty removes empty messages from compact JSON. The decoded order is the same.
func pruneEmpty(text []byte) []byte {
	for {
		next := empty.ReplaceAllFunc(text, func(m []byte) []byte {
			first, last := m[0], m[len(m)-1]
			switch {
			case first == '{':
				return []byte("{")
			case last == ',':
				return []byte(",")
			}
			return nil
		})
		if len(next) == len(text) {
			return next
		}
		text = next
	}
}
