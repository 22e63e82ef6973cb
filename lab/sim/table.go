package sim

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// How rows are written: as tables of text, as CSV, and as tables of a document.

// column is one figure of a row as text.
type column struct {
	head string
	text func(Row) string
}

func formatNumber(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

var (
	labels = []column{
		{"scheme", func(r Row) string { return r.Scheme }},
		{"population", func(r Row) string {
			if r.Note == "" {
				return r.Population
			}
			return r.Population + " (" + r.Note + ")"
		}},
		{"trust", func(r Row) string { return strconv.FormatUint(r.Trust, 10) }},
		{"tasks x seeds", func(r Row) string { return fmt.Sprintf("%d x %d", r.Tasks, r.Seeds) }},
	}
	errorRate = column{"wrong", func(r Row) string { return strconv.Itoa(r.Wrong) }}
	rate      = column{"error", func(r Row) string {
		if r.Wrong == 0 {
			return "< " + formatRate(r.Upper)
		}
		return formatRate(r.Rate.Mean) + " ± " + formatRate(r.Rate.Error)
	}}
	likely     = column{"error, sampled", func(r Row) string { return formatRate(r.Likely.Mean) + " ± " + formatRate(r.Likely.Error) }}
	promise    = column{"promise", func(r Row) string { return formatRate(r.Promise) }}
	debt       = column{"D/N", func(r Row) string { return formatRate(r.Certificate.Mean) }}
	spent      = column{"max D/B", func(r Row) string { return formatNumber(r.Spent) }}
	executions = column{"executions", func(r Row) string { return formatNumber(r.Executions.Mean) }}
	replicas   = column{"replicas", func(r Row) string { return formatNumber(r.Replicas.Mean) }}
	courts     = column{"courts", func(r Row) string { return formatRate(r.Courts.Mean) }}
	waves      = column{"waves", func(r Row) string { return formatNumber(r.Waves.Mean) }}
	wait       = column{"wait", func(r Row) string { return formatNumber(r.Wait.Mean) }}
	lifetime   = column{"wrong a run", func(r Row) string { return fmt.Sprintf("%.3f ± %.3f", r.Lifetime.Mean, r.Lifetime.Error) }}
	sampled    = column{"sampled", func(r Row) string {
		return fmt.Sprintf("%.3f ± %.3f", r.Likely.Mean*float64(r.Tasks), r.Likely.Error*float64(r.Tasks))
	}}
	debtOfRun = column{"D a run", func(r Row) string {
		return fmt.Sprintf("%.3f ± %.3f", r.Certificate.Mean*float64(r.Tasks), r.Certificate.Error*float64(r.Tasks))
	}}
	promiseOfRun = column{"promise a run", func(r Row) string { return fmt.Sprintf("%.3f", r.Promise*float64(r.Tasks)) }}
	convicted    = column{"convicted", func(r Row) string { return formatNumber(r.Convicted.Mean) }}
	unlucky      = column{"honest convicted", func(r Row) string { return formatNumber(r.Unlucky.Mean) }}
	lost         = column{"stakes lost an execution", func(r Row) string { return formatRate(r.Lost.Mean) }}
	booty        = column{"profit an attack", func(r Row) string { return fmt.Sprintf("%.1f ± %.1f", r.Booty.Mean, r.Booty.Error) }}
	victimLikely = column{"error of the victims", func(r Row) string { return formatRate(r.VictimLikely.Mean) }}
	victimGoal   = column{"their promise", func(r Row) string { return formatRate(r.VictimPromise) }}
	value        = column{"wrong value", func(r Row) string { return formatRate(r.Value.Mean) + " ± " + formatRate(r.Value.Error) }}
	kept         = column{"stake kept", func(r Row) string {
		return fmt.Sprintf("%.3f%% ± %.3f%%", 100*r.Kept.Mean, 100*r.Kept.Error)
	}}
	late   = column{"opened late, an execution", func(r Row) string { return formatRate(r.Late.Mean) }}
	jailed = column{"jailed", func(r Row) string { return formatNumber(r.Jailed.Mean) }}
	beyond = column{"runs beyond the bound", func(r Row) string { return fmt.Sprintf("%.2f%%", 100*r.Beyond) }}
	open   = column{"no answer", func(r Row) string { return formatRate(r.Open.Mean) }}
	each   = column{"executions a worker", func(r Row) string {
		return strconv.FormatFloat(r.Replicas.Mean*float64(r.Tasks)/200, 'f', 0, 64)
	}}
	victim = column{"error of the victim", func(r Row) string { return formatRate(r.Victim.Mean) }}
)

// columns are the figures of each table.
var columns = map[string][]column{
	"adversaries": {errorRate, rate, likely, victim, promise, debt, spent, executions, waves, courts, convicted},
	"demanded":    {errorRate, rate, likely, promise, debt, spent, executions, waves, courts, convicted},
	"schemes":     {errorRate, rate, likely, promise, executions, waves, courts},
	"horizons":    {errorRate, likely, promise, executions, waves, courts},
	"certificate": {lifetime, sampled, debtOfRun, promiseOfRun, executions},
	"lifetimes":   {lifetime, sampled, executions, convicted},
	"flight":      {errorRate, rate, likely, promise, debt, spent, executions, wait, courts, convicted},
	"money":       {booty, lifetime, convicted},
	"honest":      {errorRate, likely, promise, executions, replicas, waves, courts, open, unlucky, lost},
	"year":        {each, unlucky, jailed, courts, late, lost, kept},
	"bound":       {lifetime, debtOfRun, beyond, executions},
	"variants":    {likely, promise, victimLikely, victimGoal, value, spent, executions, courts},
	"assumptions": {errorRate, rate, likely, promise, debt, executions, courts},
}

// ofTable returns the rows of a table.
func ofTable(rows []Row, table string) (out []Row) {
	for _, r := range rows {
		if r.Table == table {
			out = append(out, r)
		}
	}
	return out
}

func tableColumns(table string) []column {
	return append(labels[:len(labels):len(labels)], columns[table]...)
}

// WriteText writes all tables for a terminal.
func WriteText(w io.Writer, rows []Row) error {
	for _, table := range Tables {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintf(t, "%s: %s\n", table.Name, table.Title)
		for i, c := range tableColumns(table.Name) {
			if i > 0 {
				fmt.Fprint(t, "\t")
			}
			fmt.Fprint(t, c.head)
		}
		fmt.Fprintln(t)
		for _, r := range ofTable(rows, table.Name) {
			for i, c := range tableColumns(table.Name) {
				if i > 0 {
					fmt.Fprint(t, "\t")
				}
				fmt.Fprint(t, c.text(r))
			}
			fmt.Fprintln(t)
		}
		fmt.Fprintln(t)
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// Markdown is one table for a document.
func Markdown(rows []Row, table string) string {
	var b strings.Builder
	cols := tableColumns(table)
	for _, c := range cols {
		b.WriteString("| " + c.head + " ")
	}
	b.WriteString("|\n" + strings.Repeat("|---", len(cols)) + "|\n")
	for _, r := range ofTable(rows, table) {
		for _, c := range cols {
			b.WriteString("| " + c.text(r) + " ")
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// WriteGoalsCSV writes the table of goals.
func WriteGoalsCSV(w io.Writer, goals []Goal) error {
	out := csv.NewWriter(w)
	lines := [][]string{goalHeads}
	for _, g := range goals {
		lines = append(lines, g.fields())
	}
	return out.WriteAll(lines) // flushes
}

// WriteCSV writes every figure of every row.
func WriteCSV(w io.Writer, rows []Row) error {
	out := csv.NewWriter(w)
	means := []struct {
		name string
		of   func(Row) Mean
	}{
		{"rate", func(r Row) Mean { return r.Rate }}, {"likely", func(r Row) Mean { return r.Likely }},
		{"certificate", func(r Row) Mean { return r.Certificate }}, {"victim", func(r Row) Mean { return r.Victim }},
		{"executions", func(r Row) Mean { return r.Executions }}, {"replicas", func(r Row) Mean { return r.Replicas }},
		{"courts", func(r Row) Mean { return r.Courts }}, {"waves", func(r Row) Mean { return r.Waves }},
		{"wait", func(r Row) Mean { return r.Wait }}, {"open", func(r Row) Mean { return r.Open }},
		{"lifetime", func(r Row) Mean { return r.Lifetime }}, {"convicted", func(r Row) Mean { return r.Convicted }},
		{"unlucky", func(r Row) Mean { return r.Unlucky }}, {"lost", func(r Row) Mean { return r.Lost }},
		{"profit", func(r Row) Mean { return r.Profit }}, {"booty", func(r Row) Mean { return r.Booty }},
		{"attacks", func(r Row) Mean { return r.Attacks }}, {"value", func(r Row) Mean { return r.Value }},
		{"victim_likely", func(r Row) Mean { return r.VictimLikely }},
		{"kept", func(r Row) Mean { return r.Kept }}, {"jailed", func(r Row) Mean { return r.Jailed }},
	}
	head := []string{"table", "scheme", "population", "note", "trust", "tasks", "seeds", "wrong", "upper", "promise", "spent", "victim_promise", "beyond", "commit"}
	for _, m := range means {
		head = append(head, m.name, m.name+"_error")
	}
	if err := out.Write(head); err != nil {
		return err
	}
	g := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, r := range rows {
		line := []string{
			r.Table, r.Scheme, r.Population, r.Note, strconv.FormatUint(r.Trust, 10), strconv.Itoa(r.Tasks), strconv.Itoa(r.Seeds),
			strconv.Itoa(r.Wrong), g(r.Upper), g(r.Promise), g(r.Spent), g(r.VictimPromise), g(r.Beyond), r.Commit,
		}
		for _, m := range means {
			line = append(line, g(m.of(r).Mean), g(m.of(r).Error))
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// bestError returns the best estimate of a row's error. It is the counted one if twenty errors were seen; otherwise the sampled
// one, with its standard error if that is more than half of it; otherwise a bound.
func bestError(r Row) string {
	switch {
	case r.Wrong >= 20:
		return formatRate(r.Rate.Mean)
	case r.Likely.Error > r.Likely.Mean/2:
		return "≈ " + formatRate(r.Likely.Mean) + " ± " + formatRate(r.Likely.Error)
	case r.Likely.Mean > 0:
		return "≈ " + formatRate(r.Likely.Mean)
	}
	return "< " + formatRate(r.Upper)
}

// Matrix makes a table for a document with error / executions in its cells. line and column name the line and the column of a row.
func Matrix(rows []Row, line, column func(Row) string) string {
	var lines, heads []string
	cells := map[[2]string]string{}
	note := func(list []string, name string) []string {
		if slices.Contains(list, name) {
			return list
		}
		return append(list, name)
	}
	for _, r := range rows {
		l, c := line(r), column(r)
		lines, heads = note(lines, l), note(heads, c)
		cells[[2]string{l, c}] = fmt.Sprintf("%s / %.2f", bestError(r), r.Executions.Mean)
	}
	var b strings.Builder
	b.WriteString("| error / executions | " + strings.Join(heads, " | ") + " |\n" + strings.Repeat("|---", len(heads)+1) + "|\n")
	for _, l := range lines {
		b.WriteString("| " + l)
		for _, c := range heads {
			b.WriteString(" | " + cells[[2]string{l, c}])
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

// Document returns the table for a mark in a document: a table's name, a table's name and a trust, or "reach".
func Document(rows []Row, mark string) string {
	if mark == "reach" {
		return MarkdownGoals(Reach(rows))
	}
	name, trust, _ := strings.Cut(mark, " ")
	rows = ofTable(rows, name)
	if trust != "" {
		rows = slices.DeleteFunc(rows, func(r Row) bool { return strconv.FormatUint(r.Trust, 10) != trust })
	}
	switch {
	case len(rows) == 0:
		return ""
	case name == "schemes":
		return Matrix(rows, func(r Row) string { return r.Scheme }, labels[1].text)
	case name == "variants" && trust != "":
		return Matrix(rows, labels[1].text, labels[0].text)
	case name == "adversaries" || name == "demanded":
		return Matrix(rows, labels[1].text, func(r Row) string { return "trust " + labels[2].text(r) })
	}
	return Markdown(rows, name)
}
