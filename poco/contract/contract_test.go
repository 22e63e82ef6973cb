package contract

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// files returns inputs of these names, none of which is a folder.
func files(names ...string) (list []Input) {
	for _, name := range names {
		list = append(list, Input{Name: name})
	}
	return list
}

func TestCheckInputName(t *testing.T) {
	for name, ok := range map[string]bool{
		"a": true, "a/b": true, "..a": true, "é": true, "a b": true, strings.Repeat("x", 255): true,
		"": false, ".": false, "..": false, "/a": false, "../a": false, "a/..": false, "a/../b": false, "a//b": false, "./a": false, "a/.": false, "a/": false,
		"a\\b": false, "a\n": false, "a\x00": false, "a\u0085": false, "\xff": false, strings.Repeat("x", 256): false,
		strings.Repeat("a/", MaxInputDepth-1) + "a": true, strings.Repeat("a/", MaxInputDepth) + "a": false,
	} {
		if err := CheckInputName(name); (err == nil) != ok {
			t.Errorf("%.80q: got %v, want acceptance %v", name, err, ok)
		}
	}
}

func TestCheckInputs(t *testing.T) {
	for _, tc := range []struct {
		names  []string
		expErr string
	}{
		{nil, ""},
		{[]string{"a", "b/a", "b/b"}, ""},
		{[]string{"a", "a-b", "a.b"}, ""},
		{[]string{"a", ""}, "inputs[1].name: got 0 bytes"},
		{[]string{"datasets"}, "where datasets are"},
		{[]string{"datasets/acme/cities"}, "where datasets are"},
		{[]string{"datasets-of-mine"}, ""},
		{[]string{"b", "a", "b"}, `"b" is there twice`},
		{[]string{"a", "a-", "a/b"}, `"a" is a file and the folder of "a/b"`},
		{[]string{"a/b/c", "a"}, `"a" is a file and the folder of "a/b/c"`},
	} {
		err := CheckInputs(files(tc.names...))
		if (err == nil) != (tc.expErr == "") || err != nil && !strings.Contains(err.Error(), tc.expErr) {
			t.Errorf("%q: got %v, want %q", tc.names, err, tc.expErr)
		}
	}
}

// TestInputNodes: the greatest number of files and folders is taken, and one more is refused.
func TestInputNodes(t *testing.T) {
	var names []string
	for i := 0; len(names) < MaxInputNodes/2; i++ {
		names = append(names, fmt.Sprintf("%05d/file", i)) // two nodes each
	}
	if err := CheckInputs(files(names...)); err != nil {
		t.Fatal(err)
	}
	if err := CheckInputs(files(append(names, "00000/other")...)); err == nil {
		t.Error("a node too many is accepted")
	}
	if err := CheckTree(append(names, "datasets/acme/cities")); err != nil {
		t.Errorf("a dataset beside the most that inputs may be: %v", err)
	}
}

// TestNodesAreCounted compares the count with that of a set, which is plainly right.
func TestNodesAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "b", "a-", "a.", "ab"})
		set, tree := map[string]bool{}, map[string]bool{}
		for range rapid.IntRange(0, 12).Draw(t, "names") {
			name := strings.Join(rapid.SliceOfN(word, 1, 4).Draw(t, "name"), "/")
			set[name] = true
			parts := strings.Split(name, "/")
			for i := range parts {
				tree[strings.Join(parts[:i+1], "/")] = true
			}
		}
		var names []string
		for name := range set {
			names = append(names, name)
		}
		nodes, last := 0, ""
		sorted := slices.Sorted(slices.Values(names))
		for _, name := range sorted {
			nodes, last = nodes+newNodes(last, name), name
		}
		if CheckTree(names) == nil && nodes != len(tree) {
			t.Fatalf("%q: got %d nodes, want %d", sorted, nodes, len(tree))
		}
	})
}

func TestLimits(t *testing.T) {
	wasm, err := FindRuntime(RuntimeWasm)
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[uint64]uint64{
		0: 1 << 30, 1: 1, 1 << 30: 1 << 30, MaxMemoryBytes: MaxMemoryBytes, 4 << 30: MaxMemoryBytes, 1 << 63: MaxMemoryBytes,
	} {
		if got := wasm.MemoryBytes(asked); got != want {
			t.Errorf("memory for %d: got %d, want %d", asked, got, want)
		}
	}
	for asked, want := range map[uint64]uint64{0: 64 << 20, 1: 1, 1 << 30: 1 << 30, 4 << 30: 4 << 30, 1 << 40: 4 << 30} {
		if got := wasm.OutputBytes(asked); got != want {
			t.Errorf("output for %d: got %d, want %d", asked, got, want)
		}
	}
	if MaxMemoryBytes >= 1<<32 {
		t.Error("the size of the largest memory does not fit 32 bits")
	}
}

// TestCheckLimits: each runtime refuses one byte more than it has or the chain allows, and names the field.
func TestCheckLimits(t *testing.T) {
	for _, name := range RuntimeNames() {
		r, err := FindRuntime(name)
		if err != nil {
			t.Fatal(err)
		}
		const most = 1 << 30
		for _, tc := range []struct {
			memory, output, most uint64
			says                 string
		}{
			{0, 0, most, ""},
			{r.MaxMemoryBytes, most, most, ""},
			{r.MaxMemoryBytes + 1, 0, most, "resources.memory_bytes"},
			{0, most + 1, most, "resources.disk_bytes"},
			{0, r.MaxOutputBytes, 1 << 50, ""},
			{0, r.MaxOutputBytes + 1, 1 << 50, "resources.disk_bytes"},
			{0, 0, r.DefaultOutputBytes, ""},
			{0, 0, r.DefaultOutputBytes - 1, "resources.disk_bytes"},
		} {
			err := r.CheckLimits(tc.memory, tc.output, tc.most)
			if tc.says == "" && err != nil || tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says)) {
				t.Errorf("%s, %+v: got %v", name, tc, err)
			}
		}
	}
}
