package artifact

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func blobURL(t *testing.T, base string, digest Digest) string {
	t.Helper()
	l, err := ParseLocation(base)
	require.NoError(t, err)
	return l.blobURL(digest)
}

func request(t *testing.T, method, url string, body []byte, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(got)
}

func TestHandlerGet(t *testing.T) {
	store := NewMemory()
	digest, err := PutBytes(context.Background(), store, []byte("0123456789"))
	require.NoError(t, err)
	base := serve(t, Handler(store))
	url := blobURL(t, base, digest)
	const unsatisfiable = "{\"errors\":[{\"code\":\"SIZE_INVALID\",\"message\":\"range not satisfiable\"}]}\n"

	resp, body := request(t, "GET", url, nil)
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "0123456789", body)
	require.Equal(t, digest.String(), resp.Header.Get("Docker-Content-Digest"))
	resp, body = request(t, "HEAD", url, nil)
	require.Equal(t, 200, resp.StatusCode)
	require.Empty(t, body)
	require.EqualValues(t, 10, resp.ContentLength)

	for _, tc := range []struct {
		header, body, contentRange string
		status                     int
	}{
		{"bytes=0-0", "0", "bytes 0-0/10", 206},
		{"bytes=3-5", "345", "bytes 3-5/10", 206},
		{"bytes=7-", "789", "bytes 7-9/10", 206},
		{"bytes=7-100", "789", "bytes 7-9/10", 206},
		{"bytes=-2", "89", "bytes 8-9/10", 206},
		{"bytes=-99", "0123456789", "bytes 0-9/10", 206},
		{"bytes=10-", unsatisfiable, "bytes */10", 416},
		{"bytes=-0", unsatisfiable, "bytes */10", 416},
		{"bytes=5-3", "0123456789", "", 200},
		{"bytes=0-1,3-4", "0123456789", "", 200},
		{"bytes=a-b", "0123456789", "", 200},
		{"lines=1-2", "0123456789", "", 200},
	} {
		t.Run(tc.header, func(t *testing.T) {
			resp, body := request(t, "GET", url, nil, "Range", tc.header)
			require.Equal(t, tc.status, resp.StatusCode)
			require.Equal(t, tc.body, body)
			require.Equal(t, tc.contentRange, resp.Header.Get("Content-Range"))
		})
	}

	resp, _ = request(t, "GET", blobURL(t, base, Sum([]byte("absent"))), nil)
	require.Equal(t, 404, resp.StatusCode)
	resp, _ = request(t, "GET", base+"/v2/credence/blobs/..%2f..%2fetc%2fpasswd", nil)
	require.Equal(t, 404, resp.StatusCode)
	resp, body = request(t, "GET", base+"/healthz", nil)
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "ok\n", body)
}

// A request for anything but a blob of a repository is refused, whatever its path. So is every request to write.
func TestHandlerRefuses(t *testing.T) {
	base := serve(t, Handler(NewMemory()))
	good := "/blobs/" + Sum(nil).String()
	for _, tc := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/v2/", 200},
		{"GET", "/v2/amber/inputs" + good, 404},
		{"GET", "/v2/../../etc/passwd", 404},
		{"GET", "/v2/%2e%2e%2f%2e%2e/etc" + good, 404},
		{"GET", "/v2/Amber" + good, 404},
		{"GET", "/v2/amber//inputs" + good, 404},
		{"GET", "/v2/amber/blobs/sha512:" + strings.Repeat("0", 128), 400},
		{"GET", "/v2/amber/blobs/..%2f..%2fetc%2fpasswd", 404},
		{"GET", "/v2/amber/manifests/latest", 404},
		{"PUT", "/v2/amber" + good, 405},
		{"DELETE", "/v2/amber" + good, 405},
		{"POST", "/v2/amber/blobs/uploads/", 404},
	} {
		resp, _ := request(t, tc.method, base+tc.path, nil)
		require.Equal(t, tc.status, resp.StatusCode, "%s %s", tc.method, tc.path)
	}
}

func TestHandlerNeverServesCorruptionToItsEnd(t *testing.T) {
	ctx := context.Background()
	dir, err := OpenDir(t.TempDir(), 0)
	require.NoError(t, err)
	data := bytes.Repeat([]byte("x"), 300_000)
	digest, err := PutBytes(ctx, dir, data)
	require.NoError(t, err)
	base := serve(t, Handler(dir))
	for _, header := range []string{"", "bytes=0-10"} {
		require.NoError(t, os.WriteFile(dir.pathOf(digest), append(bytes.Clone(data[:299_999]), 'y'), 0o644))
		req, err := http.NewRequest("GET", blobURL(t, base, digest), nil)
		require.NoError(t, err)
		req.Header.Set("Range", header)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
		if header == "" {
			require.Error(t, err, "the body must break off")
		} else {
			require.Equal(t, 500, resp.StatusCode)
		}
		resp, _ = request(t, "GET", blobURL(t, base, digest), nil)
		require.Equal(t, 404, resp.StatusCode)
	}
}

// hostile starts a server that answers every request with f. It returns the address and the count of the requests.
func hostile(t *testing.T, f http.HandlerFunc) (string, *atomic.Int64) {
	var n atomic.Int64
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		f(w, r)
	})), &n
}

