package poco

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Domains keep the hashes of one purpose apart from those of every other.
const (
	domainCommit  = "credence/commit/v1"
	domainCourt   = "credence/court/v1"
	domainSalt    = "credence/salt/v1"
	domainRequest = "credence/request/v1"
	domainDeal    = "credence/deal/v1"
	domainTask    = "credence/task/v1"
	domainOrder   = "credence/order/v1"
	domainDraw    = "credence/draw/v1"
	domainTicket  = "credence/ticket/v1"
	domainLeast   = "credence/least-ticket/v1"
)

// SaltSize is the length of a commitment's salt in bytes.
const SaltSize = 32

// Hash is SHA-256 over length-prefixed fields (8-byte big-endian length before each), so that no two different
// lists of fields share an encoding.
func Hash(fields ...[]byte) [32]byte {
	h := sha256.New()
	var n [8]byte
	for _, f := range fields {
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		h.Write(n[:])
		h.Write(f)
	}
	var out [32]byte
	h.Sum(out[:0])
	return out
}

// Frame is the bytes that Hash hashes: each field after its length (8 bytes, big endian). For bytes that are signed.
func Frame(fields ...[]byte) []byte {
	size := 8 * len(fields)
	for _, f := range fields {
		size += len(f)
	}
	out := make([]byte, 0, size)
	for _, f := range fields {
		out = binary.BigEndian.AppendUint64(out, uint64(len(f)))
		out = append(out, f...)
	}
	return out
}

func u64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// Bench says in which role an outcome is committed; it selects the domain, so that a worker's commitment can never
// serve as a court seat's.
type Bench uint8

// The two benches.
const (
	BenchWorkers Bench = iota
	BenchCourt
)

// Commitment binds who answers what, for which attempt of which task on which chain (protocol section 2). The salt
// makes a yes/no answer impossible to guess from it; the worker's name makes a copy worthless.
func Commitment(bench Bench, chainID string, task [32]byte, attempt uint32, who string, o Outcome, salt []byte) [32]byte {
	domain := domainCommit
	if bench == BenchCourt {
		domain = domainCourt
	}
	return Hash([]byte(domain), []byte(chainID), task[:], u64(uint64(attempt)), []byte(who),
		[]byte{byte(o.Kind)}, o.Digest[:], u64(o.Fuel), salt)
}

// Salt derives a commitment's salt from the worker's local secret, so that nothing is lost in a crash between
// commit and reveal (protocol section 2).
func Salt(secret []byte, bench Bench, chainID string, task [32]byte, attempt uint32) []byte {
	mac := hmac.New(sha256.New, secret)
	body := Hash([]byte(domainSalt), []byte{byte(bench)}, []byte(chainID), task[:], u64(uint64(attempt)))
	mac.Write(body[:])
	return mac.Sum(nil)
}

// CheckSalt refuses a salt of the wrong length or the all-zero one, which is what a forgotten salt looks like.
func CheckSalt(salt []byte) error {
	if len(salt) != SaltSize {
		return fmt.Errorf("salt: got %d bytes, expected %d", len(salt), SaltSize)
	}
	for _, b := range salt {
		if b != 0 {
			return nil
		}
	}
	return fmt.Errorf("salt: all zero, expected %d secret bytes", SaltSize)
}

// RequestID names a request by its requester and the nonce it chose: unique without a global counter.
func RequestID(chainID, requester string, nonce uint64) [32]byte {
	return Hash([]byte(domainRequest), []byte(chainID), []byte(requester), u64(nonce))
}

// OrderID names an order of a kind likewise: each kind has its own nonces.
func OrderID(chainID, kind, owner string, nonce uint64) [32]byte {
	return Hash([]byte(domainOrder), []byte(chainID), []byte(kind), []byte(owner), u64(nonce))
}

// DealID names the deal that fills a request from its first-th task on; one request may be filled by several deals.
func DealID(request [32]byte, first uint64) [32]byte {
	return Hash([]byte(domainDeal), request[:], u64(first))
}

// TaskID names the index-th task of a deal.
func TaskID(deal [32]byte, index uint64) [32]byte {
	return Hash([]byte(domainTask), deal[:], u64(index))
}
