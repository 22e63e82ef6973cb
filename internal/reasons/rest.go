package reasons

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
)

// ServeError is the REST gateway's handler of errors. It answers with the gRPC status as JSON, including its details. The gateway's own
// handler cannot encode the details, because it knows only the messages of the chain.
func ServeError(_ context.Context, _ *gwruntime.ServeMux, _ gwruntime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	s := status.Convert(err)
	h := w.Header()
	h.Del("Trailer")
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	body, encodeErr := protojson.MarshalOptions{EmitUnpopulated: true, UseProtoNames: true}.Marshal(s.Proto())
	if encodeErr != nil { // details of a type that this program does not know
		body, _ = protojson.Marshal(status.New(s.Code(), s.Message()).Proto())
	}
	var compact bytes.Buffer // protojson adds random spaces, so that callers do not compare its texts
	if json.Compact(&compact, body) == nil {
		body = compact.Bytes()
	}
	w.WriteHeader(gwruntime.HTTPStatusFromCode(s.Code()))
	_, _ = w.Write(body) // the client may be gone
}
