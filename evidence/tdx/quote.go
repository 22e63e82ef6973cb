// Package tdx verifies quotes of Intel's Trust Domain Extensions, strictly and offline.
//
// In a quote a machine with an Intel processor states that a virtual machine, the trust domain, was started from measured code, and
// repeats 64 bytes that the trust domain chose. Four signatures lead from the processor's maker to this statement:
//
//  1. the root authority signs the platform authority, and that signs the platform's key, the PCK (three certificates that
//     come with the quote);
//  2. the PCK signs the report of the quoting enclave, which holds the hash of an attestation key;
//  3. the attestation key signs the quote's header and the trust domain's report.
//
// Intel rates platforms in collateral, which is signed through the same root and expires after a month. Collateral says which
// certificates are revoked, which versions of microcode, firmware and module are up to date (the TCB info), and what the quoting
// enclave is. Collateral and time are arguments here: on a chain they come from the state and the block.
//
// Sources: Intel TDX DCAP Quoting Library API (quote formats 4 and 5), Intel SGX PCK Certificate and CRL Specification, Intel
// Trusted Services API for SGX and TDX (TCB info version 3, enclave identity version 2).
package tdx

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/evidence/certificate"
)

// MaxQuoteSize bounds a quote, in bytes.
const MaxQuoteSize = 8 << 10

// The reasons for a refusal.
var (
	ErrFormat     = errors.New("tdx: not in the expected form")
	ErrSignature  = errors.New("tdx: a signature does not hold")
	ErrCollateral = errors.New("tdx: the collateral is not for this")
	ErrTime       = errors.New("tdx: the collateral does not count at this time")
	ErrLevel      = errors.New("tdx: the platform is below every known level")
	ErrIdentity   = errors.New("tdx: the quoting enclave or the module is not Intel's")
	ErrMode       = errors.New("tdx: the trust domain runs in a mode that is not trusted")
)

// Sizes of the parts, in bytes.
const (
	headerSize      = 48
	reportSize      = 584 // TDX 1.0
	longReportSize  = 648 // TDX 1.5
	enclaveSize     = 384
	pckCertificates = 3
	maxAuthSize     = 1 << 10
	maxTail         = 256
	typeTDX         = 0x81
	keyECDSA        = 2
	certificatesPEM = 5
	certificatesQE  = 6
	bodyTDX10       = 2
	bodyTDX15       = 3
	vendorIntelQE   = "\x93\x9a\x72\x33\xf7\x9c\x4c\xa9\x94\x0a\x0d\xb3\x95\x7f\x06\x07"
	pemCertificate  = "CERTIFICATE"
)

// Quote is a parsed quote. Nothing in it has been checked.
type Quote struct {
	// Report is the quote's report about the trust domain.
	Report Report

	signed     []byte // header and report
	signature  [64]byte
	key        [64]byte // attestation key
	enclave    []byte   // the quoting enclave's report
	enclaveSig [64]byte
	auth       []byte
	chain      []*certificate.Certificate
}

// Report describes a trust domain.
type Report struct {
	// SVN are the versions of the module and of its loader.
	SVN [16]byte
	// ModuleSigner and ModuleAttributes describe the TDX module.
	ModuleSigner     [48]byte
	ModuleAttributes [8]byte
	// Attributes are the trust domain's modes; see CheckMode.
	Attributes [8]byte
	// Features are the processor features that the trust domain may use.
	Features [8]byte
	// Measurement (MRTD) is the measurement of the content that the trust domain was started from: the firmware.
	Measurement [48]byte
	// Registers (RTMR) 0 to 3 are measurements of what was loaded later: the firmware's configuration, the kernel, its command
	// line, and what the domain chose. Measurement does not cover these.
	Registers [4][48]byte
	// ConfigID, Owner and OwnerConfig were given by the host that started the domain.
	ConfigID, Owner, OwnerConfig [48]byte
	// Data is the 64 bytes that the domain chose.
	Data [64]byte
}

// reader reads fields from the front of bytes. Once bytes are missing, all further fields are empty.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) takeBytes(n int) []byte {
	if r.bad || n < 0 || n > len(r.rest) {
		r.bad = true
		return nil
	}
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) fillBytes(to []byte) { copy(to, r.takeBytes(len(to))) }

func (r *reader) readUint16() int {
	if b := r.takeBytes(2); b != nil {
		return int(binary.LittleEndian.Uint16(b))
	}
	return 0
}

// readSize reads a length of four bytes. If it is larger than the rest, bytes are missing.
func (r *reader) readSize() int {
	if b := r.takeBytes(4); b != nil {
		if n := binary.LittleEndian.Uint32(b); n <= MaxQuoteSize {
			return int(n)
		}
	}
	r.bad = true
	return 0
}

func malformedError(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }

// ParseQuote reads a quote of version 4 or 5. It checks every length in it. After the quote only zeroes may follow, because some
// platforms pad quotes, and nothing signs the padding.
func ParseQuote(b []byte) (*Quote, error) {
	if len(b) > MaxQuoteSize {
		return nil, malformedError(fmt.Sprintf("%d bytes, expected at most %d", len(b), MaxQuoteSize))
	}
	b = bytes.Clone(b)
	r := &reader{rest: b}
	body, err := readFrame(r)
	if err != nil {
		return nil, err
	}
	q := &Quote{Report: readReport(body), signed: b[: len(b)-len(r.rest) : len(b)-len(r.rest)]}
	signature := &reader{rest: r.takeBytes(r.readSize())}
	if r.bad || len(r.rest) > maxTail || len(bytes.Trim(r.rest, "\x00")) > 0 {
		return nil, malformedError("a length, or a tail that is not of zeroes")
	}
	return q, q.readSignature(signature)
}

