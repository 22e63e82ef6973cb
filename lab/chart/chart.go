// Package chart draws the results of lab/sim.
package chart

import (
	"fmt"
	"path/filepath"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"github.com/credence-chain/credence/lab/sim"
)

// Draw writes the charts of the rows into a folder, each as SVG and PNG, and returns the names of the files.
func Draw(rows []sim.Row, folder string) (files []string, err error) {
	charts := []struct {
		name string
		make func([]sim.Row) (*plot.Plot, error)
	}{{"error-and-cost", errorAndCost}, {"horizons", plotHorizons}, {"certificate", plotCertificate}}
	for _, c := range charts {
		p, err := c.make(rows)
		if err != nil {
			return nil, fmt.Errorf("chart %s: %w", c.name, err)
		}
		if p == nil {
			continue // nothing was measured that it shows
		}
		for _, format := range []string{".svg", ".png"} {
			if err := p.Save(18*vg.Centimeter, 12*vg.Centimeter, filepath.Join(folder, c.name+format)); err != nil {
				return nil, fmt.Errorf("chart %s: %w", c.name, err)
			}
			files = append(files, c.name+format)
		}
	}
	return files, nil
}

// lowest is the rate at the bottom of a chart. A lower rate is drawn there too.
const lowest = 1e-7

// errorAndCost shows the cost of each scheme and how often it is wrong, for an informed coalition and a demanded trust of 10,000.
func errorAndCost(rows []sim.Row) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = "Informed coalition, 20 %, trust 10,000"
	p.X.Label.Text, p.Y.Label.Text = "executions a task", "wrong results a task"
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: 2}
	p.Y.Min, p.Y.Max = lowest, 1
	p.Legend.Top = true
	at := 0
	for _, r := range rows {
		if r.Table != "schemes" || r.Trust != 10_000 || r.Population != (sim.Informed{}).Name() || r.Note != "" {
			continue
		}
		s, err := plotter.NewScatter(plotter.XYs{{X: r.Executions.Mean, Y: max(r.Rate.Mean, r.Likely.Mean, lowest)}})
		if err != nil {
			return nil, err
		}
		s.Color, s.Shape, s.Radius = plotutil.Color(at), plotutil.Shape(at), vg.Points(4)
		p.Add(s)
		p.Legend.Add(r.Scheme, s)
		at++
	}
	if at == 0 {
		return nil, nil
	}
	p.Legend.TextStyle.Font.Size = vg.Points(8)
	return p, nil
}

// plotHorizons shows the executions for each task against the length of the run.
func plotHorizons(rows []sim.Row) (*plot.Plot, error) {
	lines := map[string]plotter.XYs{}
	var names []string
	for _, r := range rows {
		if r.Table != "horizons" {
			continue
		}
		name := fmt.Sprintf("%s, %s, trust %d", r.Scheme, r.Population, r.Trust)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		lines[name] = append(lines[name], plotter.XY{X: float64(r.Tasks), Y: r.Executions.Mean})
	}
	if len(names) == 0 {
		return nil, nil
	}
	p := plot.New()
	p.Title.Text = "What trust costs in the long run"
	p.X.Label.Text, p.Y.Label.Text = "tasks", "executions a task"
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: 2}
	p.Legend.Top = true
	for i, name := range names {
		line, points, err := plotter.NewLinePoints(lines[name])
		if err != nil {
			return nil, err
		}
		line.Color, line.Dashes, points.Color, points.Shape = plotutil.Color(i), plotutil.Dashes(i), plotutil.Color(i), plotutil.Shape(i)
		p.Add(line, points)
		p.Legend.Add(name, line, points)
	}
	p.Legend.TextStyle.Font.Size = vg.Points(8)
	return p, nil
}

// plotCertificate shows the mean debt and the mean errors of short runs, for the measured worlds with the most errors.
func plotCertificate(rows []sim.Row) (*plot.Plot, error) {
	var worst *sim.Row
	for i, r := range rows {
		if len(r.Curve) > 0 && (worst == nil || r.Wrong > worst.Wrong) {
			worst = &rows[i]
		}
	}
	if worst == nil {
		return nil, nil
	}
	var debt, wrong plotter.XYs
	for _, c := range worst.Curve {
		debt = append(debt, plotter.XY{X: float64(c.Tasks), Y: c.Debt})
		wrong = append(wrong, plotter.XY{X: float64(c.Tasks), Y: c.Wrong})
	}
	p := plot.New()
	p.Title.Text = fmt.Sprintf("%s (%s), trust %d: mean of %d runs", worst.Population, worst.Note, worst.Trust, worst.Seeds)
	p.X.Label.Text, p.Y.Label.Text = "tasks", "a run"
	p.Legend.Top, p.Legend.Left = true, true
	return p, plotutil.AddLinePoints(p, "debt D", debt, "wrong results", wrong)
}
