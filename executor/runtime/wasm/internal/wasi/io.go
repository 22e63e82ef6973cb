package wasi

import (
	"encoding/binary"
	"math"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
)

// This file reads and writes descriptors. A read fills all buffers unless the file ends, and a write takes all bytes or none, so
// that no program sees a machine's own buffer sizes. Fuel is charged for the bytes before they are copied. What is printed to a
// stream never fails; the stream keeps a bounded part of it.

// maxBuffers is how many buffers one call may use.
const maxBuffers = 1024

// readBuffers reads a list of buffers, charges for it, and returns the buffers and their total length.
func (c *call) readBuffers(list, count uint32) ([][]byte, uint64, Errno) {
	c.chargeFuel(uint64(count) * fuel.HostVector)
	if count > maxBuffers {
		return nil, 0, memfs.Invalid
	}
	vector, errno := c.viewBytes(list, count*8)
	if errno != memfs.Success {
		return nil, 0, errno
	}
	buffers, total := make([][]byte, 0, count), uint64(0)
	for ; len(vector) > 0; vector = vector[8:] {
		at, size := binary.LittleEndian.Uint32(vector), binary.LittleEndian.Uint32(vector[4:])
		b, errno := c.viewBytes(at, size)
		if errno != memfs.Success {
			return nil, 0, errno
		}
		buffers, total = append(buffers, b), total+uint64(size)
	}
	if total > math.MaxInt32 {
		return nil, 0, memfs.Invalid
	}
	return buffers, total, memfs.Success
}

func (c *call) fdRead() Errno {
	d, errno := c.descriptorAt(c.u32(0))
	switch {
	case errno != memfs.Success:
		return errno
	case !d.readable:
		return memfs.BadFile
	case d.node == nil: // stdin is empty
		return c.putU32(c.u32(3), 0)
	case d.node.IsDir():
		return memfs.IsDirectory
	}
	n, errno := c.readInto(d.node, d.offset)
	if errno != memfs.Success {
		return errno
	}
	d.offset += uint64(n)
	return c.putU32(c.u32(3), n)
}

func (c *call) fdPread() Errno {
	d, errno := c.fileAt(c.u32(0))
	switch {
	case errno != memfs.Success:
		return errno
	case !d.readable:
		return memfs.BadFile
	}
	n, errno := c.readInto(d.node, c.u64(3))
	if errno != memfs.Success {
		return errno
	}
	return c.putU32(c.u32(4), n)
}

// readInto fills the buffers (parameters 1 and 2) until they are full or the file ends, and never stops earlier.
func (c *call) readInto(n *memfs.Node, offset uint64) (uint32, Errno) {
	buffers, _, errno := c.readBuffers(c.u32(1), c.u32(2))
	if errno != memfs.Success {
		return 0, errno
	}
	data := n.Data[min(offset, n.Size()):]
	done := 0
	for _, b := range buffers {
		c.chargeBytes(uint64(min(len(b), len(data)-done)))
		done += copy(b, data[done:])
	}
	return uint32(done), memfs.Success
}

func (c *call) fdWrite() Errno {
	d, errno := c.descriptorAt(c.u32(0))
	switch {
	case errno != memfs.Success:
		return errno
	case !d.writable:
		return memfs.BadFile
	case d.stream != nil:
		return c.writeStream(d.stream)
	}
	if d.flags&flagAppend != 0 {
		d.offset = d.node.Size()
	}
	n, errno := c.writeFrom(d.node, d.offset)
	if errno != memfs.Success {
		return errno
	}
	d.offset += uint64(n)
	return c.putU32(c.u32(3), n)
}

func (c *call) fdPwrite() Errno {
	d, errno := c.fileAt(c.u32(0))
	switch {
	case errno != memfs.Success:
		return errno
	case !d.writable:
		return memfs.BadFile
	}
	n, errno := c.writeFrom(d.node, c.u64(3))
	if errno != memfs.Success {
		return errno
	}
	return c.putU32(c.u32(4), n)
}

// writeFrom writes the buffers (parameters 1 and 2), all or nothing.
func (c *call) writeFrom(n *memfs.Node, offset uint64) (uint32, Errno) {
	buffers, total, errno := c.readBuffers(c.u32(1), c.u32(2))
	if errno != memfs.Success || total == 0 {
		return 0, errno
	}
	if offset > memfs.MaxFile {
		return 0, memfs.FileTooBig
	}
	growth := n.Growth(offset + total)
	if errno := n.Fits(growth, offset+total); errno != memfs.Success {
		return 0, errno
	}
	c.chargeBytes(total + growth)
	for _, b := range buffers {
		if errno := n.WriteAt(b, offset); errno != memfs.Success {
			return 0, errno
		}
		offset += uint64(len(b))
	}
	return uint32(total), memfs.Success
}

// writeStream keeps the part of the data that the stream keeps, and drops the rest without an error.
func (c *call) writeStream(s *stream) Errno {
	buffers, total, errno := c.readBuffers(c.u32(1), c.u32(2))
	if errno != memfs.Success {
		return errno
	}
	c.chargeBytes(total)
	for _, b := range buffers {
		s.writeBytes(b)
	}
	return c.putU32(c.u32(3), uint32(total))
}

// The bases from which fdSeek counts.
const (
	seekStart = iota
	seekCurrent
	seekEnd
)

func (c *call) fdSeek() Errno {
	d, errno := c.fileAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	var base uint64
	switch c.u32(2) {
	case seekStart:
	case seekCurrent:
		base = d.offset
	case seekEnd:
		base = d.node.Size()
	default:
		return memfs.Invalid
	}
	delta := int64(c.u64(1))
	// Both are below 2^62 or the sum is refused, so it cannot overflow.
	if delta > memfs.MaxFile || delta < -memfs.MaxFile || int64(base)+delta < 0 || int64(base)+delta > memfs.MaxFile {
		return memfs.Invalid
	}
	d.offset = uint64(int64(base) + delta)
	return c.putU64(c.u32(3), d.offset)
}

func (c *call) fdTell() Errno {
	d, errno := c.fileAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	return c.putU64(c.u32(1), d.offset)
}

func (c *call) fdAllocate() Errno {
	d, errno := c.fileAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	offset, size := c.u64(1), c.u64(2)
	if size == 0 || offset > memfs.MaxFile || size > memfs.MaxFile {
		return memfs.Invalid
	}
	return c.resizeFile(d, max(d.node.Size(), offset+size))
}

func (c *call) fdFileStatSetSize() Errno {
	d, errno := c.fileAt(c.u32(0))
	if errno != memfs.Success {
		return errno
	}
	return c.resizeFile(d, c.u64(1))
}

func (c *call) resizeFile(d *descriptor, size uint64) Errno {
	if !d.writable {
		return memfs.BadFile
	}
	growth := d.node.Resized(size)
	if errno := d.node.Fits(growth, size); errno != memfs.Success {
		return errno
	}
	c.chargeBytes(growth)
	return d.node.Resize(size)
}
