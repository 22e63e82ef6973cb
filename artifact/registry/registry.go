package registry

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/credence-chain/credence/artifact"
)

// Options of a registry. The zero value lets nobody write.
type Options struct {
	// Open lets everybody write, for use on one's own machine; Accounts are then ignored.
	Open bool
	// Accounts are the organisations that may write; SetAccounts replaces them.
	Accounts Accounts
	// Quota of an organisation whose account names none, in bytes; 0 means none.
	Quota int64
	// MaxBytes bounds one blob; 0 means artifact.DefaultMaxUpload.
	MaxBytes int64
	// MaxUploads bounds the uploads that one organisation has under way; 0 means 16.
	MaxUploads int
	// UploadIdle is how long an upload may be idle before it is abandoned; 0 means 15 minutes.
	UploadIdle time.Duration
	// Grace is how long a blob that no manifest names stays; 0 means 7 days.
	Grace time.Duration
	// Metrics is where the registry's metrics are registered; nil means nowhere.
	Metrics prometheus.Registerer
}

// Registry is a store that writers share. It serves HTTP; see the package's comment.
type Registry struct {
	opts     Options
	accounts atomic.Pointer[Accounts]
	blobs    *artifact.Dir
	ledger   *ledger
	uploads  *uploads
	metrics  *metrics

	// sweep is held by a collection while it deletes, and shared by requests that claim a blob that is already there.
	sweep sync.RWMutex
}

// Open opens or creates a registry in a folder. One process owns the folder.
func Open(folder string, opts Options) (*Registry, error) {
	opts.MaxBytes = cmp.Or(opts.MaxBytes, artifact.DefaultMaxUpload)
	opts.MaxUploads = cmp.Or(opts.MaxUploads, 16)
	opts.UploadIdle = cmp.Or(opts.UploadIdle, 15*time.Minute)
	opts.Grace = cmp.Or(opts.Grace, 7*24*time.Hour)
	blobs, err := artifact.OpenDir(folder, 0)
	if err != nil {
		return nil, err
	}
	l, err := openLedger(folder)
	if err != nil {
		return nil, err
	}
	g := &Registry{opts: opts, blobs: blobs, ledger: l}
	g.accounts.Store(&opts.Accounts)
	if g.uploads, err = openUploads(filepath.Join(folder, "uploads"), opts.MaxUploads, opts.UploadIdle); err != nil {
		return nil, errors.Join(err, l.closeFile())
	}
	g.metrics = newMetrics(opts.Metrics, g)
	return g, nil
}

// Close ends the uploads under way and closes the ledger.
func (g *Registry) Close() error {
	g.uploads.closeAll()
	return g.ledger.closeFile()
}

// SetAccounts replaces the accounts, from the next request on.
func (g *Registry) SetAccounts(a Accounts) { g.accounts.Store(&a) }

// quotaOf returns the quota of an organisation in bytes; 0 means none.
func (g *Registry) quotaOf(organisation string) int64 {
	if g.opts.Open {
		return g.opts.Quota
	}
	return g.accounts.Load().quotaOf(organisation, g.opts.Quota)
}

// refusal is an answer that refuses a request.
type refusal struct {
	status        int
	code, message string
}

func (r *refusal) Error() string { return r.message }

func refuseRequest(status int, code, format string, args ...any) error {
	return &refusal{status, code, fmt.Sprintf(format, args...)}
}

// ServeHTTP implements http.Handler.
func (g *Registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthz" {
		_, _ = w.Write([]byte("ok\n"))
		return
	}
	counted := &countedWriter{ResponseWriter: w, status: http.StatusOK}
	route, ok := artifact.ParseRoute(r.URL.Path)
	// A connection that is broken on purpose, in the middle of a corrupted blob, is counted as well.
	defer func() { g.metrics.countRequest(r.Method, route.Kind, counted) }()
	err := refuseRequest(http.StatusNotFound, "NAME_INVALID", "%.200q names nothing in a registry", r.URL.Path)
	if ok {
		err = g.serveRoute(counted, r, route)
	}
	if err != nil {
		g.answerError(counted, err)
	}
}

// answerError answers a request with an error.
func (g *Registry) answerError(w http.ResponseWriter, err error) {
	var no *refusal
	switch {
	case errors.As(err, &no):
	case errors.Is(err, artifact.ErrQuota):
		no = &refusal{http.StatusForbidden, "DENIED", err.Error()}
	case errors.Is(err, artifact.ErrTooLarge):
		no = &refusal{http.StatusRequestEntityTooLarge, "SIZE_INVALID", err.Error()}
	case errors.Is(err, artifact.ErrCorrupted), errors.Is(err, artifact.ErrDigest):
		no = &refusal{http.StatusBadRequest, "DIGEST_INVALID", err.Error()}
	case errors.Is(err, artifact.ErrNotFound):
		no = &refusal{http.StatusNotFound, "BLOB_UNKNOWN", err.Error()}
	default:
		no = &refusal{http.StatusInternalServerError, "UNKNOWN", err.Error()}
	}
	g.metrics.refusals.WithLabelValues(no.code).Inc()
	artifact.WriteError(w, no.status, no.code, no.message)
}

// serveRoute checks who asks, and passes the request to the function that answers it.
func (g *Registry) serveRoute(w http.ResponseWriter, r *http.Request, route artifact.Route) error {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if !reads || route.Kind == artifact.KindUpload || route.Kind == artifact.KindBase {
		if err := g.admitWriter(w, r, route); err != nil {
			return err
		}
	}
	switch route.Kind {
	case artifact.KindBase:
		artifact.ServeBase(w)
	case artifact.KindBlob:
		if !reads {
			w.Header().Set("Allow", "GET, HEAD")
			return refuseRequest(http.StatusMethodNotAllowed, "UNSUPPORTED", "blobs go by themselves once no manifest names them: delete the manifest")
		}
		artifact.ServeBlob(w, r, g.blobs, route.Reference)
	case artifact.KindUpload:
		return g.serveUpload(w, r, route)
	case artifact.KindManifest:
		return g.serveManifest(w, r, route)
	case artifact.KindTags:
		return g.serveTags(w, r, route.Repository)
	default:
		return refuseRequest(http.StatusNotFound, "UNSUPPORTED", "this registry has no %s", route.Kind)
	}
	return nil
}

// admitWriter checks that the sender of a request may write here. It also checks requests for the base path, where clients find out
// whether they need credentials.
func (g *Registry) admitWriter(w http.ResponseWriter, r *http.Request, route artifact.Route) error {
	if g.opts.Open {
		return nil
	}
	account, err := g.accounts.Load().authenticateRequest(r)
	if err != nil || account == nil {
		w.Header().Set("WWW-Authenticate", `Basic realm="credence store"`)
		if err == nil {
			err = errors.New("this needs an account: the organisation's name and its secret")
		}
		return refuseRequest(http.StatusUnauthorized, "UNAUTHORIZED", "%v", err)
	}
	if route.Kind != artifact.KindBase && organisationOf(route.Repository) != account.Organisation {
		return refuseRequest(http.StatusForbidden, "DENIED", "repository %s: got the account of %s, which writes into repositories %s and %s/...",
			route.Repository, account.Organisation, account.Organisation, account.Organisation)
	}
	return nil
}
