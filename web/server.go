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
	"github.com/credence-chain/credence/receipt"
)

//go:embed static
var static embed.FS

// Limits of the server.
const (
	// answerTime is how long one answer may take to be computed.
	answerTime = 10 * time.Second
	// readTime is how long a browser may take to read the answer.
	readTime = 30 * time.Second
	// maxAsked is how many answers are computed at the same time. Further clients are asked to try again.
	maxAsked = 32
	// maxQuery is the longest query string, in bytes.
	maxQuery = 2048
)

// policy is the content security policy. Everything comes from this server, nothing is framed or sent elsewhere, and no script can turn
// text into markup.
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
	quit  chan struct{} // closed when the server ends, so that streams end
}

// New returns a server that asks the node of a connection. It sees new blocks only while Run runs.
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
	s.addRoutes()
	return s
}

// Run follows the chain until the context ends.
func (s *Server) Run(ctx context.Context) error { return s.feed.Run(ctx) }

// Serve answers requests on a listener and follows the chain, until the context ends.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { _ = s.Run(ctx) }() // Run returns only when the context ends
	go func() {
		<-ctx.Done()
		close(s.quit)
		// Streams end by themselves. Other answers get a moment to be sent completely.
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
		writeError(w, http.StatusMethodNotAllowed, "this page only reads: expected GET, got "+r.Method)
		return
	}
	// A client that does not read its answer is cut off. The writers of tests have no deadline, so an error is ignored. Streams set deadlines
	// of their own.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(readTime))
	if len(r.URL.RawQuery) > maxQuery {
		writeError(w, http.StatusRequestURITooLong, fmt.Sprintf("query: got %d bytes, expected at most %d", len(r.URL.RawQuery), maxQuery))
		return
	}
	s.mux.ServeHTTP(w, r)
}

// addRoutes registers every path that the server answers.
func (s *Server) addRoutes() {
	s.addAnswer("/api/overview", s.chain.readOverview)
	s.addAnswer("/api/tasks", s.chain.readTasks, "state", "ending", "after")
	s.addAnswer("/api/tasks/{id}", s.chain.readTask)
	s.addAnswer("/api/requests/{id}", s.chain.readRequest, "after")
	s.addAnswer("/api/deals/{id}", s.chain.readDeal, "after")
	s.addAnswer("/api/market", s.chain.readMarket, "category", "runtime", "after")
	s.addAnswer("/api/orders/{id}", s.chain.readOrder, "after")
	s.addAnswer("/api/organisations", s.chain.readOrganisations, "after")
	s.addAnswer("/api/organisations/{id}", s.chain.readOrganisation)
	s.addAnswer("/api/workers", s.chain.readWorkers, "after")
	s.addAnswer("/api/workers/{id}", s.chain.readWorker, "after")
	s.addAnswer("/api/ledgers", s.chain.readLedgers, "after")
	s.addAnswer("/api/apps", s.chain.readApps, "after")
	s.addAnswer("/api/apps/{organisation}/{name}", s.chain.readApp, "after")
	s.addAnswer("/api/feeds", s.chain.readFeeds, "owner", "after")
	s.addAnswer("/api/feeds/{owner}/{name}", s.chain.readFeed, "after")
	s.addAnswer("/api/search", s.chain.searchText, "q")
	s.mux.HandleFunc("GET /api/events", s.streamEvents)
	s.mux.HandleFunc("GET /api/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, http.StatusNotFound, "there is no "+showText(r.URL.Path)+": the page's own paths are in docs/pages.md")
	})
	s.mux.HandleFunc("GET /static/{file...}", s.serveFile)
	s.mux.HandleFunc("GET /static/receipt.mjs", func(w http.ResponseWriter, r *http.Request) { serveBytes(w, r, ".js", receipt.Browser) })
	s.mux.HandleFunc("GET /verify", func(w http.ResponseWriter, r *http.Request) { s.serveAsset(w, r, "verify.html") })
	s.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, page := range []string{"/{$}", "/tasks", "/tasks/{id}", "/requests/{id}", "/deals/{id}", "/market", "/orders/{id}", "/organisations",
		"/organisations/{id}", "/workers", "/workers/{id}", "/ledgers", "/apps", "/apps/{organisation}/{name}", "/feeds", "/feeds/{owner}/{name}", "/search", "/api"} {
		s.mux.HandleFunc("GET "+page, s.servePage)
	}
	s.mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, http.StatusNotFound, "there is no page "+showText(r.URL.Path)+": begin at /")
	})
}

