package beaconkey

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"github.com/credence-chain/credence/internal/keyfile"
)

// NextFileName is the name of a second key file beside FileName. The node signs with its key once the seat has rotated to that
// key.
const NextFileName = "beacon_key.next.json"

// Ring holds the keys of a node: the seat's key, and the key to which the seat rotates.
type Ring []*PrivateKey

// SignAs signs msg with the secret of a public key. It returns false when the ring does not hold that secret.
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

// LoadRing reads the keys in a node's config folder. One of the two files may be missing; the error wraps os.ErrNotExist when both
// are. If they are encrypted, one passphrase opens both.
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
