package encoding

import (
	"os"
	"slices"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/recent"
)

// rememberedAddresses is how many addresses are remembered in both of their forms: about 10 MB.
const rememberedAddresses = 1 << 15

// AddressCodec reads and writes account addresses. It remembers recent ones: every record of the state names some, and the checksum
// of a text costs more than the rest of reading it.
type AddressCodec struct {
	codec addresscodec.Bech32Codec
	bytes *recent.Answers[string, string] // text -> bytes
	texts *recent.Answers[string, string] // bytes -> text
}

var addresses = AddressCodec{
	codec: addresscodec.Bech32Codec{Bech32Prefix: AddressPrefix},
	bytes: recent.New[string, string](rememberedAddresses),
	texts: recent.New[string, string](rememberedAddresses),
}

// Addresses reads and writes account addresses.
func Addresses() AddressCodec { return addresses }

// StringToBytes returns the bytes of an address in text.
func (c AddressCodec) StringToBytes(text string) ([]byte, error) {
	if bz, found := c.bytes.Get(text); found {
		return []byte(bz), nil
	}
	bz, err := c.codec.StringToBytes(text)
	if err == nil {
		c.bytes.Put(text, string(bz))
	}
	return bz, err
}

// BytesToString returns the text of an address.
func (c AddressCodec) BytesToString(bz []byte) (string, error) {
	if text, found := c.texts.Get(string(bz)); found {
		return text, nil
	}
	text, err := c.codec.BytesToString(bz)
	if err == nil {
		c.texts.Put(string(slices.Clone(bz)), text)
	}
	return text, err
}

// nameScope names the scope of the SDK's global configuration. Without a name, the SDK makes two system calls whenever it reads an
// address, to find the name of the machine and the path of the program. Programs of this project have one scope.
func nameScope() {
	if os.Getenv(sdk.EnvConfigScope) == "" {
		if err := os.Setenv(sdk.EnvConfigScope, "credence"); err != nil {
			panic(err)
		}
	}
}
