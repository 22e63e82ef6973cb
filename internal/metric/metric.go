// Package metric declares metrics together with their meanings, so that the reference for people is generated from the same list that is
// served.
package metric

import (
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// List has the metrics of one program, in the order of their declaration.
type List struct {
	reg    prometheus.Registerer
	prefix string
	rows   []row
}

type row struct{ name, kind, labels, help string }

// NewList returns an empty list, whose names will begin with prefix. reg may be nil for a list that is not served.
func NewList(reg prometheus.Registerer, prefix string) *List { return &List{reg: reg, prefix: prefix} }

// Counter declares and registers a counter.
func (l *List) Counter(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: l.prefix + name, Help: help}, labels)
	l.addMetric(c, name, "counter", help, labels)
	return c
}

// Gauge declares and registers a gauge.
func (l *List) Gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: l.prefix + name, Help: help}, labels)
	l.addMetric(g, name, "gauge", help, labels)
	return g
}

// Desc declares a gauge or a counter whose values come from a collector of the caller.
func (l *List) Desc(kind, name, help string, labels ...string) *prometheus.Desc {
	l.rows = append(l.rows, row{l.prefix + name, kind, strings.Join(labels, ", "), help})
	return prometheus.NewDesc(l.prefix+name, help, labels, nil)
}

func (l *List) addMetric(c prometheus.Collector, name, kind, help string, labels []string) {
	if l.reg != nil {
		l.reg.MustRegister(c)
	}
	l.rows = append(l.rows, row{l.prefix + name, kind, strings.Join(labels, ", "), help})
}

// Names returns all declared names.
func (l *List) Names() (out []string) {
	for _, r := range l.rows {
		out = append(out, r.name)
	}
	return out
}

// Reference returns a page in Markdown: the title, the intro, and the table of all metrics.
func (l *List) Reference(title, intro string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n| name | type | labels | meaning |\n|---|---|---|---|\n", title, intro)
	for _, r := range l.rows {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.name, r.kind, r.labels, r.help)
	}
	return b.String()
}
