package wasm

import (
	"os"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
)

// diskRoom keeps the large files that an app writes in a file, of which each has a region. The regions are mapped, so that the kernel
// writes them to the disk when it needs the memory for something else. The file's size is fixed: it is a hole, and only what is written
// takes disk. If the disk is full, the child ends by a signal, which is no answer.
type diskRoom struct {
	fd         int
	regionSize uint64
	free       []int64           // the offsets of the regions that no file has
	used       map[*byte]*region // by the first byte of the mapping
}

type region struct {
	offset int64
	whole  []byte // the mapping
}

// newRoom returns the room in a file that newRoomFile made for these limits.
func newRoom(f *os.File, output, temp uint64) memfs.Room {
	info, err := f.Stat()
	if err != nil {
		return memfs.Memory{}
	}
	r := &diskRoom{fd: int(f.Fd()), regionSize: regionSize(output, temp), used: map[*byte]*region{}}
	for i := info.Size()/int64(r.regionSize) - 1; i >= 0; i-- {
		r.free = append(r.free, i*int64(r.regionSize))
	}
	return r
}

// Grow implements memfs.Room.
func (r *diskRoom) Grow(data []byte, size uint64) []byte {
	if size <= uint64(cap(data)) {
		return data
	}
	// A quarter more than is needed, so that a file that grows byte by byte is not mapped anew each time.
	const block = 1 << 20
	want := min((size+size/4+block-1)/block*block, r.regionSize)
	own := r.find(data)
	switch {
	case size < largeFile || size > r.regionSize || own == nil && len(r.free) == 0:
		return r.toMemory(data, size)
	case own != nil:
		return r.extend(own, data, size, want)
	}
	offset := r.free[len(r.free)-1]
	whole, err := unix.Mmap(r.fd, offset, int(want), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return r.toMemory(data, size)
	}
	r.free = r.free[:len(r.free)-1]
	r.used[unsafe.SliceData(whole)] = &region{offset, whole}
	return whole[:copy(whole, data)]
}

// extend maps more of a file's region.
func (r *diskRoom) extend(own *region, data []byte, size, want uint64) []byte {
	first := unsafe.SliceData(own.whole)
	whole, err := unix.Mremap(own.whole, int(want), unix.MREMAP_MAYMOVE)
	if err != nil {
		return r.toMemory(data, size)
	}
	delete(r.used, first)
	own.whole = whole
	r.used[unsafe.SliceData(whole)] = own
	return whole[:len(data)]
}

// toMemory moves a file into this process's memory.
func (r *diskRoom) toMemory(data []byte, size uint64) []byte {
	if r.find(data) == nil {
		return memfs.Memory{}.Grow(data, size)
	}
	moved := memfs.Memory{}.Grow(slices.Clone(data), size)
	r.Free(data)
	return moved
}

func (r *diskRoom) find(data []byte) *region {
	if cap(data) == 0 {
		return nil
	}
	return r.used[unsafe.SliceData(data)]
}

// Free implements memfs.Room. The next file finds zeros in the region, or never gets it.
func (r *diskRoom) Free(data []byte) {
	own := r.find(data)
	if own == nil {
		return
	}
	delete(r.used, unsafe.SliceData(data))
	empty := unix.Madvise(own.whole, unix.MADV_REMOVE)
	if unix.Munmap(own.whole) == nil && empty == nil {
		r.free = append(r.free, own.offset)
	}
}
