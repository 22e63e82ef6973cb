package client

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"

	"github.com/credence-chain/credence/internal/keyfile"
)

// memoryKey is an unlocked secp256k1 key.
type memoryKey struct {
	private *secp256k1.PrivKey
	address string
}

func (k memoryKey) Address() string                   { return k.address }
func (k memoryKey) PubKey() cryptotypes.PubKey        { return k.private.PubKey() }
func (k memoryKey) Sign(bytes []byte) ([]byte, error) { return k.private.Sign(bytes) }

// String returns the address, so that logs do not show the secret.
func (k memoryKey) String() string { return k.address }

// GoString returns the address, so that logs do not show the secret.
func (k memoryKey) GoString() string { return k.address }

func newMemoryKey(secret []byte) (Key, error) {
	if len(secret) != 32 {
		return nil, fmt.Errorf("key: got %d bytes, expected the 32 of a secp256k1 key", len(secret))
	}
	private := &secp256k1.PrivKey{Key: secret}
	text, err := sharedEncoding().address.BytesToString(private.PubKey().Address())
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	return memoryKey{private: private, address: text}, nil
}

// GenerateKey makes a new key.
func GenerateKey() (Key, error) { return newMemoryKey(secp256k1.GenPrivKey().Bytes()) }

// ParseKey reads a key from 64 hex digits.
func ParseKey(text string) (Key, error) {
	secret, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return nil, errors.New("key: expected 64 hex digits") // the error must not show the text, which may be a secret
	}
	return newMemoryKey(secret)
}

// LoadKey reads a key file: 64 hex digits, readable by its owner alone. An encrypted file opens only if systemd gives the process the
// passphrase as a credential.
func LoadKey(path string) (Key, error) { return UnlockKey(path, nil) }

// UnlockKey reads a key file as LoadKey does. It calls passphrase only if the file is encrypted.
func UnlockKey(path string, passphrase func() ([]byte, error)) (Key, error) {
	text, err := keyfile.Read(path, passphrase)
	var open *keyfile.ModeError
	if errors.As(err, &open) {
		return nil, &Error{Code: CodeInvalid, Field: "KeyFile", Value: path, What: fmt.Sprintf("its mode is %04o, others may read it", open.Mode), Expected: "0600"}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Code: CodeNotFound, Field: "KeyFile", Value: path, What: "there is no such file", Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return key, nil
}

// SaveKey writes a plain key file that only its owner can read. It makes the folder, also for the owner alone, if there is none. It
// never replaces a file.
func SaveKey(path string, key Key) error {
	memory, ok := key.(memoryKey)
	if !ok {
		return fmt.Errorf("key file %s: only a key in memory can be written", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &Error{Code: CodeExists, Field: "KeyFile", Value: path, What: "there is a file already, and it is left as it is", Err: err}
	}
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	if _, err := fmt.Fprintf(file, "%x\n", memory.private.Bytes()); err != nil {
		file.Close()
		return fmt.Errorf("key file: %w", err)
	}
	return file.Close()
}

// LoadOrGenerateKey reads a key file, or writes it with a new key if there is none.
func LoadOrGenerateKey(path string) (Key, error) { return UnlockOrGenerateKey(path, nil) }

// UnlockOrGenerateKey reads a key file as UnlockKey does. If there is none, it writes a plain one with a new key.
func UnlockOrGenerateKey(path string, passphrase func() ([]byte, error)) (Key, error) {
	key, err := UnlockKey(path, passphrase)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if key, err = GenerateKey(); err != nil {
		return nil, err
	}
	return key, SaveKey(path, key)
}

// KeyFromKeyring copies a key from an SDK keyring into memory, so that the keyring asks for its password only once.
func KeyFromKeyring(ring keyring.Keyring, name string) (Key, error) {
	record, err := ring.Key(name)
	if err != nil {
		return nil, fmt.Errorf("keyring: key %q: %w", name, err)
	}
	local := record.GetLocal()
	if local == nil || local.PrivKey == nil {
		return nil, fmt.Errorf("keyring: key %q is not kept here (a ledger, a multisig or a public key): expected a local one", name)
	}
	private, ok := local.PrivKey.GetCachedValue().(*secp256k1.PrivKey)
	if !ok {
		return nil, fmt.Errorf("keyring: key %q is not of type secp256k1", name)
	}
	return newMemoryKey(private.Bytes())
}
