package wasm

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// folder returns a packed folder with files of these names. Each file holds its own name.
func folder(t *testing.T, name string, files ...string) runtime.Folder {
	t.Helper()
	var list []tree.Source
	for _, f := range files {
		list = append(list, tree.Source{Name: f, Content: artifact.Bytes(f)})
	}
	var archive bytes.Buffer
	if err := tree.Pack(&archive, list); err != nil {
		t.Fatal(err)
	}
	return runtime.Folder{Name: name, Content: artifact.Bytes(archive.Bytes())}
}

// TestFolders: a folder is unpacked where the app runs. A folder that cannot be unpacked is an answer of the task, and no failure of the
// machine.
func TestFolders(t *testing.T) {
	archive := func(f runtime.Folder) []byte { return f.Content.(artifact.Bytes) }
	for name, tc := range map[string]struct {
		folders   []runtime.Folder
		stdin     string
		workdir   string
		expReason runtime.Reason
		expText   string
	}{
		"a file in it":                  {folders: []runtime.Folder{folder(t, "data", "a/b", "c")}, stdin: "data/a/b", expText: "a/b"},
		"a file of another":             {folders: []runtime.Folder{folder(t, "data", "c"), folder(t, "more/data", "d")}, stdin: "more/data/d", expText: "d"},
		"at the root":                   {folders: []runtime.Folder{folder(t, contract.RootTree, "a/b")}, stdin: "a/b", expText: "a/b"},
		"a file beside it":              {folders: []runtime.Folder{folder(t, "data", "c")}, stdin: "x", expText: "the input\n"},
		"no such file":                  {folders: []runtime.Folder{folder(t, "data", "c")}, stdin: "data/d", expReason: runtime.InvalidInput},
		"a folder where a file is read": {folders: []runtime.Folder{folder(t, "data", "c/d")}, stdin: "data/c", expReason: runtime.InvalidInput},
		"work in it":                    {folders: []runtime.Folder{folder(t, "data", "c/d")}, stdin: "data/c/d", workdir: "in/data/c", expText: "c/d"},
		"no folder to work in":          {folders: []runtime.Folder{folder(t, "data", "c/d")}, workdir: "in/none", expReason: runtime.InvalidInput},
		"a file to work in":             {folders: []runtime.Folder{folder(t, "data", "c/d")}, workdir: "in/x", expReason: runtime.InvalidInput},
		"a folder to work in is made":   {workdir: "tmp/a/b", stdin: "x", expText: "the input\n"},
		"a file that is there already":  {folders: []runtime.Folder{folder(t, contract.RootTree, "x")}, expReason: runtime.InvalidInput},
		"two at the same place":         {folders: []runtime.Folder{folder(t, contract.RootTree, "data/c"), folder(t, "data", "c")}, expReason: runtime.InvalidInput},
		"among the datasets":            {folders: []runtime.Folder{folder(t, contract.RootTree, "datasets/acme/cities")}, expReason: runtime.InvalidInput},
		"too deep below its name":       {folders: []runtime.Folder{folder(t, strings.Repeat("d/", 61)+"d", "a/b/c")}, expReason: runtime.InvalidInput},
		"no archive":                    {folders: []runtime.Folder{{Name: "data", Content: artifact.Bytes("hello")}}, expReason: runtime.InvalidInput},
		"cut short":                     {folders: []runtime.Folder{{Name: "data", Content: artifact.Bytes(archive(folder(t, "data", "c"))[:1024])}}, expReason: runtime.InvalidInput},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := newRuntime(t)
			spec := conformance.Spec(testapps.Cat())
			spec.Folders, spec.Execution = tc.folders, contract.Execution{Stdin: tc.stdin, Workdir: tc.workdir}
			o, err := r.Run(context.Background(), spec)
			if err != nil {
				t.Fatal(err)
			}
			o = conformance.LoadFiles(t, o)
			if o.Reason != tc.expReason {
				t.Fatalf("got %v %q, want %q: %s", o.Kind, o.Reason, tc.expReason, o.Stderr)
			}
			if tc.expReason == runtime.None && string(o.Files[0].Content.(artifact.Bytes)) != tc.expText {
				t.Errorf("got %v, want %q", o.Files, tc.expText)
			}
			if answer, err := runtime.AnswerOf(r.Rules(), o); err != nil || answer.Manifest.Kind != kindOf(tc.expReason) {
				t.Errorf("got %+v, %v", answer, err)
			}
		})
	}
}

func kindOf(r runtime.Reason) string {
	if r == runtime.None {
		return result.KindResult
	}
	return result.KindAppFailed
}

// TestRepeat: a program reads the clock and draws random numbers. It gives the same bytes for the same clock and seed, and other bytes if
// one of them differs.
func TestRepeat(t *testing.T) {
	r, _ := newRuntime(t)
	run := func(clock int64, seed byte) string {
		spec := conformance.Spec(testapps.Find("random-and-clock").Module)
		spec.Clock, spec.Seed = clock, [32]byte{seed}
		o, err := r.Run(context.Background(), spec)
		if err != nil || o.Kind != runtime.Result {
			t.Fatalf("%v %q %s, %v", o.Kind, o.Reason, o.Stderr, err)
		}
		answer, err := runtime.AnswerOf(r.Rules(), o)
		if err != nil {
			t.Fatal(err)
		}
		return string(answer.Manifest.Bytes())
	}
	first := run(1000, 1)
	if again := run(1000, 1); again != first {
		t.Error("a second run is another one")
	}
	if other := run(1001, 1); other == first {
		t.Error("the clock makes no difference")
	}
	if other := run(1000, 2); other == first {
		t.Error("the seed makes no difference")
	}
}
