package keeper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// queued is a request whose turn has come.
type queued struct {
	height int64
	id     []byte
	rank   [sha256.Size]byte // SHA-256(seed, id): its place among those of its height
}

// due returns the requests to be matched in this block, in order: oldest height first, within a height by rank. No
// requester knew the seed when it chose its nonce, nor the proposer when it ordered the transactions, so that neither
// decides who comes first. Whole heights are read until there are enough, at most what one block's gas admitted beyond it.
func (k Keeper) due(ctx sdk.Context, limit int) ([]queued, error) {
	it, err := k.Queue.Iterate(ctx, collections.NewPrefixUntilPairRange[int64, []byte](ctx.BlockHeight()))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var out []queued
	for ; it.Valid(); it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		if len(out) >= limit && key.K1() > out[len(out)-1].height {
			break
		}
		out = append(out, queued{height: key.K1(), id: key.K2()})
	}
	if len(out) == 0 {
		return nil, nil
	}
	seed, err := k.beacon.Seed(ctx)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].rank = sha256.Sum256(slices.Concat(seed, out[i].id))
	}
	slices.SortFunc(out, func(a, b queued) int {
		if a.height != b.height {
			return int(min(max(a.height-b.height, -1), 1))
		}
		return bytes.Compare(a.rank[:], b.rank[:])
	})
	return out[:min(limit, len(out))], nil
}

// matchDue takes this block's requests off the queue and meets each with the book, alone. A request that meets nothing,
// or breaks the chain's code, is refunded; should even that fail, its escrow stays counted with it.
func (k Keeper) matchDue(ctx sdk.Context, params types.Params) error {
	due, err := k.due(ctx, int(params.MatchesPerBlock))
	if err != nil {
		return err
	}
	for _, q := range due {
		if err := k.Queue.Remove(ctx, collections.Join(q.height, q.id)); err != nil {
			return err
		}
		k.settleRequest(ctx, params, q.id)
	}
	return nil
}

func (k Keeper) settleRequest(ctx sdk.Context, params types.Params, id []byte) {
	var stale [][]byte
	log, name := ctx.Logger(), types.FormatID([types.IDSize]byte(id))
	err := isolate.RunItem(ctx, func(ctx sdk.Context) (err error) {
		stale, err = k.match(ctx, params, id)
		return err
	})
	if err != nil {
		if p := (*isolate.Panic)(nil); errors.As(err, &p) {
			isolate.Log(log, "matching of request", name, err) // any other error is an answer, and the requester's to read
		}
		reason := err.Error()
		if err := isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.giveBack(ctx, id, reason) }); err != nil {
			isolate.Log(log, "refund of request", name, err)
		}
	}
	for _, offer := range stale {
		if err := isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.delist(ctx, offer) }); err != nil {
			isolate.Log(log, "delisting of offer", types.FormatID([types.IDSize]byte(offer)), err)
		}
	}
}

// match makes a deal of a queued request; an error is the reason why there is none.
func (k Keeper) match(ctx sdk.Context, params types.Params, id []byte) (stale [][]byte, err error) {
	r, err := k.Requests.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Status != types.REQUEST_STATUS_QUEUED {
		return nil, types.ErrEnded.Wrap("cancelled by the requester")
	}
	p, q, stale, err := k.preview(ctx, params, r.Job)
	if err != nil {
		return stale, err
	}
	each, err := p.Terms.Escrow()
	if err != nil {
		return stale, err
	}
	dealID := poco.DealID([types.IDSize]byte(id), 0)
	d := types.Deal{
		Id: types.FormatID(dealID), Request: r.Id, Offer: q.offer.Id, Pool: q.offer.Pool,
		Requester: r.Requester, RequesterOrganisation: r.Organisation,
		App: p.App.Id, AppVersion: p.Version.Version, AppOwner: p.App.Owner, AppOrganisation: p.App.Organisation,
		Digest: p.Version.Digest, Runtime: p.Version.Runtime, Locators: p.Version.Locators,
		Args: r.Job.Args, Inputs: r.Job.Inputs, Terms: p.Terms, Size_: r.Job.Size_,
		Escrow: each * r.Job.Size_, // each <= max_price, whose product with the size fits
		Height: ctx.BlockHeight(), Time: ctx.BlockTime().Unix(),
	}
	surplus := r.Escrow - d.Escrow
	if err := k.refund(ctx, r.Requester, surplus); err != nil {
		return stale, err
	}
	if err := k.fill(ctx, q, d.Size_); err != nil {
		return stale, err
	}
	if err := k.Deals.Set(ctx, dealID[:], d); err != nil {
		return stale, err
	}
	if err := k.enqueueOpening(ctx, dealID[:]); err != nil {
		return stale, err
	}
	r.Status, r.Deal, r.Escrow = types.REQUEST_STATUS_MATCHED, d.Id, 0
	if err := k.Requests.Set(ctx, id, r); err != nil {
		return stale, err
	}
	return stale, emit(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: "matched", Deal: d.Id, Refunded: surplus})
}

// giveBack ends a request that met no offer, or was cancelled, and refunds all of it.
func (k Keeper) giveBack(ctx sdk.Context, id []byte, reason string) error {
	r, err := k.Requests.Get(ctx, id)
	if err != nil {
		return err
	}
	what := "cancelled"
	if r.Status == types.REQUEST_STATUS_QUEUED {
		what, r.Status, r.Reason = "unmatched", types.REQUEST_STATUS_UNMATCHED, reason
	}
	back := r.Escrow
	r.Escrow = 0
	if err := k.refund(ctx, r.Requester, back); err != nil {
		return err
	}
	if err := k.Requests.Set(ctx, id, r); err != nil {
		return err
	}
	return emit(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: what, Reason: r.Reason, Refunded: back})
}

// preview resolves a normal job against the book as it is.
func (k Keeper) preview(ctx context.Context, params types.Params, job types.Job) (p types.Preview, q quote, stale [][]byte, err error) {
	if p.App, p.Version, err = k.check(ctx, job); err != nil {
		return p, q, nil, err
	}
	if q, stale, err = k.best(ctx, job, p.Version.Runtime); err != nil {
		return p, q, stale, err
	}
	p.Offer, p.Pool = q.offer, q.pool
	p.Terms, err = types.NewTerms(params, job, p.Version.Price, q.offer.Price, q.pool.Stake)
	return p, q, stale, err
}

// Preview returns what matching would make of a job now, without changing anything; the error is the reason why there
// would be no deal. A max_price of 0 is no bound.
func (k Keeper) Preview(ctx context.Context, requester string, job types.Job) (types.Preview, error) {
	addr, err := k.addresses.StringToBytes(requester)
	if err != nil {
		return types.Preview{}, types.ErrRequester.Wrapf("requester: %q: %s", requester, err)
	}
	org, err := k.orgs.Authorize(ctx, addr, orgstypes.ROLE_REQUESTER)
	if err != nil {
		return types.Preview{}, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Preview{}, err
	}
	job = job.Normal()
	if job.MaxPrice > 0 {
		if _, err := job.Budget(); err != nil {
			return types.Preview{}, err
		}
	}
	p, _, _, err := k.preview(ctx, params, job)
	p.Organisation = org
	return p, err
}
