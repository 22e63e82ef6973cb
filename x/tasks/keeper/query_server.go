package keeper

import (
	"context"
	"errors"
	"reflect"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/poco"
	markettypes "github.com/credence-chain/credence/x/market/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// maxPage bounds a page of any list.
const maxPage = 200

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func page(p *query.PageRequest) *query.PageRequest {
	if p == nil {
		p = &query.PageRequest{}
	}
	if p.Limit == 0 || p.Limit > maxPage {
		p.Limit = maxPage
	}
	return p
}

func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: p}, err
}

func (q queryServer) Task(ctx context.Context, req *types.QueryTaskRequest) (*types.QueryTaskResponse, error) {
	it, err := q.load(ctx, req.Id)
	if err != nil {
		return nil, notFound(err)
	}
	return &types.QueryTaskResponse{Task: it.stored, Deal: it.deal}, nil
}

func notFound(err error) error {
	if errors.Is(err, types.ErrNotFound) || errors.Is(err, types.ErrLedgerNotFound) || errors.Is(err, collections.ErrNotFound) {
		return status.Error(codes.NotFound, err.Error())
	}
	return err
}

func (q queryServer) TasksOfDeal(ctx context.Context, req *types.QueryTasksOfDealRequest) (*types.QueryTasksOfDealResponse, error) {
	tasks, p, err := query.CollectionPaginate(ctx, q.ByDeal, page(req.Pagination),
		func(_ collections.Pair[string, uint64], id string) (types.Task, error) { return q.Tasks.Get(ctx, id) },
		query.WithCollectionPaginationPairPrefix[string, uint64](req.Deal))
	return &types.QueryTasksOfDealResponse{Tasks: tasks, Pagination: p}, err
}

func (q queryServer) Assignments(ctx context.Context, req *types.QueryAssignmentsRequest) (*types.QueryAssignmentsResponse, error) {
	list, p, err := query.CollectionPaginate(ctx, q.Keeper.Assignments, page(req.Pagination),
		func(key collections.Pair[string, string], _ collections.NoValue) (types.Assignment, error) {
			it, err := q.load(ctx, key.K2())
			if err != nil {
				return types.Assignment{}, err
			}
			a := types.Assignment{Task: it.stored, Deal: it.deal, Bench: types.BENCH_WORKERS}
			for _, s := range it.stored.Court {
				if s.Who == req.Who {
					a.Bench = types.BENCH_COURT
				}
			}
			return a, nil
		}, query.WithCollectionPaginationPairPrefix[string, string](req.Who))
	return &types.QueryAssignmentsResponse{Assignments: list, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Pagination: p}, err
}

func (q queryServer) Ledger(ctx context.Context, req *types.QueryLedgerRequest) (*types.QueryLedgerResponse, error) {
	l, err := q.Keeper.Ledgers.Get(ctx, req.Key)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, notFound(errorsmod.Wrapf(types.ErrLedgerNotFound, "key: got %q, expected \"class/T\" or \"organisation/ID/T\" of a trust T that was used", req.Key))
	}
	if err != nil {
		return nil, err
	}
	v, err := q.view(ctx, l)
	return &types.QueryLedgerResponse{View: v}, err
}

func (q queryServer) Ledgers(ctx context.Context, req *types.QueryLedgersRequest) (*types.QueryLedgersResponse, error) {
	views, p, err := query.CollectionPaginate(ctx, q.Keeper.Ledgers, page(req.Pagination),
		func(_ string, l types.Ledger) (types.LedgerView, error) { return q.view(ctx, l) })
	return &types.QueryLedgersResponse{Views: views, Pagination: p}, err
}

func (q queryServer) view(ctx context.Context, l types.Ledger) (types.LedgerView, error) {
	params, err := q.Keeper.Params.Get(ctx)
	if err != nil {
		return types.LedgerView{}, err
	}
	e0, err := poco.Q64FromBytes(params.Allowance)
	if err != nil {
		return types.LedgerView{}, err
	}
	p, err := l.ToPoco()
	if err != nil {
		return types.LedgerView{}, err
	}
	return types.LedgerView{Ledger: l, Debt: p.D.String(), Budget: p.Budget(e0).String()}, nil
}

