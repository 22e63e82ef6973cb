package image

import (
	"crypto/sha512"
	"encoding/binary"
	"slices"
	"unicode/utf16"
)

// RTMR2 returns the register in which a guest of TDX measures the kernel's command line and the initial file system, when QEMU hands
// both to OVMF: OVMF appends " initrd=initrd" to the line, and the kernel's stub extends the register by the digest of the line, in
// UTF-16 with a zero at its end, and by that of the file system.
func RTMR2(initramfs []byte, commandLine string) []byte {
	var line []byte
	for _, unit := range utf16.Encode([]rune(commandLine + " initrd=initrd\x00")) {
		line = binary.LittleEndian.AppendUint16(line, unit)
	}
	register := make([]byte, sha512.Size384)
	for _, part := range [][]byte{line, initramfs} {
		digest := sha512.Sum384(part)
		next := sha512.Sum384(slices.Concat(register, digest[:]))
		register = next[:]
	}
	return register
}
