package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"filippo.io/age"
)

const (
	secretText = "correct horse battery staple"
	plainText  = "an example of a key, and its second line\n{}\n"
)

// cheap lowers the cost of passphrases for the test.
func cheap(t *testing.T) {
	t.Helper()
	was := workFactor
	workFactor = 10
	t.Cleanup(func() { workFactor = was })
}

func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), mode))
	require.NoError(t, os.Chmod(path, mode))
	return path
}

func passphrase(t *testing.T, text string) Source {
	t.Helper()
	return NewSource(write(t, "passphrase", text+"\n", 0o600))
}

// A file is encrypted in place and made plain again. Nothing else is left in its folder.
func TestThereAndBack(t *testing.T) {
	cheap(t)
	path, pass := write(t, "key", plainText, 0o600), passphrase(t, secretText)
	read, err := Read(path, nil)
	require.NoError(t, err, "a plain file needs no passphrase")
	require.Equal(t, plainText, string(read))

	require.NoError(t, Encrypt(path, pass, nil))
	is, err := IsEncrypted(path)
	require.NoError(t, err)
	require.True(t, is)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(content), "example")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	read, err = Read(path, pass)
	require.NoError(t, err)
	require.Equal(t, plainText, string(read))
	require.ErrorIs(t, Encrypt(path, pass, nil), ErrNothingToDo)

	require.NoError(t, Decrypt(path, pass))
	read, err = Read(path, nil)
	require.NoError(t, err)
	require.Equal(t, plainText, string(read))
	require.ErrorIs(t, Decrypt(path, pass), ErrNothingToDo)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// A link stays a link: the file that it points to is changed.
func TestALinkStays(t *testing.T) {
	cheap(t)
	path := write(t, "key", plainText, 0o600)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(path, link))
	require.NoError(t, Encrypt(link, passphrase(t, secretText), nil))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
	is, err := IsEncrypted(path)
	require.NoError(t, err)
	require.True(t, is)
}

// The error of a file that does not open names the file, the reason and the next step.
func TestRefusedFiles(t *testing.T) {
	cheap(t)
	t.Setenv(credentials, "")
	path := write(t, "key", plainText, 0o600)
	require.NoError(t, Encrypt(path, passphrase(t, secretText), nil))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	refused := func(content []byte, mode os.FileMode, pass Source, words ...string) {
		t.Helper()
		file := write(t, "key", string(content), mode)
		_, err := Read(file, pass)
		for _, word := range append(words, file) {
			require.ErrorContains(t, err, word)
		}
		require.NotContains(t, err.Error(), secretText)
		var wrongMode *ModeError
		require.True(t, errors.Is(err, ErrLocked) != errors.As(err, &wrongMode))
	}
	refused(whole, 0o600, nil, "--key-passphrase-file")
	refused(whole, 0o600, passphrase(t, "another passphrase"), "the passphrase does not open it")
	refused(whole[:len(whole)/2], 0o600, passphrase(t, secretText), "damaged or cut off", "backup")
	refused(whole, 0o640, passphrase(t, secretText), "0640", "chmod 600")
	lines := bytes.Split(whole, []byte("\n"))
	last := lines[len(lines)-3]
	last[len(last)/2] ^= 3 // a byte of the key itself
	refused(bytes.Join(lines, []byte("\n")), 0o600, passphrase(t, secretText), "damaged or cut off")

	_, err = Read(filepath.Join(t.TempDir(), "none"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Read(write(t, "key", strings.Repeat("x", maxFile+1), 0o600), nil)
	require.ErrorContains(t, err, "expected a key")
}

// A file that is encrypted for an age key is refused. So is a file whose passphrase costs more memory than a machine has.
func TestForeignFiles(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, identity.Recipient())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	_, err = Read(write(t, "key", out.String(), 0o600), passphrase(t, secretText))
	require.ErrorContains(t, err, "expected a passphrase")

	dear := "age-encryption.org/v1\n-> scrypt " + strings.Repeat("A", 22) + " 21\n" + strings.Repeat("A", 43) + "\n--- " + strings.Repeat("A", 43) + "\n"
	_, err = Read(write(t, "key", dear, 0o600), passphrase(t, secretText))
	require.ErrorContains(t, err, "work factor too large")
}

// A refused change leaves the file as it was.
func TestRefusedChanges(t *testing.T) {
	cheap(t)
	path := write(t, "key", plainText, 0o600)
	unchanged := func() {
		t.Helper()
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, plainText, string(content))
	}
	require.ErrorContains(t, Encrypt(path, passphrase(t, "short"), nil), "has 5 bytes, expected at least 12")
	unchanged()
	require.ErrorContains(t, Encrypt(path, passphrase(t, secretText), func([]byte) error { return errors.New("no key") }), path+": no key")
	unchanged()
	require.ErrorContains(t, Encrypt(path, NewSource(filepath.Join(t.TempDir(), "none")), nil), "there is none")
	unchanged()
	require.NoError(t, os.Chmod(path, 0o644))
	var wrong *ModeError
	require.ErrorAs(t, Encrypt(path, passphrase(t, secretText), nil), &wrong)
	unchanged()
	require.NoError(t, os.Chmod(path, 0o600))

	require.NoError(t, Encrypt(path, passphrase(t, secretText), nil))
	require.ErrorIs(t, Decrypt(path, passphrase(t, "another passphrase")), ErrLocked)
	is, err := IsEncrypted(path)
	require.NoError(t, err)
	require.True(t, is)
}

// The passphrase comes from a file that only its owner can read, from a pipe that can be read once, or from systemd's credential.
func TestSources(t *testing.T) {
	t.Setenv(credentials, "")
	get := func(s Source) string {
		t.Helper()
		secret, err := s()
		require.NoError(t, err)
		return string(secret)
	}
	require.Equal(t, " with spaces ", get(NewSource(write(t, "p", " with spaces \r\n", 0o400))))
	for content, why := range map[string]string{"": "empty", "\n": "empty", "a\nb\n": "more than one line"} {
		_, err := NewSource(write(t, "p", content, 0o600))()
		require.ErrorContains(t, err, why)
	}
	_, err := NewSource(write(t, "p", "x", 0o644))()
	require.ErrorContains(t, err, "0644")
	_, err = NewSource("")()
	require.ErrorContains(t, err, "no passphrase was given")

	r, w, err := os.Pipe()
	require.NoError(t, err)
	_, err = w.WriteString("from a pipe\n")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	defer r.Close()
	pipe := NewSource(fmt.Sprint("/dev/fd/", r.Fd()))
	require.Equal(t, "from a pipe", get(pipe))
	require.Equal(t, "from a pipe", get(pipe), "it is remembered")

	credential := write(t, Credential, "by systemd", 0o440)
	t.Setenv(credentials, filepath.Dir(credential))
	require.Equal(t, "by systemd", get(NewSource("")))
	require.Equal(t, "by systemd", get(NewSource(credential)))
}
