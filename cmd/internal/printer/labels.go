package printer

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/credence-chain/credence/internal/printable"
)

// Labels prints rows, each with a label and a text.
type Labels struct{ writer *tabwriter.Writer }

// NewLabels begins a list of labelled rows. Flush prints it.
func NewLabels(out io.Writer) *Labels { return &Labels{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)} }

// AddRow adds a row. The text is formatted as by Printf. Characters that are not printable are escaped, so that the text stays on its line.
func (t *Labels) AddRow(label, format string, args ...any) {
	fmt.Fprintf(t.writer, "  %s\t%s\n", label, printable.Line(fmt.Sprintf(format, args...)))
}

// AddSome adds a row unless its text is empty.
func (t *Labels) AddSome(label, text string) {
	if text != "" {
		t.AddRow(label, "%s", text)
	}
}

// Flush writes the rows.
func (t *Labels) Flush() error { return t.writer.Flush() }
