package keeper

import (
	"context"
	"encoding/binary"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// The tasks of a deal. No list of the state has them: the id of each task follows from the deal's id and the task's index.

// TasksOfDeal lists the opened tasks of a deal by index; of pruned tasks it lists what is left. A deal that the chain does not
// know has no tasks. A page may be short or empty, because tasks that could not be opened do not exist.
func (q queryServer) TasksOfDeal(ctx context.Context, req *types.QueryTasksOfDealRequest) (*types.QueryTasksOfDealResponse, error) {
	deal, err := q.deals.FindDeal(ctx, req.Deal)
	if errors.Is(err, dealstypes.ErrNotFound) {
		return &types.QueryTasksOfDealResponse{Pagination: &query.PageResponse{}}, nil
	}
	if errors.Is(err, dealstypes.ErrID) {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if err != nil {
		return nil, err
	}
	page, err := pageOfOpened(deal, pageOf(req.Pagination))
	if err != nil {
		return nil, err
	}
	tasks, err := q.listTasksAt(ctx, deal, page.indexes)
	return &types.QueryTasksOfDealResponse{Tasks: tasks, Pagination: &query.PageResponse{NextKey: page.next}}, err
}

// openedPage is a page of the opened tasks of a deal.
type openedPage struct {
	indexes []uint64 // within the request's bag
	next    []byte   // key of the page that follows; nil for none
}

// pageOfOpened returns the indexes of a page. The key of a page is the position of its first task among the opened ones, in the order of
// the list.
func pageOfOpened(deal dealstypes.Deal, p *query.PageRequest) (page openedPage, err error) {
	from := p.Offset
	if len(p.Key) > 0 {
		if len(p.Key) != 8 {
			return page, status.Errorf(codes.InvalidArgument, "pagination.key: got %d bytes, expected the next_key of the page before", len(p.Key))
		}
		from = binary.BigEndian.Uint64(p.Key)
	}
	from = min(from, deal.Opened)
	to := from + min(p.Limit, deal.Opened-from)
	for at := from; at < to; at++ {
		index := deal.First + at
		if p.Reverse {
			index = deal.First + deal.Opened - 1 - at
		}
		page.indexes = append(page.indexes, index)
	}
	if to < deal.Opened {
		page.next = binary.BigEndian.AppendUint64(nil, to)
	}
	return page, nil
}

// listTasksAt returns the tasks of a deal at the given indexes, without those that could not be opened.
func (k Keeper) listTasksAt(ctx context.Context, deal dealstypes.Deal, indexes []uint64) (tasks []types.Task, err error) {
	id, err := types.ParseID(deal.Id)
	if err != nil {
		return nil, err
	}
	for _, index := range indexes {
		t, err := k.FindTask(ctx, types.IDText(poco.TaskID(id, index)))
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, t)
	}
	return tasks, nil
}
