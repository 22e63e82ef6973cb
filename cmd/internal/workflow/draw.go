package workflow

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// edge says that a node waits for another, and why.
type edge struct{ from, to, label string }

// edges returns all edges in the order of the file. An edge along which no result is read is a barrier.
func (d *definition) edges() (out []edge) {
	for _, n := range d.nodes {
		for _, of := range n.reads {
			label := "result"
			if slices.ContainsFunc(n.flags["map"], func(v string) bool { return strings.Contains(v, "@"+of) }) {
				label = "a task for each"
			}
			out = append(out, edge{of, n.name, label})
		}
		for _, of := range n.after {
			if !slices.Contains(n.reads, of) {
				out = append(out, edge{of, n.name, "after"})
			}
		}
		if n.when != nil {
			var statuses []string
			for _, s := range n.when.Exit {
				statuses = append(statuses, strconv.FormatUint(uint64(s), 10))
			}
			out = append(out, edge{n.when.Node, n.name, "if exit is " + strings.Join(statuses, " or ")})
		}
	}
	return out
}

// label returns the text that stands for a node in a drawing.
func (n node) label() string {
	switch {
	case len(n.flags["map"]) > 0:
		return "a bag of " + n.app
	case len(n.flags["bag"]) > 0:
		return n.flags["bag"][0] + " x " + n.app
	}
	return n.app
}

// drawMermaid draws the graph in Mermaid's language, for Markdown pages.
func (d *definition) drawMermaid(out io.Writer) {
	quote := func(s string) string { return strings.ReplaceAll(s, `"`, "#quot;") }
	fmt.Fprintln(out, "flowchart LR")
	for _, n := range d.nodes {
		fmt.Fprintf(out, "  %s[\"%s<br/>%s\"]\n", mermaidID(n.name), n.name, quote(n.label()))
	}
	for _, e := range d.edges() {
		arrow := "-->"
		if e.label == "after" {
			arrow = "-.->"
		}
		fmt.Fprintf(out, "  %s %s|%s| %s\n", mermaidID(e.from), arrow, e.label, mermaidID(e.to))
	}
}

// mermaidID returns a name for a node that cannot be a keyword of Mermaid.
func mermaidID(name string) string { return "n_" + strings.ReplaceAll(name, "-", "_") }

// drawDOT draws the graph in DOT, for Graphviz.
func (d *definition) drawDOT(out io.Writer) {
	fmt.Fprintf(out, "digraph %s {\n  rankdir=LR\n  node [shape=box]\n", strconv.Quote(d.name))
	for _, n := range d.nodes {
		fmt.Fprintf(out, "  %s [label=%s]\n", strconv.Quote(n.name), strconv.Quote(n.name+"\n"+n.label()))
	}
	for _, e := range d.edges() {
		style := ""
		if e.label == "after" {
			style = ", style=dashed"
		}
		fmt.Fprintf(out, "  %s -> %s [label=%s%s]\n", strconv.Quote(e.from), strconv.Quote(e.to), strconv.Quote(e.label), style)
	}
	fmt.Fprintln(out, "}")
}
