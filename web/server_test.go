package web

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/receipt"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var (
	anID   = strings.Repeat("a1", 32)
	dealID = strings.Repeat("d2", 32)
)

// nasty is a text that a user may have chosen, so that it becomes markup or script on a page.
const nasty = `</script><img src=x onerror=alert(1)>"'&` + "\u2028"

// serve starts a node that knows one task, and a page server for it.
func serve(t *testing.T) (*fakeNode, *Server, *httptest.Server) {
	t.Helper()
	node := newFakeNode(t,
		taskstypes.Task{Id: anID, Deal: dealID, Phase: taskstypes.PHASE_FIRST, Attempt: 1, Opened: 90},
		dealstypes.Deal{Id: dealID, Request: anID, App: nasty, Requester: "cred1" + nasty, Height: 90})
	conn, err := client.Dial(t.Context(), []string{node.endpoint}, "")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	s := New(conn)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	require.NoError(t, s.feed.Await(ctx, tip))
	page := httptest.NewServer(s)
	t.Cleanup(page.Close)
	t.Cleanup(func() { close(s.quit) })
	return node, s, page
}

func get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	res, err := http.Get(address)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

// Every response, errors included, has a content policy under which data cannot become script and nothing is loaded from elsewhere.
func TestEveryAnswerIsGuarded(t *testing.T) {
	_, _, page := serve(t)
	for _, path := range []string{"/", "/tasks", "/tasks/" + anID, "/static/app.js", "/api/tasks/" + anID, "/api/tasks/zz", "/nothing", "/api/nothing", "/static/../server.go", "/static/nothing.js"} {
		res, body := get(t, page.URL+path)
		csp := res.Header.Get("Content-Security-Policy")
		for _, rule := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"} {
			require.Contains(t, csp, rule, path)
		}
		require.NotContains(t, csp, "unsafe", path)
		require.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"), path)
		require.Empty(t, res.Header.Get("Access-Control-Allow-Origin"), path)
		require.NotEmpty(t, res.Header.Get("Content-Type"), path)
		require.NotContains(t, body, "package web", path)
	}
}

// TestEveryPageHasItsAddress: each page of the script is served at its own path, so that links and reloads work.
func TestEveryPageHasItsAddress(t *testing.T) {
	_, s, page := serve(t)
	script, err := fs.ReadFile(s.files, "app.js")
	require.NoError(t, err)
	patterns := regexp.MustCompile(`(?m)^  \["(/[^"]*)", "`).FindAllStringSubmatch(string(script), -1)
	require.Greater(t, len(patterns), 15)
	for _, pattern := range patterns {
		path := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(pattern[1], "x")
		res, body := get(t, page.URL+path)
		require.Equal(t, http.StatusOK, res.StatusCode, path)
		require.Contains(t, res.Header.Get("Content-Type"), "text/html", path)
		require.Contains(t, body, "/static/app.js", path)
	}
}

// TestReceiptsAreCheckedHere: the page for receipts is served with all files that it loads. Its verifier is that of package receipt.
func TestReceiptsAreCheckedHere(t *testing.T) {
	_, _, page := serve(t)
	res, body := get(t, page.URL+"/verify")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, res.Header.Get("Content-Security-Policy"), "require-trusted-types-for 'script'")
	for _, file := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(body, -1) {
		res, _ := get(t, page.URL+file[1])
		require.Equal(t, http.StatusOK, res.StatusCode, file[1])
	}
	_, script := get(t, page.URL+"/static/verify.js")
	for _, file := range regexp.MustCompile(`from "\./([^"]+)"`).FindAllStringSubmatch(script, -1) {
		res, _ := get(t, page.URL+"/static/"+file[1])
		require.Equal(t, http.StatusOK, res.StatusCode, file[1])
		require.Contains(t, res.Header.Get("Content-Type"), "text/javascript", file[1])
	}
	_, verifier := get(t, page.URL+"/static/receipt.mjs")
	require.Equal(t, string(receipt.Browser), verifier)
}

