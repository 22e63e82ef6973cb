package keyfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	// Flag is the setting that names the file with the passphrase.
	Flag = "key-passphrase-file"
	// Usage is what the flag means.
	Usage = "file with the passphrase of encrypted keys, for its owner alone, such as /dev/fd/3 (default: the credential " + Credential + " of systemd)"
	// Credential is the name that the passphrase has in $CREDENTIALS_DIRECTORY, where systemd puts a unit's credentials.
	Credential = "credence-key-passphrase"
	// credentials is where systemd says that the unit's credentials are.
	credentials = "CREDENTIALS_DIRECTORY"
	// leastPassphrase is the fewest bytes of a passphrase with which a file is encrypted.
	leastPassphrase = 12
)

// Source returns the passphrase of encrypted key files.
type Source func() ([]byte, error)

// NewSource returns a Source that reads a file at its first call and remembers the passphrase, because a pipe can be read only once.
// An empty path stands for systemd's credential. The passphrase is the content of the file without the end of the line. No source
// reads an argument or an environment variable, because other users of the machine can see those.
func NewSource(path string) Source {
	return sync.OnceValues(func() ([]byte, error) { return readPassphrase(path) })
}

func readPassphrase(path string) ([]byte, error) {
	if path == "" {
		folder := os.Getenv(credentials)
		if folder == "" {
			return nil, errors.New("no passphrase was given; name its file with --" + Flag + ", or give the unit the credential " + Credential)
		}
		path = filepath.Join(folder, Credential)
	}
	read := readOwn
	if isCredential(path) {
		read = readAtMost // systemd keeps the folder for the unit's user alone, and shows other modes
	}
	content, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the passphrase's file %s: there is none; name another with --%s", path, Flag)
	}
	if err != nil {
		return nil, fmt.Errorf("the passphrase's file: %w", err)
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if secret == "" {
		return nil, fmt.Errorf("the passphrase's file %s: empty, expected one line", path)
	}
	if strings.ContainsAny(secret, "\r\n") {
		return nil, fmt.Errorf("the passphrase's file %s: more than one line, expected one", path)
	}
	return []byte(secret), nil
}

// isCredential says whether systemd keeps the file.
func isCredential(path string) bool {
	folder := os.Getenv(credentials)
	return folder != "" && filepath.Dir(filepath.Clean(path)) == filepath.Clean(folder)
}