// ask answers a question about the chain. p holds the parameters from the path and from the query, by name. The answer is written as JSON.
type ask func(ctx context.Context, p params) (any, error)

// params are the parameters of a question. Their values come from the client and must not be trusted.
type params map[string]string

// addAnswer serves a question at a path. It refuses query parameters that are not listed, because answers are remembered by their
// parameters.
func (s *Server) addAnswer(pattern string, ask ask, query ...string) {
	var inPath []string
	for _, part := range strings.Split(pattern, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			inPath = append(inPath, strings.TrimSuffix(name, "}"))
		}
	}
	s.mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
		p, err := readParams(r, inPath, query)
		if err != nil {
			writeError(w, http.StatusBadRequest, err.Error())
			return
		}
		body, err := s.cache.getAnswer(r.Context(), s.feed.Tip(), pattern, p, func(ctx context.Context) ([]byte, error) {
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
			writeRefusal(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(body)
	})
}

// readParams reads the parameters of a question from the path and the query, and refuses unknown ones.
func readParams(r *http.Request, inPath, query []string) (params, error) {
	p := params{}
	for _, name := range inPath {
		p[name] = r.PathValue(name)
	}
	for name, values := range r.URL.Query() {
		if !containsText(query, name) {
			return nil, fmt.Errorf("parameter %s: expected one of [%s]", showText(name), strings.Join(query, " "))
		}
		if len(values) != 1 {
			return nil, fmt.Errorf("parameter %s: expected it once, got it %d times", showText(name), len(values))
		}
		p[name] = values[0]
	}
	return p, nil
}

func containsText(list []string, text string) bool {
	for _, s := range list {
		if s == text {
			return true
		}
	}
	return false
}

// showText quotes and shortens a client's text, so that an answer can repeat it.
func showText(text string) string { return fmt.Sprintf("%.100q", text) }

// servePage serves index.html, the only document. Its script reads the path.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) { s.serveAsset(w, r, "index.html") }

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	s.serveAsset(w, r, r.PathValue("file"))
}

func (s *Server) serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	data, err := fs.ReadFile(s.files, path.Clean(name))
	if err != nil {
		writeError(w, http.StatusNotFound, "there is no file "+showText(name))
		return
	}
	serveBytes(w, r, path.Ext(name), data)
}

// serveBytes answers with a file. Files change only with the binary, so browsers ask each time whether their copy is still valid.
func serveBytes(w http.ResponseWriter, r *http.Request, kind string, data []byte) {
	kinds := map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
		".json": "application/json; charset=utf-8",
	}
	w.Header().Set("Content-Type", kinds[kind])
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", etagOf(data))
	if r.Header.Get("If-None-Match") == etagOf(data) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(data)
}

var errBusy = errors.New("the page has many questions to answer at this moment: try again in a second")

// mistake is an error of the client.
type mistake struct{ text string }

func (m mistake) Error() string { return m.text }

func wrongf(format string, args ...any) error { return mistake{fmt.Sprintf(format, args...)} }

// writeRefusal answers with an error. It says whether the client made a mistake, and shows nothing of the node's internals except messages
// that are meant for clients.
func writeRefusal(w http.ResponseWriter, err error) {
	var m mistake
	code := status.Code(err)
	switch {
	case errors.As(err, &m):
		writeError(w, http.StatusBadRequest, m.text)
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "1")
		writeError(w, http.StatusServiceUnavailable, err.Error())
	case code == codes.NotFound:
		writeError(w, http.StatusNotFound, client.WithoutRPC(status.Convert(err).Message()))
	case code == codes.InvalidArgument:
		writeError(w, http.StatusBadRequest, client.WithoutRPC(status.Convert(err).Message()))
	default:
		w.Header().Set("Retry-After", "2")
		writeError(w, http.StatusBadGateway, "the node did not answer: try again, and see its log")
	}
}

// writeError writes an error as JSON.
func writeError(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": text})
}
