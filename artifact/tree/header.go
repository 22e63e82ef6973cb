package tree

import (
	"bytes"
	"fmt"
	"strconv"
)

const (
	// blockSize is what everything in an archive is padded to, in bytes.
	blockSize = 512
	// nameSize is the longest name that fits a header, in bytes.
	nameSize = 100
	// maxFileSize is the largest size that fits a header, eleven octal digits, in bytes.
	maxFileSize = 1<<33 - 1
	// endSize is the two blocks of zeros at the end of an archive.
	endSize = 2 * blockSize
)

// The kinds of entries in an archive.
const (
	typeFile = '0'
	typeDir  = '5'
	typePax  = 'x'
)

// entry is the content of a header.
type entry struct {
	name       string
	size       uint64
	dir        bool
	executable bool
}

// makeHeaders returns everything that comes before the content of a file.
func makeHeaders(e entry) []byte {
	var out []byte
	if len(e.name) > nameSize {
		record := paxPath(e.name)
		out = append(out, makeHeader("pax", 0o644, uint64(len(record)), typePax)...)
		out = append(append(out, record...), make([]byte, paddingOf(uint64(len(record))))...)
	}
	mode, kind := uint64(0o644), byte(typeFile)
	if e.dir {
		kind = typeDir
	}
	if e.dir || e.executable {
		mode = 0o755
	}
	return append(out, makeHeader(e.name[:min(len(e.name), nameSize)], mode, e.size, kind)...)
}

// makeHeader returns one block, POSIX.1-1988 (ustar).
func makeHeader(name string, mode, size uint64, kind byte) []byte {
	b := make([]byte, blockSize)
	copy(b, name)
	octal := func(at, digits int, n uint64) { copy(b[at:], fmt.Sprintf("%0*o", digits, n)) }
	octal(100, 7, mode)
	octal(108, 7, 0) // owner
	octal(116, 7, 0) // group
	octal(124, 11, size)
	octal(136, 11, 0) // time
	b[156] = kind
	copy(b[257:], "ustar\x0000")
	octal(329, 7, 0) // device
	octal(337, 7, 0)
	copy(b[148:], "        ")
	sum := uint64(0)
	for _, c := range b {
		sum += uint64(c)
	}
	octal(148, 6, sum)
	b[154], b[155] = 0, ' '
	return b
}

// paxPath returns a record of a pax header with a name. The record begins with its own length in decimal and a space, and ends with
// a new line.
func paxPath(name string) []byte {
	rest := " path=" + name + "\n"
	size := len(rest)
	for len(strconv.Itoa(size))+len(rest) != size {
		size = len(strconv.Itoa(size)) + len(rest)
	}
	return []byte(strconv.Itoa(size) + rest)
}

// paddingOf returns the number of zeros that follow n bytes.
func paddingOf(n uint64) uint64 { return (blockSize - n%blockSize) % blockSize }

// parseHeader reads the fields of a block without checking all of them: the caller makes the header again and compares.
func parseHeader(b []byte) (name string, size uint64, kind byte, executable bool, err error) {
	if size, err = strconv.ParseUint(string(b[124:135]), 8, 64); err != nil {
		return "", 0, 0, false, fmt.Errorf("a header without a size")
	}
	name, _, _ = cutZero(b[:nameSize])
	return name, size, b[156], b[102] == '0' && b[104] == '7', nil
}

func cutZero(b []byte) (before string, after []byte, found bool) {
	head, tail, found := bytes.Cut(b, []byte{0})
	return string(head), tail, found
}
