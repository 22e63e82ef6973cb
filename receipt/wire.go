package receipt

import (
	"fmt"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// The records of the state are protobuf, but with ids, addresses and digests as raw bytes (ADR 28). The types of the modules
// would bring the Cosmos SDK along, so the fields that a receipt needs are read here. Fields that are not asked for are
// passed over: the chain may have more by now.

// fieldReader takes one field of a message.
type fieldReader func(value wireValue) error

// wireValue is what a field holds: a number, or bytes.
type wireValue struct {
	kind   protowire.Type
	number uint64
	bytes  []byte
}

// readMessage gives each field of a message to the reader of its number, in their order. A field that has no reader is passed over.
func readMessage(message []byte, readers map[protowire.Number]fieldReader) error {
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
		value := wireValue{kind: kind}
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

// readNumber reads a field of an integer, a boolean or an enum.
func readNumber[T ~uint64 | ~uint32 | ~int64 | ~int32](to *T) fieldReader {
	return func(v wireValue) error {
		if v.kind != protowire.VarintType {
			return fmt.Errorf("expected a number")
		}
		*to = T(v.number)
		return nil
	}
}

func readBool(to *bool) fieldReader {
	return func(v wireValue) error {
		if v.kind != protowire.VarintType {
			return fmt.Errorf("expected a truth value")
		}
		*to = v.number != 0
		return nil
	}
}

// readNumbers reads a repeated field of integers, packed or not.
func readNumbers(to *[]uint32) fieldReader {
	return func(v wireValue) error {
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

func readText(to *string) fieldReader {
	return func(v wireValue) error {
		if v.kind != protowire.BytesType || !utf8.Valid(v.bytes) {
			return fmt.Errorf("expected a text")
		}
		*to = string(v.bytes)
		return nil
	}
}

func readTexts(to *[]string) fieldReader {
	return func(v wireValue) error {
		var one string
		err := readText(&one)(v)
		*to = append(*to, one)
		return err
	}
}

// readRaw reads bytes, of a size where one is given.
func readRaw(to *[]byte, size int) fieldReader {
	return func(v wireValue) error {
		if v.kind != protowire.BytesType || size > 0 && len(v.bytes) != size {
			return fmt.Errorf("expected %d bytes, got %d", size, len(v.bytes))
		}
		*to = v.bytes
		return nil
	}
}

// readHash reads an id or a digest.
func readHash(to *[32]byte) fieldReader {
	return func(v wireValue) error {
		if v.kind != protowire.BytesType || len(v.bytes) != len(to) {
			return fmt.Errorf("expected %d bytes, got %d", len(to), len(v.bytes))
		}
		copy(to[:], v.bytes)
		return nil
	}
}

// readWithin reads a message with a function of its own.
func readWithin[T any](to *T, read func([]byte) (T, error)) fieldReader {
	return func(v wireValue) (err error) {
		if v.kind != protowire.BytesType {
			return fmt.Errorf("expected a message")
		}
		*to, err = read(v.bytes)
		return err
	}
}

// readEach reads a repeated message likewise.
func readEach[T any](to *[]T, read func([]byte) (T, error)) fieldReader {
	return func(v wireValue) error {
		var one T
		err := readWithin(&one, read)(v)
		*to = append(*to, one)
		return err
	}
}
