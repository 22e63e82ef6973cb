package keeper

import (
	"context"
	"math"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Quote says how a task of a future deal would be planned now, and what it can cost.
func (q queryServer) Quote(ctx context.Context, req *types.QueryQuoteRequest) (*types.QueryQuoteResponse, error) {
	chainID, deal := sdk.UnwrapSDKContext(ctx).ChainID(), req.Deal
	if err := deal.Terms.Validate(); err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "deal.%s", err)
	}
	it := &item{
		deal: deal, stored: types.Task{Index: deal.First},
		state: poco.Task{Terms: dealstypes.TermsToPoco(chainID, deal, deal.First)},
	}
	c, err := q.countCrowd(ctx, it)
	if err != nil {
		return nil, err
	}
	policy, in, err := q.planInput(ctx, it, c.eligible)
	if err != nil {
		return nil, err
	}
	plan := policy.Plan(in)
	bench, err := q.seats.ActiveCount(ctx)
	if err != nil {
		return nil, err
	}
	seats, most := poco.QuoteSeats(policy, plan, deal.Terms.Trust, deal.Terms.MinReplicas)
	terms := recommendedTerms(it.state.Terms, most)
	if payer := terms.ChargePayer(); payer < in.Stake { // a smaller escrow pays for less risk
		in.Stake = payer
		plan = policy.Plan(in)
		seats, most = poco.QuoteSeats(policy, plan, deal.Terms.Trust, deal.Terms.MinReplicas)
		terms = recommendedTerms(it.state.Terms, most)
	}
	forecast, err := poco.ForecastTasks(policy, in, terms.Premium, max(1, req.Tasks))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	// A task that needs no court has the deposit back.
	court := plan.Court || it.state.CourtAtOnce()
	return &types.QueryQuoteResponse{
		Plan: types.PlanFromPoco(it.state.Terms, plan), ExpectedPrice: priceWith(it.state.Terms, seats, court), MaxPrice: priceWith(it.state.Terms, most, true),
		Forecast: types.Forecast{
			Tasks: forecast.Tasks, Sixteenths: forecast.Steps, ToCourt: forecast.ToCourt, Last: types.PlanFromPoco(it.state.Terms, forecast.Cheapest),
			Cost: terms.CostOf(forecast, bench),
		},
	}, nil
}

// recommendedTerms returns the terms as they would be with the price that is recommended: that of so many replicas.
func recommendedTerms(terms poco.Terms, replicas uint64) poco.Terms {
	if fitted, err := terms.WithSeats(uint32(min(replicas, math.MaxUint32))); err == nil {
		return fitted
	}
	return terms
}

// priceWith returns what a task under the terms costs with so many replicas, in ucred, and with the court or without it.
func priceWith(terms poco.Terms, replicas uint64, court bool) uint64 {
	if !court {
		terms.CourtDeposit = 0
	}
	terms, err := terms.WithSeats(uint32(min(replicas, math.MaxUint32)))
	if err != nil {
		return math.MaxUint64 // more than anyone has
	}
	escrow, err := terms.Escrow()
	if err != nil {
		return math.MaxUint64
	}
	return escrow
}
