package registry

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/credence-chain/credence/internal/metric"
)

// metrics are what a registry counts.
type metrics struct {
	requests    *prometheus.CounterVec
	received    *prometheus.CounterVec
	sent        *prometheus.CounterVec
	refusals    *prometheus.CounterVec
	collections *prometheus.CounterVec
	deleted     *prometheus.CounterVec
	freed       *prometheus.CounterVec

	g                           *Registry
	disk, used, quota, sessions *prometheus.Desc
}

func newMetrics(reg prometheus.Registerer, g *Registry) *metrics {
	m, _ := declareMetrics(reg, g)
	if reg != nil {
		reg.MustRegister(m)
	}
	return m
}

func declareMetrics(reg prometheus.Registerer, g *Registry) (*metrics, *metric.List) {
	l := metric.NewList(reg, "credence_store_")
	return &metrics{
		g:           g,
		requests:    l.Counter("requests_total", "Requests, by method, kind of resource (base, blobs, uploads, manifests, tags, or none) and status.", "method", "kind", "code"),
		received:    l.Counter("received_bytes_total", "Bytes of blobs that came."),
		sent:        l.Counter("sent_bytes_total", "Bytes that were sent."),
		refusals:    l.Counter("refusals_total", "Requests that were not done, by the code of the protocol: UNAUTHORIZED, DENIED, DIGEST_INVALID and so on.", "code"),
		collections: l.Counter("collections_total", "Collections of what nobody holds, by result: ok, error.", "result"),
		deleted:     l.Counter("deleted_blobs_total", "Blobs deleted by collections."),
		freed:       l.Counter("deleted_bytes_total", "Bytes of the blobs deleted by collections."),
		disk:        l.Desc("gauge", "disk_bytes", "Bytes of all blobs on the disk."),
		used:        l.Desc("gauge", "used_bytes", "Bytes charged to an organisation, uploads under way included.", "organisation"),
		quota:       l.Desc("gauge", "quota_bytes", "Quota of an organisation that holds something; 0 for none.", "organisation"),
		sessions:    l.Desc("gauge", "uploads_open", "Uploads under way."),
	}, l
}

// Reference is the table of all metrics in Markdown, as kept in docs/store-metrics.md.
func Reference() string {
	_, l := declareMetrics(nil, nil)
	return l.Reference("Metrics of credenced store", "Served at `/metrics` of `--metrics-listen`. Generated from artifact/registry; a test keeps it true.")
}

// MetricNames are the names of all metrics of a store.
func MetricNames() []string {
	_, l := declareMetrics(nil, nil)
	return l.Names()
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.disk, m.used, m.quota, m.sessions} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	gauge(m.disk, m.g.blobs.Used())
	gauge(m.sessions, int64(m.g.uploads.countSessions()))
	usage := m.g.ledger.usageByOrganisation()
	for _, organisation := range slices.Sorted(maps.Keys(usage)) {
		gauge(m.used, usage[organisation], organisation)
		gauge(m.quota, m.g.quotaOf(organisation), organisation)
	}
}

// countRequest counts a request. Clients can send any method: all methods that the registry does not serve are counted as one.
func (m *metrics) countRequest(method, kind string, w *countedWriter) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		method = "other"
	}
	if kind == "" {
		kind = "none"
	}
	m.requests.WithLabelValues(method, kind, strconv.Itoa(w.status)).Inc()
	m.sent.WithLabelValues().Add(float64(w.sent))
}

func (m *metrics) noteCollected(c Collected, err error) {
	result := "ok"
	if err != nil {
		result = "error"
	}
	m.collections.WithLabelValues(result).Inc()
	m.deleted.WithLabelValues().Add(float64(c.Blobs))
	m.freed.WithLabelValues().Add(float64(c.Bytes))
}

// countedWriter remembers the status and the bytes of an answer.
type countedWriter struct {
	http.ResponseWriter
	status int
	sent   int64
}

func (w *countedWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *countedWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.sent += int64(n)
	return n, err
}

// Unwrap lets an http.ResponseController see the writer below.
func (w *countedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
