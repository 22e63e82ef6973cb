package artifact

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	// DefaultMaxBytes bounds downloads where no other limit is given.
	DefaultMaxBytes = 256 << 20
	// DefaultMaxUpload bounds one blob that a registry takes where no other limit is given: 4 GiB, as the largest output of a task.
	DefaultMaxUpload = 4 << 30
)

// Handler serves the blobs of a store to readers, as the OCI distribution protocol has it:
//
//	GET, HEAD /v2/                        200: this is a registry
//	GET, HEAD /v2/<name>/blobs/<digest>   the blob; one byte range is honoured
//	GET       /healthz                    200 "ok"
//
// Any repository name is accepted, because the digest alone names a blob. Package registry also serves writers.
func Handler(store Store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/v2/", func(w http.ResponseWriter, r *http.Request) {
		route, ok := ParseRoute(r.URL.Path)
		switch {
		case !ok || route.Kind != KindBase && route.Kind != KindBlob:
			WriteError(w, http.StatusNotFound, "UNSUPPORTED", "this server has blobs only, at /v2/<name>/blobs/<digest>")
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			WriteError(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "this store is read-only")
		case route.Kind == KindBase:
			ServeBase(w)
		default:
			ServeBlob(w, r, store, route.Reference)
		}
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "ok\n")
	})
	return mux
}

// ServeBase says that the server speaks the OCI distribution protocol.
func ServeBase(w http.ResponseWriter) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, "{}\n")
}

// ServeBlob answers GET and HEAD of a blob whose digest is given as text.
//
// A corrupted blob is never served to its end: the connection breaks before the last bytes, and the next request gets 404.
// A range is served only after the whole blob was checked.
func ServeBlob(w http.ResponseWriter, r *http.Request, store Store, reference string) {
	digest, err := ParseDigest(reference)
	if err != nil {
		WriteError(w, http.StatusBadRequest, "DIGEST_INVALID", err.Error())
		return
	}
	blob, size, err := store.Open(r.Context(), digest)
	if err != nil {
		httpError(w, err)
		return
	}
	defer func() { blob.Close() }()

	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Docker-Content-Digest", digest.String())
	head.Set("ETag", `"`+digest.String()+`"`)
	head.Set("Cache-Control", "public, max-age=31536000, immutable")
	head.Set("Accept-Ranges", "bytes")

	part, kind := parseRange(r.Header.Get("Range"), size)
	switch kind {
	case rangeBad:
		head.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		WriteError(w, http.StatusRequestedRangeNotSatisfiable, "SIZE_INVALID", "range not satisfiable")
		return
	case rangeNone:
		head.Set("Content-Type", "application/octet-stream")
		head.Set("Content-Length", strconv.FormatInt(size, 10))
		w.WriteHeader(http.StatusOK)
	case rangeOne:
		if blob, err = checkBlob(r, store, digest, blob); err != nil {
			httpError(w, err)
			return
		}
		if _, err := io.CopyN(io.Discard, blob, part.start); err != nil {
			httpError(w, err)
			return
		}
		head.Set("Content-Type", "application/octet-stream")
		head.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.start, part.start+part.length-1, size))
		head.Set("Content-Length", strconv.FormatInt(part.length, 10))
		w.WriteHeader(http.StatusPartialContent)
	}
	if r.Method == http.MethodHead {
		return
	}
	if _, err := io.CopyN(w, blob, part.length); err != nil {
		// The status is out already: a broken connection is the only way left to
		// say that the bytes are not the blob.
		panic(http.ErrAbortHandler)
	}
}

// checkBlob reads the blob to its end and opens it again.
func checkBlob(r *http.Request, store Store, digest Digest, blob io.ReadCloser) (io.ReadCloser, error) {
	if _, err := io.Copy(io.Discard, blob); err != nil {
		return blob, err
	}
	again, _, err := store.Open(r.Context(), digest)
	if err != nil {
		return blob, err
	}
	blob.Close()
	return again, nil
}

func httpError(w http.ResponseWriter, err error) {
	status, code := http.StatusInternalServerError, "UNKNOWN"
	switch {
	case errors.Is(err, ErrNotFound):
		status, code = http.StatusNotFound, "BLOB_UNKNOWN"
	case errors.Is(err, ErrTooLarge):
		status, code = http.StatusRequestEntityTooLarge, "SIZE_INVALID"
	case errors.Is(err, ErrQuota):
		status, code = http.StatusInsufficientStorage, "DENIED"
	case errors.Is(err, ErrCorrupted):
		code = "BLOB_UNKNOWN" // it was dropped: the next answer is that it is not there
	}
	WriteError(w, status, code, err.Error())
}

type byteRange struct{ start, length int64 }

type rangeKind int

const (
	rangeNone rangeKind = iota // the whole blob
	rangeOne
	rangeBad // not satisfiable
)

// parseRange reads a Range header of one range. Anything it does not understand,
// several ranges among them, means the whole blob, as RFC 9110 section 14.2 allows.
func parseRange(header string, size int64) (byteRange, rangeKind) {
	whole := byteRange{0, size}
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok || strings.Contains(spec, ",") {
		return whole, rangeNone
	}
	first, last, ok := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok {
		return whole, rangeNone
	}
	if first == "" {
		n, err := strconv.ParseUint(last, 10, 63)
		if err != nil {
			return whole, rangeNone
		}
		if n == 0 || size == 0 {
			return whole, rangeBad
		}
		length := min(int64(n), size)
		return byteRange{size - length, length}, rangeOne
	}
	start, err := strconv.ParseUint(first, 10, 63)
	if err != nil {
		return whole, rangeNone
	}
	if int64(start) >= size {
		return whole, rangeBad
	}
	end := size - 1
	if last != "" {
		n, err := strconv.ParseUint(last, 10, 63)
		if err != nil || n < start {
			return whole, rangeNone
		}
		end = min(end, int64(n))
	}
	return byteRange{int64(start), end - int64(start) + 1}, rangeOne
}
