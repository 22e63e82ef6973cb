package artifact

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// Kinds of resources in a registry.
const (
	KindBase      = "base"      // /v2/
	KindBlob      = "blobs"     // /v2/<name>/blobs/<digest>
	KindUpload    = "uploads"   // /v2/<name>/blobs/uploads/[<session>]
	KindManifest  = "manifests" // /v2/<name>/manifests/<tag or digest>
	KindTags      = "tags"      // /v2/<name>/tags/list
	KindReferrers = "referrers" // /v2/<name>/referrers/<digest>
)

// Route is what the path of a request of the OCI distribution protocol names.
type Route struct{ Kind, Repository, Reference string }

// ParseRoute reads the path of a request; it returns false if the path names nothing. The names and references that it returns are
// well-formed, so that no unchecked part of a request becomes part of a file's path.
func ParseRoute(path string) (Route, bool) {
	rest, ok := strings.CutPrefix(path, "/v2/")
	if !ok {
		return Route{Kind: KindBase}, path == "/v2"
	}
	if rest == "" {
		return Route{Kind: KindBase}, true
	}
	r := Route{}
	// The kind is searched from the end: a repository may be called "a/blobs".
	parts := strings.Split(rest, "/")
	switch n := len(parts); {
	case n >= 4 && parts[n-3] == "blobs" && parts[n-2] == "uploads":
		r = Route{KindUpload, strings.Join(parts[:n-3], "/"), parts[n-1]}
	case n >= 3 && parts[n-2] == "blobs":
		r = Route{KindBlob, strings.Join(parts[:n-2], "/"), parts[n-1]}
		if r.Reference == "uploads" {
			r.Kind, r.Reference = KindUpload, ""
		}
	case n >= 3 && parts[n-2] == "manifests":
		r = Route{KindManifest, strings.Join(parts[:n-2], "/"), parts[n-1]}
	case n >= 3 && parts[n-2] == "tags" && parts[n-1] == "list":
		r = Route{KindTags, strings.Join(parts[:n-2], "/"), ""}
	case n >= 3 && parts[n-2] == "referrers":
		r = Route{KindReferrers, strings.Join(parts[:n-2], "/"), parts[n-1]}
	default:
		return Route{}, false
	}
	return r, ValidRepository(r.Repository)
}

// errorBody is the form of an error in the OCI distribution protocol.
type errorBody struct {
	Errors []errorEntry `json:"errors"`
}

type errorEntry struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// maxErrorBytes bounds what is read of an error, which anybody may have written.
const maxErrorBytes = 4 << 10

// ReadError returns the message of an answer that WriteError wrote, or nothing if the answer is of another form.
func ReadError(answer io.Reader) string {
	var body errorBody
	if json.NewDecoder(io.LimitReader(answer, maxErrorBytes)).Decode(&body) != nil || len(body.Errors) == 0 {
		return ""
	}
	return body.Errors[0].Message
}

// WriteError answers with an error in the form of the OCI distribution protocol. code is one of its codes, such as
// BLOB_UNKNOWN.
func WriteError(w http.ResponseWriter, status int, code, message string) {
	body, _ := json.Marshal(errorBody{[]errorEntry{{code, message}}}) // texts always marshal
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
