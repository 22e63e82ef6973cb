package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// maxCached bounds the remembered answers, in bytes.
const maxCached = 32 << 20

// cache remembers the answers for one height, so that a question that many clients ask is computed once.
type cache struct {
	mu      sync.Mutex
	height  int64
	size    int
	answers map[string]*answer
}

type answer struct {
	done chan struct{}
	body []byte
	err  error
}

func newCache() *cache { return &cache{answers: map[string]*answer{}} }

// getAnswer returns the answer for this height. The first client that asks starts the computation. If that client leaves, the computation
// goes on for the others. Errors are not remembered.
func (c *cache) getAnswer(ctx context.Context, height int64, path string, p params, compute func(context.Context) ([]byte, error)) ([]byte, error) {
	key := keyOf(path, p)
	c.mu.Lock()
	if height != c.height {
		c.height, c.size, c.answers = height, 0, map[string]*answer{}
	}
	a := c.answers[key]
	if a == nil {
		a = &answer{done: make(chan struct{})}
		answers := c.answers
		answers[key] = a
		go func() {
			a.body, a.err = computeSafely(context.WithoutCancel(ctx), compute)
			c.mu.Lock()
			c.size += len(a.body)
			if a.err != nil || c.size > maxCached {
				delete(answers, key)
				c.size -= len(a.body)
			}
			c.mu.Unlock()
			close(a.done)
		}()
	}
	c.mu.Unlock()
	select {
	case <-a.done:
		return a.body, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// computeSafely turns a panic into an error. The page runs in the node's process, and a fault of the page must not end the node. net/http
// would recover a panic only in the goroutine of a handler, and this code runs in another one.
func computeSafely(ctx context.Context, compute func(context.Context) ([]byte, error)) (body []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			body, err = nil, fmt.Errorf("this answer could not be computed: %v", r)
		}
	}()
	return compute(ctx)
}

// keyOf returns the key of a question. Values are quoted, so that two different questions cannot have the same key.
func keyOf(path string, p params) string {
	var b strings.Builder
	b.WriteString(path)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&b, " %s=%q", name, p[name])
	}
	return b.String()
}

func etagOf(data []byte) string {
	sum := sha256.Sum256(data)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}
