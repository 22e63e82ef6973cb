package poco

// A session key is a key that an enclave made inside itself, and that a quote of its platform names once. From then on a signature
// of the key speaks for the enclave. Checking it takes one step; checking a quote takes a chain of them. The hashes here tie the
// key to one chain, worker and organisation. They also give machines and measurements names of 32 bytes, whatever names their
// makers use.

// Domains of the hashes here.
const (
	domainSession     = "credence/session/v1"
	domainMeasurement = "credence/measurement/v1"
	domainMachine     = "credence/machine/v1"
	domainMessage     = "credence/session-message/v1"
)

// Sizes of a session's key, of its signatures, and of the evidence that holds both, in bytes.
const (
	SessionKeySize       = 64 // a point of P-256: its two coordinates, big endian
	SessionSignatureSize = 64 // r and s of ECDSA over SHA-256, big endian
	AttestationSize      = SessionKeySize + SessionSignatureSize
)

// SessionData returns the 64 bytes that the quote holds when it registers a session key: a hash, and 32 zeroes. The seed is that of
// a recent block, so that the quote cannot be older than this block.
func SessionData(chainID, worker, organisation string, key [SessionKeySize]byte, height uint64, seed []byte) (data [64]byte) {
	h := Hash([]byte(domainSession), []byte(chainID), []byte(worker), []byte(organisation), key[:], encodeU64(height), seed)
	copy(data[:], h[:])
	return data
}

// SessionMessage is the hash of bytes other than a statement. The session key signs it (over SHA-256) to show that they come from
// its enclave.
func SessionMessage(message []byte) [32]byte { return Hash([]byte(domainMessage), message) }

// MeasurementID names the content that an enclave was started from, by the value that its platform measured.
func MeasurementID(platform uint8, value []byte) [32]byte {
	return Hash([]byte(domainMeasurement), []byte{platform}, value)
}

// MachineID names a machine by the name that the maker of its platform gave it.
func MachineID(platform uint8, name []byte) [32]byte {
	return Hash([]byte(domainMachine), []byte{platform}, name)
}
