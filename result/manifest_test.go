package result

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
)

var update = flag.Bool("update", false, "rewrite testdata/manifests.golden")

func file(path, data string) File { return File{Path: path, Content: artifact.Bytes(data)} }
func exe(path, data string) File {
	return File{Path: path, Content: artifact.Bytes(data), Executable: true}
}
func folder(path string) File { return File{Path: path, Dir: true} }

// vectors are trees whose digests all differ. The first is the base. Each other tree differs from it by the one change that its name
// says.
var vectors = []struct {
	name, kind, reason string
	exit               uint32
	files              []File
}{
	{"base", KindResult, "", 0, []File{file("a.txt", "alpha"), file("b.txt", "beta"), file("sub/c.txt", "gamma")}},
	{"rename", KindResult, "", 0, []File{file("A.txt", "alpha"), file("b.txt", "beta"), file("sub/c.txt", "gamma")}},
	{"contents swapped", KindResult, "", 0, []File{file("a.txt", "beta"), file("b.txt", "alpha"), file("sub/c.txt", "gamma")}},
	{"nested content", KindResult, "", 0, []File{file("a.txt", "alpha"), file("b.txt", "beta"), file("sub/c.txt", "gammb")}},
	{"nested rename", KindResult, "", 0, []File{file("a.txt", "alpha"), file("b.txt", "beta"), file("sub/d.txt", "gamma")}},
	{"moved up", KindResult, "", 0, []File{file("a.txt", "alpha"), file("b.txt", "beta"), file("c.txt", "gamma")}},
	{"empty folder more", KindResult, "", 0, []File{file("a.txt", "alpha"), file("b.txt", "beta"), file("sub/c.txt", "gamma"), folder("empty")}},
	{"empty file more", KindResult, "", 0, []File{file("a.txt", "alpha"), file("b.txt", "beta"), file("sub/c.txt", "gamma"), file("empty", "")}},
	{"executable", KindResult, "", 0, []File{exe("a.txt", "alpha"), file("b.txt", "beta"), file("sub/c.txt", "gamma")}},
	{"byte more", KindResult, "", 0, []File{file("a.txt", "alpha\x00"), file("b.txt", "beta"), file("sub/c.txt", "gamma")}},
	{"file less", KindResult, "", 0, []File{file("a.txt", "alpha"), file("sub/c.txt", "gamma")}},
	{"exit status", KindResult, "", 1, []File{file("a.txt", "alpha"), file("b.txt", "beta"), file("sub/c.txt", "gamma")}},
	{"kind", KindAppFailed, "", 0, []File{file("a.txt", "alpha"), file("b.txt", "beta"), file("sub/c.txt", "gamma")}},
	{"reason", KindAppFailed, "out_of_fuel", 0, []File{file("a.txt", "alpha"), file("b.txt", "beta"), file("sub/c.txt", "gamma")}},
	{"nothing written", KindResult, "", 0, nil},
	{"newline in a name", KindResult, "", 0, []File{file("a\nf 0 - b", "x")}},
	{"backslash in a name", KindResult, "", 0, []File{file(`a\x0af 0 - b`, "x")}},
	{"spaces and letters", KindResult, "", 0, []File{file("Ünï cødé/日本 語.txt", "x")}},
	{"highest exit status", KindAppFailed, "exit", 4294967295, nil},
}

