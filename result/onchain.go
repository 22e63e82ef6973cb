package result

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Prove returns what a file of a result stands for on chain, once it is proven to belong to the result with this digest: the
// manifest hashes to the digest, is that of a RESULT, and names the file with the size and the hash of content. What it stands
// for are the file's bytes; those of ComputedName stand for its callback-data. It is the one rule for the chain, which stores
// nothing else, and for workers, who ask it before they send. It changes nothing that it is given.
//
// Errors wrap ErrManifest when the manifest is none, ErrComputed when a file ComputedName has no callback-data, and
// ErrMismatch otherwise.
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

// File returns the entry of a file by its path; found is false where there is none, or a folder.
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

// encodeCallback is the computed.json of a result that is a callback's bytes.
func encodeCallback(data []byte) []byte {
	return fmt.Appendf(nil, "{%q:\"0x%x\"}\n", callbackKey, data)
}
