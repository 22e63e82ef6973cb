package reasons

import (
	"regexp"
	"strings"
)

// Detail has the parts of an error's text. A part that the text does not have is empty.
type Detail struct {
	// Field is the field with its path, such as "orders[2].price".
	Field string
	// Value is the field's value, Expected says what would be accepted.
	Value, Expected string
	// Next says what to do.
	Next string
	// Text is the error's text, without the words that every error of its kind has.
	Text string
}

const (
	step = `[a-z][a-z0-9_]*(?:\[[0-9]+\])?`
	path = step + `(?:\.` + step + `)*`
	rest = `expected (.+?)(?:; (.+))?$`
)

// The forms of the modules' errors are "field: got 7, expected 1 to 5; do this", `field "seven": expected a number` and, without the
// value, "field: expected a pool's order". The owner of the field may follow it: "price of acme: ...". The path of a field precedes it:
// "order: price: ...".
var (
	compared = regexp.MustCompile(`(?s)^((?:` + path + `: )*)(` + path + `)(?: of [^:]{1,200})?: (?:(?:got )?(.*?)[,:;] )?` + rest)
	quoted   = regexp.MustCompile(`(?s)^((?:` + path + `: )*)(` + path + `) ("(?:[^"\\]|\\.)*")(?: of [^:]{1,200})?: (?:[^,:]{1,60}, )?` + rest)
	// delivery matches the words that the SDK puts before the error of a message in a transaction, simulation those that it puts behind.
	delivery   = regexp.MustCompile(`^failed to execute message; message index: [0-9]+: `)
	simulation = regexp.MustCompile(` with gas used: '[0-9]+'$`)
	// trace matches the source line that an error of the SDK shows if it is formatted within another error.
	trace = regexp.MustCompile(` \[[^\[\] ]+\.go:[0-9]+\]$`)
)

// Parse finds the parts of an error's text from a query, a simulation or a transaction's outcome.
func Parse(key Key, text string) Detail {
	text = trace.ReplaceAllString(simulation.ReplaceAllString(delivery.ReplaceAllString(text, ""), ""), "")
	if words := known[key].Words; words != "" {
		text = strings.TrimSuffix(strings.TrimPrefix(text, words+": "), ": "+words)
	}
	d := Detail{Text: text}
	for _, form := range []*regexp.Regexp{quoted, compared} {
		if m := form.FindStringSubmatch(text); m != nil {
			d.Field, d.Value, d.Expected, d.Next = strings.ReplaceAll(m[1], ": ", ".")+m[2], unquote(m[3]), m[4], m[5]
			return d
		}
	}
	return d
}

// unquote removes the quotes around a value.
func unquote(value string) string {
	if inner, found := strings.CutPrefix(value, `"`); found {
		return strings.TrimSuffix(inner, `"`)
	}
	return value
}
