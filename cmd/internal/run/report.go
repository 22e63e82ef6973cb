package run

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
)

// PrintReport prints how a run ended: who verified what, the files and the costs, and who answered wrong. With verbose it also prints what
// the ledgers say.
func PrintReport(out io.Writer, r *client.Report, verbose bool) {
	fmt.Fprintln(out)
	if !verbose {
		printPlain(out, r)
		return
	}
	printTasks(out, r)
	printVerdict(out, r)
	printCost(out, r)
	printSlashed(out, r)
	for _, l := range r.Ledgers {
		fmt.Fprintf(out, "Ledger    %s: N = %d tasks, error debt D = %s of a budget B = %s\n", l.Key, l.Counted, l.Debt, l.Budget)
	}
	printResults(out, r)
}

// printPlain prints the report in plain words. Its colours say nothing that its words do not say.
func printPlain(out io.Writer, r *client.Report) {
	paint := cli.ColoursOf(out)
	if len(r.Tasks) > 1 && len(r.Tasks) <= 4 {
		for _, t := range r.Tasks {
			fmt.Fprintf(out, "task %d (%s): %s\n", t.Index, client.ShortDigest(t.ID), printable.Line(cli.PlainTaskText(t)))
		}
	} else {
		printSpecial(out, r.Tasks, cli.PlainTaskText)
	}
	verdict := printable.Line("Verdict   " + cli.VerdictText(r))
	switch {
	case r.Unmet > 0 || slices.ContainsFunc(r.Tasks, func(t *client.TaskReport) bool { return !t.Accepted() || t.Failed() }):
		verdict = paint.Bad(verdict)
	default:
		verdict = paint.Good(verdict)
	}
	fmt.Fprintln(out, verdict)
	if r.Unmet > 0 {
		fmt.Fprintf(out, "Unmet     %s\n", printable.Line(r.Why))
	}
	fmt.Fprintf(out, "Cost      %s", cli.FormatCRED(r.Paid+r.Premiums))
	if r.Refunded > 0 {
		fmt.Fprintf(out, "; the other %s of what was locked came back", cli.FormatCRED(r.Refunded))
	}
	fmt.Fprintln(out)
	if r.Slashed > 0 {
		who := ""
		if lied := r.Liars(); len(lied) > 0 {
			who = " from " + printable.Line(cli.JoinNames(lied)) + ", for a wrong answer"
		}
		fmt.Fprintln(out, paint.Odd(fmt.Sprintf("Slashed   %s of stake were taken%s", cli.FormatCRED(r.Slashed), who)))
	}
	printResults(out, r)
	if r.Request != "" {
		fmt.Fprintf(out, "Request   %s; more about it: %s task show %[1]s\n", client.ShortDigest(r.Request), cli.Program)
	}
}

// printTasks prints a line for each task of a small bag. Of a large bag it prints only what is special.
func printTasks(out io.Writer, r *client.Report) {
	if len(r.Tasks) > 4 {
		printSpecial(out, r.Tasks, cli.TaskText)
		return
	}
	for _, t := range r.Tasks {
		fmt.Fprintf(out, "task %d (%s): %s\n", t.Index, client.ShortDigest(t.ID), printable.Line(cli.TaskText(t)))
	}
}

// printVerdict prints how many tasks were accepted, each deal if there are several, and why tasks were not matched.
func printVerdict(out io.Writer, r *client.Report) {
	fmt.Fprintf(out, "Verdict   %d of %d accepted", r.Accepted, len(r.Tasks))
	if n := courtCount(r); n > 0 {
		fmt.Fprintf(out, ", %d of them by the court", n)
	}
	fmt.Fprintln(out)
	if len(r.Deals) > 1 {
		for _, d := range r.Deals {
			fmt.Fprintf(out, "Deal      %s: tasks %d to %d in pool %s, %s\n", client.ShortDigest(d.ID), d.First, d.First+d.Size-1, d.Pool, cli.FormatCRED(d.Paid))
		}
	}
	if r.Unmet > 0 {
		fmt.Fprintf(out, "Unmet     %s\n", printable.Line(r.Why))
	}
}

