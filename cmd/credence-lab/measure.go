package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/lab/chart"
	"github.com/credence-chain/credence/lab/sim"
)

// This file has "measure" and "render". A study is a list of cells, each of which is one scheme against one population (package sim). The
// seed determines every result, so anybody can repeat a measurement. A full study takes hours: parts of it can be measured on several
// machines and joined (render), and rows of earlier results can be kept (--reuse). Therefore each row names the commit that measured it.

// results are what a run of the laboratory writes, with everything needed to repeat the run.
type results struct {
	Commit string    `json:"commit"`
	Seed   uint64    `json:"seed"`
	Size   string    `json:"size"`
	Rows   []sim.Row `json:"rows"`
}

func measureCommand() *cobra.Command {
	var size, out, doc, reuse string
	var seed uint64
	var only []string
	cmd := &cobra.Command{
		Use:   "measure",
		Short: "Measure every scheme against every population, and write tables and charts",
		Long: `Measure the protocol and the published schemes against populations of workers, and write results.txt, results.csv,
results.json and charts. One seed gives the same files on every machine; only the commit that is written into
results.json is that of this build.

Sizes: smoke takes seconds, bounded some minutes, full up to two hours on two cores.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			sz, ok := sim.SizeByName(size)
			if !ok {
				return fmt.Errorf("--size: got %q, expected smoke, bounded or full", size)
			}
			for _, name := range only {
				if !slices.ContainsFunc(sim.Tables, func(t struct{ Name, Title string }) bool { return t.Name == name }) {
					return fmt.Errorf("--only: got %q, expected names of tables such as %q", name, sim.Tables[0].Name)
				}
			}
			debug.SetGCPercent(400) // tasks live for a short time and memory is plenty: collect garbage less often
			earlier, err := readEarlier(reuse, seed)
			if err != nil {
				return err
			}
			var cells []sim.Cell
			var kept []sim.Row
			tasks := 0
			for _, c := range sim.Study(sz) {
				if len(only) > 0 && !slices.Contains(only, c.Table) {
					continue
				}
				if r, ok := earlier[c.Key()]; ok {
					kept = append(kept, r)
					continue
				}
				cells, tasks = append(cells, c), tasks+c.World.Tasks*c.Seeds
			}
			begin, ready := time.Now(), 0
			rows := sim.MeasureCells(cells, seed, func(r sim.Row) {
				ready++
				fmt.Fprintf(cmd.ErrOrStderr(), "%s, %d of %d: %s: %s, %s, trust %d, %d tasks x %d\n",
					time.Since(begin).Round(time.Second), ready, len(cells), r.Table, r.Scheme, r.Population, r.Trust, r.Tasks, r.Seeds)
			})
			fmt.Fprintf(cmd.ErrOrStderr(), "%d task decisions in %s\n", tasks, time.Since(begin).Round(time.Second))
			got := results{Commit: readCommit(), Seed: seed, Size: size, Rows: append(rows, kept...)}
			got.sortRows(sim.Study(sz))
			return got.renderFiles(out, doc)
		},
	}
	cmd.Flags().StringVar(&size, "size", "bounded", "how much to measure: smoke, bounded or full")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "first seed")
	cmd.Flags().StringVar(&out, "out", "lab-results", "folder for the results")
	cmd.Flags().StringVar(&doc, "doc", "", "a document, such as docs/trust.md, in which to replace the tables between marks")
	cmd.Flags().StringVar(&reuse, "reuse", "", "results.json whose rows are kept as they are, with the commit that measured them; other rows are measured")
	cmd.Flags().StringSliceVar(&only, "only", nil, "names of the tables to measure (default all)")
	return cmd
}

// readEarlier reads the rows of earlier results, by the key of the cell that each row measured. Every row names the commit that measured
// it. Without a file there are none.
func readEarlier(file string, seed uint64) (map[string]sim.Row, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var earlier results
	if err := json.Unmarshal(data, &earlier); err != nil {
		return nil, fmt.Errorf("--reuse: %s: %w", file, err)
	}
	if earlier.Seed != seed {
		return nil, fmt.Errorf("--reuse: %s: got seed %d, expected %d, as --seed says", file, earlier.Seed, seed)
	}
	rows := map[string]sim.Row{}
	for _, r := range earlier.Rows {
		if r.Commit == "" {
			r.Commit = earlier.Commit
		}
		rows[r.Key()] = r
	}
	return rows, nil
}

// sortRows puts rows in the order of a study. It removes a row's commit when that is the commit of the whole, so that only rows measured by
// another commit name it.
func (r *results) sortRows(study []sim.Cell) {
	at := map[string]int{}
	for i, c := range study {
		at[c.Key()] = i
	}
	slices.SortStableFunc(r.Rows, func(a, b sim.Row) int { return at[a.Key()] - at[b.Key()] })
	for i := range r.Rows {
		if r.Rows[i].Commit == r.Commit {
			r.Rows[i].Commit = ""
		}
	}
}

// source returns a line that says what measured the results: size, seed and commits.
func (r results) source() string {
	others := map[string]int{}
	var names []string
	for _, row := range r.Rows {
		if row.Commit == "" {
			continue
		}
		if others[row.Commit]++; others[row.Commit] == 1 {
			names = append(names, row.Commit)
		}
	}
	text := fmt.Sprintf("Size `%s`, seed %d, commit %s.", r.Size, r.Seed, r.Commit)
	for _, commit := range names {
		text += fmt.Sprintf(" Of the %d rows, %d were measured at commit %s and kept.", len(r.Rows), others[commit], commit)
	}
	return text + "\n"
}

func renderCommand() *cobra.Command {
	var out, doc string
	cmd := &cobra.Command{
		Use:   "render RESULTS.JSON...",
		Short: "Write the tables and charts of results that were measured, also in parts",
		Long: `Write the tables and charts of results that were measured. With --only, parts of one study can be measured on several
machines; here they become one, if their seed and size are the same.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := joinResults(args)
			if err != nil {
				return err
			}
			return all.renderFiles(out, doc)
		},
	}
	cmd.Flags().StringVar(&out, "out", "lab-results", "folder for the results")
	cmd.Flags().StringVar(&doc, "doc", "", "a document, such as docs/trust.md, in which to replace the tables between marks")
	return cmd
}

