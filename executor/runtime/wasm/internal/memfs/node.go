// Package memfs is the file system that an app sees. It is this process's own and has three folders. /in holds the task's inputs and is
// read-only unless the task says otherwise, /out takes the output, and /tmp takes temporary files. Everything about it is the same
// on every machine: listings are sorted, times are zero, inode numbers count up in the order of creation.
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

	// borrowed says that Data is the input's own memory, which does not count for the area and must not be written to.
	borrowed bool
	name     string
	parent   *Node
	children map[string]*Node // nil for a file
	area     *area
	opened   int
	linked   bool
}

// area holds the limit of a part of the tree.
type area struct {
	writable bool
	used     uint64
	limit    uint64
	full     Errno // what a write beyond limit gives
	room     Room  // the same in all areas of a tree
}

// IsDir says whether the node is a directory.
func (n *Node) IsDir() bool { return n.children != nil }

// Size is a file's length in bytes; a directory has none.
func (n *Node) Size() uint64 { return uint64(len(n.Data)) }

// heldBytes returns how many bytes of its area a file takes.
func (n *Node) heldBytes() uint64 {
	if n.borrowed {
		return 0
	}
	return n.Size()
}

// ownContent copies the first bytes of an input's content, at most size, so that the file owns them.
func (n *Node) ownContent(size uint64) {
	if n.borrowed {
		kept := n.Data[:min(size, n.Size())]
		n.Data, n.borrowed = append(n.area.room.Grow(nil, uint64(len(kept))), kept...), false
	}
}

// Names lists a directory, sorted by bytes.
func (n *Node) Names() []string { return slices.Sorted(maps.Keys(n.children)) }

// Child returns the entry of a directory with this name, or nil.
func (n *Node) Child(name string) *Node { return n.children[name] }

// Parent returns the directory that holds n; the root holds itself.
func (n *Node) Parent() *Node {
	if n.parent == nil {
		return n
	}
	return n.parent
}

// isWithin says whether n is dir or lies below it.
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

// listBelow calls visit for everything below n with its path, parents first, in sorted order. It descends into a directory only if
// visit returns true.
func (n *Node) listBelow(prefix string, visit func(path string, n *Node) (descend bool)) {
	for _, name := range n.Names() {
		child := n.children[name]
		if visit(prefix+name, child) {
			child.listBelow(prefix+name+"/", visit)
		}
	}
}
