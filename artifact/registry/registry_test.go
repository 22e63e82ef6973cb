package registry

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
)

type ocispecDescriptor = ocispec.Descriptor

func TestDockerConfig(t *testing.T) {
	s := share(t, Options{})
	folder := t.TempDir()
	login := base64.StdEncoding.EncodeToString([]byte("amber:" + s.amber))
	config := fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, strings.TrimPrefix(s.url, "http://"), login)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "config.json"), []byte(config), 0o600))
	cmd := exec.Command(os.Args[0], "-test.run=^TestCredentialsOfDocker$", "-test.v")
	cmd.Env = append(os.Environ(), "DOCKER_CONFIG="+folder, "CREDENCE_TEST_STORE="+s.url+"/amber")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS: TestCredentialsOfDocker")
}

// ask makes one request with amber's account. The headers may give other credentials.
func (s *shared) ask(t *testing.T, method, path string, body []byte, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	require.NoError(t, err)
	req.SetBasicAuth("amber", s.amber)
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

// Requests that are wrong on purpose are refused with the protocol's code. They leave nothing behind.
func TestHostileRequests(t *testing.T) {
	s := share(t, Options{MaxBytes: 1000})
	data := []byte("twelve bytes")
	good := artifact.Sum(data).String()
	other := artifact.Sum([]byte("other")).String()
	nobody := []string{"Authorization", ""}
	manifest := func(digest string) []byte {
		return fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":%q,"layers":[{"digest":%q}]}`, artifact.ManifestType, digest)
	}
	for _, tc := range []struct {
		name, method, path string
		body               []byte
		headers            []string
		status             int
		code               string
	}{
		{"no account", "POST", "/v2/amber/blobs/uploads/?digest=" + good, data, nobody, 401, "UNAUTHORIZED"},
		{"no account at the base", "GET", "/v2/", nil, nobody, 401, "UNAUTHORIZED"},
		{"wrong secret", "POST", "/v2/amber/blobs/uploads/", nil, []string{"Authorization", "Bearer wrong"}, 401, "UNAUTHORIZED"},
		{"another's repository", "POST", "/v2/birch/blobs/uploads/", nil, nil, 403, "DENIED"},
		{"a name that only begins alike", "POST", "/v2/amber2/blobs/uploads/", nil, nil, 403, "DENIED"},
		{"another's manifest", "DELETE", "/v2/birch/x/manifests/latest", nil, nil, 403, "DENIED"},
		{"climbing name", "POST", "/v2/amber%2f..%2f..%2fetc/blobs/uploads/", nil, nil, 404, "NAME_INVALID"},
		{"capital name", "POST", "/v2/amber/X/blobs/uploads/", nil, nil, 404, "NAME_INVALID"},
		{"long name", "POST", "/v2/amber/" + strings.Repeat("x", 250) + "/blobs/uploads/", nil, nil, 404, "NAME_INVALID"},
		{"climbing session", "PATCH", "/v2/amber/blobs/uploads/..%2fledger.db", data, nil, 404, ""},
		{"unknown session", "PATCH", "/v2/amber/blobs/uploads/" + strings.Repeat("0", 32), data, nil, 404, "BLOB_UPLOAD_UNKNOWN"},
		{"climbing digest", "GET", "/v2/amber/blobs/sha256:..%2f..%2fledger.db", nil, nil, 404, ""},
		{"other algorithm", "POST", "/v2/amber/blobs/uploads/?digest=md5:00", data, nil, 400, "DIGEST_INVALID"},
		{"wrong digest", "POST", "/v2/amber/blobs/uploads/?digest=" + other, data, nil, 400, "DIGEST_INVALID"},
		{"too large", "POST", "/v2/amber/blobs/uploads/?digest=" + good, make([]byte, 1001), nil, 413, "SIZE_INVALID"},
		{"mount of what is not here", "POST", "/v2/amber/blobs/uploads/?mount=" + other + "&digest=" + other, data, nil, 400, "DIGEST_INVALID"},
		{"blob deleted by hand", "DELETE", "/v2/amber/blobs/" + good, nil, nil, 405, "UNSUPPORTED"},
		{"manifest of an absent blob", "PUT", "/v2/amber/manifests/a", manifest(other), nil, 404, "MANIFEST_BLOB_UNKNOWN"},
		{"manifest of another digest", "PUT", "/v2/amber/manifests/" + other, manifest(good), nil, 400, "DIGEST_INVALID"},
		{"manifest that is none", "PUT", "/v2/amber/manifests/a", data, nil, 400, "MANIFEST_INVALID"},
		{"manifest of an old schema", "PUT", "/v2/amber/manifests/a", []byte(`{"schemaVersion":1}`), nil, 400, "MANIFEST_INVALID"},
		{"manifest of another type", "PUT", "/v2/amber/manifests/a", manifest(good), []string{"Content-Type", "text/html"}, 400, "MANIFEST_INVALID"},
		{"tag that is none", "PUT", "/v2/amber/manifests/-a", manifest(good), nil, 400, "TAG_INVALID"},
		{"tags by a strange page", "GET", "/v2/amber/tags/list?n=-1", nil, nil, 400, "UNSUPPORTED"},
		{"no method", "BREW", "/v2/amber/manifests/a", nil, nil, 405, "UNSUPPORTED"},
		{"no path", "GET", "/v2/amber/blobs", nil, nil, 404, "NAME_INVALID"},
		{"the old path", "PUT", "/v1/blobs/sha256/" + strings.Repeat("0", 64), data, nil, 404, "NAME_INVALID"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			resp, body := s.ask(t, tc.method, tc.path, tc.body, tc.headers...)
			require.Equal(t, tc.status, resp.StatusCode, body)
			require.Contains(t, body, tc.code)
			if tc.status == 401 {
				require.Contains(t, resp.Header.Get("WWW-Authenticate"), "Basic")
			}
		})
	}
	require.Empty(t, s.ledger.usageByOrganisation())
	require.Zero(t, s.blobs.Used())
	require.Zero(t, s.uploads.countSessions())
}

