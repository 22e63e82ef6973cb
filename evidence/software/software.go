// Package software verifies quotes of a software platform: a program that only says that it is an enclave. The platform has
// everything that a hardware platform has, in the simplest form: a root, a certificate for each machine with a level and an end, a
// measurement, modes, and 64 bytes that the program chooses. So everything around enclaves can be run and tested on any machine.
//
// The root's secret is public (executor/attester has it), so these quotes prove nothing. A chain accepts them only if its id says
// that it is for development.
//
// A quote has exactly QuoteSize bytes. Numbers are little endian.
//
//	 8  "CREDSWQ1"
//	 4  modes: bit 0 debug, bit 1 may be moved; others are not known
//	32  measurement
//	64  data
//	32  name of the machine            \
//	64  key of the machine, P-256       | the machine's certificate
//	 4  level of the machine            |
//	 8  its end, in Unix seconds       /
//	64  the root's signature under the certificate
//	64  the machine's signature under all before it
package software

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/evidence/certificate"
)

// The first bytes of a quote, and the domain of the root's signature.
const (
	magic             = "CREDSWQ1"
	CertificateDomain = "credence/software-machine/v1"
)

// The offsets of the fields of a quote, in bytes.
const (
	offModes       = 8
	offMeasurement = offModes + 4
	offData        = offMeasurement + 32
	offCertificate = offData + 64
	offKey         = offCertificate + 32
	offLevel       = offKey + 64
	offEnd         = offLevel + 4
	offRoot        = offEnd + 8
	offSignature   = offRoot + 64
	// QuoteSize is the exact size of a quote.
	QuoteSize = offSignature + 64
)

// Modes of an enclave, as bits.
const (
	ModeDebug   = 1 << 0
	ModeMovable = 1 << 1
)

// The reasons for a refusal.
var (
	ErrFormat    = errors.New("software: not in the expected form")
	ErrSignature = errors.New("software: a signature does not hold")
	ErrTime      = errors.New("software: the machine's certificate does not count at this time")
	ErrMode      = errors.New("software: the enclave runs in a mode that is not trusted")
)

// Root is the key that signs the certificates of all machines. Its secret is public.
var Root = mustKey("2469d4dd3419b8546c21a7f98cc1fa4e537075e3e5f9af353df51906379f28825046544a08b29823275fea98c479b88ae1d7eec3e2584349dc5cfe0bf7b92980")

func mustKey(s string) (out [64]byte) {
	if n, err := hex.Decode(out[:], []byte(s)); err != nil || n != len(out) {
		panic("software: the root in this file is no key")
	}
	return out
}

// Quote is a parsed quote. Nothing in it has been checked.
type Quote struct {
	// Modes are the modes in which the enclave runs; see CheckMode.
	Modes uint32
	// Measurement is the measurement of the content that the enclave was started from.
	Measurement [32]byte
	// Data is the 64 bytes that the enclave chose.
	Data [64]byte
	// Machine names the machine.
	Machine [32]byte
	// Key is the machine's key.
	Key [64]byte
	// Level says how well the machine is kept up to date; higher is better.
	Level uint32
	// End is the last moment at which the machine's certificate is valid, in Unix seconds.
	End int64

	certificate, signed []byte
	root, signature     [64]byte
}

// ParseQuote reads a quote of exactly QuoteSize bytes.
func ParseQuote(b []byte) (*Quote, error) {
	if len(b) != QuoteSize {
		return nil, fmt.Errorf("%w: %d bytes, expected %d", ErrFormat, len(b), QuoteSize)
	}
	b = append([]byte(nil), b...)
	if string(b[:offModes]) != magic {
		return nil, fmt.Errorf("%w: begins with %x, expected %q", ErrFormat, b[:offModes], magic)
	}
	end := binary.LittleEndian.Uint64(b[offEnd:])
	if end > 1<<62 {
		return nil, fmt.Errorf("%w: end %d, expected Unix seconds", ErrFormat, end)
	}
	return &Quote{
		Modes: binary.LittleEndian.Uint32(b[offModes:]), Measurement: [32]byte(b[offMeasurement:]), Data: [64]byte(b[offData:]),
		Machine: [32]byte(b[offCertificate:]), Key: [64]byte(b[offKey:]), Level: binary.LittleEndian.Uint32(b[offLevel:]), End: int64(end),
		certificate: b[offCertificate:offRoot:offRoot], root: [64]byte(b[offRoot:]),
		signed: b[:offSignature:offSignature], signature: [64]byte(b[offSignature:]),
	}, nil
}

// CheckMode refuses an enclave that may be debugged or moved, or runs in a mode that is not known.
func (q *Quote) CheckMode() error {
	if q.Modes != 0 {
		return fmt.Errorf("%w: modes %#x, expected none", ErrMode, q.Modes)
	}
	return nil
}

// Verify checks a quote against a root, at a time in Unix seconds, which must not be zero.
func (q *Quote) Verify(root [64]byte, at int64) error {
	if at <= 0 || at > q.End {
		return fmt.Errorf("%w: it is %d, the certificate ends at %d", ErrTime, at, q.End)
	}
	for _, one := range []struct {
		what      string
		key       [64]byte
		message   []byte
		signature [64]byte
	}{
		{"the root's, under the machine's certificate", root, CertificateMessage(q.certificate), q.root},
		{"the machine's, under the quote", q.Key, q.signed, q.signature},
	} {
		key, err := certificate.NewP256Key(one.key)
		if err != nil {
			return fmt.Errorf("%w: %s: the key is none", ErrSignature, one.what)
		}
		if err := key.CheckP256(one.message, one.signature); err != nil {
			return fmt.Errorf("%w: %s", ErrSignature, one.what)
		}
	}
	return nil
}

// CertificateMessage returns the bytes that the root signs: the domain, and a machine's name, key, level and end.
func CertificateMessage(certificate []byte) []byte {
	return append([]byte(CertificateDomain), certificate...)
}

// AppendCertificate appends a machine's certificate, without the root's signature.
func AppendCertificate(b []byte, machine [32]byte, key [64]byte, level uint32, end int64) []byte {
	b = append(append(b, machine[:]...), key[:]...)
	b = binary.LittleEndian.AppendUint32(b, level)
	return binary.LittleEndian.AppendUint64(b, uint64(end))
}

// AppendHead appends the part before the machine's certificate.
func AppendHead(b []byte, modes uint32, measurement [32]byte, data [64]byte) []byte {
	b = binary.LittleEndian.AppendUint32(append(b, magic...), modes)
	return append(append(b, measurement[:]...), data[:]...)
}
