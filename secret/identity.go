package secret

import (
	"errors"
	"strings"

	"filippo.io/age"
)

// ErrNoIdentity says that a text does not hold an identity of age.
var ErrNoIdentity = errors.New("no identity of age, AGE-SECRET-KEY-1...")

// ParseIdentity reads the identity in a file as age-keygen writes it: one line, after empty lines and lines that begin with "#".
// The error is ErrNoIdentity, which does not repeat the text, because the text may be secret.
func ParseIdentity(text []byte) (*age.X25519Identity, error) {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		identity, err := age.ParseX25519Identity(line)
		if err != nil {
			return nil, ErrNoIdentity
		}
		return identity, nil
	}
	return nil, ErrNoIdentity
}
