package traces

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/otlp"
)

var task = [32]byte{0xa1, 15: 0xa2, 16: 0xb1, 23: 0xb2, 31: 0xff}

const (
	taskTrace = "a10000000000000000000000000000a2"
	taskRoot  = "b1000000000000b2"
)

// quiet keeps variables of the machine away.
func quiet(t *testing.T) {
	for _, name := range []string{endpointVar, tracesEndpointVar, protocolVar, tracesProtocolVar, disabledVar, "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_SAMPLER"} {
		t.Setenv(name, "")                    // so that it comes back
		require.NoError(t, os.Unsetenv(name)) // the SDK takes some empty variables for values
	}
}

func open(t *testing.T, program string) *Exporter {
	t.Helper()
	e, err := Open(t.Context(), program, func(err error) { t.Error(err) })
	require.NoError(t, err)
	return e
}

// TestOneTrace: two programs that share nothing but the id of a task write to one trace, the second below the root of the first.
func TestOneTrace(t *testing.T) {
	quiet(t)
	receiver := otlp.Serve(t)
	receiver.Name(t)
	at := func(s int64) time.Time { return time.Unix(1_800_000_000+s, 0).UTC() }
	worker, client := open(t, "credence-worker"), open(t, "credence")
	worker.Add(task, Span{Name: "attempt", Begin: at(2), End: at(9), Failed: "no input", Labels: []Label{{"credence.fuel", "7"}, {"credence.app", ""}},
		Parts: []Span{{Name: "fetch", Begin: at(2), End: at(5)}, {Name: "run", Begin: at(5), End: at(9)}}})
	require.NoError(t, worker.Close())
	client.AddRoot(task, Span{Name: "credence run", Begin: at(0), End: at(10)})
	require.NoError(t, client.Close())

	spans := map[string]otlp.Span{}
	for _, s := range receiver.Spans() {
		require.Equal(t, taskTrace, s.Trace, s.Name)
		spans[s.Name] = s
	}
	require.Len(t, spans, 4)
	root := spans["credence run"]
	require.Equal(t, otlp.Span{Service: "credence", Trace: taskTrace, ID: taskRoot, Name: "credence run", Labels: map[string]string{}, Begin: at(0), End: at(10)}, root)
	attempt := spans["attempt"]
	require.Equal(t, "credence-worker", attempt.Service)
	require.Equal(t, taskRoot, attempt.Parent)
	require.Equal(t, "no input", attempt.Failed)
	require.Equal(t, map[string]string{"credence.fuel": "7"}, attempt.Labels)
	require.Equal(t, attempt.ID, spans["run"].Parent)
	require.Equal(t, []time.Time{at(5), at(9)}, []time.Time{spans["run"].Begin, spans["run"].End})
	require.NotEqual(t, spans["run"].ID, spans["fetch"].ID)
}

// TestOff: without a receiver there is no exporter, and what is told to none is nothing.
func TestOff(t *testing.T) {
	quiet(t)
	e := open(t, "credence")
	require.Nil(t, e)
	require.Zero(t, testing.AllocsPerRun(100, func() { e.Add(task, Span{}); e.AddRoot(task, Span{}) }))
	require.NoError(t, e.Close())

	receiver := otlp.Serve(t)
	receiver.Name(t)
	t.Setenv(disabledVar, "true")
	require.Nil(t, open(t, "credence"))
}

// TestEnvironment: OpenTelemetry's own variables rule.
func TestEnvironment(t *testing.T) {
	quiet(t)
	receiver := otlp.Serve(t)
	t.Setenv(tracesEndpointVar, receiver.URL+"/v1/traces")
	t.Setenv("OTEL_SERVICE_NAME", "amber-2")
	e := open(t, "credence-worker")
	e.Add(task, Span{Name: "attempt", Begin: time.Unix(1, 0), End: time.Unix(2, 0)})
	require.NoError(t, e.Close())
	require.Len(t, receiver.Spans(), 1)
	require.Equal(t, "amber-2", receiver.Spans()[0].Service)

	t.Setenv("OTEL_TRACES_SAMPLER", "traceidratio")
	t.Setenv("OTEL_TRACES_SAMPLER_ARG", "0")
	e = open(t, "credence-worker")
	e.Add(task, Span{Name: "attempt", Begin: time.Unix(1, 0), End: time.Unix(2, 0)})
	require.NoError(t, e.Close())
	require.Len(t, receiver.Spans(), 1, "none is sampled")

	t.Setenv(protocolVar, "grpc")
	_, err := Open(t.Context(), "credence", nil)
	require.ErrorContains(t, err, `OTEL_EXPORTER_OTLP_PROTOCOL is "grpc", expected "http/protobuf"`)
}

// TestReceiverFails: a receiver that refuses spans holds nobody up, and trouble is told of it.
func TestReceiverFails(t *testing.T) {
	quiet(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) }))
	defer server.Close()
	t.Setenv(endpointVar, server.URL)
	var told atomic.Int32
	e, err := Open(context.Background(), "credence", func(error) { told.Add(1) })
	require.NoError(t, err)
	for range 10_000 { // more than the queue holds
		e.Add(task, Span{Name: "attempt", Begin: time.Unix(1, 0), End: time.Unix(2, 0)})
	}
	_ = e.Close()
	require.NotZero(t, told.Load())
}
