package tree

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
)

// pack packs files, given as contents by name. A name that ends in a slash is an empty folder.
func pack(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var list []Source
	for name, text := range files {
		if dir, is := strings.CutSuffix(name, "/"); is {
			list = append(list, Source{Name: dir, Dir: true})
			continue
		}
		list = append(list, Source{Name: name, Content: artifact.Bytes(text), Executable: strings.HasSuffix(name, ".sh")})
	}
	var out bytes.Buffer
	require.NoError(t, Pack(&out, list))
	content, err := NewArchive(list)
	require.NoError(t, err)
	opened, err := artifact.ReadContent(content) // it compares the size
	require.NoError(t, err)
	require.Equal(t, out.Bytes(), opened)
	return out.Bytes()
}

// TestOneDigest: a folder has one archive, in whatever order its files are listed. Every difference changes the archive. The digest is
// pinned, because another digest would name another input.
func TestOneDigest(t *testing.T) {
	base := map[string]string{"a.txt": "one\n", "b/c.sh": "#!/bin/sh\n", "empty/": "", strings.Repeat("long/", 25) + "x": "deep"}
	first := pack(t, base)
	require.Equal(t, "sha256:8e0be0db8cae2e58cef6c3ec1b9ef26309b2fff7735e053f12a62b4f947a368f", artifact.Sum(first).String())
	for range 5 {
		require.Equal(t, first, pack(t, base))
	}
	for _, other := range []map[string]string{
		{"a.txt": "two\n", "b/c.sh": "#!/bin/sh\n", "empty/": ""},
		{"A.txt": "one\n", "b/c.sh": "#!/bin/sh\n", "empty/": ""},
		{"a.txt": "one\n", "b/c": "#!/bin/sh\n", "empty/": ""},
		{"a.txt": "one\n", "b/c.sh": "#!/bin/sh\n"},
	} {
		require.NotEqual(t, first, pack(t, other))
	}
}

// TestOthersReadIt: the standard reader of tar archives reads what Pack writes.
func TestOthersReadIt(t *testing.T) {
	long := strings.Repeat("folder-of-a-long-name/", 10) + "x"
	r := tar.NewReader(bytes.NewReader(pack(t, map[string]string{"a.sh": "run", "é": "", "empty/": "", long: "far"})))
	var names []string
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		names = append(names, h.Name+"="+string(text))
		require.Equal(t, h.Name == "a.sh" || h.Typeflag == tar.TypeDir, h.Mode&0o111 != 0, h.Name)
	}
	require.Equal(t, []string{"a.sh=run", "empty=", long + "=far", "é="}, names)
}

// TestRoundTrip: Read returns the files that Pack packed.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []Source
		seen := map[string]bool{}
		for range rapid.IntRange(0, 8).Draw(t, "files") {
			name := rapid.StringMatching(`[a-c]{1,120}(/[d-f]{1,60}){0,2}`).Draw(t, "name")
			if seen[name] {
				continue
			}
			seen[name] = true
			f := Source{Name: name, Dir: rapid.IntRange(0, 5).Draw(t, "dir") == 0, Executable: rapid.Bool().Draw(t, "executable")}
			if f.Dir {
				f.Executable = false
			} else {
				f.Content = artifact.Bytes(rapid.SliceOfN(rapid.Byte(), 0, 1100).Draw(t, "data"))
			}
			list = append(list, f)
		}
		var out bytes.Buffer
		if err := Pack(&out, list); err != nil {
			return // two of the names exclude each other
		}
		files, err := Read(out.Bytes())
		if err != nil {
			t.Fatalf("what was packed is refused: %v", err)
		}
		if len(files) != len(list) {
			t.Fatalf("got %d files, want %d", len(files), len(list))
		}
		for _, f := range files {
			if !seen[f.Name] {
				t.Fatalf("got a file %q", f.Name)
			}
			for _, want := range list {
				if want.Name != f.Name {
					continue
				}
				data, err := artifact.ReadContent(want.Content)
				if err != nil || !bytes.Equal(data, f.Data) || want.Dir != f.Dir || want.Executable != f.Executable {
					t.Fatalf("%q: got %+v, want %+v", f.Name, f, want)
				}
			}
		}
	})
}

