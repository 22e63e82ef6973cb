package secret

import (
	"bytes"
	"cmp"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// AnswerFile is the name of the only file of a sealed answer.
const AnswerFile = "answer.age"

// A sealed answer is a manifest with one file, AnswerFile: a file of age for one X25519 recipient. Its content is the length of the
// plain manifest (8 bytes, big endian), the plain manifest, and then the files that the plain manifest names, in its order.
//
// Replicas agree on digests, so all have to write the same bytes. So the values that age draws at random are derived here from a
// seed. Each part of its input comes after its length (8 bytes):
//
//	seed = HMAC-SHA256(HKDF-Extract(keys of all that the task read sealed), "credence/sealed-answer/v1", task id, recipient, SHA-256 of the content)
//
// The file key, the ephemeral key and the nonce are HKDF-Expand(seed), each with a label of its own. Different contents have
// different seeds, so that no key encrypts two contents. A person who knows none of the keys learns only the size. If the task read
// no sealed content there is no such key, and a person who can guess the content can check the guess.

const seedLabel = "credence/sealed-answer/v1"

// SealAnswer seals an answer for a recipient. keys are the keys of the sealed contents that the task read, in the order in which
// the task lists them. How the app ended stays readable in the head of the manifest, because the chain and everybody may see it.
// The sealed file is not kept: each time that it is read, the bytes of the files are read again. Errors wrap result.ErrTooLarge if
// the sealed answer exceeds the limit of results; it then does so on every machine.
func SealAnswer(m result.Manifest, files []result.File, keys []Key, task [32]byte, recipient string) (result.Manifest, []result.File, error) {
	to, err := contract.ParseRecipient(recipient)
	if err != nil {
		return result.Manifest{}, nil, err
	}
	content := plainAnswer(m, files)
	hash := sha256.New()
	size, err := content.copyTo(hash)
	if err != nil {
		return result.Manifest{}, nil, fmt.Errorf("%w: %w", result.ErrContent, err)
	}
	if size > result.MaxTotalBytes {
		return result.Manifest{}, nil, fmt.Errorf("%w: %d bytes to be sealed, the limit is %d", result.ErrTooLarge, size, result.MaxTotalBytes)
	}
	sealed, err := sealContent(content, size, deriveSeed(keys, task, recipient, hash.Sum(nil)), to)
	if err != nil {
		return result.Manifest{}, nil, err
	}
	out := []result.File{{Path: AnswerFile, Content: sealed}}
	outer, err := result.Manifest{Kind: m.Kind, Reason: m.Reason, ExitCode: m.ExitCode}.With(out)
	return outer, out, err
}

// IsSealed says whether a manifest is the manifest of a sealed answer.
func IsSealed(m result.Manifest) bool {
	return len(m.Entries) == 1 && m.Entries[0].Path == AnswerFile && !m.Entries[0].Dir && !m.Entries[0].Executable
}

func deriveSeed(keys []Key, task [32]byte, recipient string, content []byte) []byte {
	var all []byte
	for _, k := range keys {
		all = append(all, k[:]...)
	}
	root, err := hkdf.Extract(sha256.New, all, nil)
	if err != nil {
		panic(err) // SHA-256 is there
	}
	mac := hmac.New(sha256.New, root)
	for _, part := range [][]byte{[]byte(seedLabel), task[:], []byte(recipient), content} {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// plain is the content of a sealed answer, in parts.
type plain []artifact.Content

func plainAnswer(m result.Manifest, files []result.File) plain {
	text := m.Bytes()
	parts := plain{artifact.Bytes(binary.BigEndian.AppendUint64(nil, uint64(len(text)))), artifact.Bytes(text)}
	byPath := map[string]artifact.Content{}
	for _, f := range files {
		byPath[f.Path] = f.Content
	}
	for _, e := range m.Entries {
		if content := byPath[e.Path]; content != nil && !e.Dir {
			parts = append(parts, content)
		}
	}
	return parts
}

func (p plain) copyTo(w io.Writer) (size int64, err error) {
	for _, part := range p {
		if err := artifact.CopyContent(w, part); err != nil {
			return 0, err
		}
		size += part.Size()
	}
	return size, nil
}

// sealedContent is a file of age, encrypted anew for each reader.
type sealedContent struct {
	content plain
	header  []byte // with the nonce
	aead    cipher.AEAD
	long    int64
}

// sealContent returns the file that age writes for one X25519 recipient (https://age-encryption.org/v1). It derives from seed what
// age draws at random.
func sealContent(content plain, size int64, seed []byte, to *ecdh.PublicKey) (*sealedContent, error) {
	fileKey := expand(seed, "file key", keySize)
	ephemeral, err := ecdh.X25519().NewPrivateKey(expand(seed, "ephemeral key", 32))
	if err != nil {
		return nil, err
	}
	shared, err := ephemeral.ECDH(to)
	if err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	share := ephemeral.PublicKey().Bytes()
	wrapping, err := hkdf.Key(sha256.New, shared, append(bytes.Clone(share), to.Bytes()...), "age-encryption.org/v1/X25519", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	wrap, err := chacha20poly1305.New(wrapping)
	if err != nil {
		return nil, err
	}
	body := wrap.Seal(nil, make([]byte, chacha20poly1305.NonceSize), fileKey, nil)
	base64 := base64.RawStdEncoding
	header := fmt.Appendf(nil, "age-encryption.org/v1\n-> X25519 %s\n%s\n---", base64.EncodeToString(share), base64.EncodeToString(body))
	macKey, err := hkdf.Key(sha256.New, fileKey, nil, "header", 32)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, macKey)
	mac.Write(header)
	header = fmt.Appendf(header, " %s\n", base64.EncodeToString(mac.Sum(nil)))
	nonce := expand(seed, "payload nonce", nonceSize)
	payloadKey, err := hkdf.Key(sha256.New, fileKey, nonce, "payload", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.New(payloadKey)
	if err != nil {
		return nil, err
	}
	header = append(header, nonce...)
	chunks := max(1, (size+chunkSize-1)/chunkSize)
	return &sealedContent{content: content, header: header, aead: aead, long: int64(len(header)) + size + chunks*chacha20poly1305.Overhead}, nil
}

func expand(seed []byte, name string, size int) []byte {
	out, err := hkdf.Expand(sha256.New, seed, seedLabel+" "+name, size)
	if err != nil {
		panic(err) // the sizes are ours
	}
	return out
}

// Size implements artifact.Content.
func (c *sealedContent) Size() int64 { return c.long }

// Open implements artifact.Content.
func (c *sealedContent) Open() (io.ReadCloser, error) {
	in, out := io.Pipe()
	go func() {
		_, err := c.content.copyTo(out)
		_ = out.CloseWithError(err) // nil is the end of the content
	}()
	return &sealer{source: in, aead: c.aead, ready: bytes.Clone(c.header), chunk: make([]byte, 0, chunkSize), next: make([]byte, chunkSize)}, nil
}

// sealer encrypts the content that it reads as the payload of age: chunks, each with the chunk's number and a mark on the last one.
type sealer struct {
	source *io.PipeReader
	aead   cipher.AEAD
	ready  []byte // encrypted and not yet read
	chunk  []byte // read, and not yet known whether it is the last one
	next   []byte
	number uint64
	begun  bool
	err    error
}

// Read implements io.Reader.
func (s *sealer) Read(p []byte) (int, error) {
	for len(s.ready) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.sealChunk()
	}
	n := copy(p, s.ready)
	s.ready = s.ready[n:]
	return n, nil
}

// sealChunk encrypts the chunk that is waiting, once it is known whether another chunk follows.
func (s *sealer) sealChunk() {
	if !s.begun {
		s.begun = true
		n, err := io.ReadFull(s.source, s.next)
		if err != nil && !isEnd(err) {
			s.err = err
			return
		}
		s.chunk = append(s.chunk, s.next[:n]...)
	}
	n, err := io.ReadFull(s.source, s.next)
	if err != nil && !isEnd(err) {
		s.err = err
		return
	}
	var nonce [chacha20poly1305.NonceSize]byte
	binary.BigEndian.PutUint64(nonce[3:], s.number)
	if n == 0 {
		nonce[chacha20poly1305.NonceSize-1], s.err = 1, io.EOF
	}
	s.ready = s.aead.Seal(nil, nonce[:], s.chunk, nil)
	s.chunk = append(s.chunk[:0], s.next[:n]...)
	s.number++
}

func isEnd(err error) bool { return err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) }

// Close implements io.Closer.
func (s *sealer) Close() error {
	s.err = cmp.Or(s.err, io.ErrClosedPipe)
	return s.source.Close()
}
