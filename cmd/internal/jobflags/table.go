package jobflags

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/internal/steps"
)

// Table is the table that --map names, with a row for each task of a bag.
type Table struct {
	// Columns are the names by which arguments, variables and inputs refer to the cells of a row.
	Columns []string
	// Rows are the rows, each with a cell for each column.
	Rows [][]string
	// Places say where each row is in its file, for errors.
	Places []string
	// files says that each row is a file. A task reads the file of its row as an input, unless the command line uses the file in another way.
	files bool
}

// maxTableRows bounds a table, so that a huge one is refused before it reaches the chain.
const maxTableRows = 1_000_000

// columnIndex is a column that every table has: the index of the task, from 0.
const columnIndex = "index"

var (
	rangeText  = regexp.MustCompile(`^(-?\d{1,18})\.\.(-?\d{1,18})$`)
	columnName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
)

// ReadTable reads the table that --map names: a CSV file, a pattern of file names, or a range of numbers.
func ReadTable(text string) (*Table, error) {
	var (
		t   *Table
		err error
	)
	_, missing := os.Stat(text)
	switch parts := rangeText.FindStringSubmatch(text); {
	case parts != nil:
		t, err = rangeTable(parts[1], parts[2])
	case missing == nil && (hasExtension(text, ".csv") || hasExtension(text, ".tsv")):
		t, err = readCSV(text)
	case missing != nil && strings.ContainsAny(text, "*?["):
		t, err = matchFiles(text)
	default:
		return nil, mapProblem(text, missing)
	}
	if err != nil {
		return nil, err
	}
	if len(t.Rows) == 0 {
		return nil, &cli.Problem{What: fmt.Sprintf("--map %s: it has no rows, and each row makes a task", cli.ShellQuote(text)), Exit: cli.ExitUsage}
	}
	return t, nil
}

func hasExtension(path, extension string) bool {
	return strings.EqualFold(filepath.Ext(path), extension)
}

func mapProblem(text string, missing error) error {
	p := &cli.Problem{What: fmt.Sprintf("--map %s: expected a CSV file, a pattern of files, or a range", cli.ShellQuote(text)), Next: "such as --map rows.csv, --map 'texts/*.txt' in quotes, or --map 1..50", Exit: cli.ExitUsage}
	if missing != nil && errors.Is(missing, os.ErrNotExist) && (hasExtension(text, ".csv") || hasExtension(text, ".tsv")) {
		p.What = fmt.Sprintf("--map %s: there is no such file", cli.ShellQuote(text))
	}
	return p
}

// rangeTable returns a table with a row for each number from the first to the last, including both.
func rangeTable(from, to string) (*Table, error) {
	first, _ := strconv.ParseInt(from, 10, 64) // 18 digits fit into 64 bits
	last, _ := strconv.ParseInt(to, 10, 64)
	if last < first || last-first >= maxTableRows {
		return nil, &cli.Problem{What: fmt.Sprintf("--map %s..%s: expected a range that rises, of at most %d numbers", from, to, maxTableRows), Exit: cli.ExitUsage}
	}
	t := &Table{Columns: []string{"n"}}
	for n := first; n <= last; n++ {
		text := strconv.FormatInt(n, 10)
		t.addRow("number "+text, text)
	}
	return t, nil
}

// matchFiles returns a table with a row for each file that matches the pattern.
func matchFiles(pattern string) (*Table, error) {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, &cli.Problem{What: fmt.Sprintf("--map %s: %v", cli.ShellQuote(pattern), err), Exit: cli.ExitUsage}
	}
	t := &Table{Columns: []string{"path", "file", "stem"}, files: true}
	for _, path := range matches {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		file := filepath.Base(path)
		t.addRow(printable.Name(path), path, file, strings.TrimSuffix(file, filepath.Ext(file)))
	}
	if len(t.Rows) == 0 {
		return nil, &cli.Problem{What: fmt.Sprintf("--map %s: no file matches the pattern", cli.ShellQuote(pattern)), Exit: cli.ExitUsage}
	}
	return t, nil
}

// readCSV reads a file whose first line names the columns. Errors name a bad row by its number and its line.
func readCSV(path string) (*Table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := &csvReader{path: path, lines: csv.NewReader(skipMark(file)), table: &Table{}}
	r.lines.FieldsPerRecord = -1
	if hasExtension(path, ".tsv") {
		r.lines.Comma = '\t'
	}
	return r.table, steps.Run(r.readColumns, r.readRows)
}

// csvReader holds a table while it is read.
type csvReader struct {
	path  string
	lines *csv.Reader
	table *Table
}

// wrong returns an error about the file.
func (r *csvReader) wrong(format string, args ...any) error {
	return &cli.Problem{What: "--map " + cli.ShellQuote(r.path) + ": " + fmt.Sprintf(format, args...), Exit: cli.ExitUsage}
}

// readColumns reads the names of the columns from the first line, without the spaces around them. No two may be equal.
func (r *csvReader) readColumns() error {
	names, err := r.lines.Read()
	switch {
	case errors.Is(err, io.EOF):
		return r.wrong("it is empty, expected a first line that names the columns")
	case err != nil:
		return r.wrong("%v", err)
	}
	for i, name := range names {
		name = strings.TrimSpace(name)
		if !columnName.MatchString(name) || slices.Contains(r.table.Columns, name) {
			return r.wrong("column %d is called %q, expected a name of its own: letters, digits, \"_\", \".\" and \"-\", a letter first", i+1, name)
		}
		r.table.Columns = append(r.table.Columns, name)
	}
	return nil
}

func (r *csvReader) readRows() error {
	for {
		cells, err := r.lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return r.wrong("row %d: %v", len(r.table.Rows)+1, err)
		}
		if err := r.takeRow(cells); err != nil {
			return err
		}
	}
}

// takeRow adds a row, which must have a cell for each column.
func (r *csvReader) takeRow(cells []string) error {
	t := r.table
	line, _ := r.lines.FieldPos(0)
	place := fmt.Sprintf("row %d (line %d of %s)", len(t.Rows)+1, line, printable.Name(r.path))
	switch {
	case len(cells) < len(t.Columns):
		return r.wrong("%s has %d cells, none for the column %s", place, len(cells), t.Columns[len(cells)])
	case len(cells) > len(t.Columns):
		return r.wrong("%s has %d cells, expected %d, one for each column", place, len(cells), len(t.Columns))
	case len(t.Rows) == maxTableRows:
		return r.wrong("it has more than %d rows, expected at most that many", maxTableRows)
	}
	t.addRow(place, cells...)
	return nil
}

// skipMark skips the byte order mark that spreadsheet programs write at the beginning of a file.
func skipMark(file io.ReadSeeker) io.Reader {
	mark := make([]byte, 3)
	if n, _ := io.ReadFull(file, mark); n == 3 && string(mark) == "\ufeff" {
		return file
	}
	_, _ = file.Seek(0, io.SeekStart)
	return file
}

func (t *Table) addRow(place string, cells ...string) {
	t.Rows, t.Places = append(t.Rows, cells), append(t.Places, place)
}

// cell returns the cell of a row in a column; false if there is no such column.
func (t *Table) cell(row int, column string) (string, bool) {
	for i, name := range t.Columns {
		if name == column {
			return t.Rows[row][i], true
		}
	}
	return strconv.Itoa(row), column == columnIndex
}
