package compact

import (
	"fmt"
	"strings"

	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/address"
)

// Kind is a kind of party by which records are found. The text of a party is the kind's word and the party's name, such as "owner/" and
// an address.
type Kind struct {
	// Word begins the party's text. It ends with a slash.
	Word string
	// Byte begins the party's key.
	Byte byte
	// Account says that names of the kind are addresses; others are stored as they are.
	Account bool
}

// Party returns the codec of keys, or parts of keys, that are parties: a byte for the kind, and then the name or, for an account, the
// address's bytes. If another part of the key follows, the name may have at most 254 bytes.
func Party(addresses address.Codec, kinds []Kind) collcodec.KeyCodec[string] {
	return key{partyForm{addressForm{addresses}, kinds}}
}

type partyForm struct {
	accounts addressForm
	kinds    []Kind
}

func (f partyForm) packText(text string) ([]byte, error) {
	for _, kind := range f.kinds {
		name, found := strings.CutPrefix(text, kind.Word)
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
		return kind.Word + name, err
	}
	return "", fmt.Errorf("%x: unknown kind of party", raw)
}
