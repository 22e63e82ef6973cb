package keeper

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
)

// domainMatch keeps the ids of matches apart from all others. Proposing the same orders twice makes one match.
const domainMatch = "credence/match/v1"

// Proposal is four orders that somebody would have met: signed, presigned, or on the book. App is nil for the list
// price; so is an empty order of Datasets, which has one for each dataset of the job.
type Proposal struct {
	Relayer  string
	App      *types.SignedOrder
	Datasets []types.SignedOrder
	Pool     types.SignedOrder
	Request  types.SignedOrder
}

// MatchOrders verifies a proposed match whole, makes its orders known, and queues it for the next block, which makes the
// deal if everything still holds. No coin moves here.
func (k Keeper) MatchOrders(ctx context.Context, p Proposal) (types.Match, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Match{}, err
	}
	payTurn(ctx, params)
	m, _, _, _, err := k.verify(ctx, p)
	if err != nil {
		return m, err
	}
	id, err := types.ParseID(m.Id)
	if err != nil {
		return m, err
	}
	if known, err := k.Matches.Has(ctx, id[:]); err != nil {
		return m, err
	} else if known {
		return m, types.ErrNonce.Wrapf("match %s is proposed already", m.Id)
	}
	if err := k.Matches.Set(ctx, id[:], m); err != nil {
		return m, err
	}
	return m, k.Queue.Set(ctx, collections.Join(m.Height+1, id[:]), 0)
}

// Volume says what a proposed match would trade now. What it learns of the orders is to be thrown away by the caller.
func (k Keeper) Volume(ctx context.Context, p Proposal) (types.Deal, error) {
	m, r, a, orders, err := k.verify(ctx, p)
	if err != nil {
		return types.Deal{}, err
	}
	return k.draft(ctx, r, a, orders, m.Relayer)
}

// verify checks a proposal whole and makes its orders known.
func (k Keeper) verify(ctx context.Context, p Proposal) (m types.Match, r types.Request, a types.Agreement, orders pick, err error) {
	if _, err := k.addresses.StringToBytes(p.Relayer); err != nil {
		return m, r, a, orders, types.ErrSponsor.Wrapf("relayer: %q: %s", p.Relayer, err)
	}
	m = types.Match{Relayer: p.Relayer, Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}
	known := func(s types.SignedOrder, kind types.OrderKind) (string, error) {
		record, err := k.signed(ctx, s, kind)
		return record.Id, err
	}
	if p.App != nil {
		if m.App, err = known(*p.App, types.ORDER_KIND_APP); err != nil {
			return m, r, a, orders, err
		}
	}
	for i, s := range p.Datasets {
		id := ""
		if s.Order != nil || s.Id != "" {
			if id, err = known(s, types.ORDER_KIND_DATASET); err != nil {
				return m, r, a, orders, errorsmod.Wrapf(err, "datasets[%d]", i)
			}
		}
		m.Datasets = append(m.Datasets, id)
	}
	if m.Pool, err = known(p.Pool, types.ORDER_KIND_POOL); err != nil {
		return m, r, a, orders, err
	}
	if r, err = k.signedRequest(ctx, p.Request); err != nil {
		return m, r, a, orders, err
	}
	m.Request = r.Id
	fields := [][]byte{[]byte(domainMatch), []byte(m.Relayer), []byte(m.App), []byte(m.Pool), []byte(m.Request)}
	for _, d := range m.Datasets {
		fields = append(fields, []byte(d))
	}
	m.Id = types.FormatID(poco.Hash(fields...))
	a, orders, err = k.agree(ctx, m, r)
	return m, r, a, orders, err
}

