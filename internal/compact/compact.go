// Package compact stores ids, addresses and digests in the state as raw bytes. Keepers, genesis, queries and messages have them as text:
// an id as 64 hexadecimal digits, an address as bech32, a digest as "sha256:" and 64 digits. The codecs of this package convert between
// both. A form (form.go) says how a text is stored:
//
//	an id       32 bytes
//	an address  its bytes, 20 of an account
//	a digest    32 bytes
//
// Keys of collections use the key codecs ID and Address (key.go). Records use Value: it encodes a record by its protobuf definition, and
// then replaces the text of every marked field by its raw bytes (layout.go). A marked field has one of these options; an empty text is
// not stored:
//
//	string id = 1 [(cosmos_proto.scalar) = "credence.ID"];
//	string who = 2 [(cosmos_proto.scalar) = "cosmos.AddressString"];
//	string digest = 3 [(cosmos_proto.scalar) = "credence.Digest"];
//
// Protobuf encodes strings and bytes in the same way. So the stored record is the same as if its marked fields had the type bytes, and
// any protobuf decoder can read it. Writing a text that its form cannot convert is an error, which names the field.
package compact

import (
	"fmt"

	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/address"

	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/credence-chain/credence/internal/recent"
)

// record is a generated protobuf message.
type record[T any] interface {
	*T
	codec.ProtoMarshaler
}

// Value returns the codec of records whose marked fields are stored as raw bytes. It panics for a message that is not registered, which
// is a mistake in the program.
func Value[T any, PT record[T]](cdc codec.BinaryCodec, addresses address.Codec) collcodec.ValueCodec[T] {
	l, err := layoutOf(proto.MessageName(PT(new(T))), addresses)
	if err != nil {
		panic(err)
	}
	return value[T]{ValueCodec: codec.CollValue[T, PT](cdc), layout: l}
}

// value is the codec of a record: that of protobuf, but for the marked fields. JSON and names are protobuf's.
type value[T any] struct {
	collcodec.ValueCodec[T]
	layout *layout
	// decoded caches decoded records; nil for most codecs. See Remembered.
	decoded *recent.Answers[string, T]
}

func (v value[T]) Encode(record T) ([]byte, error) {
	text, err := v.ValueCodec.Encode(record)
	if err != nil {
		return nil, err
	}
	raw, err := v.layout.rewriteMessage(text, packText)
	if err != nil {
		return nil, fmt.Errorf("%T: %w", record, err)
	}
	return raw, nil
}

func (v value[T]) Decode(raw []byte) (record T, err error) {
	if v.decoded != nil {
		return v.remember(raw)
	}
	return v.decode(raw)
}

func (v value[T]) decode(raw []byte) (record T, err error) {
	text, err := v.layout.rewriteMessage(raw, unpackRaw)
	if err != nil {
		return record, fmt.Errorf("%T: %w", record, err)
	}
	return v.ValueCodec.Decode(text)
}
