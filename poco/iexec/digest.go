package iexec

import (
	"crypto/sha256"
	"encoding/binary"
)

// Digest is a 32-byte SHA-256.
type Digest [32]byte

// TaskID names a task; it enters every hash and seal.
type TaskID [32]byte

// ResultHash is the hash that all contributors of one result share: hash(task ‖ digest). It has no salt and is public before
// consensus, as in iExec, so a worker can copy it. This is why the credence policy exists.
func ResultHash(task TaskID, digest []byte) Digest {
	return hashFields("iexec/result-hash", task[:], digest)
}

// ResultSeal binds a contribution to its worker: hash(worker ‖ task ‖ digest).
func ResultSeal(worker string, task TaskID, digest []byte) Digest {
	return hashFields("iexec/result-seal", []byte(worker), task[:], digest)
}

// hashFields hashes length-prefixed fields, so that no two lists share bytes.
func hashFields(domain string, fields ...[]byte) Digest {
	h := sha256.New()
	write := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	write([]byte(domain))
	for _, f := range fields {
		write(f)
	}
	return Digest(h.Sum(nil))
}
