// Package traces exports what was done for tasks as OpenTelemetry traces, by OTLP over HTTP. It does so only where the environment names a
// receiver, in OpenTelemetry's own variables.
//
// The trace of a task and the span below which all others stand follow from the task's id. So whoever knows the id writes to the same
// trace: workers, court seats, requesters, and programs that read events. Nothing is passed between them.
package traces

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// The variables of OpenTelemetry that are read here. The exporter and the SDK read others: headers, certificates, timeouts, sampling.
const (
	endpointVar       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	tracesEndpointVar = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	protocolVar       = "OTEL_EXPORTER_OTLP_PROTOCOL"
	tracesProtocolVar = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	disabledVar       = "OTEL_SDK_DISABLED"
)

// protocol is the only one that is spoken.
const protocol = "http/protobuf"

// Span is a piece of work on a task that has ended.
type Span struct {
	Name       string
	Begin, End time.Time
	// Failed says why the work failed; empty if it did not.
	Failed string
	Labels []Label
	Parts  []Span
}

// Label says something about a span. Labels without a value are left out.
type Label struct{ Key, Value string }

// Exporter sends spans. A nil Exporter sends nothing, and costs nothing.
type Exporter struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// Open returns an exporter of a program's spans, or nil if the environment names no receiver. trouble is told of spans that could not be
// sent.
func Open(ctx context.Context, program string, trouble func(error)) (*Exporter, error) {
	if os.Getenv(disabledVar) == "true" || os.Getenv(endpointVar) == "" && os.Getenv(tracesEndpointVar) == "" {
		return nil, nil
	}
	for _, name := range []string{protocolVar, tracesProtocolVar} {
		if value := os.Getenv(name); value != "" && value != protocol {
			return nil, fmt.Errorf("%s is %q, expected %q, which is spoken here; collectors take it at port 4318", name, value, protocol)
		}
	}
	// What a resource lacks for a malformed variable is no reason not to start.
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", program)), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("traces: %w", err)
	}
	client, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(trouble))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(client), sdktrace.WithResource(about), sdktrace.WithIDGenerator(generator{}))
	return &Exporter{provider: provider, tracer: provider.Tracer("github.com/credence-chain/credence")}, nil
}

// AddRoot adds the span of a task below which all others stand. Only who has asked for the task adds it.
func (e *Exporter) AddRoot(task [32]byte, s Span) {
	if e != nil {
		e.add(context.WithValue(context.Background(), rootKey{}, task), s, trace.WithNewRoot())
	}
}

// Add adds a span of a task.
func (e *Exporter) Add(task [32]byte, s Span) {
	if e != nil {
		e.add(trace.ContextWithRemoteSpanContext(context.Background(), rootOf(task)), s)
	}
}

func (e *Exporter) add(ctx context.Context, s Span, options ...trace.SpanStartOption) {
	ctx, span := e.tracer.Start(ctx, s.Name, append(options, trace.WithTimestamp(s.Begin))...)
	for _, l := range s.Labels {
		if l.Value != "" {
			span.SetAttributes(attribute.String(l.Key, l.Value))
		}
	}
	if s.Failed != "" {
		span.SetStatus(codes.Error, s.Failed)
	}
	for _, part := range s.Parts {
		e.add(ctx, part)
	}
	span.End(trace.WithTimestamp(s.End))
}

// closeWithin bounds how long the spans that were not sent yet delay the end of a program.
const closeWithin = 5 * time.Second

// Close sends what was not sent yet.
func (e *Exporter) Close() error {
	if e == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	return e.provider.Shutdown(ctx)
}

// rootOf returns the trace and the root of a task: the first 16 bytes of its id and the 8 after them. Ids are hashes.
func rootOf(task [32]byte) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(task[:16]), SpanID: trace.SpanID(task[16:24]), TraceFlags: trace.FlagsSampled, Remote: true,
	})
}

// rootKey is the key of the task in the context of its root span.
type rootKey struct{}

// generator gives a root span the ids that follow from its task, and other spans random ones.
type generator struct{}

func (generator) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	task, _ := ctx.Value(rootKey{}).([32]byte)
	root := rootOf(task)
	return root.TraceID(), root.SpanID()
}

func (generator) NewSpanID(context.Context, trace.TraceID) (id trace.SpanID) {
	var data [8]byte
	_, _ = rand.Read(data[:])                                                   // it never fails
	binary.BigEndian.PutUint64(id[:], max(1, binary.BigEndian.Uint64(data[:]))) // zero is no id
	return id
}
