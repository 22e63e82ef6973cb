package app

import (
	"context"

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

// tallyBySeats counts a proposal's votes. An active seat votes with its power. Turnout is measured against all seats that count,
// jailed ones included, so that a few seats do not decide for all. It also clears the votes.
func tallyBySeats(poa poakeeper.Keeper) govkeeper.CalculateVoteResultsAndVotingPowerFn {
	return func(ctx context.Context, gov govkeeper.Keeper, proposal govv1.Proposal) (math.LegacyDec, math.Int, map[govv1.VoteOption]math.LegacyDec, error) {
		voted := math.LegacyZeroDec()
		results := map[govv1.VoteOption]math.LegacyDec{
			govv1.OptionYes:        math.LegacyZeroDec(),
			govv1.OptionAbstain:    math.LegacyZeroDec(),
			govv1.OptionNo:         math.LegacyZeroDec(),
			govv1.OptionNoWithVeto: math.LegacyZeroDec(),
		}
		powers, total, err := votingPowers(ctx, poa)
		if err != nil {
			return voted, total, results, err
		}
		// All votes that were cast are cleared: an operator may have been replaced after it voted.
		var cast []govv1.Vote
		of := collections.NewPrefixedPairRange[uint64, sdk.AccAddress](proposal.Id)
		err = gov.Votes.Walk(ctx, of, func(_ collections.Pair[uint64, sdk.AccAddress], vote govv1.Vote) (bool, error) {
			cast = append(cast, vote)
			return false, nil
		})
		if err != nil {
			return voted, total, results, err
		}
		for _, vote := range cast {
			voter, err := encoding.Addresses().StringToBytes(vote.Voter)
			if err != nil {
				return voted, total, results, err
			}
			power := powers[string(voter)]
			for _, option := range vote.Options {
				weight, err := math.LegacyNewDecFromStr(option.Weight)
				if err != nil {
					return voted, total, results, err
				}
				results[option.Option] = results[option.Option].Add(weight.MulInt64(power))
			}
			voted = voted.Add(math.LegacyNewDec(power))
			if err := gov.Votes.Remove(ctx, collections.Join(proposal.Id, sdk.AccAddress(voter))); err != nil {
				return voted, total, results, err
			}
		}
		return voted, total, results, nil
	}
}

// votingPowers returns the power of every active seat by its operator's account, for reading by key only, and the power of all
// seats that count.
func votingPowers(ctx context.Context, poa poakeeper.Keeper) (powers map[string]int64, total math.Int, err error) {
	powers, total = map[string]int64{}, math.ZeroInt()
	seats, err := poa.AllSeats(ctx)
	if err != nil {
		return nil, total, err
	}
	for _, seat := range seats {
		if seat.Counts() {
			total = total.AddRaw(seat.Power)
		}
		if !seat.Active() {
			continue
		}
		operator, err := encoding.Addresses().StringToBytes(seat.Operator)
		if err != nil {
			return nil, total, err
		}
		powers[string(operator)] = seat.Power
	}
	return powers, total, nil
}

// councilHooks lets only operators of active seats vote.
type councilHooks struct {
	govtypes.MultiGovHooks
	poa poakeeper.Keeper
}

// AfterProposalVote refuses a vote of any account but an active seat's operator; the whole transaction fails.
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

// noCommunityPool replaces x/distribution, which x/gov expects. No coins can be sent to it: the charge for a cancelled proposal is
// burnt, or goes to an ordinary account.
type noCommunityPool struct{}

func (noCommunityPool) FundCommunityPool(context.Context, sdk.Coins, sdk.AccAddress) error {
	return sdkerrors.ErrNotSupported.Wrap("there is no community pool")
}

// seatTies keeps the operator of a seat in the organisation of the seat until another operator has taken over, because the operator
// votes in the council for that organisation and no other.
type seatTies struct{ poa poakeeper.Keeper }

// Tied returns the name of the seat that ties the account, or nothing.
func (t seatTies) Tied(ctx context.Context, account sdk.AccAddress) (string, error) {
	seat, found, err := t.poa.SeatByOperator(ctx, account)
	if err != nil || !found {
		return "", err
	}
	return "the operator of the seat of " + seat.OrgId, nil
}
