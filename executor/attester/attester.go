// Package attester holds a worker's session key: a platform attests the key, and the key signs the answers of programs. A worker
// uses the interface Attester, and knows no platform.
//
// The kernel gives access to hardware platforms (HardwareSession). The software platform (package evidence/software) is no enclave:
// its quotes prove nothing, and only development chains accept them.
package attester

import (
	"context"

	"github.com/credence-chain/credence/poco"
)

// The platforms' names in a worker's configuration.
const (
	Software = "software"
	TDX      = "tdx"
	SEVSNP   = "sev-snp"
)

// Names lists the platforms.
func Names() []string { return []string{Software, TDX, SEVSNP} }

// Certified is an Attester whose quotes do not hold the certificate with which they are checked.
type Certified interface {
	// Certificate returns the machine's certificate, in DER, and the name of its product. Both are empty if the quotes hold the
	// certificate.
	Certificate() (certificate []byte, product string)
}

// Attester holds the session key of one worker.
type Attester interface {
	// Platform returns the number of the platform that attests the key, as in the enumeration of x/enclaves.
	Platform() uint8
	// Key is the session's public key.
	Key() [poco.SessionKeySize]byte
	// Quote lets the platform attest 64 bytes.
	Quote(ctx context.Context, data [64]byte) ([]byte, error)
	// Attest signs a statement. It returns an error if it cannot give evidence for the statement.
	Attest(ctx context.Context, s poco.Statement) ([]byte, error)
	// Vouch signs poco.SessionMessage of bytes other than a statement.
	Vouch(ctx context.Context, message []byte) ([poco.SessionSignatureSize]byte, error)
}