// joinResults reads the parts of one study, and puts their tables in order.
func joinResults(files []string) (all results, err error) {
	var commits []string
	tables := make([][]string, len(files))
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return results{}, err
		}
		var part results
		if err := json.Unmarshal(data, &part); err != nil {
			return results{}, fmt.Errorf("%s: %w", file, err)
		}
		if i == 0 {
			all = results{Seed: part.Seed, Size: part.Size}
		}
		if part.Seed != all.Seed || part.Size != all.Size {
			return results{}, fmt.Errorf("%s: got seed %d, size %s, expected those of %s: %d, %s",
				file, part.Seed, part.Size, files[0], all.Seed, all.Size)
		}
		all.Rows = append(all.Rows, part.Rows...)
		if !slices.Contains(commits, part.Commit) {
			commits = append(commits, part.Commit)
		}
		for _, r := range part.Rows {
			if at := slices.Index(commits, part.Commit); !slices.Contains(tables[at], r.Table) {
				tables[at] = append(tables[at], r.Table)
			}
		}
	}
	// With several commits, each is followed by the tables that it measured, so that a table can be measured again at its commit.
	if len(commits) > 1 {
		for i := range commits {
			commits[i] += fmt.Sprintf(" (%s)", strings.Join(tables[i], ", "))
		}
	}
	all.Commit = strings.Join(commits, ", ")
	order := func(r sim.Row) int {
		return slices.IndexFunc(sim.Tables, func(t struct{ Name, Title string }) bool { return t.Name == r.Table })
	}
	slices.SortStableFunc(all.Rows, func(a, b sim.Row) int { return order(a) - order(b) })
	return all, nil
}

// renderFiles writes the results' files, and their tables into a document if one is named.
func (r results) renderFiles(folder, doc string) error {
	if err := r.writeFiles(folder); err != nil {
		return err
	}
	if doc == "" {
		return nil
	}
	text, err := os.ReadFile(doc)
	if err != nil {
		return err
	}
	return os.WriteFile(doc, []byte(r.fillDocument(string(text))), 0o644)
}

// writeFiles writes all files of the results into a folder.
func (r results) writeFiles(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var text, table, goals strings.Builder
	fmt.Fprintf(&text, "%s\n", r.source())
	if err := sim.WriteText(&text, r.Rows); err != nil {
		return err
	}
	if err := sim.WriteGoals(&text, sim.Reach(r.Rows)); err != nil {
		return err
	}
	if err := sim.WriteCSV(&table, r.Rows); err != nil {
		return err
	}
	if err := sim.WriteGoalsCSV(&goals, sim.Reach(r.Rows)); err != nil {
		return err
	}
	data, err := r.formatJSON()
	if err != nil {
		return err
	}
	for name, content := range map[string]string{"results.txt": text.String(), "results.csv": table.String(), "reach.csv": goals.String(), "results.json": data} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	_, err = chart.Draw(r.Rows, folder)
	return err
}

// formatJSON writes each row on a line of its own, so that two runs can be compared line by line.
func (r results) formatJSON() (string, error) {
	rows := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		data, err := json.Marshal(row)
		if err != nil {
			return "", err
		}
		rows[i] = string(data)
	}
	goals, err := json.MarshalIndent(sim.Reach(r.Rows), "", " ")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("{\"commit\": %q, \"seed\": %d, \"size\": %q, \"rows\": [\n%s\n],\n\"reach\": %s}\n", r.Commit, r.Seed, r.Size, strings.Join(rows, ",\n"), goals), nil
}

// Marks before and after each table that the laboratory writes into a document.
const (
	markOpen  = "<!-- lab "
	markClose = "<!-- /lab -->"
)

// fillDocument replaces the tables between the marks. A table that these results do not have stays as it is.
func (r results) fillDocument(text string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, markOpen)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, rest, _ := strings.Cut(rest, " -->\n")
		old, after, _ := strings.Cut(rest, markClose)
		content := old
		switch table := sim.Document(r.Rows, name); {
		case name == "source":
			content = r.source()
		case table != "":
			content = table
		}
		out.WriteString(markOpen + name + " -->\n" + content + markClose)
		text = after
	}
}
