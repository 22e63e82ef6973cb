// Command benchreport makes a report of the output of Go's benchmarks, which is report.txt in a folder. Beside it come report.json with every
// figure, and report.html, which shows them as bars, one chart for each unit.
//
//	benchreport -dir DIR [-commit COMMIT]
package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/perf/benchfmt"
)

//go:embed page.html
var pageText string

// Report has every figure of a run.
type Report struct {
	Commit  string    `json:"commit,omitempty"`
	Made    time.Time `json:"made"`
	CPU     string    `json:"cpu,omitempty"`
	Results []Result  `json:"results"`
}

// Result has the figures of one line of output.
type Result struct {
	Package    string             `json:"package,omitempty"`
	Name       string             `json:"name"`
	Iterations int                `json:"iterations"`
	Figures    map[string]float64 `json:"figures"` // by unit
}

func main() {
	dir := flag.String("dir", ".", "folder with report.txt")
	commit := flag.String("commit", "", "commit that was measured")
	flag.Parse()
	if err := write(*dir, *commit, time.Now().UTC().Truncate(time.Second)); err != nil {
		fmt.Fprintln(os.Stderr, "benchreport:", err)
		os.Exit(1)
	}
}

// write reads the output of benchmarks in a folder and writes the report beside it. Output without a single result is an error.
func write(dir, commit string, made time.Time) error {
	text, err := os.ReadFile(filepath.Join(dir, "report.txt"))
	if err != nil {
		return err
	}
	r, err := read(text)
	if err != nil {
		return err
	}
	r.Commit, r.Made = commit, made
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "report.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	var page bytes.Buffer
	if err := template.Must(template.New("page").Parse(pageText)).Execute(&page, map[string]any{"Report": r, "Charts": charts(r.Results)}); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "report.html"), page.Bytes(), 0o644)
}

// read reads the results in an output of benchmarks.
func read(text []byte) (*Report, error) {
	r := &Report{}
	lines := benchfmt.NewReader(bytes.NewReader(text), "output")
	for lines.Scan() {
		line, ok := lines.Result().(*benchfmt.Result)
		if !ok {
			continue // of a part that prints something else beside its results
		}
		r.CPU = cmp.Or(line.GetConfig("cpu"), r.CPU)
		result := Result{Package: line.GetConfig("pkg"), Name: string(line.Name.Full()), Iterations: line.Iters, Figures: map[string]float64{}}
		for _, v := range line.Values {
			if v.OrigUnit != "" {
				result.Figures[v.OrigUnit] = v.OrigValue
			} else {
				result.Figures[v.Unit] = v.Value
			}
		}
		r.Results = append(r.Results, result)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(r.Results) == 0 {
		return nil, errors.New("there is no result of a benchmark in the output")
	}
	return r, nil
}

// Chart has the figures of a unit, in the order of the output.
type Chart struct {
	Unit string
	Bars []Bar
	Most float64
}

// Bar is the mean of a benchmark's rounds. Benchmarks of two packages may have one name.
type Bar struct {
	Package, Name string

	Value  float64
	rounds float64
}

// charts returns a chart for each unit, by name.
func charts(results []Result) (all []*Chart) {
	units := map[string]*Chart{}
	for _, r := range results {
		for _, unit := range slices.Sorted(maps.Keys(r.Figures)) {
			c := units[unit]
			if c == nil {
				c = &Chart{Unit: unit}
				units[unit], all = c, append(all, c)
			}
			at := slices.IndexFunc(c.Bars, func(b Bar) bool { return b.Package == r.Package && b.Name == r.Name })
			if at < 0 {
				at, c.Bars = len(c.Bars), append(c.Bars, Bar{Package: r.Package, Name: r.Name})
			}
			b := &c.Bars[at]
			b.Value = (b.Value*b.rounds + r.Figures[unit]) / (b.rounds + 1)
			b.rounds++
		}
	}
	for _, c := range all {
		for _, b := range c.Bars {
			c.Most = max(c.Most, b.Value)
		}
	}
	slices.SortFunc(all, func(a, b *Chart) int { return cmp.Compare(a.Unit, b.Unit) })
	return all
}
