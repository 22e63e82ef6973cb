package attester

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/credence-chain/credence/evidence/software"
	"github.com/credence-chain/credence/poco"
)

// PlatformSoftware is the software platform's number in x/enclaves.
const PlatformSoftware uint8 = 3

// rootSeed is the text from which the root of the software platform is made. It is public.
const rootSeed = "credence: the root of the software platform is no secret"

// Machine is a machine of the software platform. The platform's root would certify its fields.
type Machine struct {
	// Seed is the secret from which the machine's name and keys are made. Anybody who knows it can act as the machine.
	Seed []byte
	// Measurement is the machine's measurement of the program in it; see DefaultMeasurement.
	Measurement [32]byte
	// Level is the machine's level.
	Level uint32
	// End is the end of the machine's certificate, in Unix seconds.
	End int64
	// Modes are the modes in which the machine says that it runs.
	Modes uint32
}

// DefaultMeasurement is the measurement that a worker of the software platform reports.
func DefaultMeasurement() [32]byte {
	return sha256.Sum256([]byte("credence: a worker on the software platform"))
}

// SoftwareSession is a session key on a machine of the software platform. It is safe for concurrent use.
type SoftwareSession struct {
	machine     Machine
	key, device *ecdsa.PrivateKey
}

var _ Attester = (*SoftwareSession)(nil)

// deriveKey derives a P-256 key from a seed, for a purpose.
func deriveKey(seed []byte, purpose string) (*ecdsa.PrivateKey, error) {
	for n := byte(0); ; n++ {
		scalar := poco.Hash([]byte("credence/software-key/v1"), seed, []byte(purpose), []byte{n})
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:]); err == nil {
			return key, nil
		}
		if n == 255 {
			return nil, errors.New("no key can be made of the seed")
		}
	}
}

// pointOf returns a key's public half.
func pointOf(key *ecdsa.PrivateKey) (out [64]byte, err error) {
	point, err := key.PublicKey.Bytes()
	if err != nil || len(point) != 65 {
		return out, fmt.Errorf("a key of P-256 has %d bytes, expected 65: %w", len(point), err)
	}
	copy(out[:], point[1:])
	return out, nil
}

// RootKey returns the public half of the root.
func RootKey() ([64]byte, error) {
	root, err := deriveKey([]byte(rootSeed), "root")
	if err != nil {
		return [64]byte{}, err
	}
	return pointOf(root)
}

// NewSoftware opens a session on a machine. The name tells sessions of one machine apart.
func NewSoftware(m Machine, name string) (*SoftwareSession, error) {
	device, err := deriveKey(m.Seed, "device")
	if err != nil {
		return nil, err
	}
	key, err := deriveKey(m.Seed, "session "+name)
	return &SoftwareSession{machine: m, key: key, device: device}, err
}

// LoadSeed reads a machine's seed from a file, or makes the file if it does not exist.
func LoadSeed(path string) ([]byte, error) {
	seed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		seed = make([]byte, 32)
		if _, err := rand.Read(seed); err != nil {
			return nil, err
		}
		return seed, os.WriteFile(path, seed, 0o600)
	}
	if err == nil && len(seed) != 32 {
		err = fmt.Errorf("%s: got %d bytes, expected the 32 of a seed", path, len(seed))
	}
	return seed, err
}

// Platform implements Attester.
func (s *SoftwareSession) Platform() uint8 { return PlatformSoftware }

// Key implements Attester.
func (s *SoftwareSession) Key() [poco.SessionKeySize]byte {
	point, _ := pointOf(s.key) // of a key that was made of a scalar
	return point
}

// Quote implements Attester.
func (s *SoftwareSession) Quote(_ context.Context, data [64]byte) ([]byte, error) {
	root, err := deriveKey([]byte(rootSeed), "root")
	if err != nil {
		return nil, err
	}
	point, err := pointOf(s.device)
	if err != nil {
		return nil, err
	}
	name := sha256.Sum256(append([]byte("credence: a machine of the software platform"), point[:]...))
	certificate := software.AppendCertificate(nil, name, point, s.machine.Level, s.machine.End)
	vouched, err := sign(root, software.CertificateMessage(certificate))
	if err != nil {
		return nil, err
	}
	quote := software.AppendHead(nil, s.machine.Modes, s.machine.Measurement, data)
	quote = append(append(quote, certificate...), vouched[:]...)
	signature, err := sign(s.device, quote)
	return append(quote, signature[:]...), err
}

// Attest implements Attester: the key's public half, and its signature of the statement.
func (s *SoftwareSession) Attest(_ context.Context, statement poco.Statement) ([]byte, error) {
	return attest(s.key, statement)
}

// Vouch implements Attester.
func (s *SoftwareSession) Vouch(_ context.Context, message []byte) ([poco.SessionSignatureSize]byte, error) {
	digest := poco.SessionMessage(message)
	return sign(s.key, digest[:])
}

// attest returns a statement's evidence: the session key's public half and its signature.
func attest(key *ecdsa.PrivateKey, statement poco.Statement) ([]byte, error) {
	if statement.Kind != poco.EvidenceAttestation {
		return nil, fmt.Errorf("an enclave does not make %s", statement.Kind)
	}
	point, err := pointOf(key)
	if err != nil {
		return nil, err
	}
	digest := statement.Digest()
	signature, err := sign(key, digest[:])
	return append(point[:], signature[:]...), err
}

// sign signs SHA-256 of a message and returns r and s, 32 bytes each, big endian.
func sign(key *ecdsa.PrivateKey, message []byte) (out [64]byte, err error) {
	digest := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return out, err
	}
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out, nil
}
