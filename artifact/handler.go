package artifact

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// HandlerOptions says what a Handler allows. The zero value serves reads only.
type HandlerOptions struct {
	// Writable allows PUT.
	Writable bool
	// Token, when set, must come as "Authorization: Bearer <token>" with a PUT.
	// Reads are never protected: a digest is a secret only its knowers have.
	Token string
	// MaxBytes bounds an upload; 0 means 256 MiB.
	MaxBytes int64
}

// DefaultMaxBytes bounds uploads and downloads where no other limit is given.
const DefaultMaxBytes = 256 << 20

// Handler serves a store:
//
//	GET, HEAD /v1/blobs/sha256/<hex>   the blob; one byte range is honoured
//	PUT       /v1/blobs/sha256/<hex>   keep a blob; 201 when new, 200 when held already
//	GET       /healthz                 200 "ok"
//
// A corrupted blob is never served to its end: the connection breaks before the last
// bytes, and the next request gets 404. A range is served only after the whole blob
// was checked.
func Handler(store Store, opts HandlerOptions) http.Handler {
	if opts.MaxBytes <= 0 {
		opts.MaxBytes = DefaultMaxBytes
	}
	h := &handler{store: store, opts: opts}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/blobs/sha256/{hex}", h.get)
	mux.HandleFunc("PUT /v1/blobs/sha256/{hex}", h.put)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "ok\n")
	})
	return mux
}

// Server is an http.Server around a handler with time limits that keep idle and
// trickling clients from holding connections. The caller gives it a listener.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       10 * time.Minute,
		WriteTimeout:      10 * time.Minute,
		IdleTimeout:       time.Minute,
	}
}

type handler struct {
	store Store
	opts  HandlerOptions
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	digest, err := parseHex(r.PathValue("hex"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	blob, size, err := h.store.Open(r.Context(), digest)
	if err != nil {
		httpError(w, err)
		return
	}
	defer func() { blob.Close() }()

	head := w.Header()
	head.Set("Content-Type", "application/octet-stream")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Docker-Content-Digest", digest.String())
	head.Set("ETag", `"`+digest.String()+`"`)
	head.Set("Cache-Control", "public, max-age=31536000, immutable")
	head.Set("Accept-Ranges", "bytes")

	part, kind := parseRange(r.Header.Get("Range"), size)
	switch kind {
	case rangeBad:
		head.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		http.Error(w, "range not satisfiable", http.StatusRequestedRangeNotSatisfiable)
		return
	case rangeNone:
		head.Set("Content-Length", strconv.FormatInt(size, 10))
		w.WriteHeader(http.StatusOK)
	case rangeOne:
		if blob, err = h.checked(r, digest, blob); err != nil {
			httpError(w, err)
			return
		}
		if _, err := io.CopyN(io.Discard, blob, part.start); err != nil {
			httpError(w, err)
			return
		}
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

// checked reads the blob to its end and opens it again.
func (h *handler) checked(r *http.Request, digest Digest, blob io.ReadCloser) (io.ReadCloser, error) {
	if _, err := io.Copy(io.Discard, blob); err != nil {
		return blob, err
	}
	again, _, err := h.store.Open(r.Context(), digest)
	if err != nil {
		return blob, err
	}
	blob.Close()
	return again, nil
}

func (h *handler) put(w http.ResponseWriter, r *http.Request) {
	if !h.opts.Writable {
		http.Error(w, "this store is read-only", http.StatusMethodNotAllowed)
		return
	}
	if !h.authorised(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "a valid bearer token is required", http.StatusUnauthorized)
		return
	}
	digest, err := parseHex(r.PathValue("hex"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if r.ContentLength > h.opts.MaxBytes {
		httpError(w, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, r.ContentLength, h.opts.MaxBytes))
		return
	}
	if has, err := h.store.Has(r.Context(), digest); err == nil && has {
		w.WriteHeader(http.StatusOK)
		return
	}
	if _, err := h.store.PutAs(r.Context(), digest, r.Body, h.opts.MaxBytes); err != nil {
		if errors.Is(err, ErrCorrupted) {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		httpError(w, err)
		return
	}
	w.Header().Set("Location", r.URL.Path)
	w.WriteHeader(http.StatusCreated)
}

func (h *handler) authorised(r *http.Request) bool {
	if h.opts.Token == "" {
		return true
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && subtle.ConstantTimeCompare([]byte(token), []byte(h.opts.Token)) == 1
}

func httpError(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, ErrTooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrQuota):
		status = http.StatusInsufficientStorage
	}
	http.Error(w, err.Error(), status)
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
