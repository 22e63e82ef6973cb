package wasi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
	"github.com/credence-chain/credence/result"
)

// suiteSize is the number of tests of preview 1.
const suiteSize = 72

// deviations are the tests of the suite that our host does not pass, and why. docs/apps.md has the same table.
var deviations = map[string]string{
	"fd_filestat_set":               noTimes,
	"interesting_paths":             "an absolute path begins at the root of the app's files, and `..` above the root stays there, as under Unix",
	"nofollow_errors":               noLinks,
	"path_exists":                   noLinks,
	"path_filestat":                 noTimes,
	"path_link":                     noLinks,
	"path_symlink_trailing_slashes": noLinks,
	"readlink":                      noLinks,
	"symlink_create":                noLinks,
	"symlink_filestat":              noLinks,
}

const (
	noTimes = "files have no times: they are zero, also when they are set"
	noLinks = "there are no links: a result is files and folders"
)

// TestDeviationsAreWrittenDown: docs/apps.md lists the tests of the suite that our host does not pass, each with its reason.
func TestDeviationsAreWrittenDown(t *testing.T) {
	page, err := os.ReadFile("../../../../../docs/apps.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(page), "| test of the suite | why it is not passed |\n|---|---|\n")
	if !found {
		t.Fatal("docs/apps.md has no table of the tests that are not passed")
	}
	list, _, _ = strings.Cut(list, "\n\n")
	var want []string
	for _, name := range slices.Sorted(maps.Keys(deviations)) {
		want = append(want, fmt.Sprintf("| `%s` | %s |", name, deviations[name]))
	}
	if got := strings.Split(strings.TrimSpace(list), "\n"); !slices.Equal(got, want) {
		t.Errorf("docs/apps.md has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !strings.Contains(string(page), fmt.Sprintf("passes %d of its %d tests", suiteSize-len(deviations), suiteSize)) {
		t.Errorf("docs/apps.md does not say that %d of %d pass", suiteSize-len(deviations), suiteSize)
	}
}

// endless is a meter that never runs out.
type endless struct{}

func (endless) Fuel() int64   { return math.MaxInt64 }
func (endless) SetFuel(int64) {}

// TestSuite runs the compiled tests of WASI preview 1, with the writable root that the suite expects. Each test passes, or is a deviation
// with a reason.
func TestSuite(t *testing.T) {
	suite := openSuite(t)
	modules, err := fs.Glob(suite, suiteTests+"/*.wasm")
	if err != nil || len(modules) != suiteSize {
		t.Fatalf("got %d tests, %v, want %d", len(modules), err, suiteSize)
	}
	for _, module := range modules {
		name := strings.TrimSuffix(path.Base(module), ".wasm")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failure := runSuiteTest(t, suite, module)
			why, deviates := deviations[name]
			switch {
			case failure == "" && deviates:
				t.Errorf("it passes, and is listed as a deviation: %s", why)
			case failure != "" && !deviates:
				t.Error(failure)
			}
		})
	}
}

// suiteTest is what a test of the suite says of itself.
type suiteTest struct {
	Root     string            `json:"root"`
	Args     []string          `json:"args"`
	Env      map[string]string `json:"env"`
	ExitCode uint32            `json:"exit_code"`
	Stdout   string            `json:"stdout"`
}

// runSuiteTest returns how a test failed, or nothing if it passed.
func runSuiteTest(t *testing.T, suite fs.FS, module string) string {
	code, err := fs.ReadFile(suite, module)
	if err != nil {
		t.Fatal(err)
	}
	var said suiteTest
	if text, err := fs.ReadFile(suite, strings.TrimSuffix(module, ".wasm")+".json"); err == nil {
		if err := json.Unmarshal(text, &said); err != nil {
			t.Fatal(err)
		}
	}
	config := Config{Args: append([]string{"test"}, said.Args...), OutputLimit: 1 << 20, TempLimit: 1 << 20, Writable: true, Clock: 1_800_000_000}
	for name, value := range said.Env {
		config.Env = append(config.Env, name+"="+value)
	}
	slices.Sort(config.Env)
	if said.Root != "" {
		config.Inputs = suiteFiles(t, suite, path.Join(path.Dir(module), said.Root))
	}
	host, err := New(config, endless{})
	if err != nil {
		t.Fatal(err)
	}
	root, errno := host.fs.Lookup(host.fs.Root(), "in")
	if errno != memfs.Success {
		t.Fatal(errno)
	}
	host.fds[3].node = root
	if said.Root == "" {
		host.fds = host.fds[:3]
	}
	failure := execute(code, host)
	_, stderr := host.Logs()
	switch {
	case failure != nil && host.Stopped == nil:
		return fmt.Sprintf("%.200v; %s", failure, bytes.TrimSpace(stderr[:min(600, len(stderr))]))
	case host.Stopped != nil && host.Stopped.ExitCode != said.ExitCode, host.Stopped == nil && said.ExitCode != 0:
		return fmt.Sprintf("ended with %+v, want status %d; %s", host.Stopped, said.ExitCode, stderr)
	}
	if printed, _ := host.Printed(); said.Stdout != "" && string(printed) != said.Stdout {
		return fmt.Sprintf("printed %q, want %q", printed, said.Stdout)
	}
	return ""
}

// suiteFiles returns the files in a folder of the suite.
func suiteFiles(t *testing.T, suite fs.FS, folder string) (files []result.File) {
	t.Helper()
	err := fs.WalkDir(suite, folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == folder {
			return err
		}
		f := result.File{Path: strings.TrimPrefix(name, folder+"/"), Dir: e.IsDir()}
		if !e.IsDir() {
			data, err := fs.ReadFile(suite, name)
			if err != nil {
				return err
			}
			f.Content = artifact.Bytes(data)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// execute runs a module on a host, without the pass that meters it.
func execute(code []byte, host *Host) error {
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer r.Close(ctx)
	b := r.NewHostModuleBuilder(ModuleName)
	for _, f := range Functions() {
		types := func(list []byte) []api.ValueType {
			return append([]api.ValueType(nil), list...)
		}
		b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, m api.Module, stack []uint64) {
			host.Call(f, m.Memory(), stack)
		}), types(f.Type.Params), types(f.Type.Results)).Export(f.Name)
	}
	if _, err := b.Instantiate(ctx); err != nil {
		return err
	}
	_, err := r.InstantiateWithConfig(ctx, code, wazero.NewModuleConfig().WithName(""))
	return err
}
