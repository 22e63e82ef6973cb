// Package otlp receives OpenTelemetry's traces, for tests.
package otlp

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	"google.golang.org/protobuf/proto"
)

// Span is a received span.
type Span struct {
	Service string
	Trace   string // ids in hexadecimal
	ID      string
	Parent  string // empty for a root
	Name    string
	Failed  string
	Labels  map[string]string
	Begin   time.Time
	End     time.Time
}

// Receiver is a server that takes spans by OTLP over HTTP.
type Receiver struct {
	URL string

	mu    sync.Mutex
	spans []Span
}

// Serve starts a receiver that ends with the test.
func Serve(t *testing.T) *Receiver {
	r := &Receiver{}
	server := httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

// Name names the receiver in this process's environment, as an operator does.
func (r *Receiver) Name(t *testing.T) { t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", r.URL) }

// Spans returns what was received so far, in the order of its arrival.
func (r *Receiver) Spans() []Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Span(nil), r.spans...)
}

func (r *Receiver) take(w http.ResponseWriter, req *http.Request) {
	var got collector.ExportTraceServiceRequest
	data, err := io.ReadAll(req.Body)
	if err == nil {
		err = proto.Unmarshal(data, &got)
	}
	if err != nil || req.URL.Path != "/v1/traces" {
		http.Error(w, "expected spans as protobuf at /v1/traces", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, of := range got.ResourceSpans {
		service := labels(of.Resource.GetAttributes())["service.name"]
		for _, scope := range of.ScopeSpans {
			for _, s := range scope.Spans {
				r.spans = append(r.spans, Span{
					Service: service, Trace: hex.EncodeToString(s.TraceId), ID: hex.EncodeToString(s.SpanId), Parent: hex.EncodeToString(s.ParentSpanId),
					Name: s.Name, Failed: s.Status.GetMessage(), Labels: labels(s.Attributes),
					Begin: time.Unix(0, int64(s.StartTimeUnixNano)).UTC(), End: time.Unix(0, int64(s.EndTimeUnixNano)).UTC(),
				})
			}
		}
	}
}

func labels(list []*common.KeyValue) map[string]string {
	found := map[string]string{}
	for _, kv := range list {
		found[kv.Key] = kv.Value.GetStringValue()
	}
	return found
}
