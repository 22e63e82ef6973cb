package wasi

import (
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
)

// Flags of path_open.
const (
	openCreate    = 1
	openDirectory = 2
	openExclusive = 4
	openTruncate  = 8
)

// dirAndPath reads a directory's descriptor and a path from the parameters with these numbers.
func (c *call) dirAndPath(fd, path int) (*memfs.Node, string, Errno) {
	dir, errno := c.directoryAt(c.u32(fd))
	if errno != memfs.Success {
		return nil, "", errno
	}
	name, errno := c.readPath(c.u32(path), c.u32(path+1))
	return dir, name, errno
}

func (c *call) pathOpen() Errno {
	dir, path, errno := c.dirAndPath(0, 2)
	if errno != memfs.Success {
		return errno
	}
	flags, rights := c.u32(4), c.u64(5)
	d := &descriptor{writable: rights&rightWrite != 0, flags: uint16(c.u32(7)) & 0x1f}
	d.readable = rights&rightRead != 0 || !d.writable
	d.node, errno = c.fs.Open(dir, path, memfs.OpenFlags{
		Create:    flags&openCreate != 0,
		Directory: flags&openDirectory != 0,
		Exclusive: flags&openExclusive != 0,
		Truncate:  flags&openTruncate != 0,
		Write:     d.writable,
	})
	if errno != memfs.Success {
		return errno
	}
	d.fileType = fileType(d.node)
	if d.node.IsDir() && d.writable {
		c.releaseDescriptor(d)
		return memfs.IsDirectory
	}
	fd, errno := c.installDescriptor(d)
	if errno != memfs.Success {
		c.releaseDescriptor(d)
		return errno
	}
	return c.putU32(c.u32(8), fd)
}

func (c *call) pathFileStatGet() Errno {
	dir, path, errno := c.dirAndPath(0, 2)
	if errno != memfs.Success {
		return errno
	}
	n, errno := c.fs.Lookup(dir, path)
	if errno != memfs.Success {
		return errno
	}
	return c.putFileStat(c.u32(4), fileType(n), n)
}

// pathFileStatSetTimes does nothing to an existing file, because times are zero.
func (c *call) pathFileStatSetTimes() Errno {
	dir, path, errno := c.dirAndPath(0, 2)
	if errno != memfs.Success {
		return errno
	}
	if _, errno = c.fs.Lookup(dir, path); errno != memfs.Success {
		return errno
	}
	return checkTimes(c.u32(6))
}

// pathReadlink fails, because there are no links.
func (c *call) pathReadlink() Errno {
	dir, path, errno := c.dirAndPath(0, 1)
	if errno != memfs.Success {
		return errno
	}
	if _, errno = c.fs.Lookup(dir, path); errno != memfs.Success {
		return errno
	}
	return memfs.Invalid
}

func (c *call) pathCreateDirectory() Errno {
	dir, path, errno := c.dirAndPath(0, 1)
	if errno != memfs.Success {
		return errno
	}
	return c.fs.MakeDir(dir, path)
}

func (c *call) pathRemoveDirectory() Errno { return c.removeEntry(true) }
func (c *call) pathUnlinkFile() Errno      { return c.removeEntry(false) }

func (c *call) removeEntry(wantDir bool) Errno {
	dir, path, errno := c.dirAndPath(0, 1)
	if errno != memfs.Success {
		return errno
	}
	return c.fs.Remove(dir, path, wantDir)
}

func (c *call) pathRename() Errno {
	from, oldPath, errno := c.dirAndPath(0, 1)
	if errno != memfs.Success {
		return errno
	}
	to, newPath, errno := c.dirAndPath(3, 4)
	if errno != memfs.Success {
		return errno
	}
	if n, errno := c.fs.Lookup(from, oldPath); errno == memfs.Success && n.IsDir() {
		c.chargeFuel(c.fs.Nodes() * fuel.HostEntry) // all below it may have to be looked at
	}
	return c.fs.Rename(from, oldPath, to, newPath)
}
