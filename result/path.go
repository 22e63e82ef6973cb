package result

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// Limits of the format, part of credence/result/v1: a tree beyond them has no manifest.
const (
	// MaxEntries bounds the files and empty folders of a tree.
	MaxEntries = 10_000
	// MaxPathBytes bounds a path; common file systems can hold it.
	MaxPathBytes = 1024
	// MaxNameBytes bounds one segment of a path.
	MaxNameBytes = 255
	// MaxManifestBytes bounds the encoded manifest without its line of stderr. That line has a limit of its own, so that the text
	// that a program prints never decides whether its files are a result.
	MaxManifestBytes = 4 << 20
	// MaxStderrBytes bounds the end of stderr in a manifest.
	MaxStderrBytes = 4 << 10
	// MaxEncodedBytes is the longest encoding of a manifest: each byte of stderr can take four.
	MaxEncodedBytes = MaxManifestBytes + 4*MaxStderrBytes + 8
	// MaxTotalBytes bounds the content of all files together.
	MaxTotalBytes = 1 << 30
)

// checkPath accepts a path that names one place below the root in its only spelling.
func checkPath(p string) error {
	switch {
	case p == "":
		return fmt.Errorf("%w: empty path", ErrTree)
	case len(p) > MaxPathBytes:
		return fmt.Errorf("%w: path %q... has %d bytes, the limit is %d", ErrTooLarge, p[:40], len(p), MaxPathBytes)
	case !utf8.ValidString(p):
		return fmt.Errorf("%w: path %q is not UTF-8", ErrTree, p)
	case strings.ContainsRune(p, 0):
		return fmt.Errorf("%w: path %q holds a zero byte", ErrTree, p)
	case path.IsAbs(p):
		return fmt.Errorf("%w: path %q is absolute", ErrTree, p)
	}
	for segment := range strings.SplitSeq(p, "/") {
		switch {
		case segment == "" || segment == "." || segment == "..":
			return fmt.Errorf("%w: path %q has the segment %q", ErrTree, p, segment)
		case len(segment) > MaxNameBytes:
			return fmt.Errorf("%w: a name in path %q... has %d bytes, the limit is %d", ErrTooLarge, p[:40], len(segment), MaxNameBytes)
		}
	}
	return nil
}

const hexDigits = "0123456789abcdef"

// escapePath keeps a text on one line: bytes for which must returns true become \xHH, all others stay.
func escapePath(p string, must func(byte) bool) string {
	var b strings.Builder
	for i := range len(p) {
		if c := p[i]; must(c) {
			b.WriteString(`\x`)
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// unescapePath is lenient; Parse compares the re-encoded manifest.
func unescapePath(text string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			b.WriteByte(text[i])
			continue
		}
		if i+3 >= len(text) || text[i+1] != 'x' {
			return "", fmt.Errorf("%w: broken escape in %q", ErrManifest, text)
		}
		high, low := strings.IndexByte(hexDigits, text[i+2]), strings.IndexByte(hexDigits, text[i+3])
		if high < 0 || low < 0 {
			return "", fmt.Errorf("%w: broken escape in %q", ErrManifest, text)
		}
		b.WriteByte(byte(high<<4 | low))
		i += 3
	}
	return b.String(), nil
}

// mustEscapeText is for a text that need not be UTF-8: only printable ASCII stays.
func mustEscapeText(c byte) bool { return mustEscape(c) || c >= 0x80 }

// mustEscape is for paths, which are UTF-8: backslash and the control characters of ASCII.
func mustEscape(c byte) bool { return c < 0x20 || c == 0x7f || c == '\\' }
