package beaconkey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/credence-chain/credence/internal/keyfile"
)

// FileName is the key file's name inside a node's config folder.
const FileName = "beacon_key.json"

// file is the JSON form of a key; byte fields are base64.
type file struct {
	Type      string `json:"type"`
	PublicKey []byte `json:"public_key"`
	Seed      []byte `json:"seed"`
}

const fileType = "credence/beacon-key/bls12381-g2"

// Save writes the key derived from seed to path, readable by the owner alone. It never overwrites a file.
func Save(path string, seed []byte) (*PrivateKey, error) {
	key, err := New(seed)
	if err != nil {
		return nil, err
	}
	bz, err := json.MarshalIndent(file{Type: fileType, PublicKey: key.PublicKey(), Seed: seed}, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("beacon key: %w", err)
	}
	if _, err := f.Write(append(bz, '\n')); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("beacon key %s: %w", path, err)
	}
	return key, f.Close()
}

// Load reads a key file, with the passphrase if it is encrypted. The error wraps os.ErrNotExist when there is no file, and
// keyfile.ErrLocked when an encrypted file cannot be opened. A file that others may read is refused.
func Load(path string, passphrase keyfile.Source) (*PrivateKey, error) {
	bz, err := keyfile.Read(path, passphrase)
	if err != nil {
		return nil, fmt.Errorf("beacon key: %w", err)
	}
	return parse(path, bz)
}

// Check says whether the plain content of a file is a beacon key.
func Check(content []byte) error {
	_, err := parse("content", content)
	return err
}

func parse(path string, bz []byte) (*PrivateKey, error) {
	var f file
	if err := json.Unmarshal(bz, &f); err != nil {
		return nil, fmt.Errorf("beacon key %s: %w", path, err)
	}
	if f.Type != fileType {
		return nil, fmt.Errorf("beacon key %s: type %q, expected %q", path, f.Type, fileType)
	}
	key, err := New(f.Seed)
	if err != nil {
		return nil, fmt.Errorf("beacon key %s: %w", path, err)
	}
	if !bytes.Equal(key.pub, f.PublicKey) {
		return nil, fmt.Errorf("beacon key %s: public_key does not belong to seed", path)
	}
	return key, nil
}
