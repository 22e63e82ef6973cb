package app

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app/encoding"
	poakeeper "github.com/credence-chain/credence/x/poa/keeper"
)

// tallyBySeats counts a proposal's votes: one seat, its power, read by key. It also clears the votes it may have
// counted, those of seats that are out included; nobody else's exist, since only seats may vote.
func tallyBySeats(poa poakeeper.Keeper) govkeeper.CalculateVoteResultsAndVotingPowerFn {
	return func(ctx context.Context, gov govkeeper.Keeper, proposal govv1.Proposal) (math.LegacyDec, math.Int, map[govv1.VoteOption]math.LegacyDec, error) {
		voted, total := math.LegacyZeroDec(), math.ZeroInt()
		results := map[govv1.VoteOption]math.LegacyDec{
			govv1.OptionYes:        math.LegacyZeroDec(),
			govv1.OptionAbstain:    math.LegacyZeroDec(),
			govv1.OptionNo:         math.LegacyZeroDec(),
			govv1.OptionNoWithVeto: math.LegacyZeroDec(),
		}
		seats, err := poa.AllSeats(ctx)
		if err != nil {
			return voted, total, results, err
		}
		for _, seat := range seats {
			power := math.ZeroInt()
			if seat.Active() {
				power = math.NewInt(seat.Power)
			}
			total = total.Add(power)
			operator, err := encoding.Addresses().StringToBytes(seat.Operator)
			if err != nil {
				return voted, total, results, err
			}
			key := collections.Join(proposal.Id, sdk.AccAddress(operator))
			vote, err := gov.Votes.Get(ctx, key)
			if errors.Is(err, collections.ErrNotFound) {
				continue
			}
			if err != nil {
				return voted, total, results, err
			}
			for _, option := range vote.Options {
				weight, err := math.LegacyNewDecFromStr(option.Weight)
				if err != nil {
					return voted, total, results, err
				}
				results[option.Option] = results[option.Option].Add(weight.MulInt(power))
			}
			voted = voted.Add(math.LegacyNewDecFromInt(power))
			if err := gov.Votes.Remove(ctx, key); err != nil {
				return voted, total, results, err
			}
		}
		return voted, total, results, nil
	}
}

// councilHooks lets only operators of active seats vote.
type councilHooks struct {
	govtypes.MultiGovHooks
	poa poakeeper.Keeper
}

// AfterProposalVote refuses the vote of anybody but an active seat's operator; the transaction fails as a whole.
func (h councilHooks) AfterProposalVote(ctx context.Context, _ uint64, voter sdk.AccAddress) error {
	seat, found, err := h.poa.SeatByOperator(ctx, voter)
	if err != nil {
		return err
	}
	if !found || !seat.Active() {
		return sdkerrors.ErrUnauthorized.Wrapf("%s is not the operator of an active seat: only seats vote", voter)
	}
	return nil
}

// noCommunityPool stands where x/gov expects x/distribution. Nothing can be sent there: the charge for a cancelled
// proposal is burnt, or goes to an ordinary account.
type noCommunityPool struct{}

func (noCommunityPool) FundCommunityPool(context.Context, sdk.Coins, sdk.AccAddress) error {
	return sdkerrors.ErrNotSupported.Wrap("there is no community pool")
}

// seatTies keeps the operator of a seat in the organisation whose seat it is: a seat has one operator for good, who votes
// in the council for that organisation and no other.
type seatTies struct{ poa poakeeper.Keeper }

// Tied names the seat.
func (t seatTies) Tied(ctx context.Context, account sdk.AccAddress) (string, error) {
	seat, found, err := t.poa.SeatByOperator(ctx, account)
	if err != nil || !found {
		return "", err
	}
	return "the operator of the seat of " + seat.OrgId, nil
}
