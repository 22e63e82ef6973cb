package agent

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secretSize is the length of a worker's local secret in bytes.
const secretSize = 32

// LoadSecret reads the secret from which salts are derived, and makes one if there is none. It is a file of 64 hex digits that only its
// owner may read. Anybody who knows the secret can guess this worker's commitments. A worker that loses it cannot open its commitments:
// a file that cannot be read is therefore an error, and never replaced.
func LoadSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newSecret(path)
	}
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("secret %s: mode is %04o, others may read it; run: chmod 600 %s", path, mode, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != secretSize {
		return nil, fmt.Errorf("secret %s: expected %d hex digits; restore it from a backup, or delete it when no task is open", path, 2*secretSize)
	}
	return secret, nil
}

func newSecret(path string) ([]byte, error) {
	secret := make([]byte, secretSize)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	// The file, and then its name, are durable before the secret is used.
	temp, err := os.CreateTemp(filepath.Dir(path), ".secret-")
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = fmt.Fprintf(temp, "%x\n", secret)
	err = errors.Join(err, temp.Chmod(0o600), temp.Sync(), temp.Close())
	if err == nil {
		err = os.Link(temp.Name(), path) // fails when another process made one meanwhile
	}
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	defer folder.Close()
	return secret, folder.Sync()
}