func TestOnlyReads(t *testing.T) {
	node, _, page := serve(t)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "BREW"} {
		before := len(node.questions())
		req, err := http.NewRequest(method, page.URL+"/api/tasks/"+anID, strings.NewReader("{}"))
		require.NoError(t, err)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		res.Body.Close()
		require.Equal(t, http.StatusMethodNotAllowed, res.StatusCode, method)
		for _, asked := range node.questions()[before:] {
			require.NotContains(t, asked, "tasks", "%s reached the node", method)
		}
	}
}

// Any text of a user comes as JSON that cannot become markup.
func TestChosenTextIsEscaped(t *testing.T) {
	_, _, page := serve(t)
	res, body := get(t, page.URL+"/api/tasks/"+anID)
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	require.Equal(t, "application/json; charset=utf-8", res.Header.Get("Content-Type"))
	require.NotContains(t, body, "<")
	require.NotContains(t, body, "\u2028")
	var task struct{ App string }
	require.NoError(t, json.Unmarshal([]byte(body), &task))
	require.Equal(t, nasty, task.App)
	_, body = get(t, page.URL+"/api/tasks/%3Cimg%20src=x%3E")
	require.NotContains(t, body, "<")
}

// The scripts build elements from data one by one: none of them parses text as markup.
func TestScriptsParseNothing(t *testing.T) {
	_, s, _ := serve(t)
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML|\beval\b|new Function|srcdoc|javascript:|https?://`)
	seen := 0
	require.NoError(t, fs.WalkDir(s.files, ".", func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() || strings.HasSuffix(path, ".json") {
			return nil
		}
		seen++
		data, err := fs.ReadFile(s.files, path)
		require.NoError(t, err)
		text := strings.ReplaceAll(string(data), "http://www.w3.org/2000/svg", "") // the name of a language, and not an address
		require.Empty(t, forbidden.FindString(text), path)
		if strings.HasSuffix(path, ".html") {
			require.NotRegexp(t, `<script(?:>| type="module">)|<style| on[a-z]+=| style=`, text, "%s: nothing inline", path)
		}
		return nil
	}))
	require.Greater(t, seen, 10)
}

func TestParametersAreBounded(t *testing.T) {
	_, _, page := serve(t)
	for path, want := range map[string]int{
		"/api/tasks?state=running":                     http.StatusOK,
		"/api/tasks?state=running&after=a_8":           http.StatusOK,
		"/api/tasks?state=ended&ending=no%20worker":    http.StatusOK,
		"/api/tasks?state=walking":                     http.StatusBadRequest,
		"/api/tasks?state=running&ending=void":         http.StatusBadRequest,
		"/api/tasks?state=running&after=*":             http.StatusBadRequest,
		"/api/tasks?state=running&state=court":         http.StatusBadRequest,
		"/api/tasks?state=running&limit=1000000":       http.StatusBadRequest,
		"/api/tasks/" + strings.Repeat("0", 64):        http.StatusNotFound,
		"/api/tasks/12ab":                              http.StatusBadRequest,
		"/api/search?q=" + strings.Repeat("a", 201):    http.StatusBadRequest,
		"/api/tasks?after=" + strings.Repeat("a", 3e3): http.StatusRequestURITooLong,
		"/api/events?from=soon":                        http.StatusBadRequest,
		"/api/events?task=12ab":                        http.StatusBadRequest,
		"/api/events?from=99999999999999999999":        http.StatusBadRequest,
	} {
		res, body := get(t, page.URL+path)
		require.Equal(t, want, res.StatusCode, "%.80s: %s", path, body)
		var answer map[string]any
		require.NoError(t, json.Unmarshal([]byte(body), &answer), path)
		if want != http.StatusOK {
			require.NotEmpty(t, answer["error"], path)
		}
	}
}

// The next page is asked for by the key that the previous page named. The key may be any bytes.
func TestNextPage(t *testing.T) {
	_, _, page := serve(t)
	_, body := get(t, page.URL+"/api/tasks?state=running")
	var list taskList
	require.NoError(t, json.Unmarshal([]byte(body), &list))
	p := params{"after": list.Next}
	req, err := pageOf(p)
	require.NoError(t, err)
	require.Equal(t, []byte("k\xff"), req.Key)
	require.True(t, req.Reverse)
}

