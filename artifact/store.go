package artifact

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
)

// Source opens blobs. If the bytes do not hash to the digest, the reader returns ErrCorrupted instead of the last bytes. So nothing
// that was read may be trusted before io.EOF.
type Source interface {
	// Open returns the content and the size in bytes of a blob, or ErrNotFound.
	Open(ctx context.Context, digest Digest) (io.ReadCloser, int64, error)
}

// Store keeps blobs under their digests. Its methods may be called concurrently.
type Store interface {
	Source
	// Has says whether the blob is held. It does not read the content.
	Has(ctx context.Context, digest Digest) (bool, error)
	// Put keeps all of r and returns its digest and size. It returns ErrTooLarge when r has more than limit bytes, or ErrQuota when
	// the store is full, and then keeps nothing. It is no error to put a blob that is already held.
	Put(ctx context.Context, r io.Reader, limit int64) (Digest, int64, error)
	// PutAs is Put for a blob whose digest is known. If r does not hash to want, it returns ErrCorrupted and keeps nothing.
	PutAs(ctx context.Context, want Digest, r io.Reader, limit int64) (int64, error)
	// Delete removes the blob. It is no error when the blob is not held.
	Delete(ctx context.Context, digest Digest) error
}

// ReadAll returns the verified content of a blob of at most limit bytes. Errors wrap
// ErrNotFound, ErrCorrupted, ErrTooLarge or an error of the source.
func ReadAll(ctx context.Context, source Source, digest Digest, limit int64) ([]byte, error) {
	r, size, err := source.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if size > limit {
		return nil, fmt.Errorf("%w: %s has %d bytes, the limit is %d", ErrTooLarge, digest, size, limit)
	}
	data, err := io.ReadAll(oneOver(r, limit))
	if err != nil {
		return nil, err
	}
	// The Source may belong to anybody, so its size and content are checked again.
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: %s passes the limit of %d bytes", ErrTooLarge, digest, limit)
	}
	if Sum(data) != digest {
		return nil, fmt.Errorf("%w: %s: content hashes to %s", ErrCorrupted, digest, Sum(data))
	}
	return data, nil
}

// PutBytes keeps data of any size.
func PutBytes(ctx context.Context, store Store, data []byte) (Digest, error) {
	digest, _, err := store.Put(ctx, bytes.NewReader(data), int64(len(data)))
	return digest, err
}

// Copy brings a blob of at most limit bytes from a source into a store, unless it is
// held already.
func Copy(ctx context.Context, to Store, from Source, digest Digest, limit int64) error {
	if has, err := to.Has(ctx, digest); err != nil || has {
		return err
	}
	r, _, err := from.Open(ctx, digest)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = to.PutAs(ctx, digest, r, limit)
	return err
}

// oneOver reads one byte more than limit, so that the caller can see that there is more.
func oneOver(r io.Reader, limit int64) io.Reader {
	if limit == math.MaxInt64 {
		return r
	}
	return io.LimitReader(r, limit+1)
}
