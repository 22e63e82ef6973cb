// Package attester stands where an enclave would: it holds a session key, has it attested by a platform, and signs with it what a
// program answered. A worker asks it through the seam Attester, and knows no platform.
//
// Platforms of hardware are asked through the kernel (HardwareSession). The software platform (package evidence/software) is no enclave: it
// shows nothing to anybody, and chains that are not for development refuse it.
package attester

import (
	"context"

	"github.com/credence-chain/credence/poco"
)

// Platforms by the names that a worker's configuration gives them.
const (
	Software = "software"
	TDX      = "tdx"
	SEVSNP   = "sev-snp"
)

// Names lists them.
func Names() []string { return []string{Software, TDX, SEVSNP} }

// Certified is an Attester whose quotes are checked with a certificate that stands beside them.
type Certified interface {
	// Certificate of the machine, in DER, and the name of its product; none where the quotes hold theirs.
	Certificate() (certificate []byte, product string)
}

// Attester holds the session key of one worker.
type Attester interface {
	// Platform names what attests the key, as the enumeration of x/enclaves numbers it.
	Platform() uint8
	// Key is the session's public key.
	Key() [poco.SessionKeySize]byte
	// Quote has the platform attest 64 bytes.
	Quote(ctx context.Context, data [64]byte) ([]byte, error)
	// Attest signs a statement. An error means that there is no evidence of it here.
	Attest(ctx context.Context, s poco.Statement) ([]byte, error)
	// Vouch signs poco.SessionMessage of bytes that are no statement.
	Vouch(ctx context.Context, message []byte) ([poco.SessionSignatureSize]byte, error)
}
