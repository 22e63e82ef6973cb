//go:build linux

package oci

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
)

// shelf is an engine that keeps images and does nothing else.
type shelf struct {
	engine
	held map[artifact.Digest][]string
	took int
}

func (s *shelf) holdImage(_ context.Context, img image, layers []string) error {
	s.held[img.Digest] = nil
	for _, l := range layers {
		data, err := os.ReadFile(l)
		if err != nil {
			return err
		}
		s.held[img.Digest] = append(s.held[img.Digest], string(data))
	}
	s.took++
	return nil
}

func (s *shelf) holdsImage(_ context.Context, img image) (bool, error) {
	return s.held[img.Digest] != nil, nil
}

func (s *shelf) dropImage(_ context.Context, img image) error {
	delete(s.held, img.Digest)
	return nil
}

func newShelf(t *testing.T, quota int64) (*images, *shelf) {
	t.Helper()
	s := &shelf{held: map[artifact.Digest][]string{}}
	c, err := openImages(t.TempDir(), s, quota, slog.New(slog.NewTextHandler(io.Discard, nil)))
	require.NoError(t, err)
	return c, s
}

// small returns an image with one layer of this size. Nothing unpacks the layer.
func small(t *testing.T, name string, size int) runtime.Program {
	t.Helper()
	return imageOfLayers(t, map[string]any{"Cmd": []string{name}}, bytes.Repeat([]byte{name[0]}, size))
}

func use(t *testing.T, c *images, p runtime.Program) func() {
	t.Helper()
	_, release, err := c.prepareAndHold(context.Background(), p)
	require.NoError(t, err)
	return release
}

// TestImageCache: an image is fetched once. Above the quota, the image that was unused for longest is removed, unless it is running.
func TestImageCache(t *testing.T) {
	c, s := newShelf(t, 250)
	a, b, d := small(t, "a", 100), small(t, "b", 100), small(t, "d", 100)
	at := time.Now().Add(-time.Hour)
	touch := func(p runtime.Program) {
		at = at.Add(time.Second)
		require.NoError(t, os.Chtimes(c.recordPath(p.Digest), at, at))
	}
	use(t, c, a)()
	use(t, c, a)()
	require.Equal(t, 1, s.took, "the second time it is there")
	touch(a)
	use(t, c, b)()
	touch(b)
	running := use(t, c, a)
	touch(a)
	touch(b)
	use(t, c, d)()
	require.Contains(t, s.held, a.Digest, "it runs, although it was not used for longest")
	require.NotContains(t, s.held, b.Digest)
	require.Contains(t, s.held, d.Digest)
	running()
	left, err := os.ReadDir(filepath.Join(c.folder, "staging"))
	require.NoError(t, err)
	require.Empty(t, left, "nothing of what was fetched is kept twice")
	// An image that the engine has lost is fetched anew.
	delete(s.held, d.Digest)
	use(t, c, d)()
	require.Contains(t, s.held, d.Digest)
}

// packed returns an image with a compressed layer. mutate, if any, changes the image.
func packed(t *testing.T, layer []byte, mutate func(m *artifact.Manifest, config map[string]any, blob []byte) []byte) runtime.Program {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write(layer)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	config := map[string]any{
		"os": "linux", "architecture": goruntime.GOARCH, "config": map[string]any{"Cmd": []string{"/x"}},
		"rootfs": map[string]any{"diff_ids": []artifact.Digest{artifact.Sum(layer)}},
	}
	m := artifact.Manifest{SchemaVersion: 2, MediaType: artifact.ManifestType}
	blob := z.Bytes()
	if mutate != nil {
		blob = mutate(&m, config, blob)
	}
	data, err := json.Marshal(config)
	require.NoError(t, err)
	blobs := artifact.NewMemory()
	for _, b := range [][]byte{data, blob} {
		_, err := artifact.PutBytes(context.Background(), blobs, b)
		require.NoError(t, err)
	}
	m.Config = artifact.Descriptor{MediaType: "application/vnd.oci.image.config.v1+json", Digest: artifact.Sum(data), Size: int64(len(data))}
	if m.Layers == nil {
		m.Layers = []artifact.Descriptor{{MediaType: "application/vnd.oci.image.layer.v1.tar+gzip", Digest: artifact.Sum(blob), Size: int64(len(blob))}}
	}
	manifest, err := json.Marshal(m)
	require.NoError(t, err)
	p := runtime.ProgramOf(manifest)
	p.Parts = func(ctx context.Context, into artifact.Store, digest artifact.Digest, limit int64) error {
		return artifact.Copy(ctx, into, blobs, digest, limit)
	}
	return p
}

