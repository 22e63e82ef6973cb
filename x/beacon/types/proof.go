package types

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"github.com/credence-chain/credence/x/poa/beaconkey"
)

const (
	proofDomain   = "credence/beacon/proof/v1"
	seedDomain    = "credence/beacon/seed/v1"
	genesisDomain = "credence/beacon/genesis/v1"

	// SeedSize is the length of a seed.
	SeedSize = sha256.Size
)

// proofMarker opens the first transaction of every block. Its first two bytes are a tag that no protobuf decoder accepts (wire
// type 7). So no transaction can be taken for a proof, and no proof for a transaction.
var proofMarker = []byte("\xff\x7fcredence/beacon/v1\n")

// ProofTxSize is the length of the transaction that carries a proof.
var ProofTxSize = len(proofMarker) + beaconkey.SignatureSize

// ProofTx wraps a proof as the first transaction of a block.
func ProofTx(proof []byte) []byte {
	return append(bytes.Clone(proofMarker), proof...)
}

// ProofOf unwraps the proof from a block's transactions, or fails with ErrInvalidProof.
func ProofOf(txs [][]byte) ([]byte, error) {
	if len(txs) == 0 {
		return nil, ErrInvalidProof.Wrap("the block has no transactions; expected the proof first")
	}
	proof, found := bytes.CutPrefix(txs[0], proofMarker)
	if !found {
		return nil, ErrInvalidProof.Wrap("the first transaction is not a proof")
	}
	if len(proof) != beaconkey.SignatureSize {
		return nil, ErrInvalidProof.Wrapf("%d bytes, expected %d", len(proof), beaconkey.SignatureSize)
	}
	return proof, nil
}

// ProofMessage returns the bytes that the proposer of a height signs: (domain, chain id, previous seed, height),
// length-prefixed.
func ProofMessage(chainID string, previous []byte, height int64) []byte {
	return beaconkey.Fields([]byte(proofDomain), []byte(chainID), previous, binary.BigEndian.AppendUint64(nil, uint64(height)))
}

// NextSeed returns SHA-256 over (domain, previous seed, proof), length-prefixed (docs/protocol.md, section 7).
func NextSeed(previous, proof []byte) []byte {
	sum := sha256.Sum256(beaconkey.Fields([]byte(seedDomain), previous, proof))
	return sum[:]
}

// GenesisSeed returns the seed before the first block of a chain whose genesis has no seeds.
func GenesisSeed(chainID string) []byte {
	sum := sha256.Sum256(beaconkey.Fields([]byte(genesisDomain), []byte(chainID)))
	return sum[:]
}
