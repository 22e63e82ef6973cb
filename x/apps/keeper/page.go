package keeper

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// maxPage bounds a page of a list, and the versions in the answer about one app or dataset.
const maxPage = 100

// page bounds what a list costs: at most maxPage records, from a key on. Skipping and counting would read the whole list.
func page(p *query.PageRequest) (*query.PageRequest, error) {
	if p == nil {
		return &query.PageRequest{Limit: maxPage}, nil
	}
	if p.Offset != 0 || p.CountTotal {
		return nil, status.Error(codes.InvalidArgument, "pagination: offset and count_total are not served; follow next_key")
	}
	bounded := *p
	if bounded.Limit == 0 || bounded.Limit > maxPage {
		bounded.Limit = maxPage
	}
	return &bounded, nil
}
