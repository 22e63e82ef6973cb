package memfs

import "slices"

// Room is where the bytes of files lie. The bytes between a slice's length and its capacity are always zero: whoever shortens a slice
// clears what it cuts off.
type Room interface {
	// Grow returns the data in a slice whose capacity is at least size. The slice given is no longer used.
	Grow(data []byte, size uint64) []byte
	// Free takes back a slice that Grow returned, or a shorter part of its beginning.
	Free(data []byte)
}

// Memory is the room in this process's memory.
type Memory struct{}

// Grow implements Room.
func (Memory) Grow(data []byte, size uint64) []byte {
	if size <= uint64(cap(data)) {
		return data
	}
	grown := slices.Grow(data, int(size)-len(data))
	clear(grown[len(grown):cap(grown)])
	return grown
}

// Free implements Room.
func (Memory) Free([]byte) {}