// Quote says how a request would be matched and planned now.
func (q queryServer) Quote(ctx context.Context, req *types.QueryQuoteRequest) (*types.QueryQuoteResponse, error) {
	preview, err := q.market.Preview(ctx, req.Requester, req.Job)
	if err != nil {
		return nil, err
	}
	chainID := sdk.UnwrapSDKContext(ctx).ChainID()
	deal := markettypes.Deal{
		Pool: preview.Pool.Id, Runtime: preview.Version.Runtime, Terms: preview.Terms, RequesterOrganisation: preview.Organisation, AppOrganisation: preview.App.Organisation,
	}
	it := &item{deal: deal, state: poco.Task{Terms: markettypes.TermsToPoco(chainID, deal)}}
	c, err := q.crowd(ctx, it)
	if err != nil {
		return nil, err
	}
	plan, err := q.plan(ctx, it, c.eligible)
	if err != nil {
		return nil, err
	}
	bench, err := q.seats.ActiveSeats(ctx)
	if err != nil {
		return nil, err
	}
	seats, court := uint64(plan.Replicas), uint64(len(bench))
	if plan.Lottery > 0 {
		seats++
	}
	if plan.Court || preview.Terms.Policy == poco.PolicyCourt {
		seats = court + 1
	}
	// Room for a plan two replicas larger, should the ledgers have moved, and for a court nobody is to blame for.
	most := min(seats+2+court, poco.MaxReplicas+1)
	return &types.QueryQuoteResponse{
		Plan: types.PlanFromPoco(plan), Offer: preview.Offer, Trust: preview.Terms.Trust,
		ExpectedPrice: preview.Terms.AppPrice + saturatingMul(preview.Terms.Price, seats),
		MaxPrice:      preview.Terms.AppPrice + saturatingMul(preview.Terms.Price, most),
	}, nil
}

// ReplayDraw recomputes a task's draws from the beacon's own seeds.
func (q queryServer) ReplayDraw(ctx context.Context, req *types.QueryReplayDrawRequest) (*types.QueryReplayDrawResponse, error) {
	t, err := q.Tasks.Get(ctx, req.Id)
	if err != nil {
		return nil, notFound(err)
	}
	id, err := types.ParseID(t.Id)
	if err != nil {
		return nil, err
	}
	out := &types.QueryReplayDrawResponse{Recorded: t.Draws}
	for _, d := range t.Draws {
		seed, err := q.beacon.SeedAt(ctx, d.Height)
		if err != nil {
			return nil, err
		}
		again, err := replay(id, d, seed)
		if err != nil {
			return nil, err
		}
		out.Recomputed = append(out.Recomputed, again)
	}
	out.Equal_ = reflect.DeepEqual(out.Recorded, out.Recomputed)
	return out, nil
}

// replay draws again from a seed; organisations' names are the state's at that time and are taken over.
func replay(id [32]byte, d types.DrawRecord, seed []byte) (types.DrawRecord, error) {
	again := d
	again.Seed, again.Positions, again.Members = seed, nil, nil
	entropy := poco.Entropy{Beacon: seed, Task: id, Attempt: d.Attempt, Wave: d.Wave}
	again.LotteryDrawn = d.Wave == 2 && entropy.Lottery(d.Lottery)
	first := d.Wave - 1 // seat 0 is the first worker's, drawn in wave 1
	positions, err := entropy.Organisations(d.Size_, d.Excluded, first, uint32(len(d.Positions)))
	if err != nil {
		return again, err
	}
	for i, pos := range positions {
		again.Positions = append(again.Positions, pos)
		again.Members = append(again.Members, entropy.Member(first+uint32(i), d.MemberSizes[i]))
	}
	return again, nil
}
