// Package tasktable keeps the table of a bag beside its results: a CSV file with a line for each task, which says which row it is,
// how it ended, and where its result lies.
package tasktable

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/printable"
)

// FileName is the table's, in the folder of the results.
const FileName = "tasks.csv"

// The columns that follow the row's own.
var columns = []string{"task", "status", "exit_status", "reason", "result", "files", "digest", "paid_ucred"}

// What a status says.
const (
	// StatusPending: it has not ended, or was not seen to.
	StatusPending = "pending"
	// StatusAccepted: it has a result.
	StatusAccepted = "accepted"
	// StatusFailed: the program failed, and that is the accepted answer.
	StatusFailed = "failed"
	// StatusRefunded: it ended without an answer.
	StatusRefunded = "refunded"
)

// saveEvery is how often the file is written while tasks end.
const saveEvery = 2 * time.Second

// Table is the table of a bag.
type Table struct {
	file   string
	folder string
	names  []string   // of the columns that the row has of its own
	rows   [][]string // their cells
	tasks  []*client.TaskReport
	saved  time.Time
	wrong  error // the first that writing met
}

// New makes the table of a bag; names and rows may be empty. It is written once the bag is submitted.
func New(folder string, names []string, rows [][]string) *Table {
	return &Table{file: filepath.Join(folder, FileName), folder: folder, names: names, rows: rows}
}

// KeepIn has the table written to another file than that beside the results.
func (t *Table) KeepIn(file string) *Table {
	t.file = file
	return t
}

// Load makes the table of a bag that is gone on with: rows are those of the file that is there already, if one is.
func Load(folder string) *Table {
	t := New(folder, nil, nil)
	file, err := os.Open(filepath.Join(folder, FileName))
	if err != nil {
		return t
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil || len(lines) == 0 {
		return t
	}
	own := len(lines[0]) - len(columns)
	if own < 1 || !slices.Equal(lines[0][own:], columns) {
		return t
	}
	t.names = lines[0][1:own]
	for _, line := range lines[1:] {
		t.rows = append(t.rows, line[1:own])
	}
	return t
}

// Observe takes what a run tells. A bag of one task without rows has no table.
func (t *Table) Observe(e client.Event) {
	switch e.Kind {
	case client.EventSubmitted, client.EventResuming:
		size := max(int(e.Size), len(t.rows))
		if size < 2 && len(t.rows) == 0 {
			return
		}
		t.tasks = make([]*client.TaskReport, size)
		t.save()
	case client.EventEnded, client.EventDownloaded:
		if e.Result == nil || e.Index >= uint64(len(t.tasks)) {
			return
		}
		t.tasks[e.Index] = e.Result
		if time.Since(t.saved) >= saveEvery {
			t.save()
		}
	}
}

// Close writes the table for the last time. The error is the first that writing it met.
func (t *Table) Close() error {
	if len(t.tasks) > 0 {
		t.save()
	}
	return t.wrong
}

// Path is where the table is; empty when the bag has none.
func (t *Table) Path() string {
	if len(t.tasks) == 0 {
		return ""
	}
	return t.file
}

// save writes the whole file anew beside the old one, and then puts it in its place.
func (t *Table) save() {
	if err := t.write(); err != nil && t.wrong == nil {
		t.wrong = fmt.Errorf("the table of tasks: %w", err)
	}
	t.saved = time.Now()
}

func (t *Table) write() error {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write(slices.Concat([]string{"row"}, t.names, columns)) // a buffer takes everything
	for i, task := range t.tasks {
		own := make([]string, len(t.names))
		if i < len(t.rows) {
			copy(own, t.rows[i])
		}
		_ = w.Write(slices.Concat([]string{strconv.Itoa(i + 1)}, own, t.cells(task)))
	}
	w.Flush()
	if err := os.MkdirAll(filepath.Dir(t.file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(t.file+".part", out.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(t.file+".part", t.file)
}

// cells are what became of a task, in the order of columns.
func (t *Table) cells(r *client.TaskReport) []string {
	if r == nil {
		return []string{"", StatusPending, "", "", "", "", "", ""}
	}
	exit, digest := "", ""
	if r.Accepted() {
		exit, digest = strconv.FormatUint(uint64(r.ExitCode), 10), r.Verdict.Digest
	}
	where := r.Dir
	if short, err := filepath.Rel(t.folder, r.Dir); err == nil && r.Dir != "" {
		where = short
	}
	return []string{
		r.ID, Status(r), exit, reason(r), where, strings.Join(printable.Names(r.Files), " "), digest, strconv.FormatUint(r.Paid(), 10),
	}
}

// Status is how a task ended.
func Status(r *client.TaskReport) string {
	switch {
	case r == nil:
		return StatusPending
	case !r.Accepted():
		return StatusRefunded
	case r.Failed():
		return StatusFailed
	}
	return StatusAccepted
}

func reason(r *client.TaskReport) string {
	switch {
	case r.DownloadError != "":
		return printable.Line(r.DownloadError)
	case !r.Accepted():
		return strings.ToLower(r.Ending)
	}
	return printable.Line(r.Reason)
}
