// Package printable makes text from others safe to show in a terminal: the names in a result, the output of a program, the
// messages of a node, the names that operators chose. A terminal acts upon control characters, and characters that turn the
// direction of writing can make one name look like another. With either, somebody could forge a line of our own output.
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

// Name returns a name unchanged when nobody can misread it. Otherwise it quotes the name as Go does: when it is empty, when it
// has a space, a quote, a comma or a semicolon, and when something in it is not printable or not UTF-8.
func Name(s string) string {
	plain := s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsPrint(r) || strings.ContainsRune(" \"'`,;\\", r)
	})
	if plain {
		return s
	}
	return strconv.Quote(s)
}

// Names applies Name to each name of a list.
func Names(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = Name(s)
	}
	return out
}

// Data shows bytes that a program wrote: as a line of text where they are one, without its line end, and in hexadecimal digits
// behind "0x" otherwise.
func Data(data []byte) string {
	text := strings.TrimSuffix(string(data), "\n")
	if text != "" && utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return text
	}
	return fmt.Sprintf("0x%x", data)
}

// Line returns a text on one line. Everything that is not printable is escaped as in Go, line ends too.
func Line(s string) string { return escapeText(s, "") }

// Text returns a text of several lines. The line ends stay, and everything else that is not printable is escaped.
func Text(s string) string { return escapeText(s, "\n") }

// Lines puts a prefix before each line of a program's output, so that no line can be taken for one of ours. Tabs stay.
func Lines(s, prefix string) string {
	s = strings.TrimSuffix(s, "\n")
	if s == "" {
		return ""
	}
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteString(prefix + escapeText(strings.TrimSuffix(line, "\r"), "\t") + "\n")
	}
	return b.String()
}

// escapeText escapes everything that is not printable, except the runes in keep.
func escapeText(s, keep string) string {
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

// JSON returns a writer for JSON in whole values. It passes the values on to out, and writes everything in their strings that is
// not printable as \uXXXX. The values are the same, and a terminal acts upon nothing in them.
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
