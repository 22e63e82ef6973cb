package client

import (
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/registry"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/poco/contract"
)

// folderOf makes a folder with files of these names, each holding its name.
func folderOf(t *testing.T, names ...string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "data")
	for _, name := range names {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(name), 0o600))
	}
	return root
}

func TestFolderInputs(t *testing.T) {
	root := folderOf(t, "a.csv", "b.txt", "sub/c.csv", "sub/d.csv")
	for _, tc := range []struct {
		text, name string
		expFiles   []string
	}{
		{root, "data", []string{"a.csv", "b.txt", "sub/c.csv", "sub/d.csv"}},
		{root + "/", "data", []string{"a.csv", "b.txt", "sub/c.csv", "sub/d.csv"}},
		{".=" + root, contract.RootTree, []string{"a.csv", "b.txt", "sub/c.csv", "sub/d.csv"}},
		{"x/y=" + root + "/sub", "x/y", []string{"c.csv", "d.csv"}},
		{root + "/*.csv", contract.RootTree, []string{"a.csv"}},
		{root + "/*/*.csv", contract.RootTree, []string{"sub/c.csv", "sub/d.csv"}},
		{"csv=" + root + "/*", "csv", []string{"a.csv", "b.txt", "sub/c.csv", "sub/d.csv"}},
	} {
		in := ParseInput(tc.text)
		require.True(t, in.Folder, tc.text)
		require.Equal(t, tc.name, in.Name, tc.text)
		data, err := in.Read()
		require.NoError(t, err, tc.text)
		files, err := tree.Read(data)
		require.NoError(t, err)
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		require.Equal(t, tc.expFiles, names, tc.text)
		again, err := in.Content()
		require.NoError(t, err)
		require.EqualValues(t, len(data), again.Size())
	}
	for _, text := range []string{root + "/*.none", root + "/["} {
		_, err := ParseInput(text).Read()
		require.Error(t, err, text)
	}
	require.NoError(t, os.Symlink("a.csv", filepath.Join(root, "link")))
	_, err := ParseInput(root).Read()
	require.ErrorContains(t, err, "neither a file nor a folder")
}

// TestStdinInAFolder: stdin may name a file within an input folder, which adds no input. The path of a local file adds one.
func TestStdinInAFolder(t *testing.T) {
	root := folderOf(t, "a.csv")
	e, inputs, err := CompleteExecution(contract.Execution{Stdin: "data/a.csv"}, []InputFile{ParseInput(root)})
	require.NoError(t, err)
	require.Len(t, inputs, 1)
	require.Equal(t, "data/a.csv", e.Stdin)
	e, inputs, err = CompleteExecution(contract.Execution{Stdin: root + "/a.csv"}, []InputFile{ParseInput(root)})
	require.NoError(t, err)
	require.Len(t, inputs, 2)
	require.Equal(t, "a.csv", e.Stdin)
}

// TestLargeInputsStayOnDisk: a file that is larger than what the client packs goes from the disk into the store, and not through memory.
func TestLargeInputsStayOnDisk(t *testing.T) {
	const size = MaxInput + 1
	blobs, err := registry.Open(t.TempDir(), registry.Options{Open: true})
	require.NoError(t, err)
	defer blobs.Close()
	server := httptest.NewServer(blobs)
	defer server.Close()
	path := filepath.Join(t.TempDir(), "large")
	require.NoError(t, os.WriteFile(path, []byte("begins"), 0o600))
	require.NoError(t, os.Truncate(path, size))
	r := &Runner{Stores: []string{server.URL}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	inputs, err := r.uploadInputs(t.Context(), Job{Inputs: []InputFile{{Name: "large", Path: path}}}, nil)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(size/4), "bytes of memory for an input of %d", size)
	require.EqualValues(t, size, inputs[0].Size_)
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	sum := artifact.NewHasher()
	_, err = io.Copy(sum, file)
	require.NoError(t, err)
	require.Equal(t, sum.Digest().String(), inputs[0].Digest)
	has, err := (&artifact.Client{BaseURLs: r.Stores}).Has(t.Context(), sum.Digest())
	require.True(t, has, "%v", err)
}
