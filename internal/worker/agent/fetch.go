package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco/contract"
)

// errAbsent says that bytes which the task names cannot be had, or do not match their digest.
var errAbsent = errors.New("not available")

// Fetcher fetches the bytes that tasks name into this worker's own store.
type Fetcher struct {
	// Store keeps the bytes. A blob that it has is not fetched.
	Store artifact.Store
	// Extra are base URLs of stores that are tried after those that the deal names.
	Extra []string
	// Holders returns the base URLs of the workers that have committed to an answer of the task, and so have had its inputs. They are
	// asked for files that no store serves. Nil means that no worker is asked.
	Holders func(ctx context.Context, a chain.Assignment) []string
	// Makers returns the base URLs of the workers that answered the only task of a request, for inputs that are its answer. Nil means that
	// none is asked.
	Makers func(ctx context.Context, request string) []string
	// HTTP makes the requests; nil means artifact's own.
	HTTP *http.Client
	// Rounds is how often each source is asked within one fetch; 0 means 3.
	Rounds int
	// Backoff is the pause between rounds; 0 means 250 ms.
	Backoff time.Duration
	// Stall is how long a source may take to answer, and for every 16 KiB after that, before the next one is asked; 0 means 5 s. This
	// time counts against the task's window.
	Stall time.Duration
}

// FetchTask fetches and verifies a task's program and the files that it reads: the deal's inputs, then this task's datasets, in their
// order. The bytes stay in the store, and are read from there later. Bytes whose digest or size differs from the chain's are refused,
// whatever their source. The error wraps errAbsent if the bytes cannot be had; any other error is a fault of this machine.
func (f Fetcher) FetchTask(ctx context.Context, a chain.Assignment) (program runtime.Program, files []artifact.Content, err error) {
	program, err = f.fetchProgram(ctx, a)
	if err != nil {
		return program, nil, fmt.Errorf("module %s: %w", a.Deal.Digest, err)
	}
	files, err = f.fetchFiles(ctx, a)
	if !errors.Is(err, errAbsent) || f.Holders == nil {
		return program, files, err
	}
	// A requester may have removed a file since the first worker fetched it. The digest verifies the file, so that any source will do.
	holders := f.Holders(ctx, a)
	if len(holders) == 0 {
		return program, nil, err
	}
	f.Extra = slices.Concat(f.Extra, holders)
	files, err = f.fetchFiles(ctx, a)
	return program, files, err
}

// fetchFiles fetches the files that the task reads.
func (f Fetcher) fetchFiles(ctx context.Context, a chain.Assignment) (files []artifact.Content, err error) {
	for _, r := range listReads(a) {
		content, err := f.fetchRead(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.what, err)
		}
		files = append(files, content)
	}
	return files, nil
}

// fetchRead fetches a file or a folder.
func (f Fetcher) fetchRead(ctx context.Context, r read) (artifact.Content, error) {
	if r.tree {
		return f.fetchFolder(ctx, r)
	}
	return f.fetchFile(ctx, r)
}

// fetchProgram fetches the app's code. The window has time for the size that the deal pins, so that code of another size is refused.
// Deals from before sizes were pinned have none.
func (f Fetcher) fetchProgram(ctx context.Context, a chain.Assignment) (runtime.Program, error) {
	if rules, err := contract.FindRuntime(a.Deal.Runtime); err == nil && rules.Image {
		return f.fetchImage(ctx, a)
	}
	var blob artifact.Blob
	var err error
	if a.Deal.ModuleSize == 0 {
		blob, err = f.fetchBlob(ctx, a.Deal.Digest, a.Deal.Locators, contract.MaxModuleBytes)
	} else {
		blob, err = f.fetchFile(ctx, read{digest: a.Deal.Digest, size: a.Deal.ModuleSize, locators: a.Deal.Locators})
	}
	return runtime.Program{Digest: blob.Digest, Content: blob}, err
}

// fetchImage fetches the manifest of an image. The size on the chain is that of the manifest and of all that it names. The runtime
// fetches the parts that it lacks when it prepares the image.
func (f Fetcher) fetchImage(ctx context.Context, a chain.Assignment) (runtime.Program, error) {
	blob, err := f.fetchInto(ctx, a.Deal.Digest, a.Deal.Locators, contract.MaxImageManifestBytes, (*artifact.Client).FetchManifest)
	if err != nil {
		return runtime.Program{}, err
	}
	data, err := artifact.ReadContent(blob)
	if err != nil {
		return runtime.Program{}, err
	}
	// The size of a blob that is no image is not checked, because the runtime refuses the blob.
	if m, err := artifact.ParseImage(data); err == nil && m.ImageBytes(blob.Size()) != a.Deal.ModuleSize {
		return runtime.Program{}, fmt.Errorf("%w: the image has %d bytes, the chain says %d", errAbsent, m.ImageBytes(blob.Size()), a.Deal.ModuleSize)
	}
	parts := func(ctx context.Context, into artifact.Store, digest artifact.Digest, limit int64) error {
		return describeAbsent(f.newClient(a.Deal.Locators).Fetch(ctx, into, digest, limit))
	}
	return runtime.Program{Digest: blob.Digest, Content: blob, Parts: parts}, nil
}

