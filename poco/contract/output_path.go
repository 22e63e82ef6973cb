package contract

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// MaxOutputPathLen bounds an output path in bytes.
const MaxOutputPathLen = 256

// maxSegmentLen bounds one name in a path, in bytes, as file systems do.
const maxSegmentLen = 255

// CheckOutputPath checks a folder below /out, an app's or a job's: relative, in its shortest spelling, not leaving /out,
// without control characters; empty means everything. The error says what was expected.
func CheckOutputPath(p string) error {
	if p == "" {
		return nil
	}
	fail := func(what string) error { return fmt.Errorf("output_path: got %.80q, expected %s", p, what) }
	switch {
	case len(p) > MaxOutputPathLen:
		return fmt.Errorf("output_path: got %d bytes, expected at most %d", len(p), MaxOutputPathLen)
	case !utf8.ValidString(p) || strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }):
		return fail("UTF-8 without control characters and '\\'")
	case path.IsAbs(p):
		return fail("a path relative to /out")
	case p == ".", path.Clean(p) != p:
		return fail("the shortest spelling of a folder below /out")
	}
	for segment := range strings.SplitSeq(p, "/") {
		if segment == ".." {
			return fail("a path that stays below /out")
		}
		if len(segment) > maxSegmentLen {
			return fail("names of at most 255 bytes")
		}
	}
	return nil
}
