package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/prefix"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Queries. Each list has an index of its own, of which a page reads a part, so the cost of a query is bounded whatever the number
// of tasks. A pruned task is answered for from its compact record (prune.go).

// maxPage bounds the entries of a page, and maxOffset how many entries a query may skip. No query returns a total, because
// counting would read the whole list.
const (
	maxPage   = 200
	maxOffset = 10_000
)

type queryServer struct{ Keeper }

// NewQueryServer serves the module's queries.
func NewQueryServer(k Keeper) types.QueryServer { return queryServer{k} }

func pageOf(p *query.PageRequest) *query.PageRequest {
	if p == nil {
		p = &query.PageRequest{}
	}
	if p.Limit == 0 || p.Limit > maxPage {
		p.Limit = maxPage
	}
	p.CountTotal, p.Offset = false, min(p.Offset, maxOffset)
	return p
}

// triplePrefix limits a page to the keys that begin with k1.
func triplePrefix[K1, K2, K3 any](k1 K1) func(*query.CollectionsPaginateOptions[collections.Triple[K1, K2, K3]]) {
	return func(o *query.CollectionsPaginateOptions[collections.Triple[K1, K2, K3]]) {
		prefix := collections.TriplePrefix[K1, K2, K3](k1)
		o.Prefix = &prefix
	}
}

func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.Keeper.Params.Get(ctx)
	return &types.QueryParamsResponse{Params: p}, err
}

func (q queryServer) Task(ctx context.Context, req *types.QueryTaskRequest) (*types.QueryTaskResponse, error) {
	if record, found, err := q.GetPruned(ctx, req.Id); err != nil {
		return nil, refuseRequest(err)
	} else if found {
		return q.prunedTask(ctx, record)
	}
	it, err := q.loadTask(ctx, req.Id)
	if err != nil {
		return nil, refuseRequest(err)
	}
	deal, err := q.deals.WholeDeal(ctx, it.stored.Deal)
	if err != nil {
		return nil, err
	}
	place, waiting, err := q.CourtPlace(ctx, it.stored)
	if err != nil {
		return nil, err
	}
	onchain, err := q.showOnchain(ctx, it.stored, it.deal.Onchain)
	return &types.QueryTaskResponse{Task: it.stored, Deal: deal, CourtPlace: place, CourtWaiting: waiting, Onchain: onchain}, err
}

// prunedTask answers for a task that was pruned.
func (q queryServer) prunedTask(ctx context.Context, record types.PrunedTask) (*types.QueryTaskResponse, error) {
	t, err := q.FindTask(ctx, record.Id)
	if err != nil {
		return nil, err
	}
	deal, err := q.deals.FindDeal(ctx, record.Deal)
	return &types.QueryTaskResponse{Task: t, Deal: deal}, err
}

func (q queryServer) CourtLine(ctx context.Context, req *types.QueryCourtLineRequest) (*types.QueryCourtLineResponse, error) {
	courts, err := q.readCourts(ctx)
	if err != nil {
		return nil, err
	}
	tasks, p, err := query.CollectionPaginate(ctx, q.Keeper.CourtLine, pageOf(req.Pagination),
		func(key collections.Triple[uint64, uint64, string], _ collections.NoValue) (types.Task, error) {
			return q.Tasks.Get(ctx, key.K3())
		})
	return &types.QueryCourtLineResponse{Tasks: tasks, Courts: courts, Pagination: p}, err
}

