//go:build linux

package oci

import (
	"archive/tar"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// archive writes a layer with these entries and returns its path.
func archive(t *testing.T, entries ...tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		data := h.PAXRecords["data"]
		h.PAXRecords, h.Size = nil, int64(len(data))
		if h.Mode == 0 {
			h.Mode = 0o755
		}
		h.Uid, h.Gid = os.Getuid(), os.Getgid()
		require.NoError(t, w.WriteHeader(&h))
		_, err := w.Write([]byte(data))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	path := filepath.Join(t.TempDir(), "layer.tar")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

func regular(name, data string) tar.Header {
	return tar.Header{Name: name, Typeflag: tar.TypeReg, PAXRecords: map[string]string{"data": data}}
}
func folder(name string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeDir} }
func link(name, to string) tar.Header {
	return tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: to}
}

// TestLayers: layers lie over each other as the OCI image specification says. Nothing of a layer is written outside the tree.
func TestLayers(t *testing.T) {
	outside := t.TempDir()
	victim := filepath.Join(outside, "victim")
	require.NoError(t, os.WriteFile(victim, []byte("safe"), 0o644))
	for name, tc := range map[string]struct {
		layers [][]tar.Header
		want   map[string]string // content by path; a link is "-> x", a folder is "/"
	}{
		"a later file":        {[][]tar.Header{{regular("a", "1"), regular("b", "2")}, {regular("a", "3")}}, map[string]string{"a": "3", "b": "2"}},
		"a removed file":      {[][]tar.Header{{regular("d/a", "1"), regular("d/b", "2")}, {regular("d/.wh.a", "")}}, map[string]string{"d": "/", "d/b": "2"}},
		"a removed folder":    {[][]tar.Header{{regular("d/a", "1")}, {regular(".wh.d", "")}}, map[string]string{}},
		"an emptied folder":   {[][]tar.Header{{regular("d/a", "1")}, {regular("d/b", "2"), regular("d/.wh..wh..opq", "")}}, map[string]string{"d": "/", "d/b": "2"}},
		"a file for a folder": {[][]tar.Header{{regular("d/a", "1")}, {regular("d", "2")}}, map[string]string{"d": "2"}},
		"a folder for a link": {[][]tar.Header{{link("d", outside)}, {folder("d"), regular("d/a", "1")}}, map[string]string{"d": "/", "d/a": "1"}},
		"dots":                {[][]tar.Header{{regular("../../x", "1"), regular("/abs", "2"), regular("d/../../y", "3")}}, map[string]string{"x": "1", "abs": "2", "y": "3"}},
		"through a link":      {[][]tar.Header{{link("d", outside), regular("d/new", "1")}}, nil},
		"through a link up":   {[][]tar.Header{{link("d", "../../../../../../.."), regular("d/new", "1")}}, map[string]string{"d": "-> ../../../../../../..", "new": "1"}},
		"over a link":         {[][]tar.Header{{link("a", victim)}, {regular("a", "1")}}, map[string]string{"a": "1"}},
		"a link of its own":   {[][]tar.Header{{folder("usr"), link("bin", "usr"), regular("bin/x", "1")}}, map[string]string{"usr": "/", "bin": "-> usr", "usr/x": "1"}},
		"a device":            {[][]tar.Header{{{Name: "dev", Typeflag: tar.TypeBlock}, {Name: "fifo", Typeflag: tar.TypeFifo}}}, map[string]string{}},
		"a hard link":         {[][]tar.Header{{regular("a", "1"), {Name: "b", Typeflag: tar.TypeLink, Linkname: "a"}}}, map[string]string{"a": "1", "b": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			tree := t.TempDir()
			for _, entries := range tc.layers {
				require.NoError(t, applyLayer(tree, archive(t, entries...)))
			}
			got := map[string]string{}
			require.NoError(t, filepath.WalkDir(tree, func(path string, e fs.DirEntry, err error) error {
				rel, _ := filepath.Rel(tree, path)
				switch {
				case err != nil || rel == ".":
				case e.Type()&fs.ModeSymlink != 0:
					to, _ := os.Readlink(path)
					got[rel] = "-> " + to
				case e.IsDir():
					got[rel] = "/"
				default:
					data, _ := os.ReadFile(path)
					got[rel] = string(data)
				}
				return err
			}))
			if tc.want != nil {
				require.Equal(t, tc.want, got)
			}
			data, err := os.ReadFile(victim)
			require.NoError(t, err)
			require.Equal(t, "safe", string(data))
			others, err := os.ReadDir(outside)
			require.NoError(t, err)
			require.Len(t, others, 1, "nothing is written outside")
		})
	}
}

// TestLayerRefused: an unsound layer is the image's fault, on every machine.
func TestLayerRefused(t *testing.T) {
	torn := filepath.Join(t.TempDir(), "torn")
	require.NoError(t, os.WriteFile(torn, []byte("no archive, but text that is long enough to be looked at for a header of five hundred and twelve bytes"), 0o600))
	var r *refusal
	require.True(t, errors.As(applyLayer(t.TempDir(), torn), &r))
	hard := archive(t, tar.Header{Name: "b", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"})
	require.True(t, errors.As(applyLayer(t.TempDir(), hard), &r), "a hard link to a file of the machine")
}

// TestSetUserBits: the setuid bit of a file is dropped, so that a program gains nothing from the owner of its file.
func TestSetUserBits(t *testing.T) {
	tree := t.TempDir()
	require.NoError(t, applyLayer(tree, archive(t, tar.Header{Name: "su", Typeflag: tar.TypeReg, Mode: 0o4755})))
	info, err := os.Stat(filepath.Join(tree, "su"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o755), info.Mode())
}
