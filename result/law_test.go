package result

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
)

// outcome holds what a manifest must tell apart.
type outcome struct {
	kind, reason string
	exit         uint32
	stderr       string
	files        []File
}

func (o outcome) build() (Manifest, error) {
	return Manifest{Kind: o.kind, Reason: o.reason, ExitCode: o.exit, Stderr: o.stderr}.With(o.files)
}

func drawOutcome(t *rapid.T, label string) outcome {
	o := outcome{kind: rapid.SampledFrom([]string{KindResult, KindAppFailed}).Draw(t, label+" kind")}
	if o.kind == KindAppFailed {
		o.reason = rapid.SampledFrom([]string{"", "-", "exit", "trap:x"}).Draw(t, label+" reason")
	}
	o.exit = rapid.SampledFrom([]uint32{0, 1, 10}).Draw(t, label+" exit")
	o.stderr = rapid.SampledFrom([]string{"", "", "x", "x\n", `x\x0a`, "\xff", "é", "x\nentries 0", "\x1b[2J"}).Draw(t, label+" stderr")
	// The names are few and awkward, so that two trees are often nearly equal.
	names := rapid.SampledFrom([]string{"a", "b", "a/b", "a/b/c", "b/a", "a b", "a\n", `a\x0a`, "a\nd - - b", "é"})
	for _, name := range rapid.SliceOfNDistinct(names, 0, 4, rapid.ID).Draw(t, label+" names") {
		f := File{Path: name}
		switch rapid.IntRange(0, 3).Draw(t, label+" type") {
		case 0:
			f.Dir = true
		case 1:
			f.Executable = true
			fallthrough
		default:
			f.Content = artifact.Bytes(rapid.SampledFrom([]string{"", "x", "y", "xy"}).Draw(t, label+" data"))
		}
		o.files = append(o.files, f)
	}
	return o
}

// meaning is the obviously right twin of a manifest. It returns what one sees when looking at the tree, with each folder spelled out. It
// returns false for files that are no tree.
func (o outcome) meaning() (string, bool) {
	if o.reason == "-" {
		return "", false // "-" encodes that there is no reason
	}
	seen := map[string]string{}
	for _, f := range o.files {
		parts := strings.Split(f.Path, "/")
		for i := 1; i < len(parts); i++ {
			parent := strings.Join(parts[:i], "/")
			if was, ok := seen[parent]; ok && was != "folder" {
				return "", false
			}
			seen[parent] = "folder"
		}
		now := fmt.Sprintf("file %t %x", f.Executable, f.Content)
		if f.Dir {
			now = "folder"
		}
		if was, ok := seen[f.Path]; ok && (was != "folder" || now != "folder") {
			return "", false
		}
		seen[f.Path] = now
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q %d %q", o.kind, o.reason, o.exit, o.stderr)
	for _, path := range slices.Sorted(maps.Keys(seen)) {
		fmt.Fprintf(&b, "|%q %s", path, seen[path])
	}
	return b.String(), true
}

func TestManifestIsInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawOutcome(t, "a"), drawOutcome(t, "b")
		if rapid.Bool().Draw(t, "same head") {
			b.kind, b.reason, b.exit, b.stderr = a.kind, a.reason, a.exit, a.stderr
		}
		meaningA, okA := a.meaning()
		meaningB, okB := b.meaning()
		ma, errA := a.build()
		mb, errB := b.build()
		if okA != (errA == nil) || okB != (errB == nil) {
			t.Fatalf("twin and Build disagree: %t %v, %t %v", okA, errA, okB, errB)
		}
		if errA != nil || errB != nil {
			return
		}
		if (meaningA == meaningB) != bytes.Equal(ma.Bytes(), mb.Bytes()) {
			t.Fatalf("meanings %q and %q, manifests\n%s\n%s", meaningA, meaningB, ma.Bytes(), mb.Bytes())
		}
		if (meaningA == meaningB) != (ma.Digest() == mb.Digest()) {
			t.Fatalf("digests do not follow the manifests")
		}
	})
}

func TestManifestIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutcome(t, "tree")
		if _, ok := o.meaning(); !ok {
			t.Skip()
		}
		m, err := o.build()
		if err != nil {
			t.Fatal(err)
		}
		o.files = rapid.Permutation(o.files).Draw(t, "order")
		shuffled, err := o.build()
		if err != nil || m.Digest() != shuffled.Digest() {
			t.Fatalf("order changes the digest: %v\n%s\n%s", err, m.Bytes(), shuffled.Bytes())
		}
		back, err := Parse(m.Bytes())
		if err != nil || back.Digest() != m.Digest() {
			t.Fatalf("did not come back: %v", err)
		}
	})
}

// A manifest has one spelling. An edited manifest parses to something else, or not at all.
func TestParseAcceptsOneSpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutcome(t, "tree")
		m, err := o.build()
		if err != nil {
			t.Skip()
		}
		data := m.Bytes()
		at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		edited := bytes.Clone(data)
		edited[at] = rapid.SampledFrom([]byte(" \n\\x/-.0123456789abcdefdfxFX")).Draw(t, "byte")
		back, err := Parse(edited)
		if err == nil && !bytes.Equal(back.Bytes(), edited) {
			t.Fatalf("parsed but spelled otherwise:\n%s", edited)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, v := range vectors {
		m, err := Build(v.kind, v.reason, v.exit, v.files)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(m.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err == nil && !bytes.Equal(m.Bytes(), data) {
			t.Fatalf("parsed but spelled otherwise: %q", data)
		}
	})
}
