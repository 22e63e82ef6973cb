package setup

import (
	"bytes"
	stded25519 "crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/privval"

	"github.com/credence-chain/credence/internal/keyfile"
)

// ConsensusKeyFile returns the path of the key that signs blocks, in the folder of a node or of a signer.
func ConsensusKeyFile(home string) string {
	return filepath.Join(home, "config", "priv_validator_key.json")
}

// ReadConsensusKey reads a consensus key in CometBFT's format, with the passphrase if it is encrypted. CometBFT's own functions are not
// used because they end the process when the file cannot be read.
func ReadConsensusKey(path string, passphrase keyfile.Source) (key privval.FilePVKey, err error) {
	content, err := keyfile.Read(path, passphrase)
	if err != nil {
		return key, fmt.Errorf("consensus key: %w", err)
	}
	if key, err = ParseConsensusKey(content); err != nil {
		return key, fmt.Errorf("consensus key %s: %w", path, err)
	}
	return key, nil
}

// ParseConsensusKey reads a consensus key from the decrypted content of its file.
func ParseConsensusKey(content []byte) (key privval.FilePVKey, err error) {
	if err := cmtjson.Unmarshal(content, &key); err != nil {
		return key, err
	}
	if key.PrivKey == nil || len(key.Address) == 0 {
		return key, errors.New("no key that signs blocks: expected address, pub_key and priv_key")
	}
	secret, is := key.PrivKey.(ed25519.PrivKey)
	if !is || len(secret) != ed25519.PrivateKeySize {
		return key, fmt.Errorf("priv_key: %s of %d bytes, expected %s of %d; take the file from a backup", key.PrivKey.Type(), len(key.PrivKey.Bytes()), ed25519.KeyType, ed25519.PrivateKeySize)
	}
	// The file has the seed followed by the public half, and CometBFT signs with whatever public half stands there: it must fit the seed.
	if whole := stded25519.NewKeyFromSeed(secret[:ed25519.SeedSize]); !bytes.Equal(secret, whole) {
		return key, errors.New("priv_key: its second half is not the public half of the first; take the file from a backup")
	}
	key.PubKey = secret.PubKey()
	key.Address = key.PubKey.Address()
	return key, nil
}

// makeConsensusKey returns the public half of the key that signs blocks. If they are missing, it makes the key and the state file, which
// records what the key signed last.
func (n Node) makeConsensusKey(cfg *cmtcfg.Config) ([]byte, error) {
	path := cfg.PrivValidatorKeyFile()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(cfg.PrivValidatorStateFile()), 0o700); err != nil {
			return nil, err
		}
		privval.GenFilePV(path, cfg.PrivValidatorStateFile()).Save()
	}
	key, err := ReadConsensusKey(path, n.Passphrase)
	if err != nil {
		return nil, err
	}
	return key.PubKey.Bytes(), nil
}