// refuseRequest gives an error the gRPC status that says where the mistake is: InvalidArgument for a malformed id or address,
// NotFound for something that does not exist. Other errors are the node's, and stay as they are.
func refuseRequest(err error) error {
	if errors.Is(err, collections.ErrEncoding) || errors.Is(err, types.ErrInvalid) {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	if errors.Is(err, types.ErrNotFound) || errors.Is(err, types.ErrLedgerNotFound) || errors.Is(err, collections.ErrNotFound) {
		return status.Error(codes.NotFound, err.Error())
	}
	return err
}

func (q queryServer) TasksOf(ctx context.Context, req *types.QueryTasksOfRequest) (*types.QueryTasksOfResponse, error) {
	var tasks []types.Task
	var p *query.PageResponse
	var err error
	if req.Open {
		tasks, p, err = query.CollectionPaginate(ctx, q.Keeper.Assignments, pageOf(req.Pagination),
			func(key collections.Pair[string, string], _ collections.NoValue) (types.Task, error) {
				return q.Tasks.Get(ctx, key.K2())
			},
			query.WithCollectionPaginationPairPrefix[string, string](req.Who))
	} else {
		tasks, p, err = query.CollectionPaginate(ctx, q.History, pageOf(req.Pagination),
			func(key collections.Triple[string, uint64, string], _ collections.NoValue) (types.Task, error) {
				return q.Tasks.Get(ctx, key.K3())
			}, triplePrefix[string, uint64, string](req.Who))
	}
	return &types.QueryTasksOfResponse{Tasks: tasks, Pagination: p}, refuseRequest(err)
}

func (q queryServer) TasksByState(ctx context.Context, req *types.QueryTasksByStateRequest) (*types.QueryTasksByStateResponse, error) {
	if err := types.CheckState(req.State, req.Ending); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	tasks, p, err := query.CollectionPaginate(ctx, q.States, pageOf(req.Pagination),
		func(key collections.Triple[uint32, uint64, string], _ collections.NoValue) (types.Task, error) {
			return q.Tasks.Get(ctx, key.K3())
		}, triplePrefix[uint32, uint64, string](types.StateKey(req.State, req.Ending)))
	return &types.QueryTasksByStateResponse{Tasks: tasks, Pagination: p}, err
}

func (q queryServer) Result(ctx context.Context, req *types.QueryResultRequest) (*types.QueryResultResponse, error) {
	if record, found, err := q.GetPruned(ctx, req.Id); err != nil {
		return nil, refuseRequest(err)
	} else if found {
		return q.prunedResult(ctx, record)
	}
	it, err := q.loadTask(ctx, req.Id)
	if err != nil {
		return nil, refuseRequest(err)
	}
	t := it.stored
	if !t.Ended() {
		return nil, status.Error(codes.FailedPrecondition, errorsmod.Wrapf(types.ErrNotEnded, "task %s is in %s", t.Id, t.Phase).Error())
	}
	out := &types.QueryResultResponse{
		Task: t.Id, Deal: t.Deal, Index: t.Index, Ending: t.Ending, ByCourt: t.ByCourt,
		Requester: it.deal.Requester, Beneficiary: it.deal.Beneficiary, OutputPath: it.deal.OutputPath, Height: t.Done,
		Final: t.Final(),
	}
	if !t.Final() {
		out.FinalHeight = t.Audit.End
	}
	if t.Ending != types.ENDING_ACCEPTED {
		return out, nil
	}
	out.Outcome = t.Verdict
	for _, seats := range [][]types.Seat{t.Seats, t.Court} {
		for _, s := range seats {
			if s.Outcome != nil && *s.Outcome == *t.Verdict {
				out.Holders = append(out.Holders, s.Who)
			}
		}
	}
	out.Onchain, err = q.showOnchain(ctx, t, it.deal.Onchain)
	return out, err
}

// prunedResult answers for the result of a task that was pruned. Beneficiary and output path are empty if the deal was pruned too.
func (q queryServer) prunedResult(ctx context.Context, record types.PrunedTask) (*types.QueryResultResponse, error) {
	deal, err := q.deals.FindDeal(ctx, record.Deal)
	if err != nil {
		return nil, err
	}
	return &types.QueryResultResponse{
		Task: record.Id, Deal: record.Deal, Index: record.Index, Ending: record.Ending, ByCourt: record.ByCourt, Outcome: record.Verdict,
		Requester: deal.Requester, Beneficiary: deal.Beneficiary, OutputPath: deal.OutputPath, Height: record.Done(),
		Holders: record.Holders(), Final: true,
	}, nil
}

func (q queryServer) Assignments(ctx context.Context, req *types.QueryAssignmentsRequest) (*types.QueryAssignmentsResponse, error) {
	list, p, err := query.CollectionPaginate(ctx, q.Keeper.Assignments, pageOf(req.Pagination),
		func(key collections.Pair[string, string], _ collections.NoValue) (types.Assignment, error) {
			it, err := q.loadTask(ctx, key.K2())
			if err != nil {
				return types.Assignment{}, err
			}
			deal, err := q.deals.WholeDeal(ctx, it.stored.Deal)
			if err != nil {
				return types.Assignment{}, err
			}
			a := types.Assignment{Task: it.stored, Deal: deal, Bench: types.BENCH_WORKERS}
			for _, s := range it.stored.Court {
				if s.Who == req.Who {
					a.Bench = types.BENCH_COURT
				}
			}
			return a, nil
		}, query.WithCollectionPaginationPairPrefix[string, string](req.Who))
	return &types.QueryAssignmentsResponse{Assignments: list, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Pagination: p}, refuseRequest(err)
}

// Audits says what courts have found of accepted answers, and which bounds the patrol supports.
func (q queryServer) Audits(ctx context.Context, _ *types.QueryAuditsRequest) (*types.QueryAuditsResponse, error) {
	params, err := q.Keeper.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := q.listAuditCounts(ctx)
	if err != nil {
		return nil, err
	}
	budget, err := q.auditBudget(ctx)
	if err != nil {
		return nil, err
	}
	var patrol types.AuditCount
	for _, c := range counts {
		if c.Cause == types.AUDIT_CAUSE_PATROL {
			patrol = c
		}
	}
	return &types.QueryAuditsResponse{
		Counts: counts, Budget: budget,
		ErrorsPpm:    poco.BoundErrors(patrol.Decided(), patrol.Overturned),
		ColludersPpm: poco.BoundColluders(patrol.Pairs, patrol.PairsOverturned),
		AssumedPpm:   params.QNum * 1_000_000 / params.QDen,
	}, nil
}

// Solvency compares the module's coins with what it owes.
func (q queryServer) Solvency(ctx context.Context, _ *types.QuerySolvencyRequest) (*types.QuerySolvencyResponse, error) {
	b, err := q.Keeper.Solvency(ctx)
	if err != nil {
		return nil, err
	}
	return &types.QuerySolvencyResponse{Balance: purse.Saturate(b.Held), Owed: purse.Saturate(b.Owed), Solvent: b.Solvent()}, nil
}

// Resolve lists the tasks whose ids begin with a prefix.
func (q queryServer) Resolve(ctx context.Context, req *types.QueryResolveRequest) (*types.QueryResolveResponse, error) {
	if err := prefix.Check(req.Prefix); err != nil {
		return nil, err
	}
	tasks, err := prefix.Text(ctx, q.Keeper.Tasks, req.Prefix)
	if err != nil {
		return nil, err
	}
	pruned, err := prefix.Text(ctx, q.Keeper.Pruned, req.Prefix)
	return &types.QueryResolveResponse{Tasks: prefix.Merge(tasks, pruned)}, err
}