func TestUploadInPieces(t *testing.T) {
	s := share(t, Options{})
	resp, _ := s.ask(t, "POST", "/v2/amber/blobs/uploads/", nil)
	require.Equal(t, 202, resp.StatusCode)
	at := resp.Header.Get("Location")
	resp, _ = s.ask(t, "PATCH", at, []byte("0123"), "Content-Range", "0-3")
	require.Equal(t, 202, resp.StatusCode)
	require.Equal(t, "0-3", resp.Header.Get("Range"))
	resp, _ = s.ask(t, "PATCH", at, []byte("89"), "Content-Range", "8-9")
	require.Equal(t, 416, resp.StatusCode, "a piece is missing")
	resp, _ = s.ask(t, "GET", at, nil)
	require.Equal(t, 204, resp.StatusCode)
	require.Equal(t, "0-3", resp.Header.Get("Range"))
	resp, _ = s.ask(t, "PATCH", strings.Replace(at, "/amber/", "/amber/other/", 1), []byte("x"))
	require.Equal(t, 404, resp.StatusCode, "a session is of one repository")
	resp, body := s.ask(t, "PUT", at+"?digest="+artifact.Sum([]byte("0123456789")).String(), []byte("456789"))
	require.Equal(t, 201, resp.StatusCode, body)
	_, body = s.ask(t, "GET", resp.Header.Get("Location"), nil)
	require.Equal(t, "0123456789", body)
	resp, _ = s.ask(t, "GET", at, nil)
	require.Equal(t, 404, resp.StatusCode, "it has ended")
	require.Equal(t, map[string]int64{"amber": 10 + rowBytes}, s.ledger.usageByOrganisation())
}

// A connection is cut in the middle of a piece. The session keeps what it had before that piece. An upload without a session leaves
// nothing.
func TestCutConnection(t *testing.T) {
	s := share(t, Options{})
	cut := func(method, path string) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		require.NoError(t, err)
		login := base64.StdEncoding.EncodeToString([]byte("amber:" + s.amber))
		fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %s\r\nContent-Length: 1000\r\n\r\n%s", method, path, login, strings.Repeat("x", 500))
		time.Sleep(50 * time.Millisecond)
		require.NoError(t, conn.Close())
	}
	resp, _ := s.ask(t, "POST", "/v2/amber/blobs/uploads/", nil)
	at := resp.Header.Get("Location")
	s.ask(t, "PATCH", at, []byte("0123"))
	cut("PATCH", at)
	cut("POST", "/v2/amber/blobs/uploads/?digest="+artifact.Sum(nil).String())
	require.Eventually(t, func() bool { return s.ledger.usageByOrganisation()["amber"] == 4+rowBytes }, time.Minute, 10*time.Millisecond)
	require.Zero(t, s.blobs.Used())
	resp, body := s.ask(t, "PUT", at+"?digest="+artifact.Sum([]byte("01234567")).String(), []byte("4567"))
	require.Equal(t, 201, resp.StatusCode, body)
}

