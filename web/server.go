package web

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/stream"
)

//go:embed static
var static embed.FS

// Limits of the server.
const (
	// answerTime is how long one answer may take to be computed.
	answerTime = 10 * time.Second
	// readTime is how long a browser may take to read it.
	readTime = 30 * time.Second
	// maxAsked is how many answers are computed at a time; more are told to come again.
	maxAsked = 32
	// maxQuery is the longest query string, in bytes.
	maxQuery = 2048
)

// policy is the content security policy: everything comes from here, nothing is framed or sent elsewhere, and no script can
// turn text into markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Server serves the page of one node.
type Server struct {
	chain *chain
	feed  *stream.Feed
	cache *cache
	mux   *http.ServeMux
	files fs.FS
	asked chan struct{}
	quit  chan struct{} // closed when the server ends, so that streams do
}

// New makes a server that asks the node of a connection. Run has to run for it to see new blocks.
func New(conn *client.Conn) *Server {
	feed := stream.New(stream.FromConn(conn), stream.Limits{PerClient: 32})
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	s := &Server{
		chain: newChain(conn, feed), feed: feed, cache: newCache(), mux: http.NewServeMux(), files: files,
		asked: make(chan struct{}, maxAsked), quit: make(chan struct{}),
	}
	s.routes()
	return s
}

// Run follows the chain until the context ends.
func (s *Server) Run(ctx context.Context) error { return s.feed.Run(ctx) }

// Serve answers on a listener until the context ends, and follows the chain meanwhile.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { _ = s.Run(ctx) }() // it ends with the context alone
	go func() {
		<-ctx.Done()
		close(s.quit)
		// Streams end by themselves; whoever reads an answer has a moment for the rest of it.
		grace, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer done()
		if server.Shutdown(grace) != nil {
			server.Close()
		}
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		fail(w, http.StatusMethodNotAllowed, "this page only reads: expected GET, got "+r.Method)
		return
	}
	// Who does not read what it asked for is given up. Writers of tests have no deadline; streams set their own.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(readTime))
	if len(r.URL.RawQuery) > maxQuery {
		fail(w, http.StatusRequestURITooLong, fmt.Sprintf("query: got %d bytes, expected at most %d", len(r.URL.RawQuery), maxQuery))
		return
	}
	s.mux.ServeHTTP(w, r)
}

// routes says what there is.
func (s *Server) routes() {
	s.answer("/api/overview", s.chain.overview)
	s.answer("/api/tasks", s.chain.tasks, "state", "ending", "after")
	s.answer("/api/tasks/{id}", s.chain.task)
	s.answer("/api/requests/{id}", s.chain.request, "after")
	s.answer("/api/deals/{id}", s.chain.deal, "after")
	s.answer("/api/market", s.chain.market, "category", "runtime", "after")
	s.answer("/api/orders/{id}", s.chain.order, "after")
	s.answer("/api/organisations", s.chain.organisations, "after")
	s.answer("/api/organisations/{id}", s.chain.organisation)
	s.answer("/api/workers", s.chain.workers, "after")
	s.answer("/api/workers/{id}", s.chain.worker, "after")
	s.answer("/api/ledgers", s.chain.ledgers, "after")
	s.answer("/api/apps", s.chain.apps, "after")
	s.answer("/api/apps/{organisation}/{name}", s.chain.app, "after")
	s.answer("/api/search", s.chain.search, "q")
	s.mux.HandleFunc("GET /api/events", s.events)
	s.mux.HandleFunc("GET /api/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, "there is no "+shown(r.URL.Path)+": the page's own paths are in docs/pages.md")
	})
	s.mux.HandleFunc("GET /static/{file...}", s.file)
	s.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, page := range []string{"/{$}", "/tasks", "/tasks/{id}", "/requests/{id}", "/deals/{id}", "/market", "/orders/{id}", "/organisations",
		"/organisations/{id}", "/workers", "/workers/{id}", "/ledgers", "/apps", "/apps/{organisation}/{name}", "/search", "/api"} {
		s.mux.HandleFunc("GET "+page, s.page)
	}
	s.mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, "there is no page "+shown(r.URL.Path)+": begin at /")
	})
}

