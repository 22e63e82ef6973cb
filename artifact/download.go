package artifact

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/credence-chain/credence/internal/backoff"
)

// download fetches one blob from several servers into a spool. When a server breaks off,
// its bytes are kept and the next server is asked for the rest. If the whole then has the
// wrong digest, it is not known which server sent the wrong bytes. So the last one is not
// blamed, and from then on every server is asked for the whole blob.
type download struct {
	client  *Client
	servers []string // in the order of trial
	digest  Digest
	limit   int64
	spool   spool

	hash     hash.Hash
	size     int64 // bytes in the spool
	noResume bool
}

// errSpool marks an error of this machine's own disk, for which no server is to blame.
var errSpool = errors.New("artifact client: spool")

func (c *Client) downloadInto(ctx context.Context, digest Digest, limit int64, s spool) (int64, error) {
	d := &download{client: c, servers: slow.orderServers(c.BaseURLs), digest: digest, limit: limit, spool: s}
	if err := d.restartSpool(); err != nil {
		return 0, err
	}
	attempts, first := c.Attempts, c.Backoff
	if attempts <= 0 {
		attempts = 3
	}
	if first <= 0 {
		first = 250 * time.Millisecond
	}
	pauses := backoff.New(first, mostPause)
	last := make([]error, len(d.servers)) // what each server's last answer was
	for round := range attempts {
		if round > 0 {
			if !anyRetriable(last) {
				break
			}
			if err := pauses.Wait(ctx); err != nil {
				return 0, d.joinErrors(err, last)
			}
		}
		for i, base := range d.servers {
			if round > 0 && !isRetriable(last[i]) {
				continue
			}
			last[i] = d.tryServer(ctx, base)
			slow.noteServer(base, errors.Is(last[i], errStalled))
			if last[i] == nil {
				return d.size, nil
			}
			if errors.Is(last[i], errSpool) {
				return 0, last[i]
			}
			if err := ctx.Err(); err != nil {
				return 0, d.joinErrors(err, last)
			}
		}
	}
	return 0, d.joinErrors(nil, last)
}

// tryServer asks one server for the missing bytes and checks the whole.
func (d *download) tryServer(ctx context.Context, base string) error {
	if d.noResume {
		if err := d.restartSpool(); err != nil {
			return err
		}
	}
	resumed := d.size > 0
	err := d.fetchWhole(ctx, base)
	if !resumed || !(errors.Is(err, ErrCorrupted) || errors.Is(err, ErrTooLarge)) {
		return err
	}
	// The wrong bytes may be at the beginning, which came from another server.
	d.noResume = true
	if err := d.restartSpool(); err != nil {
		return err
	}
	return d.fetchWhole(ctx, base)
}

// fetchWhole streams to the end and compares the digest.
func (d *download) fetchWhole(ctx context.Context, base string) error {
	if err := d.streamBody(ctx, base); err != nil {
		return err
	}
	got := Digest(d.hash.Sum(nil))
	if got == d.digest {
		return nil
	}
	return errors.Join(fmt.Errorf("%w: content hashes to %s", ErrCorrupted, got), d.restartSpool())
}

func (d *download) restartSpool() error {
	d.hash, d.size = sha256.New(), 0
	if err := d.spool.Restart(); err != nil {
		return fmt.Errorf("%w: %w", errSpool, err)
	}
	return nil
}

func (d *download) streamBody(ctx context.Context, base string) error {
	l, err := ParseLocation(base)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrRefused, err)
	}
	watch, ctx := watchStall(withScope(ctx, l, auth.ActionPull), d.client.stallLimit())
	defer watch.stopWatch()
	from := l.blobURL(d.digest)
	if d.client.manifests {
		from = l.manifestURL(d.digest.String())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrRefused, err)
	}
	if d.client.manifests {
		req.Header["Accept"] = slices.Concat(imageManifestTypes, indexTypes)
	}
	req.Header.Set("Accept-Encoding", "identity")
	if d.size > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.size))
	}
	resp, err := d.client.doRequest(req)
	if err != nil {
		return watch.explainStall(err)
	}
	defer resp.Body.Close()
	if err := d.acceptStatus(resp); err != nil {
		return err
	}
	if resp.ContentLength > d.limit-d.size {
		return fmt.Errorf("%w: %d bytes announced, the limit is %d", ErrTooLarge, d.size+resp.ContentLength, d.limit)
	}
	return d.takeBody(resp, watch)
}

