package image

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// This file computes the MEASUREMENT of a guest of SEV-SNP that QEMU starts with a kernel, an initial file system and a command line of
// their own (-object sev-snp-guest,kernel-hashes=on). AMD's firmware hashes the pages with which the guest begins, in their order
// (SEV-SNP firmware ABI, 8.17.2): the guest's firmware (OVMF, built as AmdSevX64), the pages that OVMF's metadata names, one of which
// holds the hashes of kernel, initial file system and command line, and the first registers of each virtual processor.

// SNP is what decides the measurement of a guest of SEV-SNP.
type SNP struct {
	// Firmware is OVMF.
	Firmware []byte
	// Kernel, Initramfs and CommandLine are what the firmware starts. The firmware compares them with their hashes.
	Kernel, Initramfs []byte
	CommandLine       string
	// Processors is the number of virtual processors.
	Processors int
	// Type is QEMU's name of the virtual processor's type; see ProcessorTypes.
	Type string
	// Features are the guest's SEV features as KVM sets them; 1 is SEV-SNP alone.
	Features uint64
}

const (
	page = 4096
	// fourGiB is where the firmware ends in the guest's memory.
	fourGiB = 1 << 32
	// registersAt is the address that the firmware ABI names for the pages with registers.
	registersAt = 0xFFFFFFFFF000
	// resetAddress is where the first virtual processor begins.
	resetAddress = 0xfffffff0
	// maxProcessors bounds the virtual processors.
	maxProcessors = 512
)

// The kinds of pages in a launch.
const (
	pageNormal    = 1
	pageRegisters = 2
	pageZero      = 3
	pageSecrets   = 5
	pageCPUID     = 6
)

// The kinds of sections in OVMF's metadata.
const (
	sectionMemory  = 1
	sectionSecrets = 2
	sectionCPUID   = 3
	sectionSVSM    = 4
	sectionHashes  = 16
)

// ProcessorTypes lists the types of virtual processors, as QEMU names them.
func ProcessorTypes() []string {
	return []string{"EPYC", "EPYC-Rome", "EPYC-Milan", "EPYC-Genoa", "EPYC-Turin"}
}

// signatures are family, model and stepping that CPUID tells for a type of virtual processor.
var signatures = map[string][3]uint32{
	"EPYC": {23, 1, 2}, "EPYC-Rome": {23, 49, 0}, "EPYC-Milan": {25, 1, 1}, "EPYC-Genoa": {25, 17, 0}, "EPYC-Turin": {26, 0, 0},
}

// Measurement returns MEASUREMENT, 48 bytes. The error says what of the firmware or the settings it cannot use.
func (s SNP) Measurement() ([]byte, error) {
	kind, known := signatures[s.Type]
	if !known {
		return nil, fmt.Errorf("vcpu-type: got %.40q, expected one of %v", s.Type, ProcessorTypes())
	}
	if s.Processors < 1 || s.Processors > maxProcessors {
		return nil, fmt.Errorf("vcpus: got %d, expected 1 to %d", s.Processors, maxProcessors)
	}
	f, err := parseFirmware(s.Firmware)
	if err != nil {
		return nil, fmt.Errorf("firmware: %w", err)
	}
	var l launch
	l.addNormal(fourGiB-uint64(len(s.Firmware)), s.Firmware)
	hashed := false
	for _, section := range f.sections {
		at, size := uint64(section.at), uint64(section.size)
		switch section.kind {
		case sectionMemory, sectionSVSM:
			l.addEmpty(pageZero, at, size)
		case sectionSecrets:
			l.addEmpty(pageSecrets, at, page)
		case sectionCPUID:
			l.addEmpty(pageCPUID, at, page)
		case sectionHashes:
			table, err := s.placeHashes(f.hashesAt)
			if err != nil || size != page {
				return nil, errors.Join(err, fmt.Errorf("firmware: its page of hashes has %d bytes, expected %d", size, page))
			}
			l.addNormal(at, table)
			hashed = true
		default:
			return nil, fmt.Errorf("firmware: its metadata has a section of the unknown kind %d", section.kind)
		}
	}
	if !hashed {
		return nil, errors.New("firmware: it has no page for the hashes of a kernel, so that the kernel would not be measured; expected OVMF built as AmdSevX64")
	}
	signature := encodeSignature(kind)
	for i := range s.Processors {
		begin := uint32(resetAddress)
		if i > 0 {
			begin = f.resetAt
		}
		l.add(pageRegisters, registersAt, sha512.Sum384(s.registers(begin, signature)))
	}
	return l.digest[:], nil
}

