// Package wasmbin reads and writes the WebAssembly binary format, as far as the instrumentation pass needs it: sections, types,
// imports, limits, segments and numbers. It does not trust its input.
package wasmbin

import (
	"errors"
	"fmt"
)

// ErrTruncated is returned where the binary ends too early.
var ErrTruncated = errors.New("the binary ends too early")

// ErrNumber is returned for a number in too many bytes or out of range.
var ErrNumber = errors.New("a LEB128 number is malformed")

// Reader walks over a slice of a binary.
type Reader struct {
	buf []byte
	pos int
}

// NewReader starts at the beginning of buf.
func NewReader(buf []byte) *Reader { return &Reader{buf: buf} }

// Len is the number of bytes left.
func (r *Reader) Len() int { return len(r.buf) - r.pos }

// Pos is the number of bytes read.
func (r *Reader) Pos() int { return r.pos }

// Since gives the bytes read since an earlier Pos.
func (r *Reader) Since(pos int) []byte { return r.buf[pos:r.pos] }

// Byte reads one byte.
func (r *Reader) Byte() (byte, error) {
	if r.pos >= len(r.buf) {
		return 0, ErrTruncated
	}
	b := r.buf[r.pos]
	r.pos++
	return b, nil
}

// Bytes reads n bytes, without copying them.
func (r *Reader) Bytes(n uint32) ([]byte, error) {
	if uint64(n) > uint64(r.Len()) {
		return nil, ErrTruncated
	}
	b := r.buf[r.pos : r.pos+int(n) : r.pos+int(n)]
	r.pos += int(n)
	return b, nil
}

// U32 reads an unsigned number of at most 32 bits.
func (r *Reader) U32() (uint32, error) {
	var v uint64
	for shift := uint(0); shift < 35; shift += 7 {
		b, err := r.Byte()
		if err != nil {
			return 0, err
		}
		v |= uint64(b&0x7f) << shift
		if b&0x80 == 0 {
			if v > 0xffffffff {
				return 0, ErrNumber
			}
			return uint32(v), nil
		}
	}
	return 0, ErrNumber
}

// Signed reads a signed number of the given width in bits (32, 33 or 64).
func (r *Reader) Signed(width uint) (int64, error) {
	var v int64
	for shift := uint(0); shift < (width+6)/7*7; shift += 7 {
		b, err := r.Byte()
		if err != nil {
			return 0, err
		}
		v |= int64(b&0x7f) << shift
		if b&0x80 != 0 {
			continue
		}
		if used := shift + 7; used < 64 {
			v = v << (64 - used) >> (64 - used)
		}
		if width < 64 && (v < -(1<<(width-1)) || v >= 1<<(width-1)) {
			return 0, ErrNumber
		}
		return v, nil
	}
	return 0, ErrNumber
}

// Name reads a length-prefixed string.
func (r *Reader) Name() (string, error) {
	n, err := r.U32()
	if err != nil {
		return "", err
	}
	b, err := r.Bytes(n)
	return string(b), err
}

// Count reads the length of a vector. It checks the length against a limit and against the bytes that are left, because every
// element takes at least one byte.
func (r *Reader) Count(what string, limit uint32) (uint32, error) {
	n, err := r.U32()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	if n > limit {
		return 0, fmt.Errorf("%d %s, the limit is %d", n, what, limit)
	}
	if uint64(n) > uint64(r.Len()) {
		return 0, fmt.Errorf("%s: %w", what, ErrTruncated)
	}
	return n, nil
}
