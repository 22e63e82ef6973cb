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

// NewSeat is the seat of an organisation with these keys, which waits for its operator from a height on.
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

// Colluders is the largest number of n seats that is fewer than a third of them.
func Colluders(n int) int64 { return int64(max(n-1, 0)) / 3 }

// UnforeseenAfter is d of docs/protocol.md, section 7: after how many blocks a seed comes that nobody foresees now. Of so many blocks in
// a row one is begun by an honest proposer, where colluders follow one another once, or twice.
func UnforeseenAfter(colluders int64, twice bool) int64 {
	if twice {
		colluders *= 2
	}
	return max(2, colluders+1)
}

// SettleBlocks returns for how many blocks after a seat has left, of n active ones, colluders may follow one another twice. The set
// changes two blocks later. In the 2k blocks after that each of k colluders may propose twice, and a block whose seed decides a draw may
// come as many blocks later again.
func SettleBlocks(n int) int64 { return 2 + 2*(2*Colluders(n)+1) }

// Active says whether the seat is in the validator set, and so in every court that is called and in the council.
func (s Seat) Active() bool { return !s.Jailed && !s.Tombstoned && !s.Revoked && s.Power > 0 }

// ConsensusAddress is the address of the consensus key, 20 bytes, as votes and evidence name it.
func (s Seat) ConsensusAddress() sdk.ConsAddress {
	return sdk.ConsAddress(ed25519.PubKey(s.ConsensusPubkey).Address())
}

// Counts says whether the seat counts where a share of all seats is asked for: in the council, and of those that jailing
// must leave. A jailed one does, so that nobody decides more by having others jailed; one that was never brought in, that signed
// two blocks at one height, or whose organisation may hold none, does not.
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
