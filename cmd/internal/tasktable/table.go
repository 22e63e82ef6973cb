// Package tasktable keeps a table of a bag's tasks beside their results. It is a CSV file with a line for each task, which has the task's
// row of --map, how the task ended, and where its result is.
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

// FileName is the name of the table in the folder of the results.
const FileName = "tasks.csv"

// columns are the columns that follow those of the row.
var columns = []string{"task", "status", "exit_status", "reason", "result", "files", "digest", "paid_ucred"}

// The statuses.
const (
	// StatusPending says that the task has not ended, or that its end was not seen.
	StatusPending = "pending"
	// StatusAccepted says that the task has a result.
	StatusAccepted = "accepted"
	// StatusFailed says that the program failed, and that this failure is the accepted answer.
	StatusFailed = "failed"
	// StatusRefunded says that the task ended without an answer.
	StatusRefunded = "refunded"
)

// saveEvery is the time between two writes of the file while tasks end.
const saveEvery = 2 * time.Second

// Table is the table of a bag.
type Table struct {
	file   string
	folder string
	names  []string   // names of the row's own columns
	rows   [][]string // cells of the row's own columns
	tasks  []*client.TaskReport
	saved  time.Time
	wrong  error // the first error of a write
}

// New returns the table of a bag. names and rows may be empty. The file is written once the bag is submitted.
func New(folder string, names []string, rows [][]string) *Table {
	return &Table{file: filepath.Join(folder, FileName), folder: folder, names: names, rows: rows}
}

// KeepIn lets the table be written to another file than FileName in the folder of the results.
func (t *Table) KeepIn(file string) *Table {
	t.file = file
	return t
}

// Load returns the table of a bag that is resumed. It takes the rows from an earlier file if there is one.
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

// Observe takes an event of a run. A bag of one task without rows gets no table.
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

// Close writes the table for the last time. It returns the first error of any write.
func (t *Table) Close() error {
	if len(t.tasks) > 0 {
		t.save()
	}
	return t.wrong
}

// Path returns the path of the table; "" if the bag has none.
func (t *Table) Path() string {
	if len(t.tasks) == 0 {
		return ""
	}
	return t.file
}

// save writes a new file and then puts it in the place of the old one, so that the file is always complete.
func (t *Table) save() {
	if err := t.write(); err != nil && t.wrong == nil {
		t.wrong = fmt.Errorf("the table of tasks: %w", err)
	}
	t.saved = time.Now()
}

func (t *Table) write() error {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write(slices.Concat([]string{"row"}, t.names, columns)) // writing to a buffer does not fail
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

// cells returns what became of a task, in the order of columns.
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

// Status returns how a task ended.
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
