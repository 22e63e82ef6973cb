// Package paging lists collections a page at a time, so that no caller can make a query expensive.
package paging

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// Max is the largest number of records of a page, and the number when the request gives no limit.
const Max = 100

// List returns a page of a collection's records from a key on, each converted by transform. It returns InvalidArgument if the request asks
// to skip or to count records, because that would read the whole list. (The SDK's own pagination allows both.)
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
