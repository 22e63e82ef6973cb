package keeper

import (
	"bytes"
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
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
// dealByID if everything still holds. No coin moves here.
func (k Keeper) MatchOrders(ctx context.Context, p Proposal) (types.Match, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return types.Match{}, err
	}
	chargePlace(ctx, params)
	verified, err := k.verifyProposal(ctx, p)
	m := verified.match
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
	return m, k.Queue.Set(ctx, collections.Join(m.Height+1, id[:]))
}

// Volume says what a proposed match would trade now. What it learns of the orders is to be thrown away by the caller.
func (k Keeper) Volume(ctx context.Context, p Proposal) (dealstypes.Deal, error) {
	v, err := k.verifyProposal(ctx, p)
	if err != nil {
		return dealstypes.Deal{}, err
	}
	return k.draftDeal(ctx, v.request, v.agreed, v.match.Relayer)
}

// verifiedProposal is a proposal whose orders the chain knows and that would make a deal now.
type verifiedProposal struct {
	match   types.Match
	request types.Request
	agreed  agreed
}

// verifyProposal checks a proposal whole and makes its orders known.
func (k Keeper) verifyProposal(ctx context.Context, p Proposal) (v verifiedProposal, err error) {
	if _, err := k.addresses.StringToBytes(p.Relayer); err != nil {
		return v, types.ErrSponsor.Wrapf("relayer: %q: %s", p.Relayer, err)
	}
	m := types.Match{Relayer: p.Relayer, Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}
	known := func(s types.SignedOrder, kind types.OrderKind) (string, error) {
		record, err := k.signedOrder(ctx, s, kind)
		return record.Id, err
	}
	if p.App != nil {
		if m.App, err = known(*p.App, types.ORDER_KIND_APP); err != nil {
			return v, err
		}
	}
	for i, s := range p.Datasets {
		id := ""
		if s.Order != nil || s.Id != "" {
			if id, err = known(s, types.ORDER_KIND_DATASET); err != nil {
				return v, errorsmod.Wrapf(err, "datasets[%d]", i)
			}
		}
		m.Datasets = append(m.Datasets, id)
	}
	if m.Pool, err = known(p.Pool, types.ORDER_KIND_POOL); err != nil {
		return v, err
	}
	if v.request, err = k.signedRequest(ctx, p.Request); err != nil {
		return v, err
	}
	m.Request = v.request.Id
	m.Id = types.FormatID(matchID(m))
	v.match = m
	v.agreed, err = k.composeAgreement(ctx, m, v.request)
	return v, err
}

// matchID derives the id of a match from who proposes it and from its orders.
func matchID(m types.Match) [types.IDSize]byte {
	fields := [][]byte{[]byte(domainMatch), []byte(m.Relayer), []byte(m.App), []byte(m.Pool), []byte(m.Request)}
	for _, d := range m.Datasets {
		fields = append(fields, []byte(d))
	}
	return poco.Hash(fields...)
}

// composeAgreement composes the agreement of a match from what the chain knows, and checks it whole.
func (k Keeper) composeAgreement(ctx context.Context, m types.Match, r types.Request) (a agreed, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return a, err
	}
	if err := k.checkMatchable(ctx, r); err != nil {
		return a, err
	}
	if a.Agreement, err = k.beginAgreement(ctx, params, r.Requester, r.Job, r.Left(), r.Expiry); err != nil {
		return a, err
	}
	if err := k.addSellers(ctx, &a, m); err != nil {
		return a, err
	}
	if err := a.Check(); err != nil {
		return a, err
	}
	if err := a.CheckWhole(); err != nil {
		return a, err
	}
	if err := k.checkStaffed(ctx, a.Agreement); err != nil {
		return a, err
	}
	if s := r.Job.Sponsor; s != "" && s != m.Relayer {
		return a, types.ErrSponsor.Wrapf("relayer: %s, expected the request's sponsor %s: who pays must propose the match itself", m.Relayer, s)
	}
	v, err := k.voucherFor(ctx, a.Agreement)
	if err != nil || v == nil {
		return a, err
	}
	return a, v.CheckPool(a.Pool.Pool.Id)
}

