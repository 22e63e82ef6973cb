package memfs

import "strings"

// This file has the changes to the tree: open, remove, rename, write, resize. Each is checked completely before it changes
// anything, so that a refused change leaves no trace. The bytes of a file count for the limit of the area in which it lies. The
// inputs' own bytes are shared with the worker and count for nothing until they are changed; then the file gets a copy.

// OpenFlags say how Open treats what it finds.
type OpenFlags struct{ Create, Directory, Exclusive, Truncate, Write bool }

// Open finds or makes a file, or finds a directory, and keeps it until Close.
func (fs *FS) Open(from *Node, path string, flags OpenFlags) (*Node, Errno) {
	p, errno := fs.findPlace(from, path)
	if errno != Success {
		return nil, errno
	}
	switch n := p.node; {
	case n == nil:
		return fs.openNew(p, path, flags)
	case flags.Create && flags.Exclusive:
		return nil, Exists
	case flags.Directory && !n.IsDir():
		return nil, NotDir
	case n.IsDir() && (flags.Truncate || flags.Create && !flags.Directory):
		return nil, IsDirectory
	case !n.IsDir() && (flags.Write || flags.Truncate) && !n.area.writable:
		return nil, ReadOnly
	}
	if flags.Truncate {
		if errno := p.node.Resize(0); errno != Success {
			return nil, errno
		}
	}
	p.node.opened++
	return p.node, Success
}

func (fs *FS) openNew(p place, path string, flags OpenFlags) (*Node, Errno) {
	switch {
	case !flags.Create:
		return nil, NoEntry
	case flags.Directory:
		return nil, Invalid
	case strings.HasSuffix(path, "/"):
		return nil, IsDirectory
	}
	n, errno := fs.makeNode(p, false)
	if errno == Success {
		n.opened++
	}
	return n, errno
}

func (fs *FS) makeNode(p place, dir bool) (*Node, Errno) {
	switch {
	case !p.dir.linked:
		return nil, NoEntry
	case !p.dir.area.writable:
		return nil, ReadOnly
	case fs.nodes >= MaxNodes || p.dir.depthInTree() >= MaxDepth:
		return nil, NoSpace
	}
	return fs.newNode(p.dir, p.name, p.dir.area, dir), Success
}

// Close releases a node that Open returned. An unlinked file is removed when its last user closes it.
func (fs *FS) Close(n *Node) {
	n.opened--
	fs.forgetNode(n)
}

func (fs *FS) forgetNode(n *Node) {
	if n.opened == 0 && !n.linked {
		n.area.used -= n.heldBytes()
		if !n.borrowed {
			n.area.room.Free(n.Data)
		}
		n.Data = nil
		fs.nodes--
	}
}

func (fs *FS) unlinkNode(n *Node) {
	delete(n.parent.children, n.name)
	n.linked = false
	fs.forgetNode(n)
}

// MakeDir makes a directory.
func (fs *FS) MakeDir(from *Node, path string) Errno {
	p, errno := fs.findPlace(from, path)
	switch {
	case errno != Success:
		return errno
	case p.node != nil:
		return Exists
	}
	_, errno = fs.makeNode(p, true)
	return errno
}

// Remove removes a file, or an empty directory if dir is set.
func (fs *FS) Remove(from *Node, path string, dir bool) Errno {
	p, errno := fs.findPlace(from, path)
	switch n := p.node; {
	case errno != Success:
		return errno
	case n == nil:
		return NoEntry
	case dir && !n.IsDir():
		return NotDir
	case !dir && n.IsDir():
		return IsDirectory
	case n.parent == nil || !n.parent.area.writable:
		return ReadOnly
	case len(n.children) > 0:
		return NotEmpty
	}
	fs.unlinkNode(p.node)
	return Success
}

