package wasi

import (
	"encoding/binary"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
)

// This file has the table of open descriptors and the functions that query or change one. The lowest free number is always used, so
// that a program gets the same numbers on every machine. Times, advice and syncing are accepted without an effect: files are in
// memory, and their times are zero.

// maxDescriptors is how many descriptors can be open at once.
const maxDescriptors = 1024

// File types.
const (
	typeUnknown   = 0
	typeDirectory = 3
	typeRegular   = 4
)

// Rights: the two that have an effect, and all of them.
const (
	rightRead  = 1 << 1
	rightWrite = 1 << 6
	allRights  = 1<<30 - 1
	// fileRights are the rights to change a size, by a path or by a descriptor, and to seek. A directory has none of them.
	fileRights = 1<<19 | 1<<22 | 1<<2
)

// flagAppend is the descriptor flag of the name.
const flagAppend = 1

// descriptor is an open file, an open directory, or one of the three streams.
type descriptor struct {
	fileType           byte
	readable, writable bool
	flags              uint16
	dropped            uint64      // rights that the app gave up
	node               *memfs.Node // nil for a stream that is no file
	offset             uint64
	preopen            string
	listing            []entry
	stream             *stream // of the app's stdout and stderr
}

func (c *call) descriptorAt(fd uint32) (*descriptor, Errno) {
	if fd >= uint32(len(c.fds)) || c.fds[fd] == nil {
		return nil, memfs.BadFile
	}
	return c.fds[fd], memfs.Success
}

// directoryAt returns the node of an open directory.
func (c *call) directoryAt(fd uint32) (*memfs.Node, Errno) {
	d, errno := c.descriptorAt(fd)
	switch {
	case errno != memfs.Success:
		return nil, errno
	case d.node == nil || !d.node.IsDir():
		return nil, memfs.NotDir
	}
	return d.node, memfs.Success
}

// fileAt returns an open regular file.
func (c *call) fileAt(fd uint32) (*descriptor, Errno) {
	d, errno := c.descriptorAt(fd)
	switch {
	case errno != memfs.Success:
		return nil, errno
	case d.node == nil:
		return nil, memfs.NotSeekable
	case d.node.IsDir():
		return nil, memfs.IsDirectory
	}
	return d, memfs.Success
}

// installDescriptor gives a descriptor the lowest free number.
func (c *call) installDescriptor(d *descriptor) (uint32, Errno) {
	for fd, used := range c.fds {
		if used == nil {
			c.fds[fd] = d
			return uint32(fd), memfs.Success
		}
	}
	if len(c.fds) >= maxDescriptors {
		return 0, memfs.TooManyOpen
	}
	c.fds = append(c.fds, d)
	return uint32(len(c.fds) - 1), memfs.Success
}

// onDescriptor does nothing and succeeds if parameter 0 is a descriptor: advice, syncing, rights and times have no meaning here.
func (c *call) onDescriptor() Errno {
	_, errno := c.descriptorAt(c.u32(0))
	return errno
}

// Flags of fd_filestat_set_times and path_filestat_set_times: set a given time, or the present one.
const (
	timeAccess, timeAccessNow = 1, 2
	timeChange, timeChangeNow = 4, 8
)

// checkTimes refuses flags that set one time twice. Otherwise times have no meaning here: they are zero.
func checkTimes(flags uint32) Errno {
	const access, change = timeAccess | timeAccessNow, timeChange | timeChangeNow
	if flags&access == access || flags&change == change || flags > access|change {
		return memfs.Invalid
	}
	return memfs.Success
}

func (c *call) fdFileStatSetTimes() Errno {
	if errno := c.onDescriptor(); errno != memfs.Success {
		return errno
	}
	return checkTimes(c.u32(3))
}

func (c *call) fdClose() Errno {
	d, errno := c.descriptorAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	c.releaseDescriptor(d)
	c.fds[c.u32(0)] = nil
	return memfs.Success
}

func (c *call) releaseDescriptor(d *descriptor) {
	if d.node != nil && d.preopen == "" {
		c.fs.Close(d.node)
	}
}

func (c *call) fdRenumber() Errno {
	from, to := c.u32(0), c.u32(1)
	d, errno := c.descriptorAt(from)
	if errno != memfs.Success {
		return errno
	}
	old, errno := c.descriptorAt(to)
	if errno != memfs.Success || from == to {
		return errno
	}
	c.releaseDescriptor(old)
	c.fds[to], c.fds[from] = d, nil
	return memfs.Success
}

func (c *call) fdStatGet() Errno {
	d, errno := c.descriptorAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	b, errno := c.viewBytes(c.u32(1), 24)
	if errno != memfs.Success {
		return errno
	}
	clear(b)
	b[0] = d.fileType
	binary.LittleEndian.PutUint16(b[2:], d.flags)
	binary.LittleEndian.PutUint64(b[8:], d.rightsMask())
	binary.LittleEndian.PutUint64(b[16:], allRights)
	return memfs.Success
}

func (d *descriptor) rightsMask() uint64 {
	rights := uint64(allRights)
	if !d.readable {
		rights &^= rightRead
	}
	if !d.writable {
		rights &^= rightWrite
	}
	rights &^= d.dropped
	if d.fileType == typeDirectory {
		rights &^= fileRights
	}
	return rights
}

// fdStatSetRights gives up rights; it cannot add any. Only the rights to read and to write have an effect.
func (c *call) fdStatSetRights() Errno {
	d, errno := c.descriptorAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	kept := c.u64(1)
	if kept&^d.rightsMask() != 0 {
		return memfs.NotCapable
	}
	d.dropped |= allRights &^ kept
	d.readable = d.readable && kept&rightRead != 0
	d.writable = d.writable && kept&rightWrite != 0
	return memfs.Success
}

func (c *call) fdStatSetFlags() Errno {
	d, errno := c.descriptorAt(c.u32(0))
	if errno == memfs.Success {
		d.flags = uint16(c.u32(1)) & 0x1f
	}
	return errno
}

func (c *call) fdFileStatGet() Errno {
	d, errno := c.descriptorAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	return c.putFileStat(c.u32(1), d.fileType, d.node)
}

// putFileStat writes what is known about a file: its number, type and size.
func (c *call) putFileStat(offset uint32, fileType byte, n *memfs.Node) Errno {
	b, errno := c.viewBytes(offset, 64)
	if errno != memfs.Success {
		return errno
	}
	clear(b)
	b[16] = fileType
	binary.LittleEndian.PutUint64(b[24:], 1) // links
	if n != nil {
		binary.LittleEndian.PutUint64(b[8:], n.Inode)
		binary.LittleEndian.PutUint64(b[32:], n.Size())
	}
	return memfs.Success
}

func (c *call) fdPrestatGet() Errno {
	d, errno := c.descriptorAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	if d.preopen == "" {
		return memfs.BadFile
	}
	return c.putU64(c.u32(1), uint64(len(d.preopen))<<32) // the tag 0, the length
}

func (c *call) fdPrestatDirName() Errno {
	d, errno := c.descriptorAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	if d.preopen == "" {
		return memfs.BadFile
	}
	if c.u32(2) < uint32(len(d.preopen)) {
		return memfs.NameTooLong
	}
	b, errno := c.viewBytes(c.u32(1), uint32(len(d.preopen)))
	copy(b, d.preopen)
	return errno
}
