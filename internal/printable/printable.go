// Package printable makes text that somebody else chose fit for a terminal: the names in a result, what a program or a
// node said, what an operator called something. A terminal acts upon control characters, and characters that turn the
// direction of writing let a name look like another; either can forge a line of ours.
package printable

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Name is a name as it is where it can be taken for nothing else, and quoted as in Go otherwise: with a space, a quote, a
// comma or a semicolon in it, with what is not printable or not UTF-8, or empty.
func Name(s string) string {
	plain := s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsPrint(r) || strings.ContainsRune(" \"'`,;\\", r)
	})
	if plain {
		return s
	}
	return strconv.Quote(s)
}

// Names quotes each of a list.
func Names(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = Name(s)
	}
	return out
}

// Line is a text on one line: what is not printable is escaped as in Go, line ends too.
func Line(s string) string { return escape(s, "") }

// Text is a text of lines of our own, which end it as they did; all else that is not printable is escaped.
func Text(s string) string { return escape(s, "\n") }

// Lines is what a program printed, each line of it behind a prefix, so that none can be taken for one of ours. Tabs stay.
func Lines(s, prefix string) string {
	s = strings.TrimSuffix(s, "\n")
	if s == "" {
		return ""
	}
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteString(prefix + escape(strings.TrimSuffix(line, "\r"), "\t") + "\n")
	}
	return b.String()
}

// escape escapes what is not printable, but for the runes to keep.
func escape(s, keep string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += n
	}
	return b.String()
}

// JSON passes on what is written to it, which has to be JSON in whole values, with all that is not printable in its strings
// written as \uXXXX: the same values, and nothing that a terminal acts upon.
func JSON(out io.Writer) io.Writer { return jsonWriter{out} }

type jsonWriter struct{ out io.Writer }

func (w jsonWriter) Write(p []byte) (int, error) {
	var b strings.Builder
	for _, r := range string(p) {
		switch {
		case unicode.IsPrint(r) || r == '\n' || r == '\t':
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	if _, err := io.WriteString(w.out, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}
