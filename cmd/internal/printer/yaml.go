package printer

import (
	"fmt"
	"io"

	"sigs.k8s.io/yaml"

	"github.com/credence-chain/credence/internal/printable"
)

// PrintAs writes a value as "json" or "yaml", with the same names in both.
func PrintAs(out io.Writer, form string, v any) error {
	if form != "yaml" {
		return PrintJSON(out, v)
	}
	text, err := FormatJSON(v)
	if err != nil {
		return err
	}
	if text, err = yaml.JSONToYAML(text); err != nil {
		return err
	}
	_, err = io.WriteString(out, printable.Text(string(text)))
	return err
}

// PrintIDs writes whole ids, one a line, for scripts.
func PrintIDs[V any](out io.Writer, rows []V, id func(V) string) error {
	for _, row := range rows {
		if _, err := fmt.Fprintln(out, printable.Line(id(row))); err != nil {
			return err
		}
	}
	return nil
}
