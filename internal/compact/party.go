package compact

import (
	"fmt"
	"strings"

	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/address"
)

// Kind is a kind of party, by which records are found. A party's text is Prefix and its name.
type Kind struct {
	// Prefix is the beginning of the party's text, including a slash, such as "owner/".
	Prefix string
	// Byte is the first byte of the party's key.
	Byte byte
	// Account says that the names of the kind are addresses, which are stored as bytes; other names are stored as they are.
	Account bool
}

// Party returns the codec of keys, or parts of keys, that are parties. A key is a byte for the kind, then the name; the name of an
// account is its address in bytes. If another part of the key follows, its name has at most 254 bytes.
func Party(addresses address.Codec, kinds []Kind) collcodec.KeyCodec[string] {
	return key{partyForm{addressForm{addresses}, kinds}}
}

type partyForm struct {
	accounts addressForm
	kinds    []Kind
}

func (f partyForm) packText(text string) ([]byte, error) {
	for _, kind := range f.kinds {
		name, found := strings.CutPrefix(text, kind.Prefix)
		if !found {
			continue
		}
		raw, err := []byte(name), error(nil)
		if kind.Account {
			raw, err = f.accounts.packText(name)
		}
		return append([]byte{kind.Byte}, raw...), err
	}
	return nil, fmt.Errorf("%.80q: unknown kind of party", text)
}

func (f partyForm) unpackText(raw []byte) (string, error) {
	for _, kind := range f.kinds {
		if len(raw) == 0 || raw[0] != kind.Byte {
			continue
		}
		name, err := string(raw[1:]), error(nil)
		if kind.Account {
			name, err = f.accounts.unpackText(raw[1:])
		}
		return kind.Prefix + name, err
	}
	return "", fmt.Errorf("%x: unknown kind of party", raw)
}
