package client

import (
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
		content, err := in.Content()
		require.NoError(t, err, tc.text)
		data, err := artifact.ReadContent(content)
		require.NoError(t, err, tc.text)
		files, err := tree.Read(data)
		require.NoError(t, err)
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		require.Equal(t, tc.expFiles, names, tc.text)
		again, digest, err := in.Blob()
		require.NoError(t, err)
		require.EqualValues(t, len(data), again.Size())
		require.Equal(t, artifact.Sum(data), digest)
	}
	for _, text := range []string{root + "/*.none", root + "/["} {
		_, err := ParseInput(text).Content()
		require.Error(t, err, text)
	}
	require.NoError(t, os.Symlink("a.csv", filepath.Join(root, "link")))
	_, err := ParseInput(root).Content()
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

// TestLargeInputsStayOnDisk: files, folders and datasets that are larger than what is read into memory go from the disk into the store.
func TestLargeInputsStayOnDisk(t *testing.T) {
	const size = MaxRows + 1
	blobs, err := registry.Open(t.TempDir(), registry.Options{Open: true})
	require.NoError(t, err)
	defer blobs.Close()
	server := httptest.NewServer(blobs)
	defer server.Close()
	m := newFakeMarket(t)
	r, _, tell := m.runner()
	r.Stores = []string{server.URL}
	// largeFile makes a file that is a hole but for its beginning.
	largeFile := func(begins string) string {
		path := filepath.Join(t.TempDir(), "large")
		require.NoError(t, os.WriteFile(path, []byte(begins), 0o600))
		require.NoError(t, os.Truncate(path, size))
		return path
	}
	upload := func(path string) (digest string, bytes uint64) {
		inputs, err := r.uploadInputs(t.Context(), Job{Inputs: []InputFile{ParseInput(path)}}, nil)
		require.NoError(t, err)
		return inputs[0].Digest, inputs[0].Size_
	}
	file, folder, data := largeFile("a file"), filepath.Dir(largeFile("in a folder")), largeFile("a dataset")
	for name, put := range map[string]func() (digest string, bytes uint64){
		"file":   func() (string, uint64) { return upload(file) },
		"folder": func() (string, uint64) { return upload(folder) },
		"dataset": func() (string, uint64) {
			_, err := r.PublishDataset(t.Context(), DatasetFile{Path: data}, tell)
			require.NoError(t, err)
			for digest, d := range m.datasets {
				return digest, d.Size_
			}
			return "", 0
		},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			text, bytes := put()
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(size/4), "bytes of memory for %d", size)
			require.GreaterOrEqual(t, bytes, uint64(size))
			digest, err := artifact.ParseDigest(text)
			require.NoError(t, err)
			has, err := (&artifact.Client{BaseURLs: r.Stores}).Has(t.Context(), digest)
			require.True(t, has, "%v", err)
		})
	}
}

// TestFolderSizes: a folder is refused by the size of its archive, before a byte of it is read. A folder that changes while it is read is
// refused as well.
func TestFolderSizes(t *testing.T) {
	root := folderOf(t, "a")
	in := ParseInput(root)
	small, err := in.Content()
	require.NoError(t, err)
	head := small.Size() - 512 // all but the block of the file
	for size, ok := range map[int64]bool{MaxInputFile - head: true, MaxInputFile - head + 1: false} {
		require.NoError(t, os.Truncate(filepath.Join(root, "a"), size))
		content, err := in.Content()
		if ok {
			require.NoError(t, err)
			require.EqualValues(t, MaxInputFile, content.Size())
			continue
		}
		var problem *Error
		require.ErrorAs(t, err, &problem)
		require.Equal(t, CodeTooLarge, problem.Code)
		require.EqualValues(t, MaxInputFile, problem.Limit)
	}
	require.NoError(t, os.Truncate(filepath.Join(root, "a"), 5))
	_, err = artifact.ReadContent(small)
	require.ErrorContains(t, err, "got 2 bytes or more, expected 1")
}