// agree composes the agreement of a match from what the chain knows, and checks it whole.
func (k Keeper) agree(ctx context.Context, m types.Match, r types.Request) (a types.Agreement, p pick, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return a, p, err
	}
	switch {
	case r.Expired(sdk.UnwrapSDKContext(ctx).BlockHeight()) || r.Status == types.REQUEST_STATUS_EXPIRED:
		return a, p, types.ErrExpired.Wrapf("request %s: it expired at height %d", r.Id, r.Expiry)
	case r.Status == types.REQUEST_STATUS_CANCELLED:
		return a, p, types.ErrCancelled.Wrapf("request %s", r.Id)
	case r.Left() == 0:
		return a, p, types.ErrVolume.Wrapf("request %s: its volume of %d is used up", r.Id, r.Job.Size_)
	case r.Status != types.REQUEST_STATUS_SIGNED:
		return a, p, types.ErrOrder.Wrapf("request %s is %s: it is met by the chain alone", r.Id, r.Status)
	}
	if err := k.aboveFloor(ctx, types.ORDER_KIND_REQUEST, r.Requester, r.Nonce); err != nil {
		return a, p, err
	}
	if a, err = k.side(ctx, params, r.Requester, r.Job, r.Left(), r.Expiry); err != nil {
		return a, p, err
	}
	if len(m.Datasets) > 0 && len(m.Datasets) != len(a.Datasets) {
		return a, p, types.ErrDatasetMismatch.Wrapf("datasets: got %d orders, the request reads %d datasets", len(m.Datasets), len(a.Datasets))
	}
	if m.App != "" {
		record, err := k.standing(ctx, m.App)
		if err != nil {
			return a, p, err
		}
		if a.App.Owner, err = k.party(ctx, record.Order.Owner, record.Organisation); err != nil {
			return a, p, err
		}
		a.App.Order, a.App.Left, p.app = &record.Order, record.Left(), record.Id
	}
	p.datasets = make([]string, len(a.Datasets))
	for i, id := range m.Datasets {
		if id == "" || isRead(a, i) {
			continue
		}
		record, err := k.standing(ctx, id)
		if err != nil {
			return a, p, err
		}
		if a.Datasets[i].Owner, err = k.party(ctx, record.Order.Owner, record.Organisation); err != nil {
			return a, p, err
		}
		a.Datasets[i].Order, a.Datasets[i].Left, p.datasets[i] = &record.Order, record.Left(), record.Id
	}
	if p.pool, err = k.standing(ctx, m.Pool); err != nil {
		return a, p, err
	}
	if a.Pool, err = k.poolSide(ctx, p.pool); err != nil {
		return a, p, err
	}
	if err := a.Check(); err != nil {
		return a, p, err
	}
	if err := a.CheckWhole(); err != nil {
		return a, p, err
	}
	if err := k.staffed(ctx, a); err != nil {
		return a, p, err
	}
	if s := r.Job.Sponsor; s != "" && s != m.Relayer {
		return a, p, types.ErrSponsor.Wrapf("relayer: %s, expected the request's sponsor %s: who pays must propose the match itself", m.Relayer, s)
	}
	v, err := k.voucherFor(ctx, a)
	if err != nil || v == nil {
		return a, p, err
	}
	return a, p, v.AllowsPool(a.Pool.Pool.Id)
}

// standing returns an order that the chain knows and that can be met now.
func (k Keeper) standing(ctx context.Context, id string) (types.OrderRecord, error) {
	r, err := k.GetOrder(ctx, id)
	if err != nil {
		return r, err
	}
	return r, k.usable(ctx, r)
}

// signed returns the record of an app, dataset or pool order that was named by its id, or came with its content and the
// owner's signature. Content that the chain knows already needs no signature.
func (k Keeper) signed(ctx context.Context, s types.SignedOrder, kind types.OrderKind) (r types.OrderRecord, err error) {
	if s.Order == nil {
		if r, err = k.GetOrder(ctx, s.Id); err != nil {
			return r, err
		}
		if r.Kind != kind {
			return r, types.ErrOrder.Wrapf("order %s is of kind %s, expected %s", r.Id, r.Kind, kind)
		}
		return r, k.usable(ctx, r)
	}
	if got, err := s.Order.Kind(); err != nil {
		return r, err
	} else if got != kind {
		return r, types.ErrOrder.Wrapf("got an order of kind %s, expected %s", got, kind)
	}
	if found, err := k.sameOrder(ctx, *s.Order); err != nil {
		return r, err
	} else if !found {
		if err := k.verifySignature(ctx, s); err != nil {
			return r, err
		}
	}
	r, fresh, err := k.know(ctx, *s.Order, types.ORDER_STATUS_SIGNED)
	if err != nil {
		return r, err
	}
	if fresh {
		return r, emit(ctx, &types.EventOrderPlaced{Record: r})
	}
	return r, k.usable(ctx, r)
}

// sameOrder says whether the chain knows an order with this very content.
func (k Keeper) sameOrder(ctx context.Context, o types.Order) (bool, error) {
	id := o.ID(sdk.UnwrapSDKContext(ctx).ChainID())
	r, found, err := find(ctx, k.Orders, id[:])
	return found && bytes.Equal(r.Order.Encode(), o.Normal().Encode()), err
}