func TestUploadsAreBounded(t *testing.T) {
	s := share(t, Options{MaxUploads: 2, UploadIdle: time.Millisecond})
	for range 2 {
		resp, _ := s.ask(t, "POST", "/v2/amber/blobs/uploads/", nil)
		require.Equal(t, 202, resp.StatusCode)
		s.ask(t, "PATCH", resp.Header.Get("Location"), []byte("some"))
	}
	resp, body := s.ask(t, "POST", "/v2/amber/blobs/uploads/", nil)
	require.Equal(t, 429, resp.StatusCode)
	require.Contains(t, body, "TOOMANYREQUESTS")
	resp, _ = s.ask(t, "POST", "/v2/birch/blobs/uploads/", nil, "Authorization", "Bearer "+s.birch)
	require.Equal(t, 202, resp.StatusCode, "another organisation has uploads of its own")
	time.Sleep(5 * time.Millisecond)
	s.Expire()
	require.Zero(t, s.uploads.countSessions())
	require.Empty(t, s.ledger.usageByOrganisation())
	files, err := os.ReadDir(s.uploads.folder)
	require.NoError(t, err)
	require.Empty(t, files)
}

func TestQuota(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	var list Accounts
	secret, err := list.Set("amber", 3*rowBytes+1000)
	require.NoError(t, err)
	g, err := Open(folder, Options{Accounts: list, Quota: 1})
	require.NoError(t, err)
	s := &shared{Registry: g, amber: secret}
	serveOn(t, s)
	post := func(data []byte) *http.Response {
		resp, _ := s.ask(t, "POST", "/v2/amber/blobs/uploads/?digest="+artifact.Sum(data).String(), data)
		return resp
	}
	require.Equal(t, 201, post(bytes.Repeat([]byte("a"), 900)).StatusCode)
	require.Equal(t, 201, post(bytes.Repeat([]byte("a"), 900)).StatusCode, "the same again costs nothing")
	require.Equal(t, map[string]int64{"amber": 900 + rowBytes}, g.ledger.usageByOrganisation())
	require.Equal(t, 403, post(bytes.Repeat([]byte("b"), 2*rowBytes+101)).StatusCode)
	require.Equal(t, 201, post(nil).StatusCode)
	require.Equal(t, 201, post([]byte("1")).StatusCode)
	for i := range 3 {
		require.Equal(t, 403, post([]byte{2, byte(i)}).StatusCode, "empty blobs are not free either, and what is refused leaves nothing")
	}

	// After a restart the ledger charges the same.
	used := g.ledger.usageByOrganisation()
	require.NoError(t, g.Close())
	g, err = Open(folder, Options{Accounts: list})
	require.NoError(t, err)
	require.Equal(t, used, g.ledger.usageByOrganisation())

	// A second organisation that uploads the same blob is charged too. It keeps the blob when the first organisation loses its claim.
	other, err := list.Set("birch", 0)
	require.NoError(t, err)
	g.SetAccounts(list)
	s = &shared{Registry: g, amber: secret, birch: other}
	serveOn(t, s)
	hello := []byte("1")
	_, err = s.client("birch", other).Upload(ctx, hello)
	require.NoError(t, err)
	require.Greater(t, g.ledger.usageByOrganisation()["birch"], int64(rowBytes))
	g.opts.Grace = -time.Hour // so that everything counts as old
	done, err := g.Collect(ctx)
	require.NoError(t, err)
	require.Equal(t, 3, done.Claims, "amber's: no manifest names them")
	require.Equal(t, 2, done.Blobs)
	require.Equal(t, int64(900), done.Bytes)
	require.NotContains(t, g.ledger.usageByOrganisation(), "amber")
	has, err := s.client("birch", other).Has(ctx, artifact.Sum(hello))
	require.NoError(t, err)
	require.True(t, has)

	// Without its manifest the blob goes in two steps: first the claim, then the blob itself.
	resp, _ := s.ask(t, "DELETE", "/v2/birch/inputs/manifests/"+artifact.Sum(artifact.BlobManifest(artifact.Sum(hello), 1)).String(), nil, "Authorization", "Bearer "+other)
	require.Equal(t, 202, resp.StatusCode)
	_, err = g.Collect(ctx)
	require.NoError(t, err)
	require.Empty(t, g.ledger.usageByOrganisation())
	require.Zero(t, g.blobs.Used())
	require.NoError(t, g.Close())
}