func pageOf(p params) (*query.PageRequest, error) { return readPage(p, true) }

// The node is asked once a block for the same question, however many visitors ask.
func TestAnswersAreRemembered(t *testing.T) {
	node, _, page := serve(t)
	get(t, page.URL+"/api/tasks/"+anID)
	count := func() int { return node.countAsked("tasks.v1.Query/Task") }
	before := count()
	require.Positive(t, before)
	for range 5 {
		res, _ := get(t, page.URL+"/api/tasks/"+anID)
		require.Equal(t, http.StatusOK, res.StatusCode)
	}
	require.Equal(t, before, count())
}

func TestCacheComputesOnceAndForgets(t *testing.T) {
	c := newCache()
	var computed atomic.Int32
	ask := func(height int64, p params) (string, error) {
		body, err := c.getAnswer(t.Context(), height, "/x", p, func(context.Context) ([]byte, error) {
			computed.Add(1)
			return []byte(p["q"]), nil
		})
		return string(body), err
	}
	for range 3 {
		body, err := ask(1, params{"q": "a"})
		require.NoError(t, err)
		require.Equal(t, "a", body)
	}
	require.EqualValues(t, 1, computed.Load())
	_, err := ask(2, params{"q": "a"})
	require.NoError(t, err)
	require.EqualValues(t, 2, computed.Load(), "another height is another answer")
	require.NotEqual(t, keyOf("/x", params{"a": `1" b="2`}), keyOf("/x", params{"a": "1", "b": "2"}))
	for _, name := range []string{"one", "two", "three", "four"} {
		_, err := c.getAnswer(t.Context(), 2, name, nil, func(context.Context) ([]byte, error) { return make([]byte, maxCached/3), nil })
		require.NoError(t, err)
	}
	require.LessOrEqual(t, c.size, maxCached)
	fails := func(context.Context) ([]byte, error) { return nil, errBusy }
	_, err = c.getAnswer(t.Context(), 2, "bad", nil, fails)
	require.ErrorIs(t, err, errBusy)
	_, err = c.getAnswer(t.Context(), 2, "bad", nil, func(context.Context) ([]byte, error) { return nil, nil })
	require.NoError(t, err, "an error is not remembered")
}

// Questions above the limit are told to come again. They do not wait for an answer.
func TestManyQuestions(t *testing.T) {
	_, s, page := serve(t)
	for range maxAsked {
		s.asked <- struct{}{}
	}
	res, body := get(t, page.URL+"/api/tasks/"+anID)
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode, body)
	require.NotEmpty(t, res.Header.Get("Retry-After"))
	for range maxAsked {
		<-s.asked
	}
	res, body = get(t, page.URL+"/api/tasks/"+anID)
	require.Equal(t, http.StatusOK, res.StatusCode, body)
}

func TestEventsAreStreamed(t *testing.T) {
	_, _, page := serve(t)
	res, err := http.Get(page.URL + "/api/events?from=99")
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	lines := bufio.NewScanner(res.Body)
	var got []string
	for len(got) < 8 && lines.Scan() {
		got = append(got, lines.Text())
	}
	require.Equal(t, []string{
		"event: block", "id: 100.0", `data: {"height":99,"missed":false}`, "",
		"event: block", "id: 101.0", `data: {"height":100,"missed":false}`, "",
	}, got)
	req, err := http.NewRequest(http.MethodGet, page.URL+"/api/events?from=1", nil)
	require.NoError(t, err)
	req.Header.Set("Last-Event-ID", "100.0")
	again, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer again.Body.Close()
	lines = bufio.NewScanner(again.Body)
	for range 2 { // the name of the event, and its id
		require.True(t, lines.Scan())
	}
	require.Equal(t, "id: 101.0", lines.Text(), "a browser that comes again goes on where it was")
}

// A server that is told to end does so, even with open streams.
func TestServeEnds(t *testing.T) {
	_, s, _ := serve(t)
	other := New(s.chain.conn)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- other.Serve(ctx, listener) }()
	res, err := http.Get("http://" + listener.Addr().String() + "/api/events?from=99")
	require.NoError(t, err)
	defer res.Body.Close()
	cancel()
	require.NoError(t, <-ended)
}
