package artifact

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Dir is a Store in a folder with the structure of an OCI image layout:
//
//	oci-layout              version marker
//	index.json              empty index; blobs are named by the chain, not by tags
//	blobs/sha256/<hex>      one file a blob
//	ingest/                 uploads under way; emptied on opening
//
// A blob appears under its name only when it is complete, synced and hashed. Every read
// hashes it again. A blob whose bytes changed on disk is refused with ErrCorrupted and
// removed, so that it can be fetched again. Only one process may use the folder.
type Dir struct {
	root  string
	quota int64

	mu   sync.Mutex
	used int64  // bytes of blobs held and of uploads under way
	full func() // see OnFull
}

var _ Store = (*Dir)(nil)

const (
	layoutMarker = `{"imageLayoutVersion":"1.0.0"}`
	emptyIndex   = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`
)

// OpenDir opens or creates the folder. quota bounds the bytes of all blobs together;
// 0 means no bound.
func OpenDir(root string, quota int64) (*Dir, error) {
	d := &Dir{root: root, quota: quota}
	if err := os.RemoveAll(d.ingestDir()); err != nil {
		return nil, fmt.Errorf("artifact store: clear unfinished uploads: %w", err)
	}
	for _, folder := range []string{d.blobsDir(), d.ingestDir()} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, fmt.Errorf("artifact store: %w", err)
		}
	}
	for name, content := range map[string]string{"oci-layout": layoutMarker, "index.json": emptyIndex} {
		if err := writeOnce(filepath.Join(root, name), content); err != nil {
			return nil, fmt.Errorf("artifact store: %w", err)
		}
	}
	used, err := folderSize(d.blobsDir())
	if err != nil {
		return nil, fmt.Errorf("artifact store: %w", err)
	}
	d.used = used
	return d, nil
}

// Used returns the bytes of all blobs that are held or being uploaded.
func (d *Dir) Used() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used
}

// OnFull sets a function that may delete blobs. It is called when bytes of a blob do not fit into the quota; they are refused with
// ErrQuota only if they do not fit afterwards either.
func (d *Dir) OnFull(full func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

// Quota returns the bound on the bytes of all blobs together; 0 means none.
func (d *Dir) Quota() int64 { return d.quota }

// Touch sets the time that Each tells of a blob. It does nothing if the blob is not held.
func (d *Dir) Touch(digest Digest, at time.Time) error {
	err := os.Chtimes(d.pathOf(digest), at, at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Has implements Store.
func (d *Dir) Has(_ context.Context, digest Digest) (bool, error) {
	info, err := os.Stat(d.pathOf(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.Mode().IsRegular(), err
}

// Open implements Store.
func (d *Dir) Open(ctx context.Context, digest Digest) (io.ReadCloser, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	file, info, err := d.openFile(digest)
	if err != nil {
		return nil, 0, err
	}
	drop := func() { _ = d.dropFile(digest, info) } // best effort: the reader is told that the blob is bad
	return newVerifier(file, digest, info.Size(), drop), info.Size(), nil
}

// Put implements Store.
func (d *Dir) Put(ctx context.Context, r io.Reader, limit int64) (Digest, int64, error) {
	return d.putBlob(ctx, r, limit, nil)
}

// PutAs implements Store.
func (d *Dir) PutAs(ctx context.Context, want Digest, r io.Reader, limit int64) (int64, error) {
	_, size, err := d.putBlob(ctx, r, limit, &want)
	return size, err
}

// Delete implements Store.
func (d *Dir) Delete(_ context.Context, digest Digest) error {
	info, err := os.Stat(d.pathOf(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.dropFile(digest, info)
}

// Size returns the size in bytes of a held blob, or ErrNotFound.
func (d *Dir) Size(digest Digest) (int64, error) {
	info, err := os.Stat(d.pathOf(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%w: %s", ErrNotFound, digest)
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Each calls do with every blob held and the time at which it came or was touched, in no order. An error of do ends it.
func (d *Dir) Each(do func(digest Digest, size int64, came time.Time) error) error {
	folder, err := os.Open(d.blobsDir())
	if err != nil {
		return err
	}
	defer folder.Close()
	for {
		entries, err := folder.ReadDir(1024)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			digest, err := ParseHex(e.Name())
			if err != nil {
				continue // not ours
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // it went meanwhile
			}
			if err != nil {
				return err
			}
			if err := do(digest, info.Size(), info.ModTime()); err != nil {
				return err
			}
		}
	}
}

func (d *Dir) putBlob(ctx context.Context, r io.Reader, limit int64, want *Digest) (Digest, int64, error) {
	temp, err := os.CreateTemp(d.ingestDir(), "upload-")
	if err != nil {
		return Digest{}, 0, fmt.Errorf("artifact store: %w", err)
	}
	var size int64
	kept := false
	defer func() {
		temp.Close()
		if !kept {
			os.Remove(temp.Name())
			d.releaseBytes(size)
		}
	}()

	hash := sha256.New()
	buf := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return Digest{}, 0, err
		}
		n, readErr := r.Read(buf)
		if size+int64(n) > limit {
			return Digest{}, 0, fmt.Errorf("%w: more than the limit of %d bytes", ErrTooLarge, limit)
		}
		if err := d.reserveBytes(int64(n)); err != nil {
			return Digest{}, 0, err
		}
		size += int64(n)
		hash.Write(buf[:n])
		if _, err := temp.Write(buf[:n]); err != nil {
			return Digest{}, 0, fmt.Errorf("artifact store: %w", err)
		}
		if readErr == io.EOF {
			break
		}
		if readErr != nil {
			return Digest{}, 0, readErr
		}
	}
	got := Digest(hash.Sum(nil))
	if want != nil && got != *want {
		return Digest{}, 0, fmt.Errorf("%w: expected %s, content hashes to %s", ErrCorrupted, *want, got)
	}
	if err := temp.Sync(); err != nil {
		return Digest{}, 0, fmt.Errorf("artifact store: %w", err)
	}
	if err := temp.Chmod(0o644); err != nil {
		return Digest{}, 0, fmt.Errorf("artifact store: %w", err)
	}
	if err := d.publishBlob(temp.Name(), got); err != nil {
		return Digest{}, 0, fmt.Errorf("artifact store: %w", err)
	}
	kept = true
	return got, size, nil
}

// publishBlob moves a finished upload to its name. It replaces a blob already there: the
// content is the same, or the old one was damaged.
func (d *Dir) publishBlob(temp string, digest Digest) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	old, statErr := os.Stat(d.pathOf(digest))
	if err := os.Rename(temp, d.pathOf(digest)); err != nil {
		return err
	}
	if statErr == nil {
		d.used -= old.Size()
	}
	return syncFolder(d.blobsDir())
}

// dropFile removes the file that was read, unless another one has replaced it meanwhile.
func (d *Dir) dropFile(digest Digest, seen fs.FileInfo) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now, err := os.Stat(d.pathOf(digest))
	if err != nil || !os.SameFile(now, seen) {
		return nil
	}
	if err := os.Remove(d.pathOf(digest)); err != nil {
		return err
	}
	d.used -= now.Size()
	return nil
}

func (d *Dir) reserveBytes(n int64) error {
	full, err := d.tryReserve(n)
	if err == nil || full == nil {
		return err
	}
	full()
	_, err = d.tryReserve(n)
	return err
}

// tryReserve reserves n bytes. If they do not fit, it returns the function that may make room.
func (d *Dir) tryReserve(n int64) (full func(), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.quota > 0 && d.used+n > d.quota {
		return d.full, fmt.Errorf("%w: %d of %d bytes in use", ErrQuota, d.used, d.quota)
	}
	d.used += n
	return nil, nil
}

func (d *Dir) releaseBytes(n int64) {
	d.mu.Lock()
	d.used -= n
	d.mu.Unlock()
}

func (d *Dir) openFile(digest Digest) (*os.File, fs.FileInfo, error) {
	file, err := os.Open(d.pathOf(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: %s", ErrNotFound, digest)
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

func (d *Dir) blobsDir() string            { return filepath.Join(d.root, "blobs", "sha256") }
func (d *Dir) ingestDir() string           { return filepath.Join(d.root, "ingest") }
func (d *Dir) pathOf(digest Digest) string { return filepath.Join(d.blobsDir(), digest.Hex()) }

func writeOnce(path, content string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return os.WriteFile(path, []byte(content+"\n"), 0o644)
}

func folderSize(folder string) (int64, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0, err
	}
	var total int64
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return 0, err
		}
		total += info.Size()
	}
	return total, nil
}

// syncFolder makes a rename durable.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
