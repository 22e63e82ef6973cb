package contract

import (
	"crypto/ecdh"
	"fmt"

	"github.com/cosmos/btcutil/bech32"
)

// recipientPrefix begins an X25519 recipient of age (https://age-encryption.org/v1), and recipientSize is its length in letters.
const (
	recipientPrefix = "age"
	recipientSize   = 62
)

// ParseRecipient reads the key for which results are sealed: an X25519 recipient of age, "age1...", in lower case. It refuses a
// point of low order, with which no secret can be agreed.
func ParseRecipient(text string) (*ecdh.PublicKey, error) {
	wrong := func(why string) error {
		return fmt.Errorf("recipient: got %.80q, expected a public key of age, age1 and 58 letters and digits: %s", text, why)
	}
	if len(text) != recipientSize {
		return nil, wrong(fmt.Sprintf("it has %d bytes", len(text)))
	}
	prefix, letters, err := bech32.Decode(text, recipientSize)
	if err != nil {
		return nil, wrong(err.Error())
	}
	raw, err := bech32.ConvertBits(letters, 5, 8, false)
	if err != nil || prefix != recipientPrefix || text[0] != 'a' {
		return nil, wrong("it is none")
	}
	key, err := ecdh.X25519().NewPublicKey(raw)
	if err != nil {
		return nil, wrong(err.Error())
	}
	probe, err := ecdh.X25519().NewPrivateKey([]byte("any secret of thirty-two bytes..."[:32]))
	if err != nil {
		return nil, wrong(err.Error())
	}
	if _, err := probe.ECDH(key); err != nil {
		return nil, wrong("it is a point of low order, with which everybody shares one key")
	}
	return key, nil
}