// readFrame reads the header and returns the report's bytes.
func readFrame(r *reader) ([]byte, error) {
	h := r.takeBytes(headerSize)
	if h == nil {
		return nil, malformedError("shorter than a header")
	}
	version := binary.LittleEndian.Uint16(h)
	switch {
	case binary.LittleEndian.Uint16(h[2:]) != keyECDSA:
		return nil, malformedError("the attestation key, expected one of ECDSA on P-256")
	case binary.LittleEndian.Uint32(h[4:]) != typeTDX:
		return nil, malformedError("not of a trust domain")
	case string(h[12:28]) != vendorIntelQE:
		return nil, malformedError("not of Intel's quoting enclave")
	}
	size := reportSize
	switch version {
	case 4:
	case 5:
		kind, length := r.readUint16(), r.readSize()
		size = map[int]int{bodyTDX10: reportSize, bodyTDX15: longReportSize}[kind]
		if size == 0 || length != size {
			return nil, malformedError("kind or length of the report")
		}
	default:
		return nil, malformedError(fmt.Sprintf("version %d, expected 4 or 5", version))
	}
	body := r.takeBytes(size)
	if body == nil {
		return nil, malformedError("shorter than its report")
	}
	return body, nil
}

// readReport reads the fields that both forms of report have. TDX 1.5 adds other fields after them.
func readReport(body []byte) (t Report) {
	r := &reader{rest: body}
	r.fillBytes(t.SVN[:])
	r.takeBytes(48) // MRSEAM: the module's own measurement, which its signer vouches for
	r.fillBytes(t.ModuleSigner[:])
	r.fillBytes(t.ModuleAttributes[:])
	r.fillBytes(t.Attributes[:])
	r.fillBytes(t.Features[:])
	r.fillBytes(t.Measurement[:])
	r.fillBytes(t.ConfigID[:])
	r.fillBytes(t.Owner[:])
	r.fillBytes(t.OwnerConfig[:])
	for i := range t.Registers {
		r.fillBytes(t.Registers[i][:])
	}
	r.fillBytes(t.Data[:])
	return t
}

// readSignature reads the part after the report.
func (q *Quote) readSignature(r *reader) error {
	r.fillBytes(q.signature[:])
	r.fillBytes(q.key[:])
	if r.readUint16() != certificatesQE || r.readSize() != len(r.rest) {
		return malformedError("the quoting enclave's part")
	}
	q.enclave = r.takeBytes(enclaveSize)
	r.fillBytes(q.enclaveSig[:])
	size := r.readUint16()
	if size > maxAuthSize {
		return malformedError("the quoting enclave's data")
	}
	q.auth = r.takeBytes(size)
	if r.readUint16() != certificatesPEM || r.readSize() != len(r.rest) || r.bad {
		return malformedError("the certificates")
	}
	var err error
	q.chain, err = readPEM(bytes.TrimRight(r.rest, "\x00"), pckCertificates)
	return err
}

// readPEM reads exactly count certificates. Before, between and after them only ends of lines may stand.
func readPEM(b []byte, count int) (out []*certificate.Certificate, err error) {
	for range count {
		b = bytes.TrimLeft(b, "\r\n")
		if !bytes.HasPrefix(b, []byte("-----BEGIN CERTIFICATE-----")) {
			return nil, malformedError(fmt.Sprintf("certificates, expected %d", count))
		}
		block, rest := pem.Decode(b)
		if block == nil || block.Type != pemCertificate || len(block.Headers) > 0 {
			return nil, malformedError("a certificate's PEM")
		}
		c, err := certificate.Parse(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		out, b = append(out, c), rest
	}
	if len(bytes.TrimLeft(b, "\r\n")) > 0 {
		return nil, malformedError("something behind the certificates")
	}
	return out, nil
}

// CheckKeys checks the two signatures of the quote itself, from the platform's key to the report. Verify checks whether the
// platform's key is Intel's.
func (q *Quote) CheckKeys(platform *certificate.Key) error {
	if err := platform.CheckP256(q.enclave, q.enclaveSig); err != nil {
		return fmt.Errorf("%w: the platform's, under the quoting enclave's report", ErrSignature)
	}
	bound := sha256.Sum256(append(q.key[:len(q.key):len(q.key)], q.auth...))
	if !bytes.Equal(q.enclave[320:352], bound[:]) || len(bytes.Trim(q.enclave[352:384], "\x00")) > 0 {
		return fmt.Errorf("%w: the quoting enclave does not name the attestation key", ErrSignature)
	}
	key, err := certificate.NewP256Key(q.key)
	if err != nil {
		return fmt.Errorf("%w: the attestation key is none", ErrSignature)
	}
	if err := key.CheckP256(q.signed, q.signature); err != nil {
		return fmt.Errorf("%w: the attestation key's, under the report", ErrSignature)
	}
	return nil
}

// Trusted modes of a trust domain, as bits of Report.Attributes: no exceptions by the host (28), protection keys (30) and key
// locker (31). Other modes are not trusted: bits 0 to 7 let the host look into the domain (0 is DEBUG), 29 lets it be moved to
// another machine (MIGRATABLE), 63 shows the host its performance counters, and the rest are unknown here.
const trustedModes = 1<<28 | 1<<30 | 1<<31

// CheckMode refuses a trust domain that may be debugged or moved, or runs in an unknown mode.
func (t *Report) CheckMode() error {
	if mode := binary.LittleEndian.Uint64(t.Attributes[:]); mode&^uint64(trustedModes) != 0 {
		return fmt.Errorf("%w: attributes %#x, expected at most %#x", ErrMode, mode, uint64(trustedModes))
	}
	return nil
}
