package wasi

import (
	"encoding/binary"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
)

// entry is a line of a directory listing.
type entry struct {
	name string
	node *memfs.Node
}

// direntSize is the size of an entry without its name.
const direntSize = 24

// fdReaddir writes the listing from a place on: ".", "..", then the names sorted by bytes. The listing is made when it is read from
// place 0, and does not change afterwards.
func (c *call) fdReaddir() Errno {
	dir, errno := c.directoryAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	d, at, size, place := c.fds[c.u32(0)], c.u32(1), c.u32(2), c.u64(3)
	buffer, errno := c.viewBytes(at, size)
	if errno != memfs.Success {
		return errno
	}
	if place == 0 || d.listing == nil {
		d.listing = c.listEntries(dir)
	}
	if place > uint64(len(d.listing)) {
		return memfs.Invalid
	}
	used := 0
	for i, e := range d.listing[place:] {
		if used == len(buffer) {
			break
		}
		used += copy(buffer[used:], e.encodeEntry(place+uint64(i)+1))
	}
	c.chargeBytes(uint64(used))
	return c.putU32(c.u32(4), uint32(used))
}

func (c *call) listEntries(dir *memfs.Node) []entry {
	names := dir.Names()
	c.chargeFuel(uint64(len(names)+2) * fuel.HostEntry)
	listing := []entry{{".", dir}, {"..", dir.Parent()}}
	for _, name := range names {
		listing = append(listing, entry{name, dir.Child(name)})
	}
	return listing
}

func (e entry) encodeEntry(next uint64) []byte {
	b := make([]byte, direntSize, direntSize+len(e.name))
	binary.LittleEndian.PutUint64(b, next)
	binary.LittleEndian.PutUint64(b[8:], e.node.Inode)
	binary.LittleEndian.PutUint32(b[16:], uint32(len(e.name)))
	b[20] = fileType(e.node)
	return append(b, e.name...)
}

func fileType(n *memfs.Node) byte {
	if n.IsDir() {
		return typeDirectory
	}
	return typeRegular
}
