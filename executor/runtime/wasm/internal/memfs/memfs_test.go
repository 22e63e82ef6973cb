package memfs

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
)

func newFS(t testing.TB) *FS {
	t.Helper()
	fs, err := New([]result.File{
		{Path: "b", Content: artifact.Bytes("bb"), Executable: true}, {Path: "a/c", Content: artifact.Bytes("c")}, {Path: "empty", Dir: true},
	}, Limits{Out: 100, Temp: 50})
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

func TestInputsRefused(t *testing.T) {
	for name, inputs := range map[string][]result.File{
		"empty path":      {{Path: ""}},
		"absolute":        {{Path: "/a"}},
		"upwards":         {{Path: "a/../b"}},
		"dot":             {{Path: "./a"}},
		"zero byte":       {{Path: "a\x00"}},
		"twice":           {{Path: "a"}, {Path: "a"}},
		"file as folder":  {{Path: "a"}, {Path: "a/b"}},
		"folder as file":  {{Path: "a/b"}, {Path: "a"}},
		"name too long":   {{Path: strings.Repeat("n", MaxName+1)}},
		"path too long":   {{Path: strings.Repeat("n/", MaxPath)}},
		"too deep":        {{Path: strings.Repeat("n/", MaxDepth) + "n"}},
		"ends in a slash": {{Path: "a/"}},
	} {
		if _, err := New(inputs, Limits{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestOperations(t *testing.T) {
	write := OpenFlags{Create: true, Write: true}
	open := func(path string, flags OpenFlags) func(*FS) Errno {
		return func(fs *FS) Errno { _, errno := fs.Open(fs.Root(), path, flags); return errno }
	}
	mkdir := func(path string) func(*FS) Errno { return func(fs *FS) Errno { return fs.MakeDir(fs.Root(), path) } }
	remove := func(path string, dir bool) func(*FS) Errno {
		return func(fs *FS) Errno { return fs.Remove(fs.Root(), path, dir) }
	}
	rename := func(from, to string) func(*FS) Errno {
		return func(fs *FS) Errno { return fs.Rename(fs.Root(), from, fs.Root(), to) }
	}
	for name, tc := range map[string]struct {
		before []func(*FS) Errno
		do     func(*FS) Errno
		exp    Errno
	}{
		"read an input":               {nil, open("/in/a/c", OpenFlags{}), Success},
		"with dots and slashes":       {nil, open("in//a/./../a/c", OpenFlags{}), Success},
		"dots above the root":         {nil, open("../../in/b", OpenFlags{}), Success},
		"write an input":              {nil, open("in/b", OpenFlags{Write: true}), ReadOnly},
		"cut an input":                {nil, open("in/b", OpenFlags{Truncate: true}), ReadOnly},
		"make a file in /in":          {nil, open("in/new", write), ReadOnly},
		"make a file in /":            {nil, open("new", write), ReadOnly},
		"make a file in /out":         {nil, open("out/new", write), Success},
		"make it twice":               {[]func(*FS) Errno{open("out/new", write)}, open("out/new", write), Success},
		"make it twice, exclusively":  {[]func(*FS) Errno{open("out/new", write)}, open("out/new", OpenFlags{Create: true, Exclusive: true}), Exists},
		"open what is not there":      {nil, open("out/new", OpenFlags{}), NoEntry},
		"open in what is not there":   {nil, open("out/no/new", write), NoEntry},
		"open below a file":           {nil, open("in/b/c", OpenFlags{}), NotDir},
		"open the empty path":         {nil, open("", OpenFlags{}), NoEntry},
		"open a file as a folder":     {nil, open("in/b", OpenFlags{Directory: true}), NotDir},
		"open a file with a slash":    {nil, open("in/b/", OpenFlags{}), NotDir},
		"make a file with a slash":    {nil, open("out/x/", write), IsDirectory},
		"make a file over a folder":   {nil, open("out", write), IsDirectory},
		"open a folder":               {nil, open("in", OpenFlags{Directory: true}), Success},
		"a path too long":             {nil, open(strings.Repeat("a", MaxPath+1), OpenFlags{}), NameTooLong},
		"a name too long":             {nil, open("out/"+strings.Repeat("a", MaxName+1), write), NameTooLong},
		"a zero byte":                 {nil, open("out/a\x00", write), Invalid},
		"make a folder":               {nil, mkdir("out/d/"), Success},
		"make a folder twice":         {[]func(*FS) Errno{mkdir("out/d")}, mkdir("out/d"), Exists},
		"make a folder in /":          {nil, mkdir("d"), ReadOnly},
		"remove a file":               {[]func(*FS) Errno{open("tmp/f", write)}, remove("tmp/f", false), Success},
		"remove an input":             {nil, remove("in/b", false), ReadOnly},
		"remove /out":                 {nil, remove("out", true), ReadOnly},
		"remove the root":             {nil, remove("/", true), ReadOnly},
		"remove a folder as a file":   {[]func(*FS) Errno{mkdir("tmp/d")}, remove("tmp/d", false), IsDirectory},
		"remove a file as a folder":   {[]func(*FS) Errno{open("tmp/f", write)}, remove("tmp/f", true), NotDir},
		"remove a full folder":        {[]func(*FS) Errno{mkdir("tmp/d"), mkdir("tmp/d/e")}, remove("tmp/d", true), NotEmpty},
		"remove an empty folder":      {[]func(*FS) Errno{mkdir("tmp/d")}, remove("tmp/d", true), Success},
		"rename":                      {[]func(*FS) Errno{open("tmp/f", write)}, rename("tmp/f", "out/g"), Success},
		"rename to itself":            {[]func(*FS) Errno{open("tmp/f", write)}, rename("tmp/f", "tmp/../tmp/f"), Success},
		"rename an input":             {nil, rename("in/b", "out/b"), ReadOnly},
		"rename into /in":             {[]func(*FS) Errno{open("tmp/f", write)}, rename("tmp/f", "in/f"), ReadOnly},
		"rename over /out":            {[]func(*FS) Errno{mkdir("tmp/d")}, rename("tmp/d", "out"), ReadOnly},
		"rename over the root":        {[]func(*FS) Errno{mkdir("tmp/d")}, rename("tmp/d", "/"), ReadOnly},
		"rename /out":                 {nil, rename("out", "tmp/out"), ReadOnly},
		"rename what is not there":    {nil, rename("tmp/f", "out/f"), NoEntry},
		"rename a folder into itself": {[]func(*FS) Errno{mkdir("tmp/d"), mkdir("tmp/d/e")}, rename("tmp/d", "tmp/d/e/f"), Invalid},
		"rename over a full folder":   {[]func(*FS) Errno{mkdir("tmp/d"), mkdir("tmp/e"), mkdir("tmp/e/f")}, rename("tmp/d", "tmp/e"), NotEmpty},
		"rename over an empty folder": {[]func(*FS) Errno{mkdir("tmp/d"), mkdir("tmp/e")}, rename("tmp/d", "tmp/e"), Success},
		"rename a file over a folder": {[]func(*FS) Errno{open("tmp/f", write), mkdir("tmp/e")}, rename("tmp/f", "tmp/e"), IsDirectory},
		"rename a folder over a file": {[]func(*FS) Errno{open("tmp/f", write), mkdir("tmp/e")}, rename("tmp/e", "tmp/f"), NotDir},
		"rename a file to a folder":   {[]func(*FS) Errno{open("tmp/f", write)}, rename("tmp/f", "tmp/g/"), NotDir},
	} {
		t.Run(name, func(t *testing.T) {
			fs := newFS(t)
			for i, do := range tc.before {
				if errno := do(fs); errno != Success {
					t.Fatalf("preparation %d: %v", i, errno)
				}
			}
			if got := tc.do(fs); got != tc.exp {
				t.Errorf("got %v, want %v", got, tc.exp)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	fs := newFS(t)
	open := func(path string) *Node {
		n, errno := fs.Open(fs.Root(), path, OpenFlags{Create: true, Write: true})
		if errno != Success {
			t.Fatal(errno)
		}
		return n
	}
	out, tmp := open("out/f"), open("tmp/f")
	for i, step := range []struct {
		got, want Errno
	}{
		{out.WriteAt(make([]byte, 100), 0), Success},
		{out.WriteAt([]byte{1}, 100), OutputFull},
		{out.WriteAt([]byte{1}, 99), Success},
		{out.WriteAt([]byte{1}, 1<<63), FileTooBig},
		{out.WriteAt([]byte{1, 2}, 1<<64-1), FileTooBig},
		{out.Resize(40), Success},
		{out.WriteAt([]byte{1}, 98), Success}, // with a gap
		{out.Resize(101), OutputFull},
		{tmp.Resize(51), NoSpace},
		{tmp.Resize(50), Success},
		{fs.Rename(fs.Root(), "tmp/f", fs.Root(), "out/g"), OutputFull},
		{tmp.Resize(1), Success},
		{fs.Rename(fs.Root(), "tmp/f", fs.Root(), "out/g"), Success},
		{tmp.Resize(2), OutputFull},
		{fs.Remove(fs.Root(), "out/f", false), Success},
		{tmp.Resize(2), OutputFull}, // the removed file is still open
	} {
		if step.got != step.want {
			t.Errorf("step %d: got %v, want %v", i, step.got, step.want)
		}
	}
	if !bytes.Equal(out.Data[40:98], make([]byte, 58)) {
		t.Error("the gap is not zero")
	}
	fs.Close(out)
	if errno := tmp.Resize(100); errno != Success {
		t.Errorf("after closing the removed file: %v", errno)
	}
}

func TestNodesAreLimited(t *testing.T) {
	fs := newFS(t)
	for i := range MaxNodes {
		errno := fs.MakeDir(fs.Root(), fmt.Sprintf("tmp/%d", i))
		if errno == NoSpace && fs.nodes == MaxNodes {
			return
		}
		if errno != Success {
			t.Fatal(errno)
		}
	}
	t.Fatal("there is no limit")
}

func TestTree(t *testing.T) {
	fs := newFS(t)
	in, _ := fs.Lookup(fs.Root(), "in")
	if got := strings.Join(in.Names(), " "); got != "a b empty" {
		t.Errorf("got %q", got)
	}
	for path, inode := range map[string]uint64{"/": 1, "in": 2, "out": 3, "tmp": 4, "in/a": 5, "in/a/c": 6, "in/b": 7, "in/empty": 8} {
		if n, errno := fs.Lookup(fs.Root(), path); errno != Success || n.Inode != inode {
			t.Errorf("%s: got %+v, %v, want number %d", path, n, errno, inode)
		}
	}
	for _, path := range []string{"out/z", "out/d", "out/d/e"} {
		if errno := fs.MakeDir(fs.Root(), path); errno != Success {
			t.Fatal(errno)
		}
	}
	if _, errno := fs.Open(fs.Root(), "out/d.x", OpenFlags{Create: true}); errno != Success {
		t.Fatal(errno)
	}
	var paths []string
	for _, f := range fs.Output() {
		paths = append(paths, f.Path)
	}
	if got := strings.Join(paths, " "); got != "d d.x d/e z" {
		t.Errorf("got %q, want it sorted by path", got)
	}
}

// TestAccounts: after any operations an area's account is the sum of its files.
func TestAccounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		input := bytes.Repeat([]byte("i"), 60)
		fs, err := New([]result.File{{Path: "a", Content: artifact.Bytes(input)}, {Path: "d/x", Content: artifact.Bytes(input)}},
			Limits{Out: 200, Temp: 100, Writable: rapid.Bool().Draw(t, "writable")})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if !bytes.Equal(input, bytes.Repeat([]byte("i"), 60)) {
				t.Fatal("the input's own memory was changed")
			}
		}()
		path := rapid.SampledFrom([]string{"in/a", "in/b", "in/d/x", "out/a", "out/b", "tmp/a", "tmp/b", "out/d", "out/d/x", "tmp/d", "tmp/d/x"})
		var open []*Node
		for range rapid.IntRange(1, 60).Draw(t, "operations") {
			switch rapid.IntRange(0, 6).Draw(t, "operation") {
			case 0:
				if n, errno := fs.Open(fs.Root(), path.Draw(t, "path"), OpenFlags{Create: true, Write: true}); errno == Success {
					open = append(open, n)
				}
			case 1:
				if len(open) > 0 {
					open[len(open)-1].WriteAt(make([]byte, rapid.IntRange(0, 80).Draw(t, "size")), rapid.Uint64Range(0, 80).Draw(t, "offset"))
				}
			case 2:
				if len(open) > 0 {
					open[0].Resize(rapid.Uint64Range(0, 120).Draw(t, "size"))
				}
			case 3:
				if len(open) > 0 {
					fs.Close(open[0])
					open = open[1:]
				}
			case 4:
				fs.Remove(fs.Root(), path.Draw(t, "path"), rapid.Bool().Draw(t, "dir"))
			case 5:
				fs.MakeDir(fs.Root(), path.Draw(t, "path"))
			case 6:
				fs.Rename(fs.Root(), path.Draw(t, "from"), fs.Root(), path.Draw(t, "to"))
			}
			checkAccounts(t, fs, open)
		}
	})
}

func checkAccounts(t *rapid.T, fs *FS, open []*Node) {
	files := map[*Node]bool{}
	fs.root.walkDown(func(n *Node) { files[n] = true })
	for _, n := range open {
		files[n] = true
	}
	sums := map[*area]uint64{}
	for n := range files {
		sums[n.area] += n.heldBytes()
	}
	if uint64(len(files)) != fs.nodes {
		t.Fatalf("%d nodes are counted, %d are there", fs.nodes, len(files))
	}
	for a, sum := range sums {
		if a.used != sum || a.used > a.limit {
			t.Fatalf("an account of %d (limit %d), its files have %d", a.used, a.limit, sum)
		}
	}
}

// TestWritableInputs: a change below /in goes into the app's own copy, and the input stays as it was. The copy is counted, and cannot be
// moved out of /in.
func TestWritableInputs(t *testing.T) {
	input := []byte("0123456789")
	inputs := []result.File{{Path: "x", Content: artifact.Bytes(input), Executable: true}, {Path: "y", Content: artifact.Bytes(input)}}
	fixed, err := New(inputs, Limits{Out: 100, Temp: 50})
	if err != nil {
		t.Fatal(err)
	}
	if _, errno := fixed.Open(fixed.Root(), "in/x", OpenFlags{Write: true}); errno != ReadOnly {
		t.Errorf("without the flag: got %v, want %v", errno, ReadOnly)
	}
	fs, err := New(inputs, Limits{Out: 100, Temp: 12, Writable: true})
	if err != nil {
		t.Fatal(err)
	}
	x, errno := fs.Open(fs.Root(), "in/x", OpenFlags{Write: true})
	if errno != Success {
		t.Fatal(errno)
	}
	if got := x.Growth(2); got != 10 {
		t.Errorf("the first change is counted as %d bytes, want all 10", got)
	}
	if errno := x.WriteAt([]byte("ab"), 1); errno != Success || string(x.Data) != "0ab3456789" || string(input) != "0123456789" {
		t.Errorf("got %v, %q, and the input is %q", errno, x.Data, input)
	}
	if got := x.Growth(11); got != 1 {
		t.Errorf("the next change is counted as %d bytes, want 1", got)
	}
	y, errno := fs.Open(fs.Root(), "in/y", OpenFlags{Write: true})
	if errno != Success {
		t.Fatal(errno)
	}
	if errno := y.WriteAt([]byte("a"), 0); errno != NoSpace {
		t.Errorf("a copy that does not fit: got %v, want %v", errno, NoSpace)
	}
	if errno := y.Resize(2); errno != Success || string(y.Data) != "01" || string(input) != "0123456789" {
		t.Errorf("cut: got %v, %q, and the input is %q", errno, y.Data, input)
	}
	for _, move := range [][2]string{{"in/y", "out/y"}, {"in/y", "tmp/y"}} {
		if errno := fs.Rename(fs.Root(), move[0], fs.Root(), move[1]); errno != CrossDevice {
			t.Errorf("%v: got %v, want %v", move, errno, CrossDevice)
		}
	}
	if errno := fs.Remove(fs.Root(), "in/y", false); errno != Success {
		t.Error(errno)
	}
	if files := fs.Output(); len(files) != 0 {
		t.Errorf("the output has %v", files)
	}
}

func TestErrnoIsAnError(t *testing.T) {
	if err := fmt.Errorf("input: %w", NoSpace); !errors.Is(err, NoSpace) || !strings.Contains(err.Error(), "51") {
		t.Error(err)
	}
}
