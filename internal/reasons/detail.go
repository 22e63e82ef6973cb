package reasons

import (
	"regexp"
	"strings"
)

// Detail is what an error's sentence says, taken apart; empty where it says nothing of the kind.
type Detail struct {
	// Field that it is about, with the path that leads there: "orders[2].price".
	Field string
	// Value that it has, and what would be Expected, in words.
	Value, Expected string
	// Next is what to do.
	Next string
	// Text is the sentence, without the words that every error of its kind has.
	Text string
}

const (
	step = `[a-z][a-z0-9_]*(?:\[[0-9]+\])?`
	path = step + `(?:\.` + step + `)*`
	rest = `expected (.+?)(?:; (.+))?$`
)

// The forms that the modules' errors have: "field: got 7, expected 1 to 5; do this", `field "seven": expected a number`, and, where the
// value is not worth its words, "field: expected a pool's order". A name of what has the field may stand between: "price of acme: ...".
// Paths of fields stand before each other: "order: price: ...".
var (
	compared = regexp.MustCompile(`(?s)^((?:` + path + `: )*)(` + path + `)(?: of [^:]{1,200})?: (?:(?:got )?(.*?)[,:;] )?` + rest)
	quoted   = regexp.MustCompile(`(?s)^((?:` + path + `: )*)(` + path + `) ("(?:[^"\\]|\\.)*")(?: of [^:]{1,200})?: (?:[^,:]{1,60}, )?` + rest)
	// delivery is what the SDK writes before the error of a message within a transaction, and simulation what it writes behind.
	delivery   = regexp.MustCompile(`^failed to execute message; message index: [0-9]+: `)
	simulation = regexp.MustCompile(` with gas used: '[0-9]+'$`)
	// trace is the line of code that an error of the SDK shows when it is formatted within another.
	trace = regexp.MustCompile(` \[[^\[\] ]+\.go:[0-9]+\]$`)
)

// Parse takes the text of an error apart, as a query, a simulation or the outcome of a transaction has it.
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

// unquote takes the quotes from around a value.
func unquote(value string) string {
	if inner, found := strings.CutPrefix(value, `"`); found {
		return strings.TrimSuffix(inner, `"`)
	}
	return value
}
