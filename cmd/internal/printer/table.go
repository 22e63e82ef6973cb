// Package printer prints the output of commands: tables, labelled rows, JSON, and lists that are read page by page.
package printer

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/credence-chain/credence/internal/printable"
)

// Column is a column of a table: its title, and a function that returns the cell of a row.
type Column[V any] struct {
	Title string
	Cell  func(V) string
}

// NewColumn makes a column.
func NewColumn[V any](title string, cell func(V) string) Column[V] {
	return Column[V]{Title: title, Cell: cell}
}

// PrintTable writes the titles, and a line for each row, with two spaces between columns. Characters that are not printable are escaped,
// since other people chose much of the content.
func PrintTable[V any](out io.Writer, columns []Column[V], rows []V) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.Title
	}
	fmt.Fprintln(t, strings.Join(cells, "\t"))
	for _, row := range rows {
		for i, c := range columns {
			cells[i] = printable.Line(c.Cell(row))
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	return t.Flush()
}