// verifySignature checks the owner's signature, and charges gas for it as for a transaction's.
func (k Keeper) verifySignature(ctx context.Context, s types.SignedOrder) error {
	owner, err := k.addresses.StringToBytes(s.Order.Owner)
	if err != nil {
		return types.ErrOrder.Wrapf("owner: %q: %s", s.Order.Owner, err)
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	return s.VerifySignature(sdkCtx.ChainID(), owner, k.cdc.InterfaceRegistry(), k.consumeSignature(sdkCtx))
}

// signedRequest returns the record of a request that was named by its id, or came signed.
func (k Keeper) signedRequest(ctx context.Context, s types.SignedOrder) (r types.Request, err error) {
	if s.Order == nil {
		return k.GetRequest(ctx, s.Id)
	}
	if kind, err := s.Order.Kind(); err != nil {
		return r, err
	} else if kind != types.ORDER_KIND_REQUEST {
		return r, types.ErrOrder.Wrapf("request: got an order of kind %s, expected a request", kind)
	}
	id := s.Order.ID(sdk.UnwrapSDKContext(ctx).ChainID())
	known, found, err := k.findRequest(ctx, id[:])
	if err != nil {
		return r, err
	}
	if !found || !bytes.Equal(known.Order().Encode(), s.Order.Normal().Encode()) {
		if err := k.verifySignature(ctx, s); err != nil {
			return r, err
		}
	}
	r, _, err = k.knowRequest(ctx, *s.Order)
	return r, err
}

// knowRequest makes a request known that holds no escrow and waits to be matched by anyone.
func (k Keeper) knowRequest(ctx context.Context, o types.Order) (r types.Request, fresh bool, err error) {
	o = o.Normal()
	id, org, err := k.accept(ctx, o)
	if err != nil {
		return r, false, err
	}
	r, found, err := k.findRequest(ctx, id[:])
	if err != nil {
		return r, false, err
	}
	if found {
		if r.Status == types.REQUEST_STATUS_CANCELLED {
			return r, false, types.ErrCancelled.Wrapf("request %s", r.Id)
		}
		if !bytes.Equal(r.Order().Encode(), o.Encode()) {
			return r, false, types.ErrNonce.Wrapf("nonce: %d was used for another request, %s", o.Nonce, r.Id)
		}
		return r, false, nil
	}
	r = types.Request{
		Id: types.FormatID(id), Requester: o.Owner, Organisation: org, Nonce: o.Nonce, Job: *o.Request, Expiry: o.Expiry,
		Status: types.REQUEST_STATUS_SIGNED, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	if _, err := r.Job.Budget(); err != nil {
		return r, false, err
	}
	if err := k.setRequest(ctx, id[:], r, types.REQUEST_STATUS_UNSPECIFIED); err != nil {
		return r, false, err
	}
	return r, true, emit(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: "signed", Left: r.Left()})
}

// settleMatch makes the deal of a proposed match, or says why there is none.
func (k Keeper) settleMatch(ctx sdk.Context, params types.Params, id []byte) {
	err := isolate.RunItem(ctx, func(ctx sdk.Context) error {
		m, err := k.Matches.Get(ctx, id)
		if err != nil {
			return err
		}
		request, r, err := k.requestByID(ctx, m.Request)
		if err != nil {
			return err
		}
		a, orders, err := k.agree(ctx, m, r)
		if err != nil {
			return err
		}
		if err := k.trade(ctx, request, &r, a, orders, m.Relayer); err != nil {
			return err
		}
		return k.Matches.Remove(ctx, id)
	})
	if err == nil {
		return
	}
	if p := (*isolate.Panic)(nil); errors.As(err, &p) {
		isolate.Log(ctx.Logger(), "match", name(id), err)
	}
	why := reason(err)
	err = isolate.RunItem(ctx, func(ctx sdk.Context) error {
		if err := k.Matches.Remove(ctx, id); err != nil {
			return err
		}
		return emit(ctx, &types.EventMatch{Id: name(id), Reason: why})
	})
	if err != nil {
		isolate.Log(ctx.Logger(), "dropping of match", name(id), err)
	}
}

// GetMatch returns a proposed match that waits, or ErrNotFound.
func (k Keeper) GetMatch(ctx context.Context, id string) (types.Match, error) {
	_, m, err := get(ctx, k.Matches, "match", id)
	m.Datasets = slices.Clone(m.Datasets)
	return m, err
}