// checkMatchable says why a request cannot be met by a proposed match now.
func (k Keeper) checkMatchable(ctx context.Context, r types.Request) error {
	switch {
	case r.Expired(sdk.UnwrapSDKContext(ctx).BlockHeight()) || r.Status == types.REQUEST_STATUS_EXPIRED:
		return types.ErrExpired.Wrapf("request %s: it expired at height %d", r.Id, r.Expiry)
	case r.Status == types.REQUEST_STATUS_CANCELLED:
		return types.ErrCancelled.Wrapf("request %s", r.Id)
	case r.Left() == 0:
		return types.ErrVolume.Wrapf("request %s: its volume of %d is used up", r.Id, r.Job.Size_)
	case r.Status != types.REQUEST_STATUS_SIGNED:
		return types.ErrOrder.Wrapf("request %s is %s: it is met by the chain alone", r.Id, r.Status)
	}
	return k.checkFloor(ctx, types.ORDER_KIND_REQUEST, r.Requester, r.Nonce)
}

// addSellers gives an agreement the sides of a match's app, dataset and pool orders.
func (k Keeper) addSellers(ctx context.Context, a *agreed, m types.Match) (err error) {
	if len(m.Datasets) > 0 && len(m.Datasets) != len(a.Datasets) {
		return types.ErrDatasetMismatch.Wrapf("datasets: got %d orders, the request reads %d datasets", len(m.Datasets), len(a.Datasets))
	}
	if m.App != "" {
		o, err := k.usableOffer(ctx, m.App)
		if err != nil {
			return err
		}
		a.App.Order, a.App.Left, a.App.Owner, a.appOrder = o.order, o.left, o.owner, o.id
	}
	a.datasetOrders = make([]string, len(a.Datasets))
	for i, id := range m.Datasets {
		if id == "" || isRead(a.Agreement, i) {
			continue
		}
		o, err := k.usableOffer(ctx, id)
		if err != nil {
			return err
		}
		side := &a.Datasets[i]
		side.Order, side.Left, side.Owner, a.datasetOrders[i] = o.order, o.left, o.owner, o.id
	}
	if a.poolOrder, err = k.usableOrder(ctx, m.Pool); err != nil {
		return err
	}
	a.Pool, err = k.poolSideOf(ctx, a.poolOrder)
	return err
}

// usableOffer returns what an order offers that the chain knows and that can be met now.
func (k Keeper) usableOffer(ctx context.Context, id string) (offer, error) {
	record, err := k.usableOrder(ctx, id)
	if err != nil {
		return offer{}, err
	}
	return k.offerOf(ctx, candidate{record: record})
}

// usableOrder returns an order that the chain knows and that can be met now.
func (k Keeper) usableOrder(ctx context.Context, id string) (types.OrderRecord, error) {
	r, err := k.GetOrder(ctx, id)
	if err != nil {
		return r, err
	}
	return r, k.checkUsable(ctx, r)
}

// signedOrder returns the record of an app, dataset or pool order that was named by its id, or came with its content and the
// owner's signature. Content that the chain knows already needs no signature.
func (k Keeper) signedOrder(ctx context.Context, s types.SignedOrder, kind types.OrderKind) (r types.OrderRecord, err error) {
	if s.Order == nil {
		if r, err = k.GetOrder(ctx, s.Id); err != nil {
			return r, err
		}
		if r.Kind != kind {
			return r, types.ErrOrder.Wrapf("order %s is of kind %s, expected %s", r.Id, r.Kind, kind)
		}
		return r, k.checkUsable(ctx, r)
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
	r, fresh, err := k.recordOrder(ctx, *s.Order, types.ORDER_STATUS_SIGNED)
	if err != nil {
		return r, err
	}
	if fresh {
		return r, emitEvent(ctx, &types.EventOrderPlaced{Record: r})
	}
	return r, k.checkUsable(ctx, r)
}

// sameOrder says whether the chain knows an order with this very content.
func (k Keeper) sameOrder(ctx context.Context, o types.Order) (bool, error) {
	id := o.ID(sdk.UnwrapSDKContext(ctx).ChainID())
	r, found, err := records.Find(ctx, k.Orders, id[:])
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
	r, _, err = k.recordRequest(ctx, *s.Order)
	return r, err
}

// recordRequest makes a request known that holds no escrow and waits to be matched by anyone.
func (k Keeper) recordRequest(ctx context.Context, o types.Order) (r types.Request, fresh bool, err error) {
	o = o.Normal()
	id, org, err := k.acceptOrder(ctx, o)
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
	return r, true, emitEvent(ctx, &types.EventRequest{Id: r.Id, Requester: r.Requester, What: "signed", Left: r.Left()})
}

// GetMatch returns a proposed match that waits, or ErrNotFound.
func (k Keeper) GetMatch(ctx context.Context, id string) (types.Match, error) {
	_, m, err := getRecord(ctx, k.Matches, "match", id)
	m.Datasets = slices.Clone(m.Datasets)
	return m, err
}
