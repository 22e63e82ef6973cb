package compact

import (
	"fmt"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/ids"
)

// A form says how a text is stored: packText returns the raw bytes of a text, unpackText the text of raw bytes.
type form interface {
	packText(text string) ([]byte, error)
	unpackText(raw []byte) (string, error)
}

// listForms returns the forms by the option cosmos_proto.scalar, which marks a field.
func listForms(addresses address.Codec) map[string]form {
	return map[string]form{
		"credence.ID":          idForm{},
		"credence.Digest":      digestForm{},
		"cosmos.AddressString": addressForm{addresses},
	}
}

// idForm is the form of the protocol's ids: of tasks, deals, orders, requests and vouchers.
type idForm struct{}

func (idForm) packText(text string) ([]byte, error) {
	id, err := ids.Parse(text)
	return id[:], err
}

func (idForm) unpackText(raw []byte) (string, error) {
	if len(raw) != ids.Size {
		return "", fmt.Errorf("%x: expected the %d bytes of an id", raw, ids.Size)
	}
	return ids.FormatRaw(raw), nil
}

// digestForm is the form of digests of files.
type digestForm struct{}

func (digestForm) packText(text string) ([]byte, error) {
	digest, err := artifact.ParseDigest(text)
	return digest[:], err
}

func (digestForm) unpackText(raw []byte) (string, error) {
	if len(raw) != len(artifact.Digest{}) {
		return "", fmt.Errorf("%x: expected the %d bytes of a digest", raw, len(artifact.Digest{}))
	}
	return artifact.Digest(raw).String(), nil
}

// addressForm is the form of addresses. Bech32 has two texts for an address; unpackText returns the canonical one.
type addressForm struct{ addresses address.Codec }

func (f addressForm) packText(text string) ([]byte, error) {
	raw, err := f.addresses.StringToBytes(text)
	if err != nil {
		return nil, fmt.Errorf("%.80q: expected an address: %w", text, err)
	}
	return raw, nil
}

func (f addressForm) unpackText(raw []byte) (string, error) {
	if len(raw) == 0 {
		return "", fmt.Errorf("expected the bytes of an address, got none")
	}
	return f.addresses.BytesToString(raw)
}
