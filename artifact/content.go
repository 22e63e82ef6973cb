package artifact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Content is the bytes of a file on this machine, wherever they lie: in memory, in a part of a file on disk, or in a
// store. It can be opened any number of times, also by several at once.
type Content interface {
	// Size is how many bytes there are.
	Size() int64
	// Open returns a reader that begins at the first byte. If the content is named by a digest and its bytes do not match, the
	// reader returns ErrCorrupted instead of the last bytes.
	Open() (io.ReadCloser, error)
}

// ReadContent returns all bytes of a content. It does not copy the bytes of a Bytes, so the caller must not change them. nil is the
// content of an empty file.
func ReadContent(c Content) ([]byte, error) {
	if c == nil {
		return nil, nil
	}
	if data, ok := c.(Bytes); ok {
		return data, nil
	}
	var buffer bytes.Buffer
	if err := CopyContent(&buffer, c); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// CopyContent writes all bytes of a content, and fails if their number is not the content's size. nil is the content of an empty
// file.
func CopyContent(to io.Writer, c Content) error {
	if c == nil {
		return nil
	}
	r, err := c.Open()
	if err != nil {
		return err
	}
	n, err := io.Copy(to, oneOver(r, c.Size()))
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	if n != c.Size() {
		return fmt.Errorf("%w: got %d bytes or more, expected %d", ErrCorrupted, n, c.Size())
	}
	return nil
}

// SumContent returns the digest of a content, of which it reads all bytes, except of a blob, which has its digest.
func SumContent(c Content) (Digest, error) {
	if blob, ok := c.(Blob); ok {
		return blob.Digest, nil
	}
	hasher := NewHasher()
	err := CopyContent(hasher, c)
	return hasher.Digest(), err
}

// Bytes is a content in memory.
type Bytes []byte

// Size implements Content.
func (b Bytes) Size() int64 { return int64(len(b)) }

// Open implements Content.
func (b Bytes) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }

// Part is a content that is a part of something open, such as a file on disk.
type Part struct {
	In           io.ReaderAt
	Offset, Long int64
}

// Size implements Content.
func (p Part) Size() int64 { return p.Long }

// Open implements Content.
func (p Part) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(p.In, p.Offset, p.Long)), nil
}

// File is the content of a file on disk that has this size.
type File struct {
	Path string
	Long int64
}

// Size implements Content.
func (f File) Size() int64 { return f.Long }

// Open implements Content.
func (f File) Open() (io.ReadCloser, error) { return os.Open(f.Path) }

// Blob is a content that a store on this machine holds under a digest.
type Blob struct {
	Source Source
	Digest Digest
	Long   int64
}

// Size implements Content.
func (b Blob) Size() int64 { return b.Long }

// Open implements Content.
func (b Blob) Open() (io.ReadCloser, error) {
	r, size, err := b.Source.Open(context.Background(), b.Digest)
	if err != nil {
		return nil, err
	}
	if size != b.Long {
		return nil, errors.Join(fmt.Errorf("%w: %s has %d bytes, expected %d", ErrCorrupted, b.Digest, size, b.Long), r.Close())
	}
	return r, nil
}
