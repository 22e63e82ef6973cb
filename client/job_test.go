package client

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadModule(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(data), 0o600))
		return path
	}
	const good = "\x00asm\x01\x00\x00\x00"
	for _, tc := range []struct {
		name, path, expErr string
	}{
		{"a module", write("My App_2.wasm", good), ""},
		{"absent", filepath.Join(dir, "absent.wasm"), "there is no file"},
		{"a folder", dir, "is a folder"},
		{"empty", write("empty.wasm", ""), "it is empty"},
		{"text", write("text.wasm", "(module)"), `it begins with "(module)"`},
		{"a Linux program", write("elf", "\x7fELF\x02"), "a program for Linux"},
		{"a component", write("component.wasm", "\x00asm\x0d\x00\x01\x00"), "component"},
		{"too large", write("large.wasm", good+string(make([]byte, MaxModule))), "at most"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := readModule(tc.path)
			if tc.expErr == "" {
				require.NoError(t, err)
				require.Equal(t, "my-app-2", m.name)
				// SHA-256 of the eight bytes of an empty module.
				require.Equal(t, "sha256:93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476", m.digest)
				return
			}
			var problem *Problem
			require.ErrorAs(t, err, &problem)
			require.Contains(t, problem.What, tc.expErr)
			require.NotEmpty(t, problem.Next)
		})
	}
}

func TestAppName(t *testing.T) {
	for path, want := range map[string]string{
		"raytrace.wasm": "raytrace", "/x/My App.wasm": "my-app", "a.wasm": "app-a", "___.wasm": "app", "é.wasm": "app",
		"1-2--3.wasm": "1-2-3", "this-name-is-much-longer-than-an-app-may-have.wasm": "this-name-is-much-longer-than-an",
	} {
		require.Equal(t, want, assetName(path, "app"), path)
	}
}

func TestJobReference(t *testing.T) {
	for app, want := range map[string]bool{
		"studio/raytrace:1.0": true, "sha256:abcd": true, "raytrace.wasm": false, "./build/raytrace.wasm": false,
		"studio/raytrace": false, "a/b/c:1": false, "C:app.wasm": false, "build/app:1.wasm": false,
	} {
		require.Equal(t, want, isReference(app), app)
	}
}

func TestJobCheck(t *testing.T) {
	full := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(full, "x"), nil, 0o600))
	for _, tc := range []struct {
		name   string
		job    Job
		expErr string
	}{
		{"defaults", Job{Trust: 100}, ""},
		{"an empty folder", Job{Trust: 100, Out: t.TempDir()}, ""},
		{"a new folder", Job{Trust: 100, Out: filepath.Join(full, "new")}, ""},
		{"no trust", Job{}, "trust: got 0"},
		{"too much trust", Job{Trust: 1 << 40}, "trust: got"},
		{"too many replicas", Job{Trust: 100, MinReplicas: 25}, "--min-replicas 25"},
		{"datasets for all", Job{Trust: 100, Datasets: []string{"a/b:1", "a/c:1"}}, ""},
		{"as many tasks as datasets make", Job{Trust: 100, Datasets: []string{"a/b:1"}, DatasetsPerTask: 2, Bag: 1}, ""},
		{"more tasks than datasets make", Job{Trust: 100, Datasets: []string{"a/b:1", "a/c:1", "a/d:1"}, DatasetsPerTask: 2, Bag: 3}, "make 2 tasks"},
		{"a share of no datasets", Job{Trust: 100, DatasetsPerTask: 2}, "there are no datasets"},
		{"rests twice", Job{Trust: 100, Expiry: 9, Rest: 9}, "both say"},
		{"rests backwards", Job{Trust: 100, Rest: -1}, "less than nothing"},
		{"a folder in use", Job{Trust: 100, Out: full}, "not empty"},
		{"a file", Job{Trust: 100, Out: filepath.Join(full, "x")}, "--out"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.job.check()
			if tc.expErr == "" {
				require.NoError(t, err)
				require.EqualValues(t, DefaultFuel, tc.job.Fuel)
				require.EqualValues(t, 1, tc.job.Bag)
				return
			}
			var problem *Problem
			require.ErrorAs(t, err, &problem)
			require.Contains(t, problem.What, tc.expErr)
			require.NotEmpty(t, problem.Next)
		})
	}
}

func TestParseInput(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, "a=b.txt")
	require.NoError(t, os.WriteFile(odd, nil, 0o600))
	require.Equal(t, InputFile{Name: "a=b.txt", Path: odd}, ParseInput(odd))
	require.Equal(t, InputFile{Name: "data/in.csv", Path: "x/y.csv"}, ParseInput("data/in.csv=x/y.csv"))
	require.Equal(t, InputFile{Name: "y.csv", Path: "x/y.csv"}, ParseInput("x/y.csv"))
}

func TestResultDir(t *testing.T) {
	require.Equal(t, "out", resultDir("out", 1, 0))
	require.Equal(t, filepath.Join("out", "007"), resultDir("out", 16, 7))
	require.Equal(t, filepath.Join("out", "00007"), resultDir("out", 99_999, 7))
}

func TestJobDefaults(t *testing.T) {
	for _, tc := range []struct {
		name      string
		job       Job
		bag, fuel uint64
	}{
		{"plain", Job{}, 1, DefaultFuel},
		{"a category has its own limit", Job{Category: "xs"}, 1, 0},
		{"a fuel limit within a category", Job{Category: "xs", Fuel: 7}, 1, 7},
		{"the bag that datasets make", Job{Datasets: make([]string, 7), DatasetsPerTask: 3}, 3, DefaultFuel},
		{"datasets that every task reads", Job{Datasets: make([]string, 7), Bag: 2}, 2, DefaultFuel},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.job.Trust = 100
			require.NoError(t, tc.job.check())
			require.Equal(t, tc.bag, tc.job.Bag)
			require.Equal(t, tc.fuel, tc.job.Fuel)
		})
	}
}
