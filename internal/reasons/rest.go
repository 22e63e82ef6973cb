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

// ServeError is the gateway's handler of errors: it answers with the status as JSON, its details included. The gateway's own knows
// no messages but those of the chain.
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
	var compact bytes.Buffer // protojson puts spaces where it likes, so that nobody compares its texts
	if json.Compact(&compact, body) == nil {
		body = compact.Bytes()
	}
	w.WriteHeader(gwruntime.HTTPStatusFromCode(s.Code()))
	_, _ = w.Write(body) // the client may be gone
}