func TestGoldenManifests(t *testing.T) {
	var got strings.Builder
	seen := map[string]string{}
	for _, v := range vectors {
		m, err := Build(v.kind, v.reason, v.exit, v.files)
		require.NoError(t, err, v.name)
		digest := m.Digest()
		other, twice := seen[string(digest[:])]
		require.False(t, twice, "%q and %q have one digest", v.name, other)
		seen[string(digest[:])] = v.name
		fmt.Fprintf(&got, "== %s\n%s-- sha256:%s\n", v.name, m.Bytes(), hex.EncodeToString(digest[:]))

		back, err := Parse(m.Bytes())
		require.NoError(t, err, v.name)
		require.Equal(t, m, back, v.name)
	}
	golden := filepath.Join("testdata", "manifests.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String(), "the format of credence/result/v1 has changed")
}

// TestStderrInAManifest: a manifest with an end of stderr has version 2. Without one it has the encoding of version 1.
func TestStderrInAManifest(t *testing.T) {
	head := Manifest{Kind: KindAppFailed, Reason: "exit", ExitCode: 3, Stderr: "can\\t open é\xff\n"}
	m, err := head.With(nil)
	require.NoError(t, err)
	require.Equal(t, "credence/result/v2\noutcome APP_FAILED\nreason exit\nexit 3\nstderr can\\x5ct open \\xc3\\xa9\\xff\\x0a\nentries 0\n", string(m.Bytes()))
	back, err := Parse(m.Bytes())
	require.NoError(t, err)
	require.Equal(t, m, back)

	plain, err := Build(KindAppFailed, "exit", 3, nil)
	require.NoError(t, err)
	for name, text := range map[string]string{
		"v2 without the line":  strings.Replace(string(plain.Bytes()), "/v1", "/v2", 1),
		"v2 with nothing said": strings.Replace(strings.Replace(string(plain.Bytes()), "/v1", "/v2", 1), "exit 3\n", "exit 3\nstderr \n", 1),
		"v1 with the line":     strings.Replace(string(m.Bytes()), "/v2", "/v1", 1),
		"a needless escape":    strings.Replace(string(m.Bytes()), "open", "\\x6fpen", 1),
		"a missing escape":     strings.Replace(string(m.Bytes()), "\\xc3\\xa9", "é", 1),
	} {
		_, err := Parse([]byte(text))
		require.ErrorIs(t, err, ErrManifest, name)
	}

	head.Stderr = strings.Repeat("\xff", MaxStderrBytes)
	most, err := head.With(nil)
	require.NoError(t, err)
	_, err = Parse(most.Bytes())
	require.NoError(t, err)
	head.Stderr += "x"
	_, err = head.With(nil)
	require.ErrorIs(t, err, ErrOutcome)
}

func TestBuildSameTree(t *testing.T) {
	a, err := Build(KindResult, "", 0, []File{file("sub/c", "1"), file("a", "2"), folder("sub/e")})
	require.NoError(t, err)
	b, err := Build(KindResult, "", 0, []File{folder("sub"), folder("sub/e"), file("a", "2"), file("sub/c", "1")})
	require.NoError(t, err)
	require.Equal(t, a.Digest(), b.Digest(), "neither order nor the listing of implied folders counts")
	require.EqualValues(t, 2, a.TotalBytes())
}

func TestBuildRefuses(t *testing.T) {
	many := make([]File, MaxEntries+1)
	for i := range many {
		many[i] = file(fmt.Sprintf("f%d", i), "")
	}
	long := make([]File, 5000)
	for i := range long {
		long[i] = file(fmt.Sprintf("%04d/%s/%s/%s/%s", i, strings.Repeat("a", 250), strings.Repeat("b", 250), strings.Repeat("c", 250), strings.Repeat("d", 200)), "")
	}
	cases := []struct {
		name, kind, reason string
		files              []File
		expErr             error
	}{
		{"empty path", KindResult, "", []File{file("", "")}, ErrTree},
		{"absolute", KindResult, "", []File{file("/etc/passwd", "")}, ErrTree},
		{"dot dot", KindResult, "", []File{file("a/../b", "")}, ErrTree},
		{"leading dot dot", KindResult, "", []File{file("../b", "")}, ErrTree},
		{"dot", KindResult, "", []File{file("./b", "")}, ErrTree},
		{"double slash", KindResult, "", []File{file("a//b", "")}, ErrTree},
		{"trailing slash", KindResult, "", []File{folder("a/")}, ErrTree},
		{"zero byte", KindResult, "", []File{file("a\x00b", "")}, ErrTree},
		{"not UTF-8", KindResult, "", []File{file("a\xffb", "")}, ErrTree},
		{"twice", KindResult, "", []File{file("a", "1"), file("a", "1")}, ErrTree},
		{"file and folder", KindResult, "", []File{file("a", "1"), folder("a")}, ErrTree},
		{"file as folder", KindResult, "", []File{file("a", "1"), file("a/b", "1")}, ErrTree},
		{"file as folder, names between", KindResult, "", []File{file("a", "1"), file("a-", ""), file("a/b/c", "1")}, ErrTree},
		{"folder with content", KindResult, "", []File{{Path: "a", Dir: true, Content: artifact.Bytes("x")}}, ErrTree},
		{"executable folder", KindResult, "", []File{{Path: "a", Dir: true, Executable: true}}, ErrTree},
		{"long path", KindResult, "", []File{file(strings.Repeat("a/", 600)+"b", "")}, ErrTooLarge},
		{"long name", KindResult, "", []File{file(strings.Repeat("a", 256), "")}, ErrTooLarge},
		{"many files", KindResult, "", many, ErrTooLarge},
		{"long manifest", KindResult, "", long, ErrTooLarge},
		{"no kind", "", "", nil, ErrOutcome},
		{"kind without a tree", "ABSTAIN", "", nil, ErrOutcome},
		{"result with a reason", KindResult, "lucky", nil, ErrOutcome},
		{"reason in prose", KindAppFailed, "it broke", nil, ErrOutcome},
		{"reason with a line", KindAppFailed, "a\nexit", nil, ErrOutcome},
		{"reason that stands for none", KindAppFailed, "-", nil, ErrOutcome},
		{"long reason", KindAppFailed, strings.Repeat("a", 65), nil, ErrOutcome},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Build(tc.kind, tc.reason, 0, tc.files)
			require.ErrorIs(t, err, tc.expErr)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	m, err := Build(KindAppFailed, "exit", 7, []File{file("a b", "1"), exe("c\n", "22"), folder("d")})
	require.NoError(t, err)
	good := string(m.Bytes())
	_, err = Parse([]byte(good))
	require.NoError(t, err)
	hex1 := fmt.Sprintf("%x", m.Entries[0].Content)

	for name, edit := range map[string]func(string) string{
		"empty":              func(string) string { return "" },
		"version":            func(s string) string { return strings.Replace(s, "/v1", "/v2", 1) },
		"no last newline":    func(s string) string { return strings.TrimSuffix(s, "\n") },
		"blank line":         func(s string) string { return s + "\n" },
		"carriage returns":   func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"leading zero":       func(s string) string { return strings.Replace(s, "exit 7", "exit 07", 1) },
		"plus":               func(s string) string { return strings.Replace(s, "exit 7", "exit +7", 1) },
		"exit over 32 bits":  func(s string) string { return strings.Replace(s, "exit 7", "exit 4294967296", 1) },
		"kind":               func(s string) string { return strings.Replace(s, "APP_FAILED", "ABSTAIN", 1) },
		"kind with a reason": func(s string) string { return strings.Replace(s, "APP_FAILED", "RESULT", 1) },
		"order of head":      func(s string) string { return strings.Replace(s, "reason exit\nexit 7", "exit 7\nreason exit", 1) },
		"count":              func(s string) string { return strings.Replace(s, "entries 3", "entries 2", 1) },
		"huge count":         func(s string) string { return strings.Replace(s, "entries 3", "entries 99999999999999999999", 1) },
		"order of entries": func(s string) string {
			l := strings.Split(s, "\n")
			l[5], l[6] = l[6], l[5]
			return strings.Join(l, "\n")
		},
		"entry twice":       func(s string) string { l := strings.Split(s, "\n"); l[6] = l[5]; return strings.Join(l, "\n") },
		"upper-case digest": func(s string) string { return strings.Replace(s, hex1, strings.ToUpper(hex1), 1) },
		"short digest":      func(s string) string { return strings.Replace(s, hex1, hex1[2:], 1) },
		"size with zero":    func(s string) string { return strings.Replace(s, "f 1 ", "f 01 ", 1) },
		"size huge":         func(s string) string { return strings.Replace(s, "f 1 ", "f 9223372036854775807 ", 1) },
		"negative size":     func(s string) string { return strings.Replace(s, "f 1 ", "f -1 ", 1) },
		"unknown type":      func(s string) string { return strings.Replace(s, "f 1 ", "l 1 ", 1) },
		"needless escape":   func(s string) string { return strings.Replace(s, "a b", `a\x20b`, 1) },
		"upper-case escape": func(s string) string { return strings.Replace(s, `\x0a`, `\x0A`, 1) },
		"broken escape":     func(s string) string { return strings.Replace(s, `\x0a`, `\x0`, 1) },
		"dot dot":           func(s string) string { return strings.Replace(s, "a b", "../b", 1) },
		"escaped dot dot":   func(s string) string { return strings.Replace(s, "a b", `\x2e\x2e/b`, 1) },
		"absolute":          func(s string) string { return strings.Replace(s, "a b", "/b", 1) },
		"implied folder":    func(s string) string { return strings.Replace(s, "d - - d\n", "d - - d\nd - - d/e\n", 1) },
		"implied folder, count": func(s string) string {
			return strings.Replace(strings.Replace(s, "d - - d\n", "d - - d\nd - - d/e\n", 1), "entries 3", "entries 4", 1)
		},
		"folder with size": func(s string) string { return strings.Replace(s, "d - -", "d 0 -", 1) },
		"too long":         func(s string) string { return s + strings.Repeat("x", MaxEncodedBytes) },
	} {
		t.Run(name, func(t *testing.T) {
			edited := edit(good)
			require.NotEqual(t, good, edited, "the edit must do something")
			_, err := Parse([]byte(edited))
			require.ErrorIs(t, err, ErrManifest)
		})
	}
}
