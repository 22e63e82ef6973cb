package client

import (
	"context"
	"fmt"

	"github.com/cosmos/cosmos-sdk/types/query"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// DealsOf reads the deals of a request. One deal, as most have, is named by the request itself.
func DealsOf(ctx context.Context, conn *Conn, r markettypes.Request) (out []dealstypes.Deal, err error) {
	if r.Deal == "" {
		return nil, nil
	}
	if r.Deals <= 1 {
		res, err := conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: r.Deal})
		if err != nil {
			return nil, err
		}
		return []dealstypes.Deal{res.Deal}, nil
	}
	var key []byte
	for {
		res, err := conn.Deals().Deals(ctx, &dealstypes.QueryDealsRequest{Request: r.Id, Pagination: &query.PageRequest{Key: key, Limit: 100}})
		if err != nil {
			return nil, err
		}
		out = append(out, res.Deals...)
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return out, nil
		}
		key = res.Pagination.NextKey
	}
}

// describeUnmet says why a request ended without a deal.
func describeUnmet(r *markettypes.Request) *Error {
	e := &Error{Code: CodeUnmet, Request: r.Id}
	switch r.Status {
	case markettypes.REQUEST_STATUS_CANCELLED:
		e.Code, e.What = CodeCancelled, "the request was cancelled, and is refunded"
	case markettypes.REQUEST_STATUS_EXPIRED:
		e.What = fmt.Sprintf("no offer met the request until height %d, it is refunded", r.Expiry)
	default:
		e.What = "no offer meets the request, it is refunded" + becauseOf(r.Reason)
	}
	return e
}

// describeUnfilled says why a part of a bag has no deal.
func describeUnfilled(r *markettypes.Request) string {
	what, why := "met no offer", becauseOf(r.Reason)
	switch r.Status {
	case markettypes.REQUEST_STATUS_CANCELLED:
		what = "were cancelled"
	case markettypes.REQUEST_STATUS_EXPIRED:
		what, why = fmt.Sprintf("met no offer until height %d", r.Expiry), ""
	}
	return fmt.Sprintf("%s of the bag %s, and are refunded%s", pluralOf(r.Left(), "task", "tasks"), what, why)
}

func restingText(r *markettypes.Request) string {
	left := "the request"
	if r.Filled > 0 {
		left = pluralOf(r.Left(), "task", "tasks") + " of the bag"
	}
	topic := ""
	if r.Topic != "" {
		topic = " under " + r.Topic
	}
	return fmt.Sprintf("%s: on the book until height %d, waiting for offers%s%s", left, r.Expiry, topic, becauseOf(r.Reason))
}

func becauseOf(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}