func printCost(out io.Writer, r *client.Report) {
	fmt.Fprintf(out, "Cost      %s of %s locked%s; %s refunded\n", cli.FormatCRED(r.Paid), cli.FormatCRED(r.Locked), premiumText(r.Premiums), cli.FormatCRED(r.Refunded))
}

// printSlashed prints how much stake was slashed, and whose.
func printSlashed(out io.Writer, r *client.Report) {
	if r.Slashed == 0 {
		return
	}
	who := ""
	if lied := r.Liars(); len(lied) > 0 {
		who = ": " + strings.Join(lied, ", ") + " lied"
	}
	fmt.Fprintf(out, "Slashed   %s of stake%s; %s of it burnt\n", cli.FormatCRED(r.Slashed), who, cli.FormatCRED(r.Burnt))
}

// printResults prints where the files are, what is stored on the chain, and which tasks have no files.
func printResults(out io.Writer, r *client.Report) {
	if files := resultFiles(r); len(files) > 0 {
		fmt.Fprintf(out, "Result    %s, every byte checked against the accepted digest\n", summaryOf(files))
	}
	if len(r.Tasks) == 1 {
		if text := cli.OnchainText(r.Tasks[0].Onchain); text != "" {
			fmt.Fprintf(out, "On chain  %s\n", strings.TrimPrefix(text, cli.OnchainLabel))
		}
	}
	switch n := emptyResults(r); {
	case n == 0:
	case len(r.Tasks) == 1:
		fmt.Fprintf(out, "Result    %s\n", cli.NoFiles)
	default:
		fmt.Fprintf(out, "Result    %d of %d tasks left %s\n", n, len(r.Tasks), cli.NoFiles)
	}
}

// printSpecial prints what is special about tasks of a large bag. What happened to several tasks is printed once, with their numbers.
func printSpecial(out io.Writer, tasks []*client.TaskReport, words func(*client.TaskReport) string) {
	var texts []string
	of := map[string][]*client.TaskReport{}
	for _, t := range tasks {
		if t.Accepted() && len(t.Faults) == 0 && t.DownloadError == "" && t.Verdict.Kind == "RESULT" {
			continue
		}
		text := printable.Line(words(t))
		if of[text] == nil {
			texts = append(texts, text)
		}
		of[text] = append(of[text], t)
	}
	for _, text := range texts {
		list := of[text]
		if len(list) == 1 {
			fmt.Fprintf(out, "task %d (%s): %s\n", list[0].Index, client.ShortDigest(list[0].ID), text)
			continue
		}
		numbers := make([]string, 0, len(list))
		for i, t := range list {
			if i == mostNumbers {
				numbers = append(numbers, fmt.Sprintf("and %d more", len(list)-i))
				break
			}
			numbers = append(numbers, fmt.Sprint(t.Index))
		}
		fmt.Fprintf(out, "%d tasks (%s): %s\n", len(list), strings.Join(numbers, ", "), text)
	}
}

// mostNumbers is how many tasks one line names.
const mostNumbers = 10

// emptyResults counts the downloaded results that have no file.
func emptyResults(r *client.Report) int {
	n := 0
	for _, t := range r.Tasks {
		if t.Accepted() && t.Verdict.Kind == "RESULT" && t.Dir != "" && len(t.Files) == 0 {
			n++
		}
	}
	return n
}

func courtCount(r *client.Report) int {
	n := 0
	for _, t := range r.Tasks {
		if t.ByCourt && t.Accepted() {
			n++
		}
	}
	return n
}

func resultFiles(r *client.Report) []string {
	var out []string
	for _, t := range r.Tasks {
		for _, f := range t.Files {
			out = append(out, printable.Name(filepath.Join(t.Dir, f)))
		}
	}
	return out
}

func summaryOf(files []string) string {
	if len(files) <= 3 {
		return strings.Join(files, ", ")
	}
	return fmt.Sprintf("%s ... %s (%d files)", files[0], files[len(files)-1], len(files))
}

// premiumText says how much was destroyed (premiums) in addition to what was paid.
func premiumText(premiums uint64) string {
	if premiums == 0 {
		return ""
	}
	return fmt.Sprintf(", and %s of premium", cli.FormatCRED(premiums))
}
