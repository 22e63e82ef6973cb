package client

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/wasmcheck"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

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
		{"too many replicas", Job{Trust: 100, MinReplicas: 25}, "at most 24 replicas"},
		{"datasets for all", Job{Trust: 100, Datasets: []string{"aa/bb:1", "aa/cc:1"}}, ""},
		{"as many tasks as datasets make", Job{Trust: 100, Datasets: []string{"aa/bb:1"}, DatasetsPerTask: 2, Bag: 1}, ""},
		{"more tasks than datasets make", Job{Trust: 100, Datasets: []string{"aa/bb:1", "aa/cc:1", "aa/dd:1"}, DatasetsPerTask: 2, Bag: 3}, "make 2 tasks"},
		{"a share of no datasets", Job{Trust: 100, DatasetsPerTask: 2}, "there are no datasets"},
		{"rests twice", Job{Trust: 100, Expiry: 9, Rest: 9}, "all say"},
		{"rests backwards", Job{Trust: 100, Rest: -1}, "less than nothing"},
		{"a folder in use", Job{Trust: 100, Out: full}, "not empty"},
		{"a file", Job{Trust: 100, Out: filepath.Join(full, "x")}, "not a directory"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.job.checkJob()
			if tc.expErr == "" {
				require.NoError(t, err)
				require.EqualValues(t, 1, tc.job.Bag)
				return
			}
			var problem *Error
			require.ErrorAs(t, err, &problem)
			require.Contains(t, problem.What, tc.expErr)
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
		{"plain: the app's version is asked later", Job{}, 1, 0},
		{"a category has its own limit", Job{Category: "xs"}, 1, 0},
		{"a fuel limit within a category", Job{Category: "xs", Fuel: 7}, 1, 7},
		{"the bag that datasets make", Job{Datasets: make([]string, 7), DatasetsPerTask: 3}, 3, 0},
		{"datasets that every task reads", Job{Datasets: make([]string, 7), Bag: 2}, 2, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.job.Trust = 100
			require.NoError(t, tc.job.checkJob())
			require.Equal(t, tc.bag, tc.job.Bag)
			require.Equal(t, tc.fuel, tc.job.Fuel)
		})
	}
}

// TestExecution: the three layers that check a job's execution (client, chain, workers) take and refuse the same values.
func TestExecution(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	long := func(n int) string { return "A=" + strings.Repeat("x", n-3) }
	for _, tc := range []struct {
		e  contract.Execution
		ok bool
	}{
		{contract.Execution{}, true},
		{contract.Execution{OkExit: []uint32{20, 10, 0}, Stdout: "out/printed.txt", Stdin: "x", Env: []string{"B=2", "A=1"}}, true},
		{contract.Execution{OkExit: []uint32{7, 7}}, false},
		{contract.Execution{OkExit: make([]uint32, contract.MaxOkExit+1)}, false},
		{contract.Execution{Stdout: "../x"}, false},
		{contract.Execution{Stdout: "a\nb"}, false},
		{contract.Execution{Stdout: strings.Repeat("x", contract.MaxInputNameBytes)}, true},
		{contract.Execution{Stdout: strings.Repeat("x", contract.MaxInputNameBytes+1)}, false},
		{contract.Execution{Seconds: contract.MaxSeconds}, true},
		{contract.Execution{Seconds: contract.MaxSeconds + 1}, false},
		{contract.Execution{OkExit: []uint32{0}, Clock: 1, Seed: "7", Writable: true, Workdir: "tmp/w", OutputPath: "a/b"}, true},
		{contract.Execution{Clock: contract.MaxClock}, true},
		{contract.Execution{Clock: contract.MaxClock + 1}, false},
		{contract.Execution{Clock: -1}, false},
		{contract.Execution{Seed: strings.Repeat("s", contract.MaxSeedBytes)}, true},
		{contract.Execution{Seed: strings.Repeat("s", contract.MaxSeedBytes+1)}, false},
		{contract.Execution{Workdir: "home"}, false},
		{contract.Execution{OutputPath: ".."}, false},
		{contract.Execution{Env: []string{"A"}}, false},
		{contract.Execution{Env: []string{"A=1", "A=2"}}, false},
		{contract.Execution{Env: []string{"A=\x1b[2J"}}, false},
		{contract.Execution{Env: []string{"CREDENCE_TASK_INDEX=7"}}, false},
		{contract.Execution{Env: []string{long(contract.MaxEnvBytes)}}, true},
		{contract.Execution{Env: []string{long(contract.MaxEnvBytes + 1)}}, false},
	} {
		job := markettypes.Job{App: digest, Trust: 100, FuelLimit: 1, Execution: &dealstypes.Execution{
			OkExit: tc.e.OkExit, Stdout: tc.e.Stdout, Stdin: tc.e.Stdin, Env: tc.e.Env, Seconds: tc.e.Seconds,
			Clock: tc.e.Clock, Seed: tc.e.Seed, Writable: tc.e.Writable, Workdir: tc.e.Workdir, OutputPath: tc.e.OutputPath,
		}}.Normal()
		job.Inputs = []*dealstypes.Input{{Name: "x", Digest: digest, Size_: 1}}
		mine := Job{Trust: 100, Inputs: []InputFile{{Name: "x", Path: "file"}}, Execution: tc.e}
		spec := runtime.Spec{FuelLimit: 1, Inputs: []result.File{{Path: "x"}}, Execution: job.Execution.Contract()}
		for layer, err := range map[string]error{
			"client": mine.checkJob(), "chain": job.Validate(markettypes.DefaultParams()), "worker": wasmcheck.CheckSpec(spec),
		} {
			require.Equal(t, tc.ok, err == nil, "%s, %.80q: %v", layer, tc.e, err)
		}
		if tc.ok {
			require.Equal(t, job.Execution, dealstypes.NewExecution(mine.Execution), "what the client sends is what the chain keeps")
		}
	}
}

