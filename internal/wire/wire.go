// Package wire decodes protobuf messages without generated types. Generated types would import the Cosmos SDK. They could not decode the
// records of the state either, which have ids, addresses and digests as raw bytes (ADR 28). Fields without a reader are skipped, because
// a newer chain may have more fields.
package wire

import (
	"fmt"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// FieldReader takes one field of a message.
type FieldReader func(value Value) error

// Readers are the readers of a message's fields, by their numbers.
type Readers map[protowire.Number]FieldReader

// Value is what a field holds: a number, or bytes.
type Value struct {
	kind   protowire.Type
	number uint64
	bytes  []byte
}

// ReadMessage calls the reader for each field of a message, in the order of the fields. It skips fields without a reader.
func ReadMessage(message []byte, readers Readers) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		size := protowire.ConsumeFieldValue(number, kind, message)
		if size < 0 {
			return protowire.ParseError(size)
		}
		value := Value{kind: kind}
		switch kind {
		case protowire.VarintType:
			value.number, _ = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			value.bytes, _ = protowire.ConsumeBytes(message)
		}
		message = message[size:]
		read := readers[number]
		if read == nil {
			continue
		}
		if err := read(value); err != nil {
			return fmt.Errorf("field %d: %w", number, err)
		}
	}
	return nil
}

// ReadNumber returns the reader of an integer, a boolean or an enum.
func ReadNumber[T ~uint64 | ~uint32 | ~int64 | ~int32](to *T) FieldReader {
	return func(v Value) error {
		if v.kind != protowire.VarintType {
			return fmt.Errorf("expected a number")
		}
		*to = T(v.number)
		return nil
	}
}

// ReadBool returns the reader of a boolean.
func ReadBool(to *bool) FieldReader {
	return func(v Value) error {
		if v.kind != protowire.VarintType {
			return fmt.Errorf("expected a truth value")
		}
		*to = v.number != 0
		return nil
	}
}

// ReadNumbers returns the reader of repeated integers, packed or not.
func ReadNumbers(to *[]uint32) FieldReader {
	return func(v Value) error {
		if v.kind == protowire.VarintType {
			*to = append(*to, uint32(v.number))
			return nil
		}
		if v.kind != protowire.BytesType {
			return fmt.Errorf("expected numbers")
		}
		for rest := v.bytes; len(rest) > 0; {
			one, n := protowire.ConsumeVarint(rest)
			if n < 0 {
				return protowire.ParseError(n)
			}
			*to, rest = append(*to, uint32(one)), rest[n:]
		}
		return nil
	}
}

// ReadText returns the reader of a text, which must be UTF-8.
func ReadText(to *string) FieldReader {
	return func(v Value) error {
		if v.kind != protowire.BytesType || !utf8.Valid(v.bytes) {
			return fmt.Errorf("expected a text")
		}
		*to = string(v.bytes)
		return nil
	}
}

// ReadTexts returns the reader of repeated texts.
func ReadTexts(to *[]string) FieldReader {
	return func(v Value) error {
		var one string
		err := ReadText(&one)(v)
		*to = append(*to, one)
		return err
	}
}

// ReadRaw returns the reader of bytes; if size is above 0, there must be exactly that many.
func ReadRaw(to *[]byte, size int) FieldReader {
	return func(v Value) error {
		if v.kind != protowire.BytesType || size > 0 && len(v.bytes) != size {
			return fmt.Errorf("expected %d bytes, got %d", size, len(v.bytes))
		}
		*to = v.bytes
		return nil
	}
}

// ReadHash returns the reader of an id or a digest.
func ReadHash(to *[32]byte) FieldReader {
	return func(v Value) error {
		if v.kind != protowire.BytesType || len(v.bytes) != len(to) {
			return fmt.Errorf("expected %d bytes, got %d", len(to), len(v.bytes))
		}
		copy(to[:], v.bytes)
		return nil
	}
}

// ReadHashes returns the reader of repeated ids or digests.
func ReadHashes(to *[][32]byte) FieldReader {
	return func(v Value) error {
		var one [32]byte
		err := ReadHash(&one)(v)
		*to = append(*to, one)
		return err
	}
}

// ReadWithin returns the reader of a message inside the message, which read decodes.
func ReadWithin[T any](to *T, read func([]byte) (T, error)) FieldReader {
	return func(v Value) (err error) {
		if v.kind != protowire.BytesType {
			return fmt.Errorf("expected a message")
		}
		*to, err = read(v.bytes)
		return err
	}
}

// ReadEach returns the reader of repeated messages, each of which read decodes.
func ReadEach[T any](to *[]T, read func([]byte) (T, error)) FieldReader {
	return func(v Value) error {
		var one T
		err := ReadWithin(&one, read)(v)
		*to = append(*to, one)
		return err
	}
}
