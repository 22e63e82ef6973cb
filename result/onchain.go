package result

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// ExitStatus is the name under which the exit status of a program stands among the files of its result, for a job that wants it on chain. It is
// absolute, so that no file of a result has it.
const ExitStatus = "/exit"

// Prove proves that a file belongs to the result with this digest, and returns the file's value on chain. The manifest must hash to
// the digest, be that of a RESULT, and name the file with the size and the hash of content. The value is the file's bytes; for
// ComputedName it is the file's callback-data. For ExitStatus there is no content, and the value is the exit status in decimal digits. The chain, which stores only the value, and the workers, which check before they
// send, use this one rule. Prove does not change its arguments.
//
// Errors wrap ErrManifest if the manifest is invalid, ErrComputed if a file ComputedName has no callback-data, and ErrMismatch
// otherwise.
func Prove(digest [sha256.Size]byte, manifest []byte, name string, content []byte) ([]byte, error) {
	if sum := sha256.Sum256(manifest); sum != digest {
		return nil, fmt.Errorf("%w: the manifest hashes to %x, expected %x", ErrMismatch, sum, digest)
	}
	m, err := Parse(manifest)
	if err != nil {
		return nil, err
	}
	if m.Kind != KindResult {
		return nil, fmt.Errorf("%w: the manifest says %s, expected %s", ErrMismatch, m.Kind, KindResult)
	}
	if name == ExitStatus {
		if len(content) > 0 {
			return nil, fmt.Errorf("%w: got %d bytes with the exit status, expected none: the manifest has it", ErrMismatch, len(content))
		}
		return strconv.AppendUint(nil, uint64(m.ExitCode), 10), nil
	}
	entry, found := m.File(name)
	if !found {
		return nil, fmt.Errorf("%w: the manifest names no file %.80q", ErrMismatch, name)
	}
	if sum := sha256.Sum256(content); uint64(len(content)) != entry.Size || sum != entry.Content {
		return nil, fmt.Errorf("%w: file %.80q has %d bytes that hash to %x, the manifest says %d bytes that hash to %x",
			ErrMismatch, name, len(content), sum, entry.Size, entry.Content)
	}
	if name == ComputedName {
		return CallbackData(content)
	}
	return content, nil
}

// File returns the entry of a file by its path; found is false if there is none, or if it is a folder.
func (m Manifest) File(path string) (entry Entry, found bool) {
	for _, e := range m.Entries {
		if e.Path == path && !e.Dir {
			return e, true
		}
	}
	return Entry{}, false
}

// CallbackData returns the bytes of the callback-data in the computed.json of a result, in the one spelling that Deterministic
// gives it. Errors wrap ErrComputed.
func CallbackData(content []byte) ([]byte, error) {
	digits, found := bytes.CutPrefix(content, []byte(`{"`+callbackKey+`":"0x`))
	digits, ended := bytes.CutSuffix(digits, []byte("\"}\n"))
	data := make([]byte, hex.DecodedLen(len(digits)))
	n, err := hex.Decode(data, digits)
	if !found || !ended || err != nil || !bytes.Equal(content, encodeCallback(data[:n])) {
		return nil, fmt.Errorf("%w: %.80q, expected {%q:\"0x...\"} with lower-case hexadecimal digits and nothing else", ErrComputed, content, callbackKey)
	}
	return data, nil
}

// encodeCallback returns the computed.json of a result that consists of a callback's bytes.
func encodeCallback(data []byte) []byte {
	return fmt.Appendf(nil, "{%q:\"0x%x\"}\n", callbackKey, data)
}
