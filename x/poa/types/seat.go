package types

import (
	"bytes"

	"github.com/cometbft/cometbft/crypto/ed25519"

	"cosmossdk.io/core/address"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/poa/beaconkey"
)

// DefaultPower is the voting power of every seat.
const DefaultPower int64 = 1

// NewSeat returns the seat of an organisation with these keys. The seat waits for its operator, who may unjail it from the given
// height on.
func NewSeat(codec address.Codec, orgID, operator string, keys SeatKeys, height int64) (Seat, error) {
	court, err := codec.BytesToString(CourtAddress(keys.CourtPubkey))
	if err != nil {
		return Seat{}, ErrInvalidSeat.Wrapf("court of %s: %s", orgID, err)
	}
	return Seat{
		OrgId: orgID, Operator: operator, Court: court, Power: DefaultPower,
		ConsensusPubkey: keys.ConsensusPubkey, BeaconPubkey: keys.BeaconPubkey, BeaconPossession: keys.BeaconPossession,
		Jailed: true, JailedUntil: height, Waiting: true,
	}, nil
}

// Colluders returns the largest number of seats that is less than a third of n.
func Colluders(n int) int64 { return int64(max(n-1, 0)) / 3 }

// UnforeseenAfter returns d of docs/protocol.md, section 7: the number of blocks after which a seed comes that nobody can foresee
// now. At least one of d blocks in a row has an honest proposer: the colluders propose at most once in a row as a group, or twice
// after a seat left.
func UnforeseenAfter(colluders int64, twice bool) int64 {
	if twice {
		colluders *= 2
	}
	return max(2, colluders+1)
}

// IrregularBlocks returns for how many blocks after a seat has left the rotation of proposers is irregular, so that colluders may
// propose twice in a row as a group. n is the number of seats that were active before. The validator set changes two blocks after the
// seat left. In the 2k blocks after that, each of k colluders may propose twice. A block whose seed decides a draw may come as many
// blocks later again.
func IrregularBlocks(n int) int64 { return 2 + 2*(2*Colluders(n)+1) }

// Active says whether the seat is in the validator set, and so in every court that is called and in the council.
func (s Seat) Active() bool { return !s.Jailed && !s.Tombstoned && !s.Revoked && s.Power > 0 }

// ConsensusAddress returns the address of the consensus key, 20 bytes, as votes and evidence name it.
func (s Seat) ConsensusAddress() sdk.ConsAddress {
	return sdk.ConsAddress(ed25519.PubKey(s.ConsensusPubkey).Address())
}

// Counts says whether the seat counts when a share of all seats is needed: in the council, and in the two thirds that jailing
// leaves active. A jailed seat counts, so that nobody gains influence by having others jailed. A seat does not count if it still
// waits for its operator, is tombstoned, or is revoked.
func (s Seat) Counts() bool { return !s.Waiting && !s.Tombstoned && !s.Revoked }

// Validate checks a seat by itself: lengths, keys, proof of possession.
func (s Seat) Validate(codec address.Codec) error {
	if s.OrgId == "" {
		return ErrInvalidSeat.Wrap("org_id is empty")
	}
	if _, err := codec.StringToBytes(s.Operator); err != nil {
		return ErrInvalidSeat.Wrapf("operator of %s: %q: %s", s.OrgId, s.Operator, err)
	}
	if _, err := codec.StringToBytes(s.Court); err != nil {
		return ErrInvalidSeat.Wrapf("court of %s: %q: %s; expected the account that answers in courts", s.OrgId, s.Court, err)
	}
	if len(s.ConsensusPubkey) != ed25519.PubKeySize {
		return ErrInvalidSeat.Wrapf("consensus_pubkey of %s: %d bytes, expected %d", s.OrgId, len(s.ConsensusPubkey), ed25519.PubKeySize)
	}
	if err := beaconkey.ValidatePublicKey(s.BeaconPubkey); err != nil {
		return ErrInvalidSeat.Wrapf("beacon_pubkey of %s: %s", s.OrgId, err)
	}
	if err := beaconkey.VerifyPossession(s.BeaconPubkey, s.BeaconPossession); err != nil {
		return ErrInvalidSeat.Wrapf("beacon_possession of %s: %s", s.OrgId, err)
	}
	if s.Power <= 0 {
		return ErrInvalidSeat.Wrapf("power of %s: %d, expected more than 0", s.OrgId, s.Power)
	}
	if s.Waiting && !s.Jailed {
		return ErrInvalidSeat.Wrapf("waiting of %s: true, expected only of a seat that is jailed", s.OrgId)
	}
	if s.JailedUntil < 0 {
		return ErrInvalidSeat.Wrapf("jailed_until of %s: %d is negative", s.OrgId, s.JailedUntil)
	}
	return nil
}

// ValidateSeats checks seats one by one and together: order, no shared account or key, equal power.
func ValidateSeats(codec address.Codec, seats []Seat) error {
	for i, s := range seats {
		if err := s.Validate(codec); err != nil {
			return err
		}
		if i > 0 && seats[i-1].OrgId >= s.OrgId {
			return ErrInvalidSeat.Wrapf("seats[%d]: %s: expected ascending order of org_id, each once", i, s.OrgId)
		}
		if s.Court == s.Operator {
			return ErrInvalidSeat.Wrapf("court of %s: %s is its operator; expected an account of its own", s.OrgId, s.Court)
		}
		for _, o := range seats[:i] {
			switch {
			case o.Operator == s.Operator:
				return ErrInvalidSeat.Wrapf("operator %s: of %s and of %s", s.Operator, o.OrgId, s.OrgId)
			case o.Court == s.Court || o.Court == s.Operator || o.Operator == s.Court:
				return ErrInvalidSeat.Wrapf("court %s of %s: of %s as well, or one's court and the other's operator", s.Court, s.OrgId, o.OrgId)
			case bytes.Equal(o.ConsensusPubkey, s.ConsensusPubkey):
				return ErrInvalidSeat.Wrapf("consensus_pubkey %X: of %s and of %s", s.ConsensusPubkey, o.OrgId, s.OrgId)
			case bytes.Equal(o.BeaconPubkey, s.BeaconPubkey):
				return ErrInvalidSeat.Wrapf("beacon_pubkey %X: of %s and of %s", s.BeaconPubkey, o.OrgId, s.OrgId)
			case o.Power != s.Power:
				return ErrInvalidSeat.Wrapf("power of %s: %d, of %s: %d: expected equal", o.OrgId, o.Power, s.OrgId, s.Power)
			}
		}
	}
	return nil
}