// acceptStatus checks the status, and starts over when the server ignored the range.
func (d *download) acceptStatus(resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		if d.size > 0 {
			return d.restartSpool()
		}
		return nil
	case http.StatusPartialContent:
		if want := fmt.Sprintf("bytes %d-", d.size); !strings.HasPrefix(resp.Header.Get("Content-Range"), want) {
			return fmt.Errorf("%w: asked from byte %d, got %q", ErrCorrupted, d.size, clipText(resp.Header.Get("Content-Range")))
		}
		return nil
	case http.StatusRequestedRangeNotSatisfiable:
		// What was received is longer than this server's blob: one of the two is wrong.
		return fmt.Errorf("%w: has fewer than the %d bytes already received", ErrCorrupted, d.size)
	case http.StatusNotFound, http.StatusGone:
		return ErrNotFound
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w: status %d", ErrRefused, resp.StatusCode)
	}
	return fmt.Errorf("status %d", resp.StatusCode)
}

func (d *download) takeBody(resp *http.Response, watch *stallWatch) error {
	buf := make([]byte, 64<<10)
	for {
		n, err := resp.Body.Read(buf)
		if d.size+int64(n) > d.limit {
			return errors.Join(fmt.Errorf("%w: more than the limit of %d bytes", ErrTooLarge, d.limit), d.restartSpool())
		}
		if _, err := d.spool.Write(buf[:n]); err != nil {
			return fmt.Errorf("%w: %w", errSpool, err)
		}
		d.hash.Write(buf[:n])
		d.size += int64(n)
		watch.noteProgress(n)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return watch.explainStall(fmt.Errorf("broke off after %d bytes: %w", d.size, err))
		}
	}
}

// joinErrors makes one error of the servers' errors. When a server was only unreachable the
// blob may exist, so the error then says ErrUnreachable.
func (d *download) joinErrors(ctxErr error, last []error) error {
	kind := ErrNotFound
	if len(last) == 0 {
		kind = ErrUnreachable
	}
	var lines []string
	for i, err := range last {
		if err == nil {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: %v", d.servers[i], err))
		switch {
		case isRetriable(err) || errors.Is(err, ErrRefused):
			kind = ErrUnreachable
		case kind == ErrUnreachable:
		case errors.Is(err, ErrTooLarge):
			kind = ErrTooLarge
		case errors.Is(err, ErrCorrupted) && kind != ErrTooLarge:
			kind = ErrCorrupted
		}
	}
	if ctxErr != nil {
		return fmt.Errorf("%w: %s: %w: %s", ErrUnreachable, d.digest, ctxErr, strings.Join(lines, "; "))
	}
	return fmt.Errorf("%w: %s: %s", kind, d.digest, strings.Join(lines, "; "))
}

// isRetriable says whether the same server may succeed when it is asked again.
func isRetriable(err error) bool {
	for _, final := range []error{ErrNotFound, ErrCorrupted, ErrTooLarge, ErrRefused} {
		if errors.Is(err, final) {
			return false
		}
	}
	return err != nil
}

func anyRetriable(errs []error) bool {
	for _, err := range errs {
		if isRetriable(err) {
			return true
		}
	}
	return false
}

// mostPause bounds the pause before another round.
const mostPause = time.Minute

// errStalled says that a server was too slow, and another one is tried.
var errStalled = errors.New("too slow")

// stallWatch cancels a request that does not bring stallBytes in every period.
type stallWatch struct {
	period time.Duration
	cancel context.CancelCauseFunc
	ctx    context.Context
	timer  *time.Timer
	recent atomic.Int64
}

func watchStall(ctx context.Context, period time.Duration) (*stallWatch, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &stallWatch{period: period, cancel: cancel, ctx: ctx}
	// The bytes are demanded from the first period on, which also bounds the wait for an
	// answer. A smaller blob is complete by then.
	w.timer = time.AfterFunc(time.Hour, w.checkProgress)
	w.timer.Reset(period)
	return w, ctx
}

func (w *stallWatch) checkProgress() {
	if w.recent.Swap(0) < stallBytes {
		w.cancel(errStalled)
		return
	}
	w.timer.Reset(w.period)
}

func (w *stallWatch) noteProgress(n int) { w.recent.Add(int64(n)) }

func (w *stallWatch) explainStall(err error) error {
	if errors.Is(context.Cause(w.ctx), errStalled) {
		return fmt.Errorf("%w: less than %d bytes in %s", errStalled, stallBytes, w.period)
	}
	return err
}

func (w *stallWatch) stopWatch() {
	w.timer.Stop()
	w.cancel(nil)
}
