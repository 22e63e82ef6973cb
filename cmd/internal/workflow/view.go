package workflow

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/workflow"
	"github.com/credence-chain/credence/cmd/internal/progress"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// fewTasks is the largest number of tasks of a node for which each task's end gets a line.
const fewTasks = 8

// tellEvery is the time between two lines about the progress of a node with more tasks.
const tellEvery = 5 * time.Second

// view prints the events of a workflow that are worth a line.
type view struct {
	out   io.Writer
	enc   *json.Encoder // nil for output in words
	width int
	words func(client.Event) string
	begin time.Time
	nodes map[string]*count
}

// count is the progress of a node's tasks.
type count struct {
	size, ended, failed uint64
	told                time.Time
}

// told is one line of JSON output.
type told struct {
	Node   string          `json:"node"`
	Status workflow.Status `json:"status"`
	Why    string          `json:"why,omitempty"`
	Event  *client.Event   `json:"event,omitempty"`
}

func newView(out io.Writer, d *definition, output string, verbose bool) *view {
	v := &view{out: out, words: cli.Words(verbose), width: d.longest(), begin: time.Now(), nodes: map[string]*count{}}
	if output == "json" {
		v.enc = json.NewEncoder(printable.JSON(out))
		v.enc.SetEscapeHTML(false)
	}
	return v
}

func (v *view) observe(name string, s workflow.State, e client.Event) {
	if v.enc != nil {
		line := told{Node: name, Status: s.Status, Why: s.Why}
		if e.Kind != "" {
			e.Text = cli.EventText(e)
			line.Event = &e
		}
		_ = v.enc.Encode(line)
		return
	}
	if e.Kind == "" {
		if text := statusText(s); text != "" {
			v.printLine(name, text)
		}
		return
	}
	c := v.nodes[name]
	if c == nil {
		c = &count{}
		v.nodes[name] = c
	}
	switch e.Kind {
	case client.EventSubmitted, client.EventResuming:
		c.size = e.Size
		v.printLine(name, v.words(e))
	case client.EventPublished, client.EventResumed, client.EventWaiting:
		v.printLine(name, progress.OneLine(e, v.words(e)))
	case client.EventStalled:
		if time.Since(c.told) >= tellEvery {
			c.told = time.Now()
			v.printLine(name, e.Text)
		}
	case client.EventEnded:
		v.countEnd(name, c, e)
	}
}

func (v *view) countEnd(name string, c *count, e client.Event) {
	c.ended++
	bad := e.Result == nil || !e.Result.Accepted() || e.Result.Failed()
	if bad {
		c.failed++
	}
	switch {
	case bad || c.size <= fewTasks || e.Result != nil && len(e.Result.Faults) > 0:
		v.printLine(name, progress.OneLine(e, v.words(e)))
	case time.Since(c.told) >= tellEvery || c.ended == c.size:
		c.told = time.Now()
		text := fmt.Sprintf("%d of %d tasks ended", c.ended, c.size)
		if c.failed > 0 {
			text += fmt.Sprintf(", %d without a result", c.failed)
		}
		v.printLine(name, text)
	}
}

func statusText(s workflow.State) string {
	switch s.Status {
	case workflow.Done:
		return "done, for " + cli.FormatCRED(s.Paid)
	case workflow.Skipped:
		return "skipped: " + s.Why
	case workflow.Failed:
		return "failed: " + printable.Line(s.Why)
	}
	return ""
}

func (v *view) printLine(name, text string) {
	fmt.Fprintf(v.out, "%6.1fs %-*s  %s\n", time.Since(v.begin).Seconds(), v.width, name, text)
}

// printEnd prints what became of each node.
func (v *view) printEnd(j *workflow.Journal) {
	var paid uint64
	counts := map[workflow.Status]int{}
	for name := range j.Nodes {
		s := j.Node(name)
		paid += s.Paid
		counts[s.Status]++
	}
	text := fmt.Sprintf("%d nodes done", counts[workflow.Done])
	for _, s := range []workflow.Status{workflow.Skipped, workflow.Failed} {
		if counts[s] > 0 {
			text += fmt.Sprintf(", %d %s", counts[s], s)
		}
	}
	if counts[workflow.Begun] > 0 {
		text += fmt.Sprintf(", %d run on", counts[workflow.Begun])
	}
	fmt.Fprintf(v.out, "\n%s; %s paid. Results are in %s\n", text, cli.FormatCRED(paid), printable.Name(filepath.Clean(j.Out)))
}
