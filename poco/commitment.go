package poco

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// A commitment is a salted hash of an answer, and the ids of requests, orders, deals and tasks are hashes too (protocol sections
// 1 and 2). All are taken by Hash over fields with their lengths. The first field is a domain. It keeps the hashes of one
// purpose apart from those of every other, so that a hash can never be used for another purpose.
const (
	domainCommit  = "credence/commit/v1"
	domainCourt   = "credence/court/v1"
	domainSalt    = "credence/salt/v1"
	domainRequest = "credence/request/v1"
	domainDeal    = "credence/deal/v1"
	domainTask    = "credence/task/v1"
	domainOrder   = "credence/order/v1"
	domainFeed    = "credence/feed/v1"
	domainDraw    = "credence/draw/v1"
	domainTicket  = "credence/ticket/v1"
	domainLeast   = "credence/least-ticket/v1"
)

// SaltSize is the length of a commitment's salt in bytes.
const SaltSize = 32

// Hash is SHA-256 over fields, each after its length as 8 bytes, big endian. So no two different lists of fields have the same
// encoding.
func Hash(fields ...[]byte) [32]byte {
	var room [frameRoom]byte
	if frameSize(fields) <= len(room) {
		return sha256.Sum256(appendFrame(room[:0], fields))
	}
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

// frameRoom is a size in bytes that the fields of an id, a draw or a commitment do not exceed, so that they are hashed in one
// piece.
const frameRoom = 512

// Frame returns the bytes that Hash hashes: each field after its length as 8 bytes, big endian. Signatures are made over them.
func Frame(fields ...[]byte) []byte {
	return appendFrame(make([]byte, 0, frameSize(fields)), fields)
}

func frameSize(fields [][]byte) int {
	size := 8 * len(fields)
	for _, f := range fields {
		size += len(f)
	}
	return size
}

func appendFrame(out []byte, fields [][]byte) []byte {
	for _, f := range fields {
		out = binary.BigEndian.AppendUint64(out, uint64(len(f)))
		out = append(out, f...)
	}
	return out
}

func encodeU64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// Bench is one of the two groups of seats of a task. It selects the domain of a commitment, so that a worker's commitment can
// never be used as a court seat's.
type Bench uint8

// The two benches.
const (
	BenchWorkers Bench = iota
	BenchCourt
)

// Commitment returns the hash that binds a seat to its answer, for one attempt of one task on one chain (protocol section 2).
// Because of the salt nobody can guess a yes/no answer from it. Because of the name who, a copy by another seat is worthless.
func Commitment(bench Bench, chainID string, task [32]byte, attempt uint32, who string, o Outcome, salt []byte) [32]byte {
	domain := domainCommit
	if bench == BenchCourt {
		domain = domainCourt
	}
	return Hash([]byte(domain), []byte(chainID), task[:], encodeU64(uint64(attempt)), []byte(who),
		[]byte{byte(o.Kind)}, o.Digest[:], encodeU64(o.Fuel), salt)
}

// Salt derives a commitment's salt from the worker's local secret. So a worker that crashes between commit and reveal can
// compute it again (protocol section 2).
func Salt(secret []byte, bench Bench, chainID string, task [32]byte, attempt uint32) []byte {
	mac := hmac.New(sha256.New, secret)
	body := Hash([]byte(domainSalt), []byte{byte(bench)}, []byte(chainID), task[:], encodeU64(uint64(attempt)))
	mac.Write(body[:])
	return mac.Sum(nil)
}

// CheckSalt refuses a salt of the wrong length. It also refuses one of all zeroes, which a caller that forgot the salt would send.
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

// RequestID returns the id of a request, made of its requester and the nonce that the requester chose. So it is unique without
// a global counter.
func RequestID(chainID, requester string, nonce uint64) [32]byte {
	return Hash([]byte(domainRequest), []byte(chainID), []byte(requester), encodeU64(nonce))
}

// OrderID returns the id of an order in the same way. Each kind of order has its own nonces.
func OrderID(chainID, kind, owner string, nonce uint64) [32]byte {
	return Hash([]byte(domainOrder), []byte(chainID), []byte(kind), []byte(owner), encodeU64(nonce))
}

// FeedID returns the id of a feed, made of its owner, which is an organisation's id or an account, and its name.
func FeedID(chainID, owner, name string) [32]byte {
	return Hash([]byte(domainFeed), []byte(chainID), []byte(owner), []byte(name))
}

// DealID returns the id of the deal that fills a request from the index first on. Several deals may fill one request.
func DealID(request [32]byte, first uint64) [32]byte {
	return Hash([]byte(domainDeal), request[:], encodeU64(first))
}

// OnlyTask returns the id of the task of a request of one task.
func OnlyTask(request [32]byte) [32]byte { return TaskID(DealID(request, 0), 0) }

// TaskID returns the id of a deal's task; index counts within the request's bag.
func TaskID(deal [32]byte, index uint64) [32]byte {
	return Hash([]byte(domainTask), deal[:], encodeU64(index))
}