// launch is the digest of the pages that were added.
type launch struct{ digest [48]byte }

// add adds a page by the digest of its content.
func (l *launch) add(kind byte, at uint64, content [48]byte) {
	info := slices.Concat(l.digest[:], content[:], []byte{0x70, 0, kind, 0, 0, 0, 0, 0}, binary.LittleEndian.AppendUint64(nil, at))
	l.digest = sha512.Sum384(info)
}

// addNormal adds whole pages with their content.
func (l *launch) addNormal(at uint64, data []byte) {
	for content := range slices.Chunk(data, page) {
		l.add(pageNormal, at, sha512.Sum384(content))
		at += page
	}
}

// addEmpty adds pages whose content is not measured.
func (l *launch) addEmpty(kind byte, at, size uint64) {
	for end := at + size; at < end; at += page {
		l.add(kind, at, [48]byte{})
	}
}

// encodeSignature encodes family, model and stepping as CPUID does.
func encodeSignature(of [3]uint32) uint64 {
	family, model, stepping := of[0], of[1], of[2]
	extended := uint32(0)
	if family > 15 {
		family, extended = 15, family-15
	}
	return uint64(extended<<20 | model>>4<<16 | family<<8 | model&15<<4 | stepping)
}

// registers returns the page with a virtual processor's registers as QEMU and KVM set them before the first instruction (AMD64
// Architecture Programmer's Manual, volume 2, table B-4).
func (s SNP) registers(begin uint32, signature uint64) []byte {
	out := make([]byte, page)
	u16 := func(at int, v uint16) { binary.LittleEndian.PutUint16(out[at:], v) }
	u32 := func(at int, v uint32) { binary.LittleEndian.PutUint32(out[at:], v) }
	u64 := func(at int, v uint64) { binary.LittleEndian.PutUint64(out[at:], v) }
	for at, attributes := range []uint16{0x93, 0x9b, 0x93, 0x93, 0x93, 0x93, 0, 0x82, 0, 0x8b} { // ES, CS, SS, DS, FS, GS, GDTR, LDTR, IDTR, TR
		u16(16*at+2, attributes)
		u32(16*at+4, 0xffff)
	}
	u16(16, 0xf000)                  // CS: selector and base
	u64(16+8, uint64(begin)&^0xffff) //
	u64(0x0d0, 0x1000)               // EFER: SVME
	u64(0x148, 0x40)                 // CR4: MCE
	u64(0x158, 0x10)                 // CR0: ET
	u64(0x160, 0x400)                // DR7
	u64(0x168, 0xffff0ff0)           // DR6
	u64(0x170, 2)                    // RFLAGS
	u64(0x178, uint64(begin)&0xffff) // RIP
	u64(0x268, 0x7040600070406)      // PAT
	u64(0x310, signature)            // RDX
	u64(0x3b0, s.Features)           // SEV_FEATURES
	u64(0x3e8, 1)                    // XCR0
	u32(0x408, 0x1f80)               // MXCSR
	u16(0x410, 0x37f)                // FCW
	return out
}