// fetchFile fetches one file, whose size must be the one that the chain says.
func (f Fetcher) fetchFile(ctx context.Context, r read) (artifact.Blob, error) {
	if r.size > math.MaxInt64 {
		return artifact.Blob{}, fmt.Errorf("%w: the chain says %d bytes, more than there are", errAbsent, r.size)
	}
	blob, err := f.fetchBlob(ctx, r.digest, r.locators, int64(r.size))
	if err == nil && uint64(blob.Size()) != r.size {
		err = fmt.Errorf("%w: got %d bytes, the chain says %d", errAbsent, blob.Size(), r.size)
	}
	return blob, err
}

// fetchBlob fetches a blob of at most limit bytes into the store.
func (f Fetcher) fetchBlob(ctx context.Context, text string, locators []string, limit int64) (artifact.Blob, error) {
	return f.fetchInto(ctx, text, locators, limit, (*artifact.Client).Fetch)
}

// fetchFunc fetches a digest from a client's sources, as a blob or as a manifest.
type fetchFunc func(*artifact.Client, context.Context, artifact.Store, artifact.Digest, int64) error

func (f Fetcher) fetchInto(ctx context.Context, text string, locators []string, limit int64, fetch fetchFunc) (artifact.Blob, error) {
	digest, err := artifact.ParseDigest(text)
	if err != nil {
		return artifact.Blob{}, fmt.Errorf("%w: %w", errAbsent, err)
	}
	blob, err := f.openHeld(ctx, digest, limit)
	if err == nil || errors.Is(err, artifact.ErrTooLarge) {
		return blob, describeAbsent(err)
	}
	// The blob is missing, or was damaged on our disk and dropped by the store. It is fetched again.
	if !errors.Is(err, artifact.ErrNotFound) && !errors.Is(err, artifact.ErrCorrupted) {
		return artifact.Blob{}, err
	}
	if err := fetch(f.newClient(locators), ctx, f.Store, digest, limit); err != nil {
		return artifact.Blob{}, describeAbsent(err)
	}
	return f.openHeld(ctx, digest, limit)
}

// newClient returns a client for the sources of a deal.
func (f Fetcher) newClient(locators []string) *artifact.Client {
	stall := f.Stall
	if stall <= 0 {
		stall = 5 * time.Second
	}
	return &artifact.Client{BaseURLs: f.listSources(locators), HTTP: f.HTTP, Attempts: f.Rounds, Backoff: f.Backoff, Stall: stall}
}

// openHeld returns a blob that the store has, after reading all of it once. Damage of the disk is thus found now, while there is time to
// fetch the blob again, and not when the app runs.
func (f Fetcher) openHeld(ctx context.Context, digest artifact.Digest, limit int64) (artifact.Blob, error) {
	r, size, err := f.Store.Open(ctx, digest)
	if err != nil {
		return artifact.Blob{}, err
	}
	defer r.Close()
	if size > limit {
		return artifact.Blob{}, fmt.Errorf("%w: %s has %d bytes, the limit is %d", artifact.ErrTooLarge, digest, size, limit)
	}
	blob := artifact.Blob{Source: f.Store, Digest: digest, Long: size}
	return blob, artifact.CopyContent(io.Discard, blob)
}

// listSources returns the HTTP locators and the extra stores, each once, in order.
func (f Fetcher) listSources(locators []string) (urls []string) {
	for _, u := range slices.Concat(locators, f.Extra) {
		u = strings.TrimRight(u, "/")
		if (strings.HasPrefix(u, "http://") || strings.HasPrefix(u, "https://")) && !slices.Contains(urls, u) {
			urls = append(urls, u)
		}
	}
	return urls
}

func describeAbsent(err error) error {
	for _, kind := range []error{artifact.ErrNotFound, artifact.ErrCorrupted, artifact.ErrTooLarge, artifact.ErrUnreachable} {
		if errors.Is(err, kind) {
			return fmt.Errorf("%w: %w", errAbsent, err)
		}
	}
	return err
}

// isFinal says whether every source answered and none has the bytes, so that asking again cannot help.
func isFinal(err error) bool {
	return errors.Is(err, errAbsent) && !errors.Is(err, artifact.ErrUnreachable)
}
