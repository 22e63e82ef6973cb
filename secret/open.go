package secret

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
)

// OpenAnswer opens a sealed answer with an identity of its recipient. It writes the files into a folder as result.Fetch does: each
// gets its name only when its bytes match the plain manifest. It returns the plain manifest. Errors wrap ErrNotOpened if the
// content cannot be opened or is not a sealed answer; others are those of result.Fetch.
func OpenAnswer(ctx context.Context, sealed io.Reader, dir string, identities ...age.Identity) (result.Manifest, error) {
	in, err := age.Decrypt(sealed, identities...)
	if err != nil {
		return result.Manifest{}, fmt.Errorf("%w: %w", ErrNotOpened, err)
	}
	var size [8]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return result.Manifest{}, fmt.Errorf("%w: %w", ErrNotOpened, err)
	}
	n := binary.BigEndian.Uint64(size[:])
	if n > result.MaxEncodedBytes {
		return result.Manifest{}, fmt.Errorf("%w: its manifest has %d bytes, expected at most %d", ErrNotOpened, n, result.MaxEncodedBytes)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(in, text); err != nil {
		return result.Manifest{}, fmt.Errorf("%w: %w", ErrNotOpened, err)
	}
	m, err := result.Parse(text)
	if err != nil {
		return result.Manifest{}, fmt.Errorf("%w: %w", ErrNotOpened, err)
	}
	files := &stream{manifest: m, text: text, in: in}
	if _, err := result.Fetch(ctx, m.Digest(), files, dir); err != nil {
		return result.Manifest{}, err
	}
	if err := files.skipRest(); err != nil {
		return result.Manifest{}, fmt.Errorf("%w: %w", ErrNotOpened, err)
	}
	// The end is authenticated too: nothing was cut off, and nothing comes after the files.
	if n, err := io.Copy(io.Discard, in); err != nil || n > 0 {
		return result.Manifest{}, fmt.Errorf("%w: %d bytes behind its files: %v", ErrNotOpened, n, err)
	}
	return m, nil
}

// stream returns the files of a manifest one after the other, as they come. It skips files that the reader does not ask for.
type stream struct {
	manifest result.Manifest
	text     []byte
	in       io.Reader
	at       int               // the next entry
	open     *io.LimitedReader // what is left of the one before
}

// skipRest reads what the reader left of the files: it does not ask for those that are in the folder already.
func (s *stream) skipRest() error {
	if s.open != nil {
		if _, err := io.Copy(io.Discard, s.open); err != nil {
			return err
		}
	}
	for ; s.at < len(s.manifest.Entries); s.at++ {
		if _, err := io.CopyN(io.Discard, s.in, int64(s.manifest.Entries[s.at].Size)); err != nil {
			return err
		}
	}
	return nil
}

// Open implements artifact.Source.
func (s *stream) Open(_ context.Context, digest artifact.Digest) (io.ReadCloser, int64, error) {
	if digest == s.manifest.Digest() {
		return io.NopCloser(bytes.NewReader(s.text)), int64(len(s.text)), nil
	}
	for ; s.at < len(s.manifest.Entries); s.at++ {
		if s.open != nil {
			if _, err := io.Copy(io.Discard, s.open); err != nil {
				return nil, 0, fmt.Errorf("%w: %w", ErrNotOpened, err)
			}
		}
		e := s.manifest.Entries[s.at]
		s.open = &io.LimitedReader{R: s.in, N: int64(e.Size)}
		if !e.Dir && e.Content == digest {
			s.at++
			return io.NopCloser(s.open), int64(e.Size), nil
		}
	}
	return nil, 0, fmt.Errorf("%w: %s", artifact.ErrNotFound, digest)
}