// raw makes an archive of these headers with archive/tar. It serves for archives that Pack never writes.
func raw(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range headers {
		if h.Mode == 0 && h.Typeflag != tar.TypeXGlobalHeader {
			h.Mode = 0o644
		}
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		require.NoError(t, w.WriteHeader(&h))
		_, err := w.Write(make([]byte, h.Size))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// TestHostile: Read refuses an archive that the rules forbid, or that is not the one archive of its folder.
func TestHostile(t *testing.T) {
	good := pack(t, map[string]string{"a": "0123456789"})
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	wide := pack(t, map[string]string{"a": ""})
	copy(wide[124:], makeHeader("a", 0o644, 1<<32, typeFile)[124:136])
	copy(wide[148:], makeHeader("a", 0o644, 1<<32, typeFile)[148:156])
	for name, archive := range map[string][]byte{
		"nothing":                     nil,
		"no archive":                  []byte("hello"),
		"cut short":                   good[:len(good)-1],
		"one block at the end":        good[:len(good)-blockSize],
		"more at the end":             append(bytes.Clone(good), make([]byte, blockSize)...),
		"something at the end":        change(len(good)-1, 1),
		"something that pads":         change(blockSize+11, 1),
		"a wrong sum":                 change(150, '9'),
		"an owner":                    raw(t, tar.Header{Name: "a", Uid: 1}),
		"a name of an owner":          raw(t, tar.Header{Name: "a", Uname: "root"}),
		"a mode":                      raw(t, tar.Header{Name: "a", Mode: 0o600}),
		"set-user-id":                 raw(t, tar.Header{Name: "a", Mode: 0o4755}),
		"a symbolic link":             raw(t, tar.Header{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}),
		"a hard link":                 raw(t, tar.Header{Name: "a"}, tar.Header{Name: "b", Typeflag: tar.TypeLink, Linkname: "a"}),
		"a device":                    raw(t, tar.Header{Name: "a", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}),
		"a pipe":                      raw(t, tar.Header{Name: "a", Typeflag: tar.TypeFifo}),
		"upwards":                     raw(t, tar.Header{Name: "../a"}),
		"upwards within":              raw(t, tar.Header{Name: "a/../../b"}),
		"absolute":                    raw(t, tar.Header{Name: "/a"}),
		"a dot":                       raw(t, tar.Header{Name: "./a"}),
		"a backslash":                 raw(t, tar.Header{Name: `a\b`}),
		"a new line":                  raw(t, tar.Header{Name: "a\nb"}),
		"not UTF-8":                   raw(t, tar.Header{Name: "caf\xe9", Format: tar.FormatGNU}),
		"twice":                       raw(t, tar.Header{Name: "a"}, tar.Header{Name: "a"}),
		"out of order":                raw(t, tar.Header{Name: "b"}, tar.Header{Name: "a"}),
		"only case":                   raw(t, tar.Header{Name: "A"}, tar.Header{Name: "a"}),
		"a file and a folder":         raw(t, tar.Header{Name: "a"}, tar.Header{Name: "a/b"}),
		"a folder that holds some":    raw(t, tar.Header{Name: "a", Typeflag: tar.TypeDir, Mode: 0o755}, tar.Header{Name: "a/b"}),
		"too deep":                    raw(t, tar.Header{Name: strings.Repeat("a/", contract.MaxInputDepth) + "a"}),
		"a name too long":             raw(t, tar.Header{Name: strings.Repeat("a", contract.MaxInputNameBytes+1), Format: tar.FormatPAX}),
		"a size that is not there":    wide,
		"an extended header for all":  raw(t, tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "x"}}),
		"another record":              raw(t, tar.Header{Name: strings.Repeat("a", 120), PAXRecords: map[string]string{"comment": "x"}, Format: tar.FormatPAX}),
		"a short name as a record":    append(append(bytes.Clone(makeHeaders(entry{name: strings.Repeat("a", 101)})[:0]), shortPax()...), make([]byte, endSize)...),
		"GNU's long names":            raw(t, tar.Header{Name: strings.Repeat("a", 120), Format: tar.FormatGNU}),
		"a name in two parts (ustar)": raw(t, tar.Header{Name: strings.Repeat("a", 90) + "/" + strings.Repeat("b", 90), Format: tar.FormatUSTAR}),
	} {
		if _, err := Read(archive); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	_, err := Read(good)
	require.NoError(t, err)
}

// shortPax returns a file whose short name stands in a pax record, although it would fit into the header.
func shortPax() []byte {
	record := paxPath("a")
	out := append(makeHeader("pax", 0o644, uint64(len(record)), typePax), record...)
	out = append(out, make([]byte, paddingOf(uint64(len(record))))...)
	return append(out, makeHeader("a", 0o644, 0, typeFile)...)
}

func FuzzRead(f *testing.F) {
	f.Add(pack(f, map[string]string{"a": "0123456789", "b/c.sh": "", "e/": "", strings.Repeat("l", 130): "x"}))
	f.Fuzz(func(t *testing.T, archive []byte) {
		files, err := Read(archive)
		if err != nil {
			return
		}
		var list []Source
		for _, file := range files {
			s := Source{Name: file.Name, Dir: file.Dir, Executable: file.Executable}
			if !file.Dir {
				s.Content = artifact.Bytes(file.Data)
			}
			list = append(list, s)
		}
		var again bytes.Buffer
		if err := Pack(&again, list); err != nil || !bytes.Equal(again.Bytes(), archive) {
			t.Fatalf("what is accepted is not the one archive of its folder: %v", err)
		}
	})
}

func TestListFolder(t *testing.T) {
	root := t.TempDir()
	write := func(name string, mode os.FileMode) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(name), mode))
	}
	write("a.csv", 0o644)
	write("sub/b.csv", 0o755)
	write("sub/c.txt", 0o600)
	require.NoError(t, os.Mkdir(filepath.Join(root, "empty"), 0o755))
	files, err := ListFolder(root)
	require.NoError(t, err)
	var archive bytes.Buffer
	require.NoError(t, Pack(&archive, files))
	require.Equal(t, pack(t, map[string]string{"a.csv": "a.csv", "sub/c.txt": "sub/c.txt", "empty/": "", "sub/b.csv": "sub/b.csv"})[:1024], archive.Bytes()[:1024])
	read, err := Read(archive.Bytes())
	require.NoError(t, err)
	require.Len(t, read, 4)
	require.True(t, read[2].Executable, read[2].Name)

	some, err := ListFiles(root, []string{filepath.Join(root, "a.csv"), filepath.Join(root, "sub"), filepath.Join(root, "empty")})
	require.NoError(t, err)
	var other bytes.Buffer
	require.NoError(t, Pack(&other, some))
	require.Equal(t, archive.Bytes(), other.Bytes(), "a pattern that matches all is the folder")

	require.NoError(t, os.Symlink("a.csv", filepath.Join(root, "link")))
	_, err = ListFolder(root)
	require.ErrorContains(t, err, "neither a file nor a folder")
}