// placeHashes returns the page with the table of hashes at its place in the page, as QEMU writes it.
func (s SNP) placeHashes(at uint32) ([]byte, error) {
	const size = 16 + 2
	entry := func(id string, of []byte) []byte {
		sum := sha256.Sum256(of)
		return slices.Concat(encodeGUID(id), []byte{size + sha256.Size, 0}, sum[:])
	}
	entries := slices.Concat(
		entry("97d02dd8-bd20-4c94-aa78-e7714d36ab2a", append([]byte(s.CommandLine), 0)),
		entry("44baf731-3a2f-4bd7-9af1-41e29169781d", s.Initramfs),
		entry("4de79437-abd2-427f-b835-d5b172d2045b", s.Kernel),
	)
	table := slices.Concat(encodeGUID("9438d606-4f22-4cc9-b479-a793d411fd21"), []byte{byte(size + len(entries)), 0}, entries)
	offset := int(at % page)
	if offset+len(table) > page || at == 0 {
		return nil, fmt.Errorf("firmware: the table of hashes does not fit at the address %#x that it names", at)
	}
	out := make([]byte, page)
	copy(out[offset:], table)
	return out, nil
}

// encodeGUID encodes an id of UEFI, whose first three parts are little endian.
func encodeGUID(text string) (out []byte) {
	for i, part := range strings.Split(text, "-") {
		n, _ := strconv.ParseUint(part, 16, 64) // constants of this file
		b := binary.BigEndian.AppendUint64(nil, n)[8-len(part)/2:]
		if i < 3 {
			slices.Reverse(b)
		}
		out = append(out, b...)
	}
	return out
}

// firmware is what OVMF says of itself.
type firmware struct {
	hashesAt, resetAt uint32
	sections          []section
}

type section struct{ at, size, kind uint32 }

// parseFirmware reads the table at the end of OVMF: entries of data, size and id, from the end downwards.
func parseFirmware(data []byte) (f firmware, err error) {
	const head = 2 + 16
	end := len(data) - 32
	if len(data)%page != 0 || end < head {
		return f, fmt.Errorf("got %d bytes, expected whole pages", len(data))
	}
	if !bytes.Equal(data[end-16:end], encodeGUID("96b582de-1fb2-45f7-baea-a366c55a082d")) {
		return f, errors.New("it has no table of OVMF at its end")
	}
	begin := end - int(binary.LittleEndian.Uint16(data[end-head:]))
	metadata := -1
	for at := end - head; at > begin; {
		if at-head < max(begin, 0) {
			return f, errors.New("its table is cut")
		}
		size := int(binary.LittleEndian.Uint16(data[at-head:]))
		if size < head || at-size < max(begin, 0) {
			return f, errors.New("its table has an entry of a wrong size")
		}
		value := data[at-size : at-head]
		into := map[string]*uint32{
			string(encodeGUID("7255371f-3a3b-4b04-927b-1da6efa8d454")): &f.hashesAt,
			string(encodeGUID("00f771de-1a7e-4fcb-890e-68c77e2fb44e")): &f.resetAt,
			string(encodeGUID("dc886566-984a-4798-a75e-5585a7bf67cc")): new(uint32),
		}[string(data[at-16:at])]
		if into != nil {
			if len(value) < 4 {
				return f, errors.New("its table has an entry that is too short")
			}
			*into = binary.LittleEndian.Uint32(value)
			if into != &f.hashesAt && into != &f.resetAt {
				metadata = len(data) - int(*into)
			}
		}
		at -= size
	}
	f.sections, err = parseSections(data, metadata)
	return f, err
}

// parseSections reads OVMF's metadata for SEV: signature, size, version, number of sections, and for each its address, size and kind.
func parseSections(data []byte, at int) (out []section, err error) {
	const head, each = 16, 12
	if at < 0 || at > len(data)-head || string(data[at:at+4]) != "ASEV" || binary.LittleEndian.Uint32(data[at+8:]) != 1 {
		return nil, errors.New("it has no metadata for SEV of version 1")
	}
	count := int(binary.LittleEndian.Uint32(data[at+12:]))
	if count > (len(data)-at-head)/each {
		return nil, fmt.Errorf("its metadata has %d sections, and ends before", count)
	}
	for i := range count {
		b := data[at+head+each*i:]
		s := section{binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])}
		if s.size%page != 0 || s.size > 1<<28 {
			return nil, fmt.Errorf("its metadata has a section of %d bytes", s.size)
		}
		out = append(out, s)
	}
	return out, nil
}
