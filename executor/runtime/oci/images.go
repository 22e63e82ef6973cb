//go:build linux

package oci

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
)

// images are the images that the engine holds. Each has a record, a file named by its digest. The file's time is the last use of
// the image. A run holds a lock on the file, so that no other process of this folder removes the image meanwhile.
//
//	images/<hex>.json     record
//	staging/<hex>/        an image on its way: what was fetched, and the unpacked layers
type images struct {
	folder string
	engine engine
	quota  int64
	log    *slog.Logger

	mu       sync.Mutex
	underway map[artifact.Digest]*sync.Mutex
}

func openImages(folder string, e engine, quota int64, log *slog.Logger) (*images, error) {
	if quota <= 0 {
		quota = runtime.DefaultImageCache
	}
	c := &images{folder: folder, engine: e, quota: quota, log: log, underway: map[artifact.Digest]*sync.Mutex{}}
	for _, sub := range []string{"images", "staging"} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o700); err != nil {
			return nil, fmt.Errorf("image cache: %w", err)
		}
	}
	return c, nil
}

func (c *images) recordPath(d artifact.Digest) string {
	return filepath.Join(c.folder, "images", d.Hex()+".json")
}

// lockOne lets only one goroutine at a time prepare an image.
func (c *images) lockOne(d artifact.Digest) func() {
	c.mu.Lock()
	m := c.underway[d]
	if m == nil {
		m = &sync.Mutex{}
		c.underway[d] = m
	}
	c.mu.Unlock()
	m.Lock()
	return m.Unlock
}

// prepareAndHold prepares an image unless the engine has it, and keeps it until release is called. A *refusal is the app's failure.
func (c *images) prepareAndHold(ctx context.Context, program runtime.Program) (img image, release func(), err error) {
	defer c.lockOne(program.Digest)()
	m, err := readManifest(program)
	if err != nil {
		return img, nil, err
	}
	if img, release, err = c.holdPrepared(ctx, program.Digest); err != nil || release != nil {
		return img, release, err
	}
	if err := c.fetchAndUnpack(ctx, program, m); err != nil {
		return img, nil, err
	}
	if img, release, err = c.holdPrepared(ctx, program.Digest); err == nil && release == nil {
		err = fmt.Errorf("image %s: the engine took it, and does not have it", program.Digest)
	}
	if err == nil {
		c.evictOldest(ctx)
	}
	return img, release, err
}

// holdPrepared returns and locks an image that the engine has. release is nil if the engine does not have it.
func (c *images) holdPrepared(ctx context.Context, d artifact.Digest) (img image, release func(), err error) {
	f, err := os.OpenFile(c.recordPath(d), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return img, nil, nil
	}
	if err != nil {
		return img, nil, err
	}
	keep := false
	defer func() {
		if !keep {
			f.Close()
		}
	}()
	if err := lockFile(f, shared); err != nil {
		return img, nil, err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return img, nil, err
	}
	if json.Unmarshal(data, &img) != nil || img.Digest != d || img.Config.Platform == "" {
		return img, nil, nil // cut short by a crash, or an older version's: it is prepared anew
	}
	there, err := c.engine.holdsImage(ctx, img)
	if err != nil || !there {
		return img, nil, err
	}
	now := time.Now()
	_ = os.Chtimes(f.Name(), now, now)
	keep = true
	return img, func() { f.Close() }, img.checkPlatform()
}

