// Package paging lists collections a page at a time, at a cost that no caller chooses.
package paging

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// Max is how many records a page has at most, and when no limit is given.
const Max = 100

// List returns a page of what transform makes of a collection's records, from a key on. InvalidArgument when records are to be
// skipped or counted, which would read the whole list: the SDK does so unless it is told not to.
func List[K, V any, C query.Collection[K, V], T any](
	ctx context.Context, list C, p *query.PageRequest, transform func(K, V) (T, error), opts ...func(*query.CollectionsPaginateOptions[K]),
) ([]T, *query.PageResponse, error) {
	bounded := query.PageRequest{Limit: Max}
	if p != nil {
		if p.Offset != 0 || p.CountTotal {
			return nil, nil, status.Error(codes.InvalidArgument, "pagination: offset and count_total are not served; follow next_key")
		}
		bounded.Key, bounded.Reverse = p.Key, p.Reverse
		if p.Limit > 0 {
			bounded.Limit = min(p.Limit, Max)
		}
	}
	return query.CollectionPaginate(ctx, list, &bounded, transform, opts...)
}
