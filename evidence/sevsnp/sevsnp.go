// Package sevsnp verifies attestation reports of AMD's Secure Encrypted Virtualization with Secure Nested Paging, strictly and
// offline.
//
// In a report an AMD processor states that a virtual machine was started from measured memory, and repeats 64 bytes that the
// virtual machine chose. The processor signs the report with a key that belongs to the chip and to the versions of its firmware,
// the VCEK. AMD signs the VCEK with the key of the product, the ASK, and the ASK with its root, the ARK. A revocation list of the
// ARK can revoke an ASK. AMD does not revoke chips or versions, so a verifier must have a least version of its own (TCB.Reaches).
//
// Source: AMD, SEV Secure Nested Paging Firmware ABI Specification (56860), table of ATTESTATION_REPORT; Versioned Chip Endorsement
// Key (VCEK) Certificate and KDS Interface Specification (57230). The package reads reports of versions 2 and 3 of Milan and Genoa.
// It refuses processors of family 1Ah (Turin), which number the versions of their firmware in another way.
package sevsnp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"github.com/credence-chain/credence/evidence/certificate"
)

// ReportSize is the exact size of a report, in bytes.
const ReportSize = 1184

// The offsets of the fields of a report.
const (
	offVersion     = 0x000
	offPolicy      = 0x008
	offVMPL        = 0x030
	offAlgorithm   = 0x034
	offCurrent     = 0x038
	offKey         = 0x048
	offData        = 0x050
	offMeasurement = 0x090
	offHostData    = 0x0c0
	offReported    = 0x180
	offFamily      = 0x188
	offChip        = 0x1a0
	offCommitted   = 0x1e0
	offSignature   = 0x2a0
	numberSize     = 72 // r and s of the signature, little endian
	p384Size       = 48
)

// The reasons for a refusal.
var (
	ErrFormat    = errors.New("sevsnp: not in the expected form")
	ErrSignature = errors.New("sevsnp: the signature does not hold")
	ErrChip      = errors.New("sevsnp: the certificate is of another chip or other firmware")
	ErrMode      = errors.New("sevsnp: the guest runs in a mode that is not trusted")
	ErrTime      = errors.New("sevsnp: no time")
)

// TCB are the versions of a processor's firmware.
type TCB struct{ BootLoader, TEE, SNP, Microcode uint8 }

// readTCB reads versions; the bytes between them must be zero.
func readTCB(b []byte) (TCB, bool) {
	return TCB{b[0], b[1], b[6], b[7]}, b[2]|b[3]|b[4]|b[5] == 0
}

// Reaches says whether each version is at least the same version in least.
func (t TCB) Reaches(least TCB) bool {
	return t.BootLoader >= least.BootLoader && t.TEE >= least.TEE && t.SNP >= least.SNP && t.Microcode >= least.Microcode
}

// Report is a parsed report. Nothing in it has been checked.
type Report struct {
	// Policy holds the bits that the guest's owner allowed; see CheckMode.
	Policy uint64
	// Level is the guest's privilege level; 0 is the highest.
	Level uint32
	// Data is the 64 bytes that the guest chose.
	Data [64]byte
	// Measurement is the measurement of the memory that the guest was started from.
	Measurement [48]byte
	// HostData was given by the host that started the guest.
	HostData [32]byte
	// Chip names the processor.
	Chip [64]byte
	// Current are the running versions, Reported those of the key. The firmware cannot go back below the Committed versions.
	Current, Reported, Committed TCB

	signed    []byte
	signature [2 * p384Size]byte
}

func malformedError(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }

// ParseReport reads a report of exactly ReportSize bytes.
func ParseReport(b []byte) (*Report, error) {
	if len(b) != ReportSize {
		return nil, malformedError(fmt.Sprintf("%d bytes, expected %d", len(b), ReportSize))
	}
	b = bytes.Clone(b)
	number := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	version := number(offVersion)
	switch {
	case version != 2 && version != 3:
		return nil, malformedError(fmt.Sprintf("version %d, expected 2 or 3", version))
	case version == 3 && b[offFamily] != 0x19:
		return nil, malformedError(fmt.Sprintf("a processor of family %#x, expected 0x19 (Milan, Genoa)", b[offFamily]))
	case number(offAlgorithm) != 1:
		return nil, malformedError("the signature's algorithm, expected ECDSA on P-384 with SHA-384")
	case number(offKey)&^1 != 0:
		// Bit 0: an author's key is there. Bit 1: the chip's name is hidden. Bits 2 to 4: which key signed, 0 for the VCEK.
		return nil, malformedError("the signing key, expected a VCEK and the chip's name")
	}
	r := &Report{
		Policy: binary.LittleEndian.Uint64(b[offPolicy:]), Level: number(offVMPL), Data: [64]byte(b[offData:]),
		Measurement: [48]byte(b[offMeasurement:]), HostData: [32]byte(b[offHostData:]), Chip: [64]byte(b[offChip:]),
		signed: b[:offSignature:offSignature],
	}
	var sound [3]bool
	r.Current, sound[0] = readTCB(b[offCurrent:])
	r.Reported, sound[1] = readTCB(b[offReported:])
	r.Committed, sound[2] = readTCB(b[offCommitted:])
	if sound != [3]bool{true, true, true} {
		return nil, malformedError("versions of firmware")
	}
	return r, r.readSignature(b[offSignature:])
}

