package image

import (
	"bytes"
	"fmt"
)

// Initramfs returns the image as an archive of the format newc, which the kernel unpacks (Documentation/driver-api/early-userspace).
// All times are 0, all owners root, and the inode numbers count from 1. The archive is not compressed, so that its bytes do not depend on
// a compressor.
func (s Spec) Initramfs() ([]byte, error) {
	entries, err := s.entries()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for i, e := range entries {
		writeEntry(&out, uint32(i+1), e)
	}
	writeEntry(&out, 0, entry{name: "TRAILER!!!"})
	pad(&out, 512)
	return out.Bytes(), nil
}

// writeEntry writes a header of 110 bytes, the name and the data, each padded to a multiple of four bytes.
func writeEntry(out *bytes.Buffer, inode uint32, e entry) {
	links := 1
	if e.mode&kindFolder != 0 {
		links = 2
	}
	out.WriteString("070701")
	for _, field := range []uint32{inode, e.mode, 0, 0, uint32(links), 0, uint32(len(e.data)), 0, 0, e.major, e.minor, uint32(len(e.name) + 1), 0} {
		fmt.Fprintf(out, "%08x", field)
	}
	out.WriteString(e.name)
	out.WriteByte(0)
	pad(out, 4)
	out.Write(e.data)
	pad(out, 4)
}

// pad writes zeroes up to a multiple of a size.
func pad(out *bytes.Buffer, size int) {
	for out.Len()%size != 0 {
		out.WriteByte(0)
	}
}
