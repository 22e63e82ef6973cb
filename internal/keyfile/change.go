package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// workFactor is the scrypt work factor of files that this package writes, as a power of two. Tests lower it.
var workFactor = 18

// ErrNothingToDo says that a file is already encrypted, or already plain.
var ErrNothingToDo = errors.New("nothing to do")

// Encrypt encrypts a plain key file in place. check may refuse the plain content; nil accepts any. The file is replaced in one step, and
// only after its encrypted form could be opened again. The old content is not erased from the disk. The error wraps ErrNothingToDo if the
// file is encrypted already.
func Encrypt(path string, passphrase Source, check func(plain []byte) error) error {
	plain, err := readOwn(path)
	if err != nil {
		return err
	}
	if encrypted(plain) {
		return fmt.Errorf("%s: %w: it is encrypted already; to change its passphrase, decrypt it first", path, ErrNothingToDo)
	}
	if check != nil {
		if err := check(plain); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	sealed, err := sealAndTry(path, plain, passphrase)
	if err != nil {
		return err
	}
	return replace(path, sealed)
}

// Create writes a new key file that only its owner can read, encrypted with a passphrase; a nil passphrase makes a plain file. The plain
// content of an encrypted file is never on the disk. The error wraps os.ErrExist if the file exists.
func Create(path string, plain []byte, passphrase Source) (err error) {
	content := plain
	if passphrase != nil {
		if content, err = sealAndTry(path, plain, passphrase); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// sealAndTry encrypts a content for a file, and checks that it can be opened again.
func sealAndTry(path string, plain []byte, passphrase Source) ([]byte, error) {
	secret, err := passphrase()
	if err != nil {
		return nil, err
	}
	if len(secret) < leastPassphrase {
		return nil, fmt.Errorf("the passphrase has %d bytes, expected at least %d", len(secret), leastPassphrase)
	}
	sealed, err := seal(plain, secret, workFactor)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if again, err := open(path, sealed, secret); err != nil || !bytes.Equal(again, plain) {
		return nil, fmt.Errorf("%s: it does not open again, and is left as it is: %w", path, err)
	}
	return sealed, nil
}

// Decrypt replaces an encrypted key file by its plain content, in one step. The error wraps ErrNothingToDo if the file is plain already.
func Decrypt(path string, passphrase Source) error {
	is, err := IsEncrypted(path)
	if err != nil {
		return err
	}
	if !is {
		return fmt.Errorf("%s: %w: it is plain already", path, ErrNothingToDo)
	}
	plain, err := Read(path, passphrase)
	if err != nil {
		return err
	}
	return replace(path, plain)
}

// replace replaces a file by one that only its owner can read. A reader finds either the old or the new file whole, even after a power
// cut.
func replace(path string, content []byte) (err error) {
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return err
	}
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, ".key-*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
