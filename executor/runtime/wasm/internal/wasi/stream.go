package wasi

import (
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
	"github.com/credence-chain/credence/result"
)

// stream keeps the beginning and the end of what an app prints.
type stream struct {
	keep  uint64 // how much of the beginning, in bytes
	head  []byte
	tail  []byte // at least the last result.MaxStderrBytes of all
	total uint64
	room  memfs.Room // of the head
}

func (s *stream) writeBytes(b []byte) {
	s.total += uint64(len(b))
	kept := b[:min(uint64(len(b)), s.keep-uint64(len(s.head)))]
	s.head = append(s.room.Grow(s.head, uint64(len(s.head)+len(kept))), kept...)
	const end = result.MaxStderrBytes
	s.tail = append(s.tail, b[max(0, len(b)-end):]...)
	if len(s.tail) > 4*end { // now and then, so that short lines cost no copy each
		s.tail = append([]byte(nil), s.tail[len(s.tail)-end:]...)
	}
}

// firstBytes returns at most the given number of bytes of the beginning.
func (s *stream) firstBytes(most int) []byte {
	n := min(len(s.head), most)
	return s.head[:n:n]
}

// lastBytes returns the last result.MaxStderrBytes.
func (s *stream) lastBytes() []byte { return s.tail[max(0, len(s.tail)-result.MaxStderrBytes):] }
