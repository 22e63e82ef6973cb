package artifact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
)

// Client is a Source that fetches blobs from servers that speak the OCI distribution protocol: registries,
// workers, stores. It tries one server after the other. Do not change its fields once it is in use.
type Client struct {
	// BaseURLs are the servers in the order of trial, as ParseLocation reads them: "https://host[:port][/repository]".
	BaseURLs []string
	// HTTP makes the requests; nil means a client without overall timeout that
	// follows at most three redirects.
	HTTP *http.Client
	// Token goes to these servers with every request: "organisation:secret", or a secret alone. When it is empty
	// and a server asks for credentials, the ones that docker, podman or oras have for that server are used.
	Token string
	// MaxBytes bounds the size of a blob that Open takes; 0 means DefaultMaxBytes.
	MaxBytes int64
	// Attempts is how often every server is tried; 0 means 3. A server that answers
	// "not found" or sends wrong bytes is not asked twice.
	Attempts int
	// Backoff is the wait before the second round, doubled each round; 0 means 250 ms.
	Backoff time.Duration
	// Stall is how long a server may take for an answer, and then for every 16 KiB, before
	// the next server is tried; 0 means 15 s. An upload has twice this time, because its
	// server has to write everything to disk before it answers. The context bounds the whole.
	// All clients of this process try a server that took longer than that last, for two minutes.
	Stall time.Duration

	// manifests says that the digests are those of manifests, which registries give out under another path than blobs.
	manifests bool
}

var _ Source = (*Client)(nil)

// stallBytes is the progress that a server has to make in every Stall.
const stallBytes = 16 << 10

// Open fetches a blob of at most MaxBytes into a temporary file, and returns it
// only when it is verified. Errors wrap ErrNotFound when every server said so,
// ErrCorrupted, ErrTooLarge, ErrUnreachable, or the context's error.
func (c *Client) Open(ctx context.Context, digest Digest) (io.ReadCloser, int64, error) {
	limit := c.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	file, err := os.CreateTemp("", "credence-blob-")
	if err != nil {
		return nil, 0, fmt.Errorf("artifact client: %w", err)
	}
	spool := &spoolFile{File: file}
	size, err := c.downloadInto(ctx, digest, limit, spool)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		spool.Close()
		return nil, 0, err
	}
	// The file was on a disk, so it is verified again when it is read.
	return newVerifier(spool, digest, size, nil), size, nil
}

// Within returns a source that gives blobs of at most limit bytes from servers, however large or small the limit of the source is. A source
// that is no Client is returned as it is.
func Within(source Source, limit int64) Source {
	c, is := source.(*Client)
	if !is {
		return source
	}
	bounded := *c
	bounded.MaxBytes = max(1, limit) // 0 would be the default
	return &bounded
}

// Fetch brings a blob of at most limit bytes into a store, unless it is held already.
// Errors are those of Open and of Store.PutAs.
func (c *Client) Fetch(ctx context.Context, store Store, digest Digest, limit int64) error {
	return Copy(ctx, store, Within(c, limit), digest, limit)
}

// FetchManifest is Fetch of an image's manifest.
func (c *Client) FetchManifest(ctx context.Context, store Store, digest Digest, limit int64) error {
	of := *c
	of.manifests = true
	return of.Fetch(ctx, store, digest, limit)
}

// ReadTag returns what a tag of the first server names now: a manifest or an index of at most limit bytes. The tag may name another
// one tomorrow, so callers should keep the digest.
func (c *Client) ReadTag(ctx context.Context, tag string, limit int64) ([]byte, error) {
	if len(c.BaseURLs) == 0 {
		return nil, fmt.Errorf("%w: no server to ask for the tag %q", ErrUnreachable, clipText(tag))
	}
	l, err := ParseLocation(c.BaseURLs[0])
	if err != nil {
		return nil, err
	}
	watch, ctx := watchStall(withScope(ctx, l, auth.ActionPull), c.stallLimit())
	defer watch.stopWatch()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.manifestURL(tag), nil)
	if err != nil {
		return nil, err
	}
	req.Header["Accept"] = slices.Concat(imageManifestTypes, indexTypes)
	resp, err := c.doRequest(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, watch.explainStall(err))
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, fmt.Errorf("%w: %s has no tag %q", ErrNotFound, l, clipText(tag))
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, fmt.Errorf("%w: %s: status %d; log in with docker, podman or oras", ErrRefused, l, resp.StatusCode)
	default:
		return nil, fmt.Errorf("%w: %s: status %d", ErrUnreachable, l, resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%w: the manifest of %q has more than %d bytes", ErrTooLarge, clipText(tag), limit)
	}
	return data, err
}

// Bytes fetches a blob of at most limit bytes into memory. Errors are those of Open.
func (c *Client) Bytes(ctx context.Context, digest Digest, limit int64) ([]byte, error) {
	var spool spoolMemory
	if _, err := c.downloadInto(ctx, digest, limit, &spool); err != nil {
		return nil, err
	}
	return spool.Buffer.Bytes(), nil
}

// Has asks one server after the other. It returns false only when all of them said so, and
// ErrUnreachable when no server has the blob but some did not answer.
func (c *Client) Has(ctx context.Context, digest Digest) (bool, error) {
	var trouble []error
	for _, base := range c.BaseURLs {
		status := 0
		l, err := ParseLocation(base)
		if err == nil {
			status, err = c.askHead(ctx, l, digest)
		}
		switch {
		case err != nil:
			trouble = append(trouble, err)
		case status == http.StatusOK:
			return true, nil
		case status != http.StatusNotFound:
			trouble = append(trouble, fmt.Errorf("%s: status %d", base, status))
		}
	}
	if len(trouble) > 0 || len(c.BaseURLs) == 0 {
		return false, fmt.Errorf("%w: %s: %v", ErrUnreachable, digest, errors.Join(trouble...))
	}
	return false, nil
}

func (c *Client) askHead(ctx context.Context, l Location, digest Digest) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, c.stallLimit())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, l.blobURL(digest), nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.doRequest(req)
	if err != nil {
		return 0, err
	}
	resp.Body.Close()
	return resp.StatusCode, nil
}

func (c *Client) httpClient() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return defaultHTTP
}

var defaultHTTP = &http.Client{
	CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > 3 {
			return errors.New("more than three redirects")
		}
		return nil
	},
}

func (c *Client) stallLimit() time.Duration {
	if c.Stall > 0 {
		return c.Stall
	}
	return 15 * time.Second
}
