// Package page bounds what a query for a list costs.
package page

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// Max bounds the records of a page.
const Max = 100

// Bounded returns the request of at most Max records from a key on; none said means the first Max. Skipping records
// (offset) and counting all (count_total) would read the whole list: InvalidArgument.
func Bounded(p *query.PageRequest) (*query.PageRequest, error) {
	if p == nil {
		return &query.PageRequest{Limit: Max}, nil
	}
	if p.Offset != 0 || p.CountTotal {
		return nil, status.Error(codes.InvalidArgument, "pagination: offset and count_total are not served; follow next_key")
	}
	bounded := *p
	if bounded.Limit == 0 || bounded.Limit > Max {
		bounded.Limit = Max
	}
	return &bounded, nil
}
