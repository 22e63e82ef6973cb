package secret

import (
	"errors"
	"strings"

	"filippo.io/age"
)

// ErrNoIdentity says that a text holds no identity of age.
var ErrNoIdentity = errors.New("no identity of age, AGE-SECRET-KEY-1...")

// ParseIdentity reads the identity in the content of a file as age-keygen writes it: one line, after empty ones and those that begin with
// "#". The error is ErrNoIdentity, which does not repeat the text.
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
