package types

import (
	"fmt"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/ids"
)

// Prunable says whether all tasks of the deal have ended and all that were opened have been pruned.
func (d Deal) Prunable() bool { return d.State() == DEAL_STATE_ENDED && d.Gone == d.Opened }

// Prune returns the compact record of a deal.
func (d Deal) Prune() PrunedDeal {
	return PrunedDeal{
		Id: d.Id, Request: d.Request, Requester: d.Requester, App: d.App, First: d.First, Size_: d.Size_, Unopened: d.Unopened(),
		Accepted: d.Accepted, Paid: d.Paid, Height: d.Height, Took: d.Done - d.Height, Cancelled: d.Cancelled, Others: d.Bag - d.Size_,
	}
}

// Done returns the height at which the deal's last task ended.
func (p PrunedDeal) Done() int64 { return p.Height + p.Took }

// Deal returns what the compact record says of the deal, which has ended. Terms, orders, datasets and everything else that was pinned are
// missing.
func (p PrunedDeal) Deal() Deal {
	return Deal{
		Id: p.Id, Request: p.Request, Requester: p.Requester, App: p.App, First: p.First, Size_: p.Size_, Bag: p.Size_ + p.Others,
		Opened: p.Size_ - p.Unopened, Gone: p.Size_ - p.Unopened, Ended: p.Size_, Accepted: p.Accepted, Paid: p.Paid,
		Height: p.Height, Done: p.Done(), Cancelled: p.Cancelled, Pruned: p.Pruned,
	}
}

// validate names the first field that is not valid.
func (p PrunedDeal) validate(codec address.Codec) error {
	if _, err := ids.Parse(p.Request); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if _, err := codec.StringToBytes(p.Requester); err != nil {
		return fmt.Errorf("requester: %q: %w", p.Requester, err)
	}
	switch {
	case p.Size_ < 1 || p.Unopened > p.Size_ || p.Accepted > p.Size_-p.Unopened:
		return fmt.Errorf("size %d, unopened %d, accepted %d: expected tasks, and accepted <= size - unopened", p.Size_, p.Unopened, p.Accepted)
	case p.First > p.Others:
		return fmt.Errorf("first: got %d, expected at most the %d other tasks of its request", p.First, p.Others)
	case p.Height < 0 || p.Took < 0 || p.Pruned < 1:
		return fmt.Errorf("height %d, took %d, pruned %d: expected no negative height, and one of its pruning", p.Height, p.Took, p.Pruned)
	}
	return nil
}