// TestUnsoundImages: a fault of an image is the app's failure, the same on every machine. A fault of this machine, or of the sender of
// the bytes, is an error and no answer.
func TestUnsoundImages(t *testing.T) {
	layer := []byte("the layer")
	for name, tc := range map[string]struct {
		program runtime.Program
		refused bool
	}{
		"packed":                  {packed(t, layer, nil), false},
		"a layer that is no gzip": {packed(t, layer, func(_ *artifact.Manifest, _ map[string]any, _ []byte) []byte { return []byte("no gzip") }), true},
		"a layer with another digest unpacked": {packed(t, layer, func(_ *artifact.Manifest, c map[string]any, b []byte) []byte {
			c["rootfs"] = map[string]any{"diff_ids": []artifact.Digest{artifact.Sum([]byte("other"))}}
			return b
		}), true},
		"fewer layers than it says": {packed(t, layer, func(_ *artifact.Manifest, c map[string]any, b []byte) []byte {
			c["rootfs"] = map[string]any{"diff_ids": []artifact.Digest{}}
			return b
		}), true},
		"no program": {packed(t, layer, func(_ *artifact.Manifest, c map[string]any, b []byte) []byte {
			c["config"] = map[string]any{}
			return b
		}), true},
		"an index": {runtime.ProgramOf([]byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`)), true},
		"a layer of another kind": {packed(t, layer, func(m *artifact.Manifest, _ map[string]any, b []byte) []byte {
			m.Layers = []artifact.Descriptor{{MediaType: "application/wasm", Digest: artifact.Sum(b), Size: int64(len(b))}}
			return b
		}), true},
		"a layer that is too large": {packed(t, layer, func(m *artifact.Manifest, _ map[string]any, b []byte) []byte {
			m.Layers = []artifact.Descriptor{{MediaType: "application/vnd.oci.image.layer.v1.tar", Digest: artifact.Sum(b), Size: contract.MaxImageBytes}}
			return b
		}), true},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := newShelf(t, 0)
			_, release, err := c.prepareAndHold(context.Background(), tc.program)
			var r *refusal
			require.Equal(t, tc.refused, errors.As(err, &r), "%v", err)
			if !tc.refused {
				require.NoError(t, err)
				release()
				require.Equal(t, []string{string(layer)}, s.held[tc.program.Digest])
			}
		})
	}
	for name, program := range map[string]runtime.Program{
		"another architecture": packed(t, layer, func(_ *artifact.Manifest, c map[string]any, b []byte) []byte { c["architecture"] = "s390x"; return b }),
		"a blob that nobody has": func() runtime.Program {
			p := packed(t, layer, nil)
			p.Parts = func(context.Context, artifact.Store, artifact.Digest, int64) error { return artifact.ErrNotFound }
			return p
		}(),
		"another manifest": func() runtime.Program {
			p := packed(t, layer, nil)
			p.Content = artifact.Bytes("other")
			return p
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := newShelf(t, 0)
			_, _, err := c.prepareAndHold(context.Background(), program)
			var r *refusal
			require.Error(t, err)
			require.False(t, errors.As(err, &r), "this is no answer: %v", err)
		})
	}
}

// TestABomb: a layer that unpacks to more than the limit is unpacked no further than the limit.
func TestABomb(t *testing.T) {
	plain := bytes.Repeat([]byte{0}, 1<<20)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(plain)
	require.NoError(t, w.Close())
	path := filepath.Join(t.TempDir(), "layer")
	for limit, fits := range map[int64]bool{1 << 20: true, 1<<20 - 1: false} {
		n, err := unpackLayer(fmt.Sprint(path, limit), artifact.Bytes(z.Bytes()), artifact.Gzip, artifact.Sum(plain), limit)
		var r *refusal
		require.Equal(t, !fits, errors.As(err, &r), "%v", err)
		if fits {
			require.EqualValues(t, 1<<20, n)
		}
		info, err := os.Stat(fmt.Sprint(path, limit))
		require.NoError(t, err)
		require.LessOrEqual(t, info.Size(), limit+1)
	}
}
