// Package memfs is the file system an app sees: in memory, with three folders. /in
// holds the task's inputs and is read-only unless the task says otherwise, /out takes the output, /tmp takes what
// is of no further use. Everything about it is the same on every machine: listings
// are sorted, times are zero, inode numbers count up in order of creation.
package memfs

import (
	"maps"
	"slices"
)

// Node is a file or a directory.
type Node struct {
	// Inode is its number.
	Inode uint64
	// Data is a file's content. Only WriteAt and Resize change it.
	Data []byte
	// Executable is the executable bit; only inputs can have it.
	Executable bool

	// borrowed: Data is the input's own memory, which holds no room of the area and must not be written to.
	borrowed bool
	name     string
	parent   *Node
	children map[string]*Node // nil for a file
	area     *area
	opened   int
	linked   bool
}

// area is what a part of the tree may hold.
type area struct {
	writable bool
	used     uint64
	limit    uint64
	full     Errno // what a write beyond limit gives
}

// IsDir tells a directory from a file.
func (n *Node) IsDir() bool { return n.children != nil }

// Size is a file's length in bytes; a directory has none.
func (n *Node) Size() uint64 { return uint64(len(n.Data)) }

// heldBytes is how many bytes of its area a file takes.
func (n *Node) heldBytes() uint64 {
	if n.borrowed {
		return 0
	}
	return n.Size()
}

// ownContent makes the first bytes of an input's content, at most size, the file's own.
func (n *Node) ownContent(size uint64) {
	if n.borrowed {
		n.Data, n.borrowed = append([]byte(nil), n.Data[:min(size, n.Size())]...), false
	}
}

// Names lists a directory, sorted by bytes.
func (n *Node) Names() []string { return slices.Sorted(maps.Keys(n.children)) }

// Child gives the entry of a directory with this name, or nil.
func (n *Node) Child(name string) *Node { return n.children[name] }

// Parent gives the directory that holds n; the root holds itself.
func (n *Node) Parent() *Node {
	if n.parent == nil {
		return n
	}
	return n.parent
}

// isWithin tells whether n is dir or lies below it.
func (n *Node) isWithin(dir *Node) bool {
	for ; n != nil; n = n.parent {
		if n == dir {
			return true
		}
	}
	return false
}

// walkDown calls visit for n and everything below, parents first.
func (n *Node) walkDown(visit func(n *Node)) {
	visit(n)
	for _, child := range n.children {
		child.walkDown(visit)
	}
}

// listBelow calls visit for everything below n with its path, parents first, in sorted order. It goes on below a directory if
// visit says so.
func (n *Node) listBelow(prefix string, visit func(path string, n *Node) (descend bool)) {
	for _, name := range n.Names() {
		child := n.children[name]
		if visit(prefix+name, child) {
			child.listBelow(prefix+name+"/", visit)
		}
	}
}
