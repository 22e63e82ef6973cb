package result

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDeterministic(t *testing.T) {
	base := []File{file("log.txt", "took 3.1 s"), file("data/a", "1"), file("data/b/c", "2"), file("data.txt", "3"), folder("none"), folder("data/none")}
	data := []string{"data/a", "data/b/c", "data/none"}
	cases := []struct {
		name, computed string
		expect         []string
		expErr         string
	}{
		{"folder", `{"deterministic-output-path":"/out/data"}`, data, ""},
		{"folder, trailing slash", `{"deterministic-output-path":"/out/data/"}`, data, ""},
		{"iExec's folder", `{"deterministic-output-path":"/iexec_out/data"}`, data, ""},
		{"relative", `{"deterministic-output-path":"data"}`, data, ""},
		{"file", `{"deterministic-output-path":"/out/data.txt"}`, []string{"data.txt"}, ""},
		{"other keys", "{\"task-id\": \"0x1\",\n \"deterministic-output-path\": \"data.txt\"} \n", []string{"data.txt"}, ""},
		{"itself", `{"deterministic-output-path":"computed.json"}`, []string{"computed.json"}, ""},
		{"not JSON", `deterministic-output-path=data`, nil, "not a JSON object"},
		{"empty", ``, nil, "not a JSON object"},
		{"array", `["data"]`, nil, "not a JSON object"},
		{"unended", `{"deterministic-output-path":"data"`, nil, "not a JSON object"},
		{"text after", `{"deterministic-output-path":"data"} {}`, nil, "text after"},
		{"bracket after", `{"deterministic-output-path":"data"}]`, nil, "text after"},
		{"not UTF-8", "{\"deterministic-output-path\":\"\xff\"}", nil, "not UTF-8"},
		{"no key", `{}`, nil, "no key deterministic-output-path"},
		{"callback", `{"callback-data":"0x00"}`, []string{"computed.json"}, ""},
		{"callback beside a path", `{"callback-data":"0x00","deterministic-output-path":"data.txt"}`, []string{"data.txt"}, ""},
		{"callback twice", `{"callback-data":"0x00","callback-data":"0x01"}`, nil, "occurs twice"},
		{"callback that is no text", `{"callback-data":7}`, nil, "expected a string"},
		{"callback without 0x", `{"callback-data":"00"}`, nil, "expected 0x"},
		{"callback of half a byte", `{"callback-data":"0x0"}`, nil, "hexadecimal digits"},
		{"twice", `{"deterministic-output-path":"data","deterministic-output-path":"data.txt"}`, nil, "occurs twice"},
		{"no string", `{"deterministic-output-path":7}`, nil, "expected a string"},
		{"absent", `{"deterministic-output-path":"dat"}`, nil, "names neither"},
		{"empty folder", `{"deterministic-output-path":"none"}`, nil, "names neither"},
		{"everything", `{"deterministic-output-path":"/out"}`, nil, "does not lie in"},
		{"everything, slash", `{"deterministic-output-path":"/out/"}`, nil, "does not lie in"},
		{"no path", `{"deterministic-output-path":""}`, nil, "does not lie in"},
		{"other root", `{"deterministic-output-path":"/in/data"}`, nil, "does not lie in"},
		{"root with a like name", `{"deterministic-output-path":"/output/data"}`, nil, "does not lie in"},
		{"dot dot", `{"deterministic-output-path":"/out/../in/data"}`, nil, "does not lie in"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Deterministic(append([]File{file("computed.json", tc.computed)}, base...), "/out", "/iexec_out/")
			if tc.expErr != "" {
				require.ErrorIs(t, err, ErrComputed)
				require.ErrorContains(t, err, tc.expErr)
				return
			}
			require.NoError(t, err)
			var paths []string
			for _, f := range got {
				paths = append(paths, f.Path)
			}
			require.Equal(t, tc.expect, paths)
		})
	}

	got, err := Deterministic(base)
	require.NoError(t, err)
	require.Equal(t, base, got, "without computed.json everything counts")
	nested := []File{file("sub/computed.json", "not JSON")}
	got, err = Deterministic(nested)
	require.NoError(t, err)
	require.Equal(t, nested, got, "only the one at the root counts")
	_, err = Deterministic([]File{folder("computed.json")})
	require.ErrorIs(t, err, ErrComputed)
}

func TestDeterministicLogDoesNotChangeTheDigest(t *testing.T) {
	digest := func(log, data string) [32]byte {
		files, err := Deterministic([]File{
			file("computed.json", `{"deterministic-output-path":"/iexec_out/data"}`), file("log", log), file("data/x", data),
		}, "/iexec_out")
		require.NoError(t, err)
		m, err := Build(KindResult, "", 0, files)
		require.NoError(t, err)
		return m.Digest()
	}
	require.Equal(t, digest("took 1 s", "7"), digest("took 2 s", "7"))
	require.NotEqual(t, digest("took 1 s", "7"), digest("took 1 s", "8"))
}

func TestBelow(t *testing.T) {
	tree := []File{file("log.txt", "took 3.1 s"), file("data/a", "1"), file("data/b/c", "2"), file("data.txt", "3"), folder("none"), folder("data/none")}
	for folder, want := range map[string][]string{
		"data": {"data/a", "data/b/c", "data/none"}, "data/b": {"data/b/c"}, "data.txt": {"data.txt"},
		"none": nil, "dat": nil, "data/none": nil, "": nil, "..": nil, "/out/data": nil, "log.txt/x": nil,
	} {
		t.Run(folder, func(t *testing.T) {
			got, err := SelectFilesBelow(tree, folder)
			if want == nil {
				require.ErrorIs(t, err, ErrTree)
				require.ErrorContains(t, err, "declared")
				return
			}
			require.NoError(t, err)
			var paths []string
			for _, f := range got {
				paths = append(paths, f.Path)
			}
			require.Equal(t, want, paths)
		})
	}
}

// TestCallbackData: results with the same callback bytes have the same digest. The spelling of the bytes and other files do not matter.
func TestCallbackData(t *testing.T) {
	digest := func(files ...File) [32]byte {
		t.Helper()
		kept, reason, err := Judge(files, "")
		require.NoError(t, err, reason)
		m, err := Build(KindResult, "", 0, kept)
		require.NoError(t, err)
		return m.Digest()
	}
	one := digest(file(ComputedName, `{"callback-data":"0xABcd"}`), file("log.txt", "took 3.1 s"))
	require.Equal(t, one, digest(file(ComputedName, `{ "task": 7, "callback-data": "0xabcd" }`)))
	require.Equal(t, one, digest(file(ComputedName, "{\"callback-data\":\"0xabcd\"}\n")), "it is what a requester downloads")
	require.NotEqual(t, one, digest(file(ComputedName, `{"callback-data":"0xabce"}`)))
}