// readSignature reads r and s. The bytes after them must be zero.
func (r *Report) readSignature(b []byte) error {
	for i := range 2 {
		field := b[i*numberSize:][:numberSize]
		if !isZero(field[p384Size:]) {
			return malformedError("signature")
		}
		to := r.signature[i*p384Size:][:p384Size]
		copy(to, field)
		slices.Reverse(to)
	}
	if !isZero(b[2*numberSize:]) {
		return malformedError("something behind the signature")
	}
	return nil
}

func isZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// Bits of a guest's policy.
const (
	policyOne       = 1 << 17 // always set
	policyMigration = 1 << 18 // a migration agent may move it
	policyDebug     = 1 << 19 // the host may read it
	policyKnown     = 1<<26 - 1
)

// CheckMode refuses a guest that may be debugged or moved, that did not ask from the highest privilege level, or whose policy has
// unknown bits.
func (r *Report) CheckMode() error {
	switch {
	case r.Policy&policyOne == 0 || r.Policy&^uint64(policyKnown) != 0:
		return fmt.Errorf("%w: policy %#x has bits that are not known", ErrMode, r.Policy)
	case r.Policy&policyDebug != 0:
		return fmt.Errorf("%w: it may be debugged", ErrMode)
	case r.Policy&policyMigration != 0:
		return fmt.Errorf("%w: it may be moved", ErrMode)
	case r.Level != 0:
		return fmt.Errorf("%w: level %d, expected 0", ErrMode, r.Level)
	}
	return nil
}

// Chain is the certificates from AMD's root to a chip's key.
type Chain struct {
	VCEK, ASK, ARK *certificate.Certificate
}

// Verify checks a report, the chain of its certificates, and the root's revocation list, at a time in Unix seconds, which must not
// be zero. root is SHA-256 of the ARK's certificate. The caller must judge the mode, the versions and the measurement.
func Verify(r *Report, c Chain, list *certificate.RevocationList, root [32]byte, at int64) error {
	if err := c.Verify(root, at); err != nil {
		return err
	}
	if err := list.Check(c.ARK, at); err != nil {
		return err
	}
	if err := list.CheckNotRevoked(c.ASK); err != nil {
		return err
	}
	return r.CheckKey(c.VCEK)
}

// Verify checks only the chain; see the function Verify.
func (c Chain) Verify(root [32]byte, at int64) error {
	if at <= 0 {
		return ErrTime
	}
	if !c.VCEK.Key.IsP384() || !c.ASK.Key.IsRSA() || !c.ARK.Key.IsRSA() {
		return malformedError("a chain of other keys than RSA, RSA and ECDSA on P-384")
	}
	return certificate.CheckChain([]*certificate.Certificate{c.VCEK, c.ASK, c.ARK}, 3, root, at)
}

// CheckKey checks that a chip's certificate is for the report's chip and firmware, and the report's signature.
func (r *Report) CheckKey(vcek *certificate.Certificate) error {
	chip, versions, err := readVCEK(vcek)
	if err != nil {
		return err
	}
	if chip != r.Chip || versions != r.Reported {
		return ErrChip
	}
	if err := vcek.Key.CheckP384(r.signed, r.signature); err != nil {
		return ErrSignature
	}
	return nil
}

// Extensions of a VCEK's certificate, from table 8 of AMD's specification.
const (
	idBootLoader = "1.3.6.1.4.1.3704.1.3.1"
	idTEE        = "1.3.6.1.4.1.3704.1.3.2"
	idSNP        = "1.3.6.1.4.1.3704.1.3.3"
	idMicrocode  = "1.3.6.1.4.1.3704.1.3.8"
	idChip       = "1.3.6.1.4.1.3704.1.4"
)

// readVCEK reads the chip and the versions for which a certificate was made.
func readVCEK(c *certificate.Certificate) (chip [64]byte, t TCB, err error) {
	value, found := c.Find(idChip)
	if !found || len(value) != len(chip) {
		return chip, t, malformedError("a chip's certificate without its name")
	}
	copy(chip[:], value)
	for _, one := range []struct {
		id string
		to *uint8
	}{{idBootLoader, &t.BootLoader}, {idTEE, &t.TEE}, {idSNP, &t.SNP}, {idMicrocode, &t.Microcode}} {
		value, found := c.Find(one.id)
		s := cryptobyte.String(value)
		if !found || !s.ReadASN1Integer(one.to) || !s.Empty() {
			return chip, t, malformedError("a chip's certificate without the version " + one.id)
		}
	}
	return chip, t, nil
}