// quick returns a client that repeats a request at once. It waits long for an answer, because a pause of the machine is no stall.
func quick(urls ...string) *Client {
	return &Client{BaseURLs: urls, Backoff: time.Millisecond, Stall: 20 * time.Second}
}

// hasty returns a client that soon gives up on a server that stalls.
func hasty(urls ...string) *Client {
	c := quick(urls...)
	c.Stall = 700 * time.Millisecond
	return c
}

func TestClientAgainstHostileServers(t *testing.T) {
	ctx := context.Background()
	data := bytes.Repeat([]byte("credence "), 20_000)
	digest := Sum(data)
	limit := int64(len(data))
	store := NewMemory()
	_, err := PutBytes(ctx, store, data)
	require.NoError(t, err)
	honest := serve(t, Handler(store))

	wrong := bytes.Clone(data)
	wrong[1000] ^= 1
	dead := httptest.NewServer(nil)
	dead.Close()

	cases := []struct {
		name   string
		answer http.HandlerFunc
		expErr error
		asked  int64 // requests when there is no other server; 0: not counted
		stalls bool
	}{
		{"not found", http.NotFound, ErrNotFound, 1, false},
		{"wrong bytes", func(w http.ResponseWriter, _ *http.Request) { w.Write(wrong) }, ErrCorrupted, 1, false},
		{"wrong bytes on every range", func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(wrong))
		}, ErrCorrupted, 1, false},
		{"short", func(w http.ResponseWriter, _ *http.Request) { w.Write(data[:100]) }, ErrCorrupted, 1, false},
		{"empty", func(http.ResponseWriter, *http.Request) {}, ErrCorrupted, 1, false},
		{"too long, announced", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(limit+1))
			w.Write(append(bytes.Clone(data), 0))
		}, ErrTooLarge, 1, false},
		{"too long, endless", func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < 10_000; i++ {
				if _, err := w.Write(data); err != nil {
					return
				}
			}
		}, ErrTooLarge, 1, false},
		{"cut short with junk", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(limit))
			w.Write(wrong[:limit-10])
		}, ErrUnreachable, 3, false},
		{"full limit of junk, then cut", func(w http.ResponseWriter, _ *http.Request) {
			w.Write(wrong)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, ErrUnreachable, 0, false},
		{"wrong range", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 7-%d/%d", limit-1, limit))
			w.WriteHeader(206)
			w.Write(data[7:])
		}, ErrCorrupted, 1, false},
		{"silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ErrUnreachable, 3, true},
		{"trickle", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte{'x'}); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(time.Millisecond)
			}
		}, ErrUnreachable, 3, true},
		{"error 500", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 500) }, ErrUnreachable, 3, false},
		{"error 403", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 403) }, ErrUnreachable, 1, false},
		{"redirect loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, 302) }, ErrUnreachable, 0, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			client := quick
			if tc.stalls {
				client = hasty
			}
			bad, asked := hostile(t, tc.answer)
			_, err := client(bad).Bytes(ctx, digest, limit)
			require.ErrorIs(t, err, tc.expErr)
			for _, other := range []error{ErrNotFound, ErrCorrupted, ErrTooLarge, ErrUnreachable} {
				if other != tc.expErr {
					require.NotErrorIs(t, err, other, "one meaning only")
				}
			}
			require.Contains(t, err.Error(), bad, "the error names the server")
			if tc.asked > 0 {
				require.Equal(t, tc.asked, asked.Load())
			}
			for _, urls := range [][]string{{bad, honest}, {dead.URL, bad, honest}, {honest, bad}} {
				got, err := client(urls...).Bytes(ctx, digest, limit)
				require.NoError(t, err)
				require.True(t, bytes.Equal(data, got))
			}
		})
	}

	_, err = quick(dead.URL).Bytes(ctx, digest, limit)
	require.ErrorIs(t, err, ErrUnreachable)
	_, err = quick().Bytes(ctx, digest, limit)
	require.ErrorIs(t, err, ErrUnreachable, "no servers known")
	absent, _ := hostile(t, http.NotFound)
	_, err = quick(absent, dead.URL).Bytes(ctx, digest, limit)
	require.ErrorIs(t, err, ErrUnreachable, "absence is not known while one is silent")
	require.NotErrorIs(t, err, ErrNotFound)
	_, err = quick(honest).Bytes(ctx, digest, limit-1)
	require.ErrorIs(t, err, ErrTooLarge)
}

func TestClientResumes(t *testing.T) {
	ctx := context.Background()
	data := bytes.Repeat([]byte("0123456789"), 50_000)
	digest := Sum(data)
	var sent atomic.Int64
	var ranges atomic.Value
	ranges.Store("")
	cut, _ := hostile(t, func(w http.ResponseWriter, r *http.Request) {
		if sent.Load() == 0 {
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			n, _ := w.Write(data[:300_000])
			sent.Add(int64(n))
			return
		}
		ranges.Store(r.Header.Get("Range"))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
	got, err := quick(cut).Bytes(ctx, digest, int64(len(data)))
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, got))
	require.Equal(t, "bytes=300000-", ranges.Load(), "only the rest is asked for")
}

func TestClientDeadline(t *testing.T) {
	slow, _ := hostile(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	client := &Client{BaseURLs: []string{slow}}
	_, err := client.Bytes(ctx, Sum(nil), 10)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, err, ErrUnreachable)
}
