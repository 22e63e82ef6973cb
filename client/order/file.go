package order

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/cosmos/gogoproto/jsonpb"
	"github.com/cosmos/gogoproto/proto"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/credence-chain/credence/x/market/types"
)

// MaxFile bounds what is read as one order, in bytes; no order that the chain takes comes near it.
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

// Parse reads an order from JSON: {"order": ..., "signature": ...}, or the order by itself. Unknown fields, fields that
// are there twice and anything behind the order are refused: what somebody signs has to be all that was meant.
func Parse(data []byte) (types.SignedOrder, error) {
	var s types.SignedOrder
	if err := strict(data); err != nil {
		return s, err
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		return s, fmt.Errorf("expected a JSON object with an order: %w", err)
	}
	read := jsonpb.Unmarshaler{AnyResolver: keys()}
	_, wrapped := top["order"]
	if _, signed := top["signature"]; !wrapped && !signed {
		s.Order = new(types.Order)
		if err := read.Unmarshal(bytes.NewReader(data), s.Order); err != nil {
			return types.SignedOrder{}, explain(err)
		}
	} else {
		if err := read.Unmarshal(bytes.NewReader(data), &s); err != nil {
			return types.SignedOrder{}, explain(err)
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

// explain puts the decoder's words for an unknown field into ours.
func explain(err error) error {
	if _, rest, found := strings.Cut(err.Error(), "unknown field "); found {
		field, message, _ := strings.Cut(rest, " in ")
		message = message[strings.LastIndex(message, ".")+1:]
		return fmt.Errorf("unknown field %s in %s: expected only fields that an order of this kind has (`credenced order create --help`)", field, message)
	}
	return err
}

// strict checks that the text is one JSON value in which no object names a field twice, and no list has a hole: the
// decoder panics over a missing key.
func strict(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := once(d, ""); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("expected nothing behind the order")
	}
	return nil
}

// once walks one value, and says whether it is null.
func once(d *json.Decoder, path string) (null bool, err error) {
	token, err := d.Token()
	if err != nil {
		return false, fmt.Errorf("not JSON: %w", err)
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
				return false, fmt.Errorf("not JSON: %w", err)
			}
			field, _ := token.(string)
			if seen[field] {
				return false, fmt.Errorf("%s: the field is there twice", strings.TrimPrefix(path+"."+field, "."))
			}
			seen[field], at = true, path+"."+field
		}
		hole, err := once(d, at)
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

// writer writes fields by their names in the protocol, and leaves zeros out.
func writer() *jsonpb.Marshaler {
	return &jsonpb.Marshaler{OrigName: true, AnyResolver: keys()}
}

// Format writes an order as indented JSON, with its signature when it has one; Parse reads it again.
func Format(s types.SignedOrder) ([]byte, error) {
	var m proto.Message = &s
	if s.Signature == nil && s.Order != nil {
		m = s.Order
	}
	w := writer()
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
	if err := json.Indent(&out, prune(raw.Bytes()), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// empty matches a message without anything in it that every order of its kind has. In compact JSON nothing within a
// string looks like it: there quotes come after backslashes.
var empty = regexp.MustCompile(`([{,])"(?:resources|apps|datasets|pools|requesters|audience)":\{\}(,?)`)

// prune leaves empty messages out, which reads the same.
func prune(text []byte) []byte {
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