// TestProgramSizes: chain, client and workers share the same largest size of a program. Each refuses one byte more.
func TestProgramSizes(t *testing.T) {
	for _, name := range contract.RuntimeNames() {
		rules, err := contract.FindRuntime(name)
		require.NoError(t, err)
		for size, ok := range map[uint64]bool{rules.MaxProgramBytes: true, rules.MaxProgramBytes + 1: false} {
			v := appstypes.Version{
				App: "acme/x", Version: "1", Digest: "sha256:" + strings.Repeat("ab", 32), Size_: size, Runtime: name, Height: 1,
				Locators: []string{"http://artifacts.example"},
			}
			require.Equal(t, ok, v.Validate() == nil, "chain, %s, %d bytes: %v", name, size, v.Validate())
		}
	}
	wasm, err := contract.FindRuntime(contract.RuntimeWasm)
	require.NoError(t, err)
	require.EqualValues(t, wasm.MaxProgramBytes, MaxModule, "client")
	require.EqualValues(t, wasm.MaxProgramBytes, fuel.MaxModuleSize, "worker")
}

// TestOutputSizes: chain, client and workers share one bound of a task's output, whatever a chain's parameters say. The chain refuses less
// where its parameters allow less, from the job as from the app's version, before money moves.
func TestOutputSizes(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	require.EqualValues(t, contract.MaxOutputBytes, MaxInputFile, "what a task may write, another may read, as a file or in a folder")
	require.EqualValues(t, contract.MaxOutputBytes, artifact.DefaultMaxUpload, "and a store takes it")
	require.EqualValues(t, contract.MaxOutputBytes, appstypes.MaxDatasetSize, "and it can be published as a dataset")
	for _, most := range []uint64{contract.DefaultOutputBytes, 1 << 30, contract.MaxOutputBytes} {
		params := markettypes.DefaultParams()
		params.MaxOutputBytes = most
		require.NoError(t, params.Validate())
		for size, ok := range map[uint64]bool{0: true, 1: true, most: true, most + 1: false} {
			asked := appstypes.Resources{DiskBytes: size}
			job := markettypes.Job{App: digest, Trust: 100, FuelLimit: 1, Resources: asked}.Normal()
			require.Equal(t, ok, job.Validate(params) == nil, "chain, job, %d of %d bytes: %v", size, most, job.Validate(params))
			v := appstypes.Version{
				App: "acme/x", Version: "1", Digest: digest, Size_: 1, Runtime: contract.RuntimeWasm, Height: 1, Locators: []string{"http://artifacts.example"},
			}
			if size > 0 {
				v.Requirements = &asked
			}
			job.Resources = appstypes.Resources{}
			err := job.CheckApp(appstypes.App{Id: "acme/x"}, v, params)
			require.Equal(t, ok, err == nil, "chain, version, %d of %d bytes: %v", size, most, err)
			if most < contract.MaxOutputBytes {
				continue
			}
			require.Equal(t, ok, v.Validate() == nil, "chain, publishing %d bytes: %v", size, v.Validate())
			mine := Job{Trust: 100, Resources: asked}
			require.Equal(t, ok, mine.checkJob() == nil, "client, %d bytes", size)
			err = wasmcheck.CheckSpec(runtime.Spec{FuelLimit: 1, OutputLimit: size})
			require.Equal(t, ok, err == nil, "worker, %d bytes: %v", size, err)
		}
	}
}

