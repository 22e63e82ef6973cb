package artifact

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
)

// Memory is a Store in memory, for tests and short-lived tools.
type Memory struct {
	mu    sync.RWMutex
	blobs map[Digest][]byte
}

var _ Store = (*Memory)(nil)

// NewMemory is an empty store without quota.
func NewMemory() *Memory { return &Memory{blobs: map[Digest][]byte{}} }

// Has implements Store.
func (m *Memory) Has(_ context.Context, digest Digest) (bool, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	_, ok := m.blobs[digest]
	return ok, nil
}

// Open implements Store.
func (m *Memory) Open(ctx context.Context, digest Digest) (io.ReadCloser, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	data, ok := m.blobs[digest]
	if !ok {
		return nil, 0, fmt.Errorf("%w: %s", ErrNotFound, digest)
	}
	size := int64(len(data))
	return newVerifier(io.NopCloser(bytes.NewReader(data)), digest, size, nil), size, nil
}

// Put implements Store.
func (m *Memory) Put(ctx context.Context, r io.Reader, limit int64) (Digest, int64, error) {
	data, err := readLimited(ctx, r, limit)
	if err != nil {
		return Digest{}, 0, err
	}
	digest := Sum(data)
	m.mu.Lock()
	m.blobs[digest] = data
	m.mu.Unlock()
	return digest, int64(len(data)), nil
}

// PutAs implements Store.
func (m *Memory) PutAs(ctx context.Context, want Digest, r io.Reader, limit int64) (int64, error) {
	data, err := readLimited(ctx, r, limit)
	if err != nil {
		return 0, err
	}
	if got := Sum(data); got != want {
		return 0, fmt.Errorf("%w: expected %s, content hashes to %s", ErrCorrupted, want, got)
	}
	m.mu.Lock()
	m.blobs[want] = data
	m.mu.Unlock()
	return int64(len(data)), nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, digest Digest) error {
	m.mu.Lock()
	delete(m.blobs, digest)
	m.mu.Unlock()
	return nil
}

func readLimited(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(oneOver(r, limit))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: more than the limit of %d bytes", ErrTooLarge, limit)
	}
	return data, nil
}
