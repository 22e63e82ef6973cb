package wasmbin

import "encoding/binary"

// AppendU32 appends an unsigned number.
func AppendU32(b []byte, v uint32) []byte { return binary.AppendUvarint(b, uint64(v)) }

// AppendSigned appends a signed number.
func AppendSigned(b []byte, v int64) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if (v == 0 && c&0x40 == 0) || (v == -1 && c&0x40 != 0) {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

// AppendName appends a length-prefixed string.
func AppendName(b []byte, s string) []byte {
	return append(AppendU32(b, uint32(len(s))), s...)
}

// AppendBytes appends a length-prefixed byte string.
func AppendBytes(b, s []byte) []byte {
	return append(AppendU32(b, uint32(len(s))), s...)
}

// AppendSection appends a section: id, size, content.
func AppendSection(b []byte, id SectionID, content []byte) []byte {
	return AppendBytes(append(b, byte(id)), content)
}