// ask is a question to the chain: the parameters by name, of the path and of the query. Its answer becomes JSON.
type ask func(ctx context.Context, p params) (any, error)

// params are the parameters of a question. They are text that anybody wrote.
type params map[string]string

// answer serves a question. Query parameters that are not named are refused: an answer is remembered by its parameters.
func (s *Server) answer(pattern string, ask ask, query ...string) {
	var inPath []string
	for _, part := range strings.Split(pattern, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			inPath = append(inPath, strings.TrimSuffix(name, "}"))
		}
	}
	s.mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
		p, err := read(r, inPath, query)
		if err != nil {
			fail(w, http.StatusBadRequest, err.Error())
			return
		}
		body, err := s.cache.get(r.Context(), s.feed.Tip(), pattern, p, func(ctx context.Context) ([]byte, error) {
			select {
			case s.asked <- struct{}{}:
				defer func() { <-s.asked }()
			default:
				return nil, errBusy
			}
			ctx, cancel := context.WithTimeout(ctx, answerTime)
			defer cancel()
			out, err := ask(ctx, p)
			if err != nil {
				return nil, err
			}
			return json.Marshal(out)
		})
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(body)
	})
}

// read reads the parameters of a question.
func read(r *http.Request, inPath, query []string) (params, error) {
	p := params{}
	for _, name := range inPath {
		p[name] = r.PathValue(name)
	}
	for name, values := range r.URL.Query() {
		if !contains(query, name) {
			return nil, fmt.Errorf("parameter %s: expected one of [%s]", shown(name), strings.Join(query, " "))
		}
		if len(values) != 1 {
			return nil, fmt.Errorf("parameter %s: expected it once, got it %d times", shown(name), len(values))
		}
		p[name] = values[0]
	}
	return p, nil
}

func contains(list []string, text string) bool {
	for _, s := range list {
		if s == text {
			return true
		}
	}
	return false
}

// shown is a text that somebody sent, as an answer may repeat it.
func shown(text string) string { return fmt.Sprintf("%.100q", text) }

// page serves the one document; its script reads the path.
func (s *Server) page(w http.ResponseWriter, r *http.Request) { s.serve(w, r, "index.html") }

func (s *Server) file(w http.ResponseWriter, r *http.Request) { s.serve(w, r, r.PathValue("file")) }

func (s *Server) serve(w http.ResponseWriter, r *http.Request, name string) {
	data, err := fs.ReadFile(s.files, path.Clean(name))
	if err != nil {
		fail(w, http.StatusNotFound, "there is no file "+shown(name))
		return
	}
	kinds := map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
		".json": "application/json; charset=utf-8",
	}
	w.Header().Set("Content-Type", kinds[path.Ext(name)])
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", etag(data))
	if r.Header.Get("If-None-Match") == etag(data) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(data)
}

var errBusy = errors.New("the page has many questions to answer at this moment: try again in a second")

// asked is a mistake of who asks.
type mistake struct{ text string }

func (m mistake) Error() string { return m.text }

func wrongf(format string, args ...any) error { return mistake{fmt.Sprintf(format, args...)} }

// refuse says what went wrong: whose mistake it is, and never more of the node's inside than its own words for the asker.
func refuse(w http.ResponseWriter, err error) {
	var m mistake
	code := status.Code(err)
	switch {
	case errors.As(err, &m):
		fail(w, http.StatusBadRequest, m.text)
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusServiceUnavailable, err.Error())
	case code == codes.NotFound:
		fail(w, http.StatusNotFound, client.WithoutRPC(status.Convert(err).Message()))
	case code == codes.InvalidArgument:
		fail(w, http.StatusBadRequest, client.WithoutRPC(status.Convert(err).Message()))
	default:
		w.Header().Set("Retry-After", "2")
		fail(w, http.StatusBadGateway, "the node did not answer: try again, and see its log")
	}
}

// fail writes an error as JSON.
func fail(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": text})
}