// fetchAndUnpack fetches an image, checks and unpacks its layers, and has the engine take them.
func (c *images) fetchAndUnpack(ctx context.Context, program runtime.Program, m artifact.Manifest) error {
	if program.Parts == nil {
		return fmt.Errorf("image %s: nobody says where its layers are", program.Digest)
	}
	staging, err := os.MkdirTemp(filepath.Join(c.folder, "staging"), program.Digest.Hex()[:16]+"-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(staging)
	store, err := artifact.OpenDir(filepath.Join(staging, "fetched"), 0)
	if err != nil {
		return err
	}
	config, err := fetchPart(ctx, program, store, m.Config)
	if err != nil {
		return err
	}
	data, err := artifact.ReadContent(config)
	if err != nil {
		return err
	}
	img, err := readConfig(program.Digest, m, data)
	if err == nil {
		err = img.checkPlatform()
	}
	if err != nil {
		return err
	}
	var layers []string
	left := int64(contract.MaxUnpackedBytes)
	for i, l := range m.Layers {
		blob, err := fetchPart(ctx, program, store, l)
		if err != nil {
			return err
		}
		path := filepath.Join(staging, fmt.Sprintf("layer-%03d.tar", i))
		n, err := unpackLayer(path, blob, l.Compression(), img.Config.DiffIDs[i], left)
		if err != nil {
			return err
		}
		left, img.Unpacked = left-n, img.Unpacked+n
		layers = append(layers, path)
		_ = store.Delete(ctx, l.Digest) // a layer may be there twice: then it is fetched twice
	}
	if err := c.engine.holdImage(ctx, img, layers); err != nil {
		return fmt.Errorf("image %s: %w", img.Digest, err)
	}
	return writeRecord(c.recordPath(img.Digest), img)
}

// fetchPart gets one blob of an image.
func fetchPart(ctx context.Context, program runtime.Program, store artifact.Store, part artifact.Descriptor) (artifact.Content, error) {
	if err := program.Parts(ctx, store, part.Digest, part.Size); err != nil {
		return nil, fmt.Errorf("image %s: %w", program.Digest, err)
	}
	return artifact.Blob{Source: store, Digest: part.Digest, Long: part.Size}, nil
}

// unpackLayer writes a layer's archive decompressed, at most limit bytes, and returns its size. It checks the archive against the digest
// in the image's configuration.
func unpackLayer(path string, packed artifact.Content, how artifact.Compression, want artifact.Digest, limit int64) (int64, error) {
	in, err := packed.Open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	plain, err := newDecompressor(in, how)
	if err != nil {
		return 0, refuseImage("layer %s: %w", want, err)
	}
	defer plain.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	h := artifact.NewHasher()
	n, err := io.Copy(io.MultiWriter(diskWriter{out}, h), io.LimitReader(plain, limit+1))
	var disk *diskError
	switch {
	case errors.As(err, &disk), errors.Is(err, artifact.ErrCorrupted):
		return 0, err
	case err != nil:
		return 0, refuseImage("layer %s: %w", want, err)
	case n > limit:
		return 0, refuseImage("the image has more than %d bytes unpacked, the limit", int64(contract.MaxUnpackedBytes))
	case h.Digest() != want:
		return 0, refuseImage("layer %s: the unpacked archive hashes to %s", want, h.Digest())
	}
	return n, out.Close()
}

// diskWriter tells errors of this machine's disk from errors of a layer.
type diskWriter struct{ to io.Writer }

type diskError struct{ error }

func (e *diskError) Unwrap() error { return e.error }

func (w diskWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil {
		err = &diskError{err}
	}
	return n, err
}

func newDecompressor(in io.Reader, how artifact.Compression) (io.ReadCloser, error) {
	switch how {
	case artifact.Gzip:
		return gzip.NewReader(in)
	case artifact.Zstd:
		z, err := zstd.NewReader(in, zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(in), nil
}

// writeRecord writes a record completely or not at all.
func writeRecord(path string, img image) error {
	data, err := json.Marshal(img)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".tmp", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

// evictOldest removes the least recently used images until the rest fits the quota. It keeps images in use. A failure does no harm,
// because the next call tries again.
func (c *images) evictOldest(ctx context.Context) {
	type entry struct {
		path string
		img  image
		used time.Time
	}
	var all []entry
	total := int64(0)
	paths, _ := filepath.Glob(filepath.Join(c.folder, "images", "*.json"))
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		e := entry{path: path, used: info.ModTime()}
		data, err := os.ReadFile(path)
		if err != nil || json.Unmarshal(data, &e.img) != nil {
			continue
		}
		total += e.img.Unpacked
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.path, b.path)) })
	for _, e := range all {
		if total <= c.quota {
			return
		}
		if c.letGo(ctx, e.path, e.img) {
			total -= e.img.Unpacked
		}
	}
}

// letGo removes an image that no run uses.
func (c *images) letGo(ctx context.Context, path string, img image) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	if lockFile(f, exclusive) != nil {
		return false
	}
	if err := c.engine.dropImage(ctx, img); err != nil {
		c.log.Warn("an image stays although the cache is full", "image", img.Digest, "error", err)
		return false
	}
	return os.Remove(path) == nil
}
