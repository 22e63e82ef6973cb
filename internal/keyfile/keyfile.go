// Package keyfile reads files with secret keys, plain or encrypted with a passphrase, and encrypts and decrypts them in place. An
// encrypted file is in the armoured format of age (https://age-encryption.org/v1) with one scrypt recipient, so that the program age can
// open it too. Callers know what the plain content is: the key of a beacon, of an account, or of the consensus.
package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

const (
	// maxFile bounds a key file in bytes; the largest plain one is below 1 KiB.
	maxFile = 1 << 16
	// maxWork bounds the scrypt work factor that a file may ask for, as a power of two: 20 takes 1 GiB of memory. Encrypt uses age's own
	// default, 18.
	maxWork = 20
	// binaryHeader begins a file in age's format that is not armoured.
	binaryHeader = "age-encryption.org/v1\n"
)

// ErrLocked says that an encrypted file could not be opened: there is no passphrase, or a wrong one, or the file is damaged.
var ErrLocked = errors.New("the key file is encrypted")

// ModeError says that others than the owner may read a file with a secret.
type ModeError struct {
	Path string
	Mode fs.FileMode
}

// Error says what to do.
func (e *ModeError) Error() string {
	return fmt.Sprintf("%s: mode %04o lets others read it; expected 0600 (chmod 600 %s)", e.Path, e.Mode, e.Path)
}

// Read returns the plain content of a key file, which only its owner may be allowed to read. It calls passphrase if the file is encrypted;
// nil means NewSource(""). The error wraps os.ErrNotExist if there is no file, or ErrLocked if it cannot be opened, and is a *ModeError
// if others may read it.
func Read(path string, passphrase Source) ([]byte, error) {
	content, err := readOwn(path)
	if err != nil || !encrypted(content) {
		return content, err
	}
	if passphrase == nil {
		passphrase = NewSource("")
	}
	secret, err := passphrase()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrLocked, err)
	}
	return open(path, content, secret)
}

// IsEncrypted says whether a file is encrypted. The error wraps os.ErrNotExist if there is no file.
func IsEncrypted(path string) (bool, error) {
	content, err := readAtMost(path)
	return encrypted(content), err
}

func encrypted(content []byte) bool {
	return bytes.HasPrefix(content, []byte(binaryHeader)) || bytes.HasPrefix(bytes.TrimLeft(content, " \t\r\n"), []byte(armor.Header))
}

// readOwn reads a file, and refuses one that others than its owner may read.
func readOwn(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, &ModeError{Path: path, Mode: mode}
	}
	return readAtMost(path)
}

func readAtMost(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s: more than %d bytes, expected a key", path, maxFile)
	}
	return content, nil
}

// open decrypts the content of a file.
func open(path string, content, secret []byte) ([]byte, error) {
	return openWithin(path, content, secret, maxWork)
}

// openWithin does what open does, but refuses a file whose scrypt work factor, as a power of two, is above work.
func openWithin(path string, content, secret []byte, work int) ([]byte, error) {
	identity, err := age.NewScryptIdentity(string(secret))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrLocked, err)
	}
	identity.SetMaxWorkFactor(work)
	var source io.Reader = bytes.NewReader(content)
	if !bytes.HasPrefix(content, []byte(binaryHeader)) {
		source = armor.NewReader(source)
	}
	plain, err := age.Decrypt(source, identity)
	if err == nil {
		var all []byte
		if all, err = io.ReadAll(io.LimitReader(plain, maxFile)); err == nil {
			return all, nil
		}
	}
	return nil, fmt.Errorf("%s: %w: %w", path, ErrLocked, explain(err))
}

// explain says what to do about a file that age does not open.
func explain(err error) error {
	var wrong *age.NoIdentityMatchError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("it is damaged or cut off (%w); take it from a backup", err)
	}
	if len(wrong.StanzaTypes) > 0 && wrong.StanzaTypes[0] != "scrypt" {
		return fmt.Errorf("it is encrypted for a key of age (%s), expected a passphrase; encrypt it anew with: key encrypt", wrong.StanzaTypes[0])
	}
	return errors.New("the passphrase does not open it; check that it is the one with which the file was encrypted")
}

// seal encrypts a plain content.
func seal(plain, secret []byte, work int) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(string(secret))
	if err != nil {
		return nil, err
	}
	recipient.SetWorkFactor(work)
	var out bytes.Buffer
	armoured := armor.NewWriter(&out)
	w, err := age.Encrypt(armoured, recipient)
	if err != nil {
		return nil, err
	}
	if _, err = w.Write(plain); err != nil {
		return nil, err
	}
	if err = errors.Join(w.Close(), armoured.Close()); err != nil {
		return nil, err
	}
	return append([]byte(strings.TrimRight(out.String(), "\n")), '\n'), nil
}
