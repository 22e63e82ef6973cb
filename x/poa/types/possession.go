package types

import (
	"github.com/cometbft/cometbft/crypto/ed25519"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// KeyKind names one of the three keys of a seat, in error texts and in the messages that the key signs.
type KeyKind string

// The keys of a seat.
const (
	KeyConsensus KeyKind = "consensus"
	KeyBeacon    KeyKind = "beacon"
	KeyCourt     KeyKind = "court"
)

const possessionDomain = "credence/seat/"

// PossessionMessage returns what a consensus or court key signs to prove that its holder wants it to be the key of a seat. The
// message names the chain and the seat, so that nobody else can use the proof. The proof of a beacon key is that of package
// beaconkey.
func PossessionMessage(kind KeyKind, chainID, orgID string, pubkey []byte) []byte {
	return beaconkey.Fields([]byte(possessionDomain+string(kind)+"/v1"), []byte(chainID), []byte(orgID), pubkey)
}

// VerifyPossession checks a key and the proof that its holder knows its secret: ErrPossession.
func VerifyPossession(kind KeyKind, chainID, orgID string, pubkey, proof []byte) error {
	msg := PossessionMessage(kind, chainID, orgID, pubkey)
	switch kind {
	case KeyConsensus:
		if len(pubkey) != ed25519.PubKeySize {
			return ErrPossession.Wrapf("consensus_pubkey: %d bytes, expected %d", len(pubkey), ed25519.PubKeySize)
		}
		if !ed25519.PubKey(pubkey).VerifySignature(msg, proof) {
			return notProven(kind, chainID, orgID)
		}
	case KeyCourt:
		if len(pubkey) != secp256k1.PubKeySize {
			return ErrPossession.Wrapf("court_pubkey: %d bytes, expected %d", len(pubkey), secp256k1.PubKeySize)
		}
		if !(&secp256k1.PubKey{Key: pubkey}).VerifySignature(msg, proof) {
			return notProven(kind, chainID, orgID)
		}
	default:
		if err := beaconkey.VerifyPossession(pubkey, proof); err != nil {
			return ErrPossession.Wrap(err.Error())
		}
	}
	return nil
}

func notProven(kind KeyKind, chainID, orgID string) error {
	return ErrPossession.Wrapf("%s_possession: it is not the key's signature for the seat of %q on chain %q; \"credenced seat-keys\" makes one",
		kind, orgID, chainID)
}

// Verify checks the three keys and their proofs, for the seat of an organisation on a chain.
func (k SeatKeys) Verify(chainID, orgID string) error {
	if err := VerifyPossession(KeyConsensus, chainID, orgID, k.ConsensusPubkey, k.ConsensusPossession); err != nil {
		return err
	}
	if err := VerifyPossession(KeyBeacon, chainID, orgID, k.BeaconPubkey, k.BeaconPossession); err != nil {
		return err
	}
	return VerifyPossession(KeyCourt, chainID, orgID, k.CourtPubkey, k.CourtPossession)
}

// CourtAddress is the account of a court key.
func CourtAddress(pubkey []byte) sdk.AccAddress {
	return sdk.AccAddress((&secp256k1.PubKey{Key: pubkey}).Address())
}
