package jobflags

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
)

// This file splits a job along the table of --map. A flag or argument that names a column in braces, such as {path}, is a template, and
// each row renders it into a value for its own task. All rows are rendered before anything is submitted, so that a bad row in the middle of
// a table costs nothing.

// placeholder matches {name}, which stands for a cell of the row, and {{name}}, which stands for the text {name}. Other braces have no
// meaning.
var placeholder = regexp.MustCompile(`\{\{[^{}]*\}\}|\{[A-Za-z_][A-Za-z0-9_.-]*\}`)

// maxRowProblems is how many bad rows an error names.
const maxRowProblems = 5

// TakeRows splits the job of --map into one part that all tasks share and one part for each row. args are all arguments of the program.
// Flags and arguments that name a column are taken out of the flags and out of args; rendered for each row, they come back in list. Without
// --map everything is shared.
func (j *Flags) TakeRows(args []string) (common []string, list []client.Row, table *Table, err error) {
	if j.Map == "" {
		return args, nil, nil, nil
	}
	if j.DatasetsPerTask > 0 {
		return nil, nil, nil, &cli.Problem{What: fmt.Sprintf("--datasets-per-task %d: --map says already what each task gets", j.DatasetsPerTask), Next: "give one of the two", Exit: cli.ExitUsage}
	}
	if table, err = ReadTable(j.Map); err != nil {
		return nil, nil, nil, err
	}
	own := j.splitOff(&args)
	if table.files && !own.reads() {
		own.inputs = append(own.inputs, "{path}")
	}
	if err := own.check(table); err != nil {
		return nil, nil, nil, err
	}
	var bad []string
	wrong := 0
	for i := range table.Rows {
		row, err := own.render(table, i)
		if err != nil {
			if wrong++; wrong <= maxRowProblems {
				bad = append(bad, table.Places[i]+", "+err.Error())
			}
			continue
		}
		list = append(list, row)
	}
	if wrong > maxRowProblems {
		bad = append(bad, fmt.Sprintf("and %d more bad rows", wrong-maxRowProblems))
	}
	if wrong > 0 {
		return nil, nil, nil, &cli.Problem{What: fmt.Sprintf("--map %s: %s", cli.ShellQuote(j.Map), strings.Join(bad, "\n  ")), Next: "mend the rows; nothing was submitted or paid", Exit: cli.ExitUsage}
	}
	return args, list, table, nil
}

// templates are the parts of a job that differ from row to row, with their placeholders.
type templates struct {
	args, env, inputs []string
	stdin             string
}

// splitOff takes the parts that name a column out of the job. Arguments keep their order: those from the first that names a column on all
// go to the templates.
func (j *Flags) splitOff(args *[]string) (own templates) {
	if at := slices.IndexFunc(*args, placeholder.MatchString); at >= 0 {
		own.args, *args = (*args)[at:], (*args)[:at:at]
	}
	take := func(texts *[]string) (taken []string) {
		var left []string
		for _, text := range *texts {
			if placeholder.MatchString(text) {
				taken = append(taken, text)
			} else {
				left = append(left, text)
			}
		}
		*texts = left
		return taken
	}
	own.env, own.inputs = take(&j.env), take(&j.Inputs)
	if placeholder.MatchString(j.stdin) {
		own.stdin, j.stdin = j.stdin, ""
	}
	return own
}

// reads reports whether an input or standard input is the row's own file, {path}.
func (t templates) reads() bool {
	return slices.ContainsFunc(append(slices.Clone(t.inputs), t.stdin), func(text string) bool { return strings.Contains(text, "{path}") })
}

// check returns an error for a placeholder that is no column of the table, and when no template names a column.
func (t templates) check(table *Table) error {
	known := append(slices.Clone(table.Columns), columnIndex)
	used := false
	for _, text := range slices.Concat(t.args, t.env, t.inputs, []string{t.stdin}) {
		for _, found := range placeholder.FindAllString(text, -1) {
			if strings.HasPrefix(found, "{{") {
				continue
			}
			if !slices.Contains(known, found[1:len(found)-1]) {
				return &cli.Problem{
					What: fmt.Sprintf("%s in %q: --map has no such column, it has %s", found, text, strings.Join(known, ", ")),
					Next: fmt.Sprintf("name one of them, or write {%s} for the text itself", found), Exit: cli.ExitUsage,
				}
			}
			used = true
		}
	}
	if !used {
		return &cli.Problem{
			What: "--map: no argument, variable or input names a column, so that all tasks would be the same",
			Next: fmt.Sprintf("name one in braces, such as {%s}, behind --, in --env, --input or --stdin; or give a number of equal tasks with --bag", table.Columns[0]), Exit: cli.ExitUsage,
		}
	}
	return nil
}

// render returns the part of a task that comes from its row. Errors name the columns.
func (t templates) render(table *Table, i int) (r client.Row, err error) {
	for _, text := range t.args {
		value, columns := fill(table, i, text)
		if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
			return r, columnError(columns, "an argument: expected UTF-8 without a zero byte")
		}
		r.Args = append(r.Args, value)
	}
	for _, text := range t.env {
		value, columns := fill(table, i, text)
		if !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
			return r, columnError(columns, fmt.Sprintf("the variable %.40q: expected UTF-8 without control characters, such as a line's end", value))
		}
		r.Env = append(r.Env, value)
	}
	for _, text := range t.inputs {
		in, err := readInput(table, i, text)
		if err != nil {
			return r, err
		}
		r.Inputs = append(r.Inputs, in)
	}
	if t.stdin != "" {
		in, err := readInput(table, i, t.stdin)
		if err != nil {
			return r, err
		}
		r.Inputs, r.Stdin = append(r.Inputs, in), in.Name
	}
	return r, nil
}

// readInput returns an input of a row, whose file must exist.
func readInput(table *Table, i int, text string) (in client.InputFile, err error) {
	value, columns := fill(table, i, text)
	for _, c := range columns {
		if cell, _ := table.cell(i, c); cell == "" {
			return in, columnError([]string{c}, "it is empty, expected the name of a file")
		}
	}
	in = client.ParseInput(value)
	if _, err := os.Stat(in.Path); err != nil && !in.Folder {
		return in, columnError(columns, fmt.Sprintf("there is no file %s", cli.ShellQuote(in.Path)))
	}
	return in, nil
}

func columnError(columns []string, what string) error {
	word := "column "
	if len(columns) > 1 {
		word = "columns "
	}
	return fmt.Errorf("%s%s: %s", word, strings.Join(columns, " and "), what)
}

// fill replaces the placeholders in a text by the cells of a row. It also returns the names of the columns that the text names.
func fill(table *Table, i int, text string) (value string, columns []string) {
	value = placeholder.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, "{{") {
			return found[1 : len(found)-1]
		}
		name := found[1 : len(found)-1]
		cell, _ := table.cell(i, name)
		if !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
		return cell
	})
	return value, columns
}
