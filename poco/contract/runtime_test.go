package contract

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Each runtime has a row in section 2 of the specification.
func TestRuntimesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range RuntimeNames() {
		if !strings.Contains(string(text), "\n| `"+name+"` |") {
			t.Errorf("docs/protocol.md: got no row of %q, want one in the table of runtimes in section 2", name)
		}
	}
}

func TestFindRuntime(t *testing.T) {
	for _, name := range RuntimeNames() {
		r, err := FindRuntime(name)
		if err != nil || r.Name != name {
			t.Errorf("%q: got %+v, %v", name, r, err)
		}
		if r.DefaultMemoryBytes > r.MaxMemoryBytes || r.MaxProgramBytes == 0 || r.DefaultOutputBytes == 0 || r.DefaultOutputBytes > r.MaxOutputBytes {
			t.Errorf("%q: limits %+v", name, r)
		}
		// A court runs a task again and compares its fuel. So only fuel that is the same everywhere can be counted.
		if r.FuelSchedule != "" && !r.Deterministic {
			t.Errorf("%q counts work that differs between machines", name)
		}
	}
	if names := RuntimeNames(); len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		t.Errorf("a name is there twice: %q", names)
	}
	for _, name := range []string{"", "WASM", "wasm ", strings.Repeat("x", 1000)} {
		if _, err := FindRuntime(name); err == nil || !strings.Contains(err.Error(), "expected wasm") || len(err.Error()) > 200 {
			t.Errorf("%.20q: got %v", name, err)
		}
	}
}

func TestCheckProgramBytes(t *testing.T) {
	r := runtimes[0]
	for size, ok := range map[uint64]bool{0: false, 1: true, r.MaxProgramBytes: true, r.MaxProgramBytes + 1: false} {
		if err := r.CheckProgramBytes(size); (err == nil) != ok {
			t.Errorf("%d: got %v, want acceptance %v", size, err, ok)
		}
	}
}
