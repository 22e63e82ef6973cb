package wasi

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// suiteArchive has the compiled tests of the WebAssembly community's WASI test suite; testdata/README.md says where they come from. No
// registry has the suite as a package.
const suiteArchive = "testdata/wasi-testsuite.tar.zst"

// suiteTests are the compiled tests in a checkout of the suite, and in the archive.
const suiteTests = "tests/*/testsuite/wasm32-wasip1"

var checkout = flag.String("suite.checkout", "", "a checkout of the suite's branch prod/testsuite-base, of which TestPackSuite makes the archive anew")

// openSuite unpacks the archive into memory.
func openSuite(t *testing.T) fstest.MapFS {
	t.Helper()
	file, err := os.Open(suiteArchive)
	require.NoError(t, err)
	defer file.Close()
	unpacked, err := zstd.NewReader(file)
	require.NoError(t, err)
	defer unpacked.Close()
	suite := fstest.MapFS{}
	for archive := tar.NewReader(unpacked); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return suite
		}
		require.NoError(t, err)
		data, err := io.ReadAll(archive)
		require.NoError(t, err)
		suite[header.Name] = &fstest.MapFile{Data: data}
	}
}

// TestPackSuite makes the archive of a checkout. It leaves out the custom sections of the modules, which are names and what debuggers read:
// they are nine tenths of the bytes, and no engine runs them.
func TestPackSuite(t *testing.T) {
	if *checkout == "" {
		t.Skip("makes testdata anew with -args -suite.checkout FOLDER")
	}
	names := []string{filepath.Join(*checkout, "LICENSE")}
	folders, err := filepath.Glob(filepath.Join(*checkout, filepath.FromSlash(suiteTests)))
	require.NoError(t, err)
	for _, folder := range folders {
		require.NoError(t, filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				names = append(names, path)
			}
			return err
		}))
	}
	slices.Sort(names)
	var packed bytes.Buffer
	compressed, err := zstd.NewWriter(&packed, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(8<<20), zstd.WithEncoderConcurrency(1))
	require.NoError(t, err)
	archive := tar.NewWriter(compressed)
	for _, path := range names {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		if strings.HasSuffix(path, ".wasm") {
			data = stripCustom(t, data)
		}
		name, err := filepath.Rel(*checkout, path)
		require.NoError(t, err)
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: filepath.ToSlash(name), Mode: 0o644, Size: int64(len(data))}))
		_, err = archive.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, compressed.Close())
	require.NoError(t, os.WriteFile(suiteArchive, packed.Bytes(), 0o600))
}

// stripCustom returns a module without its custom sections.
func stripCustom(t *testing.T, module []byte) []byte {
	t.Helper()
	const preamble, custom = 8, 0
	out := slices.Clone(module[:preamble])
	for at := preamble; at < len(module); {
		size, n := binary.Uvarint(module[at+1:]) // WebAssembly's unsigned LEB128 is the same encoding
		require.Positive(t, n)
		end := at + 1 + n + int(size)
		if module[at] != custom {
			out = append(out, module[at:end]...)
		}
		at = end
	}
	return out
}
