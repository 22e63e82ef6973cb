package memfs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// Limits of the tree.
const (
	// MaxNodes is the largest number of files and directories, inputs included.
	MaxNodes = 1 << 16
	// MaxName and MaxPath bound names and paths, in bytes.
	MaxName = 255
	MaxPath = 4096
	// MaxDepth bounds how deeply directories nest; the deepest input, below /in, fits.
	MaxDepth = 128
	// MaxFile is the largest size a file can have, in bytes.
	MaxFile = 1 << 40
)

// Everything that the contract accepts as inputs, together with the largest number of datasets, fits the tree. If it did not, these
// constants would not compile.
const (
	_ uint = MaxDepth - 1 - contract.MaxInputDepth
	_ uint = MaxNodes/2 - contract.MaxInputNodes
	_ uint = MaxName - contract.MaxInputNameBytes
)

// FS is the tree.
type FS struct {
	root, in, out *Node
	outArea       *area
	nodes         uint64 // now in the tree or open
	inodes        uint64 // ever made
}

// Limits bound the contents of a tree's folders.
type Limits struct {
	// Out bounds the bytes of the files in /out together. Temp bounds those in /tmp together with the changed files below /in.
	Out, Temp uint64
	// Writable lets the app change what lies below /in. A file is copied when its content is changed for the first time.
	Writable bool
	// Room is where the files' bytes lie; nil for this process's memory.
	Room Room
}

// New makes a tree with the inputs below /in. It fails for inputs that CheckInputs refuses.
func New(inputs []result.File, limits Limits) (*FS, error) {
	if err := CheckInputs(inputs); err != nil {
		return nil, err
	}
	room := limits.Room
	if room == nil {
		room = Memory{}
	}
	fixed := &area{room: room}
	temp := &area{writable: true, limit: limits.Temp, full: NoSpace, room: room}
	inputArea := fixed
	if limits.Writable {
		inputArea = temp
	}
	fs := &FS{outArea: &area{writable: true, limit: limits.Out, full: OutputFull, room: room}}
	fs.root = fs.newNode(nil, "", fixed, true)
	fs.in = fs.newNode(fs.root, "in", inputArea, true)
	fs.out = fs.newNode(fs.root, "out", fs.outArea, true)
	fs.newNode(fs.root, "tmp", temp, true)
	sorted := slices.Clone(inputs)
	slices.SortStableFunc(sorted, func(a, b result.File) int { return strings.Compare(a.Path, b.Path) })
	for _, file := range sorted {
		if err := fs.addInput(fs.in, file); err != nil {
			return nil, fmt.Errorf("input %q: %w", file.Path, err)
		}
	}
	return fs, nil
}

// CheckInputs checks inputs, datasets included, by the contract under which the chain accepted them.
func CheckInputs(inputs []result.File) error {
	var names []string
	for _, file := range inputs {
		if err := contract.CheckInputName(file.Path); err != nil {
			return fmt.Errorf("input %w", err)
		}
		if !file.Dir {
			names = append(names, file.Path)
		}
	}
	return contract.CheckTree(names)
}

func (fs *FS) addInput(dir *Node, file result.File) error {
	names := strings.Split(file.Path, "/")
	for i, name := range names {
		last := i == len(names)-1
		next := dir.children[name]
		switch {
		case next == nil && fs.nodes >= MaxNodes:
			return NoSpace
		case next == nil:
			next = fs.newNode(dir, name, dir.area, !last || file.Dir)
		case last && file.Dir && next.IsDir():
		case last:
			return Exists
		case !next.IsDir():
			return NotDir
		}
		dir = next
	}
	if !file.Dir {
		// The slice is clipped, so that nothing can be appended behind it in place.
		data, err := artifact.ReadContent(file.Content)
		if err != nil {
			return err
		}
		dir.Data, dir.Executable, dir.borrowed = slices.Clip(data), file.Executable, true
	}
	return nil
}

func (fs *FS) newNode(parent *Node, name string, a *area, dir bool) *Node {
	fs.nodes++
	fs.inodes++
	n := &Node{Inode: fs.inodes, name: name, parent: parent, area: a, linked: true}
	if dir {
		n.children = map[string]*Node{}
	}
	if parent != nil {
		parent.children[name] = n
	}
	return n
}

// Nodes returns the number of files and directories.
func (fs *FS) Nodes() uint64 { return fs.nodes }

// Root returns the directory "/".
func (fs *FS) Root() *Node { return fs.root }

// asFile returns the node as an entry of a tree.
func (n *Node) asFile(path string) result.File {
	if n.IsDir() {
		return result.File{Path: path, Dir: true}
	}
	return result.File{Path: path, Content: artifact.Bytes(n.Data), Executable: n.Executable}
}

// Output lists the tree below /out, sorted by path, with paths relative to /out. A folder whose path is longer than any in a result
// is listed, which makes the tree invalid as a result. The contents of such a folder are left out, because their paths, of up to 32
// KiB each, could take gigabytes.
func (fs *FS) Output() []result.File {
	var files []result.File
	fs.out.listBelow("", func(path string, n *Node) (descend bool) {
		files = append(files, n.asFile(path))
		return len(path) <= result.MaxPathBytes
	})
	slices.SortFunc(files, func(a, b result.File) int { return strings.Compare(a.Path, b.Path) })
	return files
}