// Rename moves a file or directory. It may replace an existing file or empty directory.
func (fs *FS) Rename(from *Node, oldPath string, to *Node, newPath string) Errno {
	src, errno := fs.findPlace(from, oldPath)
	if errno != Success {
		return errno
	}
	dst, errno := fs.findPlace(to, newPath)
	if errno != Success {
		return errno
	}
	n := src.node
	switch {
	case n == nil:
		return NoEntry
	case n.parent == nil || !n.parent.area.writable || !dst.dir.area.writable:
		return ReadOnly
	case dst.node == n:
		return Success
	case dst.dir.isWithin(n):
		return Invalid
	case !dst.dir.linked:
		return NoEntry
	case n.isWithin(fs.in) != dst.dir.isWithin(fs.in):
		return CrossDevice // a program copies then, which is charged
	case n.IsDir() && dst.dir.depthInTree()+n.heightBelow() > MaxDepth:
		return NoSpace
	}
	if old := dst.node; old != nil {
		if errno := checkReplaceable(old, n); errno != Success {
			return errno
		}
	} else if !n.IsDir() && strings.HasSuffix(newPath, "/") {
		return NotDir
	}
	return fs.moveNode(n, dst)
}

func checkReplaceable(old, n *Node) Errno {
	switch {
	case !old.parent.area.writable:
		return ReadOnly
	case old.IsDir() && !n.IsDir():
		return IsDirectory
	case !old.IsDir() && n.IsDir():
		return NotDir
	case len(old.children) > 0:
		return NotEmpty
	}
	return Success
}

// moveNode moves n to its new place. A move between /tmp and /out moves its bytes from one limit to the other.
func (fs *FS) moveNode(n *Node, dst place) Errno {
	if target := dst.dir.area; target != n.area {
		size := n.treeSize()
		if target.used+size > target.limit {
			return target.full
		}
		target.used += size
		n.area.used -= size
		n.walkDown(func(below *Node) { below.area = target })
	}
	if dst.node != nil {
		fs.unlinkNode(dst.node)
	}
	delete(n.parent.children, n.name)
	n.parent, n.name = dst.dir, dst.name
	dst.dir.children[dst.name] = n
	return Success
}

func (n *Node) treeSize() (size uint64) {
	n.walkDown(func(below *Node) { size += below.heldBytes() })
	return size
}

// heightBelow returns the number of levels below n.
func (n *Node) heightBelow() (h int) {
	for _, child := range n.children {
		h = max(h, 1+child.heightBelow())
	}
	return h
}

// Growth returns how many bytes are newly held when a file is written up to end. This is the growth of the file. For an input that
// is changed for the first time, it is the size of the whole file.
func (n *Node) Growth(end uint64) uint64 {
	if n.borrowed {
		return max(end, n.Size())
	}
	if end <= n.Size() {
		return 0
	}
	return end - n.Size()
}

// WriteAt writes into a file. The file grows as needed, and a gap is filled with zeros.
func (n *Node) WriteAt(data []byte, offset uint64) Errno {
	if len(data) == 0 {
		return Success
	}
	end := offset + uint64(len(data))
	if end < offset {
		return FileTooBig
	}
	if errno := n.reserveBytes(n.Growth(end), end); errno != Success {
		return errno
	}
	n.ownContent(n.Size())
	n.extendTo(end)
	copy(n.Data[offset:], data)
	return Success
}

// Resize cuts a file, or fills it up with zeros.
func (n *Node) Resize(size uint64) Errno {
	if errno := n.reserveBytes(n.Resized(size), size); errno != Success {
		return errno
	}
	if n.borrowed {
		n.ownContent(size)
		n.extendTo(size)
		return Success
	}
	if size < n.Size() {
		n.area.used -= n.Size() - size
		clear(n.Data[size:])
		n.Data = n.Data[:size]
		return Success
	}
	n.extendTo(size)
	return Success
}

// Resized returns the Growth of a file that is cut or filled up to a size.
func (n *Node) Resized(size uint64) uint64 {
	if n.borrowed {
		return size
	}
	return n.Growth(size)
}

// Fits says whether the file may be extended to end, with growth newly held bytes.
func (n *Node) Fits(growth, end uint64) Errno {
	switch {
	case !n.area.writable:
		return ReadOnly
	case end > MaxFile:
		return FileTooBig
	case growth > n.area.limit-n.area.used:
		return n.area.full
	}
	return Success
}

// reserveBytes takes newly held bytes from the area's limit.
func (n *Node) reserveBytes(growth, end uint64) Errno {
	errno := n.Fits(growth, end)
	if errno == Success {
		n.area.used += growth
	}
	return errno
}

// extendTo fills a file up with zeros to a size, unless it is longer.
func (n *Node) extendTo(size uint64) {
	if size > n.Size() {
		n.Data = n.area.room.Grow(n.Data, size)[:size]
	}
}
