package conformance

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
)

// inputsCase is a task with packed folders, a working folder, or inputs that the app may change.
type inputsCase struct {
	mode      string // of the probe; "stdin" where it is empty
	folders   []runtime.Folder
	execution contract.Execution
	want      string         // what the app found
	reason    runtime.Reason // why it is no result
}

// Inputs tests how a runtime lays out the inputs of a task: packed folders, the folder in which the app starts, and inputs that it
// may change. Inputs that do not make a tree lead to an answer, and are not a failure of the machine. probe is as in Attempts.
func Inputs(t *testing.T, r runtime.Runtime, probe runtime.Program) {
	for name, tc := range inputsCases(t) {
		t.Run(name, func(t *testing.T) {
			mode := tc.mode
			if mode == "" {
				mode = "stdin"
			}
			spec := App{Program: probe, Args: []string{mode}}.Spec()
			spec.FuelLimit, spec.MemoryLimit = 1<<40, 128<<20
			spec.Folders, spec.Execution = tc.folders, tc.execution
			o, err := r.Run(context.Background(), spec)
			if err != nil {
				t.Fatal(err)
			}
			o = LoadFiles(t, o)
			if o.Reason != tc.reason {
				t.Fatalf("got %v %q, exit status %d, stderr %.300q; want %q", o.Kind, o.Reason, o.ExitCode, o.Stderr, tc.reason)
			}
			if tc.reason != runtime.None {
				return
			}
			for _, f := range o.Files {
				if f.Path == mode || f.Path == "found" {
					if got := string(f.Content.(artifact.Bytes)); got != tc.want {
						t.Errorf("got %q, want %q", got, tc.want)
					}
					return
				}
			}
			t.Errorf("got the files %v, want one of what the app found", o.Files)
		})
	}
}

func inputsCases(t *testing.T) map[string]inputsCase {
	folder := func(name string, files ...string) runtime.Folder { return packFolder(t, name, files) }
	list := func(folders ...runtime.Folder) []runtime.Folder { return folders }
	reads := func(name string) contract.Execution { return contract.Execution{Stdin: name} }
	starts := func(at string, writable bool) contract.Execution {
		return contract.Execution{Workdir: at, Writable: writable}
	}
	archive := []byte(folder("data", "c").Content.(artifact.Bytes))
	invalid := func(folders []runtime.Folder, e contract.Execution) inputsCase {
		return inputsCase{folders: folders, execution: e, reason: runtime.InvalidInput}
	}
	return map[string]inputsCase{
		"a file in a folder":               {folders: list(folder("data", "a/b", "c")), execution: reads("data/a/b"), want: "a/b"},
		"a file in another folder":         {folders: list(folder("data", "c"), folder("more/data", "d")), execution: reads("more/data/d"), want: "d"},
		"a file in a folder at the root":   {folders: list(folder(contract.RootTree, "a/b")), execution: reads("a/b"), want: "a/b"},
		"a file beside a folder":           {folders: list(folder("data", "c")), execution: reads("x"), want: "the input\n"},
		"no such file":                     invalid(list(folder("data", "c")), reads("data/d")),
		"a folder where a file is read":    invalid(list(folder("data", "c/d")), reads("data/c")),
		"a file that is there already":     invalid(list(folder(contract.RootTree, "x")), contract.Execution{}),
		"two files at the same place":      invalid(list(folder(contract.RootTree, "data/c"), folder("data", "c")), contract.Execution{}),
		"a folder among the datasets":      invalid(list(folder(contract.RootTree, "datasets/acme/cities")), contract.Execution{}),
		"too deep below its name":          invalid(list(folder(strings.Repeat("d/", 61)+"d", "a/b/c")), contract.Execution{}),
		"no archive":                       invalid(list(runtime.Folder{Name: "data", Content: artifact.Bytes("hello")}), contract.Execution{}),
		"an archive that is cut short":     invalid(list(runtime.Folder{Name: "data", Content: artifact.Bytes(archive[:1024])}), contract.Execution{}),
		"an empty archive":                 invalid(list(runtime.Folder{Name: "data"}), contract.Execution{}),
		"a start among the inputs":         {mode: "start", folders: list(folder("data", "c/d")), execution: starts("in/data/c", false), want: "/in/data/c /in/data/c read-only"},
		"a start at the inputs":            {mode: "start", execution: starts("in", false), want: "/in /in read-only"},
		"a start that is missing":          invalid(nil, starts("in/none", false)),
		"a start that is a file":           invalid(nil, starts("in/x", false)),
		"a start below a file":             invalid(nil, starts("in/x/y", true)),
		"a start in /tmp is made":          {mode: "start", execution: starts("tmp/a/b", false), want: "/tmp/a/b /tmp/a/b writable"},
		"a start in /out is made":          {mode: "start", execution: starts("out/a/b", false), want: "/out/a/b /out/a/b writable"},
		"a start among the inputs is made": {mode: "start", execution: starts("in/a/b", true), want: "/in/a/b /in/a/b writable"},
		"stdout where the start is":        invalid(nil, contract.Execution{Workdir: "out/a", Stdout: "a"}),
		"an input that may not be changed": {mode: "change", folders: list(folder("data", "a")), reason: runtime.Exit},
		"inputs that are changed":          {mode: "change", folders: list(folder("data", "a", "b")), execution: contract.Execution{Writable: true}, want: changed},
	}
}

// changed is the content of /in that the probe finds after its changes.
const changed = `/in/data/b "b"
/in/data/x "the input\nand more\n"
/in/new/y "y"`

// packFolder makes a packed folder of files that contain their own names.
func packFolder(t *testing.T, name string, files []string) runtime.Folder {
	t.Helper()
	var sources []tree.Source
	for _, f := range files {
		sources = append(sources, tree.Source{Name: f, Content: artifact.Bytes(f)})
	}
	var archive bytes.Buffer
	if err := tree.Pack(&archive, sources); err != nil {
		t.Fatal(err)
	}
	return runtime.Folder{Name: name, Content: artifact.Bytes(archive.Bytes())}
}
