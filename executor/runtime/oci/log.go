//go:build linux

package oci

import (
	"io"
	"strings"
	"sync"

	"github.com/credence-chain/credence/result"
)

// maxLog bounds the beginning of an app's printed text that is kept for the operator, in bytes.
const maxLog = 64 << 10

// stream keeps the beginning and the end of what an app prints, and passes the beginning on to a writer.
type stream struct {
	mu   sync.Mutex
	head []byte
	tail []byte // at least the last result.MaxStderrBytes of all
	to   io.Writer
	left uint64 // how much more goes to it
	over bool   // there was more, or it could not be written
}

// Write never fails. It drops what an app prints beyond the bounds, so that the app is not held up.
func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.head = append(s.head, b[:min(len(b), maxLog-len(s.head))]...)
	const end = result.MaxStderrBytes
	s.tail = append(s.tail, b[max(0, len(b)-end):]...)
	if len(s.tail) > 4*end { // now and then, so that short lines cost no copy each
		s.tail = append([]byte(nil), s.tail[len(s.tail)-end:]...)
	}
	if s.to != nil {
		s.passOn(b)
	}
	return len(b), nil
}

func (s *stream) passOn(b []byte) {
	n := min(uint64(len(b)), s.left)
	s.left -= n
	if _, err := s.to.Write(b[:n]); err != nil || n < uint64(len(b)) {
		s.over = true
	}
}

// lastBytes returns the last result.MaxStderrBytes.
func (s *stream) lastBytes() []byte { return s.tail[max(0, len(s.tail)-result.MaxStderrBytes):] }

// maxSaid bounds the line that appendLine adds, in bytes.
const maxSaid = 2048

// appendLine adds a line of the runtime to what the app printed. The line may quote a text of any length that the app chose.
func appendLine(log []byte, line string) []byte {
	if len(log) > 0 && log[len(log)-1] != '\n' {
		log = append(log, '\n')
	}
	if len(line) > maxSaid {
		line = strings.ToValidUTF8(line[:maxSaid], "") + "..."
	}
	return append(append(log, line...), '\n')
}
