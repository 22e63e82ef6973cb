// Package ovmf makes firmware that looks like OVMF for SEV-SNP to whoever computes measurements. It starts nothing.
package ovmf

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Section is a section of OVMF's metadata: its address, its size and its kind.
type Section struct{ At, Size, Kind uint32 }

// AmdSev returns sections of the kinds that OVMF has when it is built as AmdSevX64.
func AmdSev() []Section {
	return []Section{{0x800000, 0x9000, 1}, {0x80a000, 0x3000, 1}, {0x80d000, 0x1000, 2}, {0x80e000, 0x1000, 3}, {0x811000, 0x1000, 4}, {0x80f000, 0x1000, 16}, {0x812000, 0x2000, 1}}
}

// The ids of entries in OVMF's table, as UEFI encodes them.
var (
	footer   = []byte{0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45, 0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d}
	hashes   = []byte{0x1f, 0x37, 0x55, 0x72, 0x3b, 0x3a, 0x04, 0x4b, 0x92, 0x7b, 0x1d, 0xa6, 0xef, 0xa8, 0xd4, 0x54}
	reset    = []byte{0xde, 0x71, 0xf7, 0x00, 0x7e, 0x1a, 0xcb, 0x4f, 0x89, 0x0e, 0x68, 0xc7, 0x7e, 0x2f, 0xb4, 0x4e}
	metadata = []byte{0x66, 0x65, 0x88, 0xdc, 0x4a, 0x98, 0x98, 0x47, 0xa7, 0x5e, 0x55, 0x85, 0xa7, 0xbf, 0x67, 0xcc}
)

// Sections is the offset of the metadata.
const Sections = 100

// Make makes a firmware of two pages, whose metadata has these sections.
func Make(sections ...Section) []byte {
	const pages = 2 * 4096
	u16, u32 := binary.LittleEndian.AppendUint16, binary.LittleEndian.AppendUint32
	entry := func(id, value []byte) []byte { return slices.Concat(value, u16(nil, uint16(len(value)+18)), id) }
	table := slices.Concat(
		entry(metadata, u32(nil, pages-Sections)), entry(reset, u32(nil, 0x80b004)), entry(bytes.Repeat([]byte{7}, 16), []byte{1}), entry(hashes, u32(u32(nil, 0x80fc00), 0x400)),
	)
	table = slices.Concat(table, u16(nil, uint16(len(table)+18)), footer)
	meta := u32(u32(u32([]byte("ASEV"), uint32(16+12*len(sections))), 1), uint32(len(sections)))
	for _, s := range sections {
		meta = u32(u32(u32(meta, s.At), s.Size), s.Kind)
	}
	out := bytes.Repeat([]byte{0x5a}, pages)
	copy(out[Sections:], meta)
	copy(out[pages-32-len(table):], table)
	return out
}
