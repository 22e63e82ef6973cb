package wasi

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
)

// randomDomain separates these hashes from all others.
const randomDomain = "credence/wasi-random/v1"

// random is the stream SHA-256(domain, seed, 0), SHA-256(domain, seed, 1), ..., the
// counter in 8 bytes, little-endian.
type random struct {
	seed    [32]byte
	counter uint64
	left    []byte
}

func (r *random) fillRandom(b []byte) {
	for len(b) > 0 {
		if len(r.left) == 0 {
			block := append([]byte(randomDomain), r.seed[:]...)
			sum := sha256.Sum256(binary.LittleEndian.AppendUint64(block, r.counter))
			r.left = sum[:]
			r.counter++
		}
		n := copy(b, r.left)
		b, r.left = b[n:], r.left[n:]
	}
}

func (c *call) randomGet() Errno {
	size := c.u32(1)
	c.chargeFuel(uint64(size) * fuel.RandomByte)
	b, errno := c.viewBytes(c.u32(0), size)
	if errno == memfs.Success {
		c.random.fillRandom(b)
	}
	return errno
}
