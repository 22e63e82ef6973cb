// Package metric declares metrics together with what they mean, so that the reference that people read is generated from
// the list that is served.
package metric

import (
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// List is the metrics of one program, in the order in which they were declared.
type List struct {
	reg    prometheus.Registerer
	prefix string
	rows   []row
}

type row struct{ name, kind, labels, help string }

// NewList begins a list whose names begin with prefix. reg may be nil, for a list that only describes.
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

// Desc declares a gauge, or a counter, whose values a collector of the caller's makes when it is asked.
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

// Names are all names declared.
func (l *List) Names() (out []string) {
	for _, r := range l.rows {
		out = append(out, r.name)
	}
	return out
}

// Reference is the table of all metrics in Markdown, under a heading and what it says.
func (l *List) Reference(title, intro string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n| name | type | labels | meaning |\n|---|---|---|---|\n", title, intro)
	for _, r := range l.rows {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.name, r.kind, r.labels, r.help)
	}
	return b.String()
}
