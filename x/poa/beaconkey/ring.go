package beaconkey

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"github.com/credence-chain/credence/internal/keyfile"
)

// NextFileName is the name, beside FileName, of the key file that a node signs with once its seat has rotated to it.
const NextFileName = "beacon_key.next.json"

// Ring is the keys that a node holds: the seat's, and the one that it rotates to.
type Ring []*PrivateKey

// SignAs signs with the secret of a public key; false when the ring has none.
func (r Ring) SignAs(pubkey, msg []byte) ([]byte, bool) {
	for _, key := range r {
		if bytes.Equal(key.pub, pubkey) {
			return key.Sign(msg), true
		}
	}
	return nil, false
}

// Holds says whether the ring has the secret of a public key.
func (r Ring) Holds(pubkey []byte) bool {
	for _, key := range r {
		if bytes.Equal(key.pub, pubkey) {
			return true
		}
	}
	return false
}

// LoadRing reads the keys in a node's config folder. The error wraps os.ErrNotExist when there is none; of two, either may be
// missing. Both open with one passphrase, if they are encrypted.
func LoadRing(folder string, passphrase keyfile.Source) (ring Ring, err error) {
	first, err := Load(filepath.Join(folder, FileName), passphrase)
	if err == nil {
		ring = append(ring, first)
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	next, nextErr := Load(filepath.Join(folder, NextFileName), passphrase)
	switch {
	case nextErr == nil:
		return append(ring, next), nil
	case errors.Is(nextErr, os.ErrNotExist):
		return ring, err
	default:
		return nil, nextErr
	}
}