// TestStdinIsAnInput: a file that is read as stdin becomes an input, and only once.
func TestStdinIsAnInput(t *testing.T) {
	job := Job{Trust: 100, Inputs: []InputFile{{Name: "x", Path: "file"}}, Execution: contract.Execution{Stdin: "data/moves.txt"}}
	require.NoError(t, job.checkJob())
	require.Equal(t, []InputFile{{Name: "x", Path: "file"}, {Name: "moves.txt", Path: "data/moves.txt"}}, job.Inputs)
	require.Equal(t, "moves.txt", job.Execution.Stdin)
	require.NoError(t, job.checkJob())
	require.Len(t, job.Inputs, 2)
	job.Execution.Stdin = "y=x/x"
	require.NoError(t, job.checkJob())
	require.Equal(t, InputFile{Name: "y", Path: "x/x"}, job.Inputs[2])
}

// TestInputNames: the three layers that check the names of inputs take and refuse the same names.
func TestInputNames(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	for _, tc := range []struct {
		names []string
		ok    bool
	}{
		{[]string{"a"}, true},
		{[]string{"a/b", "a/c", "é"}, true},
		{[]string{strings.Repeat("x", 255)}, true},
		{[]string{strings.Repeat("x", 256)}, false},
		{[]string{strings.Repeat("a/", 63) + "a"}, true},
		{[]string{strings.Repeat("a/", 64) + "a"}, false},
		{[]string{strings.Repeat("a/", 127) + "a"}, false},
		{[]string{"a", "a"}, false},
		{[]string{"a", "a/b"}, false},
		{[]string{"a/b", "a"}, false},
		{[]string{"../a"}, false},
		{[]string{"/a"}, false},
		{[]string{"a//b"}, false},
		{[]string{"a\nb"}, false},
		{[]string{"a\\b"}, false},
		{[]string{"caf\xe9"}, false},
		{[]string{"a\u202eb"}, true},
	} {
		job := markettypes.Job{App: digest, Trust: 100, FuelLimit: 1}.Normal()
		mine := Job{Trust: 100}
		spec := runtime.Spec{FuelLimit: 1}
		for _, name := range tc.names {
			job.Inputs = append(job.Inputs, &dealstypes.Input{Name: name, Digest: digest, Size_: 1})
			mine.Inputs = append(mine.Inputs, InputFile{Name: name, Path: "file"})
			spec.Inputs = append(spec.Inputs, result.File{Path: name})
		}
		for layer, err := range map[string]error{
			"client": mine.checkJob(), "chain": job.Validate(markettypes.DefaultParams()), "worker": wasmcheck.CheckSpec(spec),
		} {
			require.Equal(t, tc.ok, err == nil, "%s, %.40q: %v", layer, tc.names, err)
		}
	}
}

// TestFolderNames: the same layers agree on names when the last input is a folder beside files.
func TestFolderNames(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	folder := t.TempDir()
	for _, tc := range []struct {
		names []string
		stdin string
		ok    bool
	}{
		{[]string{"a", "data"}, "", true},
		{[]string{"a", contract.RootTree}, "", true},
		{[]string{"a", contract.RootTree}, "a", true},
		{[]string{"a", "a"}, "", false},
		{[]string{"data/a", "data"}, "", false},
		{[]string{"a", "datasets"}, "", false},
		{[]string{"a", ".."}, "", false},
		{[]string{"a", "/"}, "", false},
	} {
		job := markettypes.Job{App: digest, Trust: 100, FuelLimit: 1}.Normal()
		mine := Job{Trust: 100, Execution: contract.Execution{Stdin: tc.stdin}}
		job.Execution = dealstypes.NewExecution(mine.Execution)
		spec := runtime.Spec{FuelLimit: 1, Execution: mine.Execution}
		for i, name := range tc.names {
			if last := i == len(tc.names)-1; last {
				job.Inputs = append(job.Inputs, &dealstypes.Input{Name: name, Digest: digest, Size_: 1, Tree: true})
				mine.Inputs = append(mine.Inputs, InputFile{Name: name, Path: folder})
				spec.Folders = append(spec.Folders, runtime.Folder{Name: name, Content: artifact.Bytes("")})
				continue
			}
			job.Inputs = append(job.Inputs, &dealstypes.Input{Name: name, Digest: digest, Size_: 1})
			mine.Inputs = append(mine.Inputs, InputFile{Name: name, Path: "file"})
			spec.Inputs = append(spec.Inputs, result.File{Path: name})
		}
		for layer, err := range map[string]error{
			"client": mine.checkJob(), "chain": job.Validate(markettypes.DefaultParams()), "worker": wasmcheck.CheckSpec(spec),
		} {
			require.Equal(t, tc.ok, err == nil, "%s, %.40q: %v", layer, tc.names, err)
		}
	}
}
