package vectors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
)

const (
	maxDigits   = 20_000 // longest number read
	maxExponent = 400    // largest power of ten read
)

// decodeValue reads one JSON value, numbers as json.Number, nothing after it.
func decodeValue(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("unexpected data after the JSON value")
	}
	return v, nil
}

// toRat reads a JSON number, or a string holding an integer, a decimal or a
// fraction such as 1/5. The decimal is taken as written, not as a double.
func toRat(v any) (*big.Rat, error) {
	var text string
	switch n := v.(type) {
	case json.Number:
		text = n.String()
	case string:
		text = n
	default:
		return nil, fmt.Errorf("expected a number, got %s", showValue(v))
	}
	if len(text) > maxDigits {
		return nil, fmt.Errorf("number of %d characters, expected at most %d", len(text), maxDigits)
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		if e, err := strconv.Atoi(text[i+1:]); err != nil || e > maxExponent || e < -maxExponent {
			return nil, fmt.Errorf("exponent of %s, expected -%d to %d", text, maxExponent, maxExponent)
		}
	}
	for _, c := range text {
		if !strings.ContainsRune("0123456789+-./eE", c) {
			return nil, fmt.Errorf("expected a number, got %q", text)
		}
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, fmt.Errorf("expected a number, got %q", text)
	}
	return r, nil
}

// toInt reads an integer.
func toInt(v any) (*big.Int, error) {
	r, err := toRat(v)
	if err != nil {
		return nil, err
	}
	if !r.IsInt() {
		return nil, fmt.Errorf("expected an integer, got %s", showValue(v))
	}
	return new(big.Int).Set(r.Num()), nil
}

// toUint64 reads an integer of 0 to 2^64-1.
func toUint64(v any) (uint64, error) {
	i, err := toInt(v)
	if err != nil {
		return 0, err
	}
	if !i.IsUint64() {
		return 0, fmt.Errorf("expected 0 to 2^64-1, got %s", i)
	}
	return i.Uint64(), nil
}

// object is a JSON object whose fields keep their order.
type object []field

type field struct {
	key   string
	value any
}

func (o object) getField(key string) (any, bool) {
	for _, f := range o {
		if f.key == key {
			return f.value, true
		}
	}
	return nil, false
}

// digits is an integer that the format writes as a string.
type digits struct{ *big.Int }

// count is an integer that no tolerance applies to.
type count int64

// encodeValue writes a got value as JSON.
func encodeValue(v any) json.RawMessage {
	var b strings.Builder
	writeValue(&b, v)
	return json.RawMessage(b.String())
}

func writeValue(b *strings.Builder, v any) {
	switch x := v.(type) {
	case nil:
		b.WriteString("null")
	case *big.Int:
		b.WriteString(x.String())
	case *big.Rat:
		b.WriteString(formatDecimal(x))
	case digits:
		b.WriteString(strconv.Quote(x.String()))
	case count:
		b.WriteString(strconv.FormatInt(int64(x), 10))
	case []any:
		b.WriteByte('[')
		for i, e := range x {
			if i > 0 {
				b.WriteByte(',')
			}
			writeValue(b, e)
		}
		b.WriteByte(']')
	case object:
		b.WriteByte('{')
		for i, f := range x {
			if i > 0 {
				b.WriteByte(',')
			}
			writeValue(b, f.key)
			b.WriteByte(':')
			writeValue(b, f.value)
		}
		b.WriteByte('}')
	default: // string, bool, json.Number, decoded JSON
		text, err := json.Marshal(x)
		if err != nil {
			text, _ = json.Marshal(fmt.Sprint(x))
		}
		b.Write(text)
	}
}

func showValue(v any) string { return string(encodeValue(v)) }

// significant is how many digits a rational is printed with.
const significant = 20

// formatDecimal writes a rational with 20 significant digits, without an exponent.
func formatDecimal(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	places := significant
	if size := r.Num().BitLen() - r.Denom().BitLen(); size < 0 {
		places += -size * 3 / 10 // leading zeros: log10(2) a bit
	}
	return strings.TrimRight(r.FloatString(places), "0")
}