// A young blob stays although no manifest names it yet, since its upload may be under way.
func TestCollectionSparesWhatIsYoung(t *testing.T) {
	s := share(t, Options{})
	_, err := s.blobs.PutAs(t.Context(), artifact.Sum(nil), bytes.NewReader(nil), 1)
	require.NoError(t, err)
	s.ask(t, "POST", "/v2/amber/blobs/uploads/?digest="+artifact.Sum([]byte("x")).String(), []byte("x"))
	done, err := s.Collect(t.Context())
	require.NoError(t, err)
	require.Equal(t, Collected{}, done)
}

func serveOn(t *testing.T, s *shared) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := artifact.Server(s.Registry)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	s.url = "http://" + listener.Addr().String()
}

func TestTagsInPages(t *testing.T) {
	s := share(t, Options{})
	blob := artifact.Sum([]byte("{}"))
	resp, _ := s.ask(t, "POST", "/v2/amber/blobs/uploads/?digest="+blob.String(), []byte("{}"))
	require.Equal(t, 201, resp.StatusCode)
	for _, tag := range []string{"a", "b", "c"} {
		resp, body := s.ask(t, "PUT", "/v2/amber/x/manifests/"+tag, artifact.BlobManifest(blob, 2), "Content-Type", artifact.ManifestType)
		require.Equal(t, 201, resp.StatusCode, body)
	}
	s.ask(t, "PUT", "/v2/amber/x2/manifests/d", artifact.BlobManifest(blob, 2), "Content-Type", artifact.ManifestType)
	resp, body := s.ask(t, "GET", "/v2/amber/x/tags/list?n=2", nil)
	require.JSONEq(t, `{"name":"amber/x","tags":["a","b"]}`, body)
	next := strings.TrimPrefix(strings.Split(resp.Header.Get("Link"), ">")[0], "<")
	resp, body = s.ask(t, "GET", next, nil)
	require.JSONEq(t, `{"name":"amber/x","tags":["c"]}`, body)
	require.Empty(t, resp.Header.Get("Link"))
	resp, _ = s.ask(t, "DELETE", "/v2/amber/x/manifests/b", nil)
	require.Equal(t, 202, resp.StatusCode)
	_, body = s.ask(t, "GET", "/v2/amber/x/tags/list", nil)
	require.JSONEq(t, `{"name":"amber/x","tags":["a","c"]}`, body)
}

func TestMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	s := share(t, Options{Metrics: reg})
	_, err := s.client("amber", s.amber).Upload(t.Context(), []byte("hello"))
	require.NoError(t, err)
	s.ask(t, "BREW", "/v2/amber/manifests/a", nil)
	_, err = s.Collect(t.Context())
	require.NoError(t, err)
	families, err := reg.Gather()
	require.NoError(t, err)
	var served []string
	for _, f := range families {
		served = append(served, f.GetName())
	}
	require.ElementsMatch(t, MetricNames(), served, "every metric of the reference is served, and no other")
	require.Equal(t, 7.0, testutil.ToFloat64(s.metrics.received.WithLabelValues()))
	require.Equal(t, 1.0, testutil.ToFloat64(s.metrics.requests.WithLabelValues("other", "manifests", "405")))
}

// TestReferenceIsTrue fails if docs/store-metrics.md is not the reference that the code makes. CREDENCE_REWRITE=1 rewrites the file.
func TestReferenceIsTrue(t *testing.T) {
	const path = "../../docs/store-metrics.md"
	if os.Getenv("CREDENCE_REWRITE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(Reference()), 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, Reference(), string(got))
}
