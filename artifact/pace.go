package artifact

import (
	"io"
	"net/http"
	"time"
)

// The time that a peer may take. A connection with less progress than paceBytes in any paceTime is closed, so that trickling
// clients hold no connections; paceMost bounds one request altogether.
const (
	paceBytes = 16 << 10
	paceTime  = 30 * time.Second
	paceMost  = 30 * time.Minute
)

// Server is an http.Server around a handler with time limits that keep idle and trickling clients from holding
// connections. The caller gives it a listener.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           withPace(h, paceTime),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       paceMost,
		WriteTimeout:      paceMost,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}

// withPace bounds how long the body of a request, or of its answer, may go without progress.
func withPace(h http.Handler, stall time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control, end := http.NewResponseController(w), time.Now().Add(paceMost)
		if r.Body != nil && r.ContentLength != 0 {
			body := &pacedBody{ReadCloser: r.Body, pace: pace{stall: stall, end: end, set: control.SetReadDeadline}}
			body.renewDeadline()
			r.Body = body
		}
		h.ServeHTTP(&pacedWriter{ResponseWriter: w, pace: pace{stall: stall, end: end, set: control.SetWriteDeadline}}, r)
	})
}

// pace moves a deadline with every paceBytes of progress.
type pace struct {
	stall time.Duration
	end   time.Time
	set   func(time.Time) error
	done  int // bytes since the deadline moved
}

func (p *pace) renewDeadline() {
	p.done = 0
	next := time.Now().Add(p.stall)
	if next.After(p.end) {
		next = p.end
	}
	_ = p.set(next) // a connection that knows no deadlines, as in tests, has none
}

func (p *pace) noteProgress(n int) {
	if p.done += n; p.done >= paceBytes {
		p.renewDeadline()
	}
}

type pacedBody struct {
	io.ReadCloser
	pace
}

func (b *pacedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.noteProgress(n)
	return n, err
}

type pacedWriter struct {
	http.ResponseWriter
	pace
	begun bool
}

// Write starts the clock with the first byte, because the time that the server itself needs is not the reader's delay.
func (w *pacedWriter) Write(p []byte) (int, error) {
	if !w.begun {
		w.begun = true
		w.renewDeadline()
	}
	n, err := w.ResponseWriter.Write(p)
	w.noteProgress(n)
	return n, err
}

// Unwrap lets an http.ResponseController see the writer below.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
