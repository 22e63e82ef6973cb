package compact

import (
	"fmt"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/ids"
)

// ID is the codec of keys, or parts of keys, that are ids: 32 bytes. Keys are walked in the order of their texts, too.
var ID collcodec.KeyCodec[string] = idKey{key{idForm{}}}

// IDValue is the codec of values that are ids.
var IDValue = collcodec.KeyToValueCodec(ID)

// Address returns the codec of keys, or parts of keys, that are addresses. If another part of the key follows, a byte with the length
// precedes the address's bytes. Keys are walked in the order of the bytes, which is not that of the texts.
func Address(addresses address.Codec) collcodec.KeyCodec[string] {
	return key{addressForm{addresses}}
}

// key is the codec of a text that is stored raw. A text that its form does not take is an ErrEncoding of collections.
type key struct{ form form }

func (k key) Encode(buffer []byte, text string) (int, error) {
	raw, err := k.packText(text)
	return copy(buffer, raw), err
}

func (k key) packText(text string) ([]byte, error) {
	raw, err := k.form.packText(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", collections.ErrEncoding, err)
	}
	return raw, nil
}

func (k key) Decode(buffer []byte) (int, string, error) {
	text, err := k.form.unpackText(buffer)
	return len(buffer), text, err
}

func (k key) Size(text string) int {
	raw, _ := k.packText(text) // Encode says what is wrong with it
	return len(raw)
}

func (k key) EncodeNonTerminal(buffer []byte, text string) (int, error) {
	raw, err := k.packText(text)
	if err != nil {
		return 0, err
	}
	return collections.BytesKey.EncodeNonTerminal(buffer, raw)
}

func (k key) DecodeNonTerminal(buffer []byte) (int, string, error) {
	n, raw, err := collections.BytesKey.DecodeNonTerminal(buffer)
	if err != nil {
		return 0, "", err
	}
	text, err := k.form.unpackText(raw)
	return n, text, err
}

func (k key) SizeNonTerminal(text string) int { return 1 + k.Size(text) }

func (key) EncodeJSON(text string) ([]byte, error) { return collections.StringKey.EncodeJSON(text) }
func (key) DecodeJSON(json []byte) (string, error) { return collections.StringKey.DecodeJSON(json) }
func (key) Stringify(text string) string           { return text }
func (k key) KeyType() string                      { return fmt.Sprintf("%T", k.form) }

// idKey needs no length where another part follows: all ids have the same.
type idKey struct{ key }

func (k idKey) EncodeNonTerminal(buffer []byte, text string) (int, error) {
	return k.Encode(buffer, text)
}

func (k idKey) DecodeNonTerminal(buffer []byte) (int, string, error) {
	if len(buffer) < ids.Size {
		return 0, "", fmt.Errorf("%x: expected the %d bytes of an id", buffer, ids.Size)
	}
	return k.Decode(buffer[:ids.Size])
}

func (k idKey) Size(string) int            { return ids.Size }
func (k idKey) SizeNonTerminal(string) int { return ids.Size }
