package client

import (
	"context"
	"fmt"
	"strings"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// DealsOf reads the deals of a request, including what is left of pruned ones. Most requests have one deal, whose id is in the
// request. Otherwise the chain lists the deals that are not pruned. The id of a pruned deal follows from the request's id and from the
// index of its first task, which is known from the sizes of the deals before it.
func DealsOf(ctx context.Context, conn *Conn, r markettypes.Request) ([]dealstypes.Deal, error) {
	if r.Deal == "" {
		return nil, nil
	}
	if r.Deals == 1 {
		d, err := readDeal(ctx, conn, r.Deal)
		if err != nil {
			return nil, err
		}
		return []dealstypes.Deal{d}, nil
	}
	whole, err := listDeals(ctx, conn, r.Id)
	if err != nil || len(whole) > 0 && len(whole) == int(r.Deals) {
		return whole, err
	}
	return addPruned(ctx, conn, r, whole)
}

func readDeal(ctx context.Context, conn *Conn, id string) (dealstypes.Deal, error) {
	res, err := conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: id})
	if err != nil {
		return dealstypes.Deal{}, err
	}
	return res.Deal, nil
}

// listDeals lists the deals of a request that are not pruned.
func listDeals(ctx context.Context, conn *Conn, request string) (out []dealstypes.Deal, err error) {
	var key []byte
	for {
		res, err := conn.Deals().Deals(ctx, &dealstypes.QueryDealsRequest{Request: request, Pagination: &query.PageRequest{Key: key, Limit: 100}})
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

// addPruned returns all deals of a request in the order of their tasks: the whole ones, and what is left of the pruned ones.
func addPruned(ctx context.Context, conn *Conn, r markettypes.Request, whole []dealstypes.Deal) (out []dealstypes.Deal, err error) {
	request, err := markettypes.ParseID(r.Id)
	if err != nil {
		return nil, err
	}
	known := map[string]dealstypes.Deal{}
	for _, d := range whole {
		known[d.Id] = d
	}
	for first := uint64(0); first < r.Filled; {
		id := markettypes.FormatID(poco.DealID(request, first))
		d, found := known[id]
		if !found {
			if d, err = readDeal(ctx, conn, id); err != nil {
				return nil, err
			}
		}
		if d.Size_ == 0 {
			return nil, fmt.Errorf("deal %s: the node says that it has no tasks", id)
		}
		out = append(out, d)
		first += d.Size_
	}
	return out, nil
}

// describeUnmet says why a request ended without a deal.
func describeUnmet(r *markettypes.Request) *Error {
	e := &Error{Code: CodeUnmet, Request: r.Id}
	switch r.Status {
	case markettypes.REQUEST_STATUS_CANCELLED:
		e.Code, e.What = CodeCancelled, "the request was cancelled, and is refunded"
	case markettypes.REQUEST_STATUS_EXPIRED:
		e.What = fmt.Sprintf("no offer met the request %s, it is refunded", untilText(r))
	case markettypes.REQUEST_STATUS_SKIPPED:
		e.Code, e.What = CodeSkipped, "the request is refunded"+becauseOf(r.Reason)
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
		what, why = "met no offer "+untilText(r), ""
	}
	return fmt.Sprintf("%s of the bag %s, and are refunded%s", pluralOf(r.Left(), "task", "tasks"), what, why)
}

// untilText says until when an expired request waited. The record of a pruned request no longer has the height.
func untilText(r *markettypes.Request) string {
	if r.Pruned > 0 {
		return "until it expired"
	}
	return fmt.Sprintf("until height %d", r.Expiry)
}

// waitingText says for which requests a request waits.
func waitingText(r *markettypes.Request) string {
	return "the request waits for the results of " + pluralOf(uint64(len(r.WaitsFor)), "request", "requests") + ": " + strings.Join(r.WaitsFor, ", ")
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
