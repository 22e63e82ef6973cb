package keeper

import (
	"cmp"
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// domainMatch separates the ids of matches from all other ids. The same orders, proposed twice by one account, have one id.
const domainMatch = "credence/match/v1"

// Proposal is a match that somebody proposes. Its orders are signed, presigned or on the book. App is nil for the list price.
// Datasets has an order for each dataset of the job, and an empty order stands for the list price.
type Proposal struct {
	Relayer  string
	App      *types.SignedOrder
	Datasets []types.SignedOrder
	Pool     types.SignedOrder
	Request  types.SignedOrder
}

// MatchOrders verifies a proposed match, makes its orders known, and queues it. The next block makes the deal if the orders still make
// one. No coins move here.
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

// Volume returns the deal that a proposed match would make now. It makes the orders known, so that the caller has to pass a context
// whose writes are dropped.
func (k Keeper) Volume(ctx context.Context, p Proposal) (dealstypes.Deal, error) {
	v, err := k.verifyProposal(ctx, p)
	if err != nil {
		return dealstypes.Deal{}, err
	}
	return k.draftDeal(ctx, v.request, v.agreed, v.match.Relayer)
}

// verifiedProposal is a proposal that would make a deal now. The chain knows its orders.
type verifiedProposal struct {
	match   types.Match
	request types.Request
	agreed  agreed
}

// verifyProposal makes the orders of a proposal known, and checks that they make a deal.
func (k Keeper) verifyProposal(ctx context.Context, p Proposal) (v verifiedProposal, err error) {
	if _, err := k.addresses.StringToBytes(p.Relayer); err != nil {
		return v, types.ErrSponsor.Wrapf("relayer: %q: %s", p.Relayer, err)
	}
	m := types.Match{Relayer: p.Relayer, Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}
	if p.App != nil {
		if m.App, err = k.knownOrder(ctx, *p.App, types.ORDER_KIND_APP); err != nil {
			return v, err
		}
	}
	if m.Datasets, err = k.knownDatasetOrders(ctx, p.Datasets); err != nil {
		return v, err
	}
	if m.Pool, err = k.knownOrder(ctx, p.Pool, types.ORDER_KIND_POOL); err != nil {
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

// knownOrder makes an app, dataset or pool order known, and returns its id.
func (k Keeper) knownOrder(ctx context.Context, s types.SignedOrder, kind types.OrderKind) (string, error) {
	record, err := k.signedOrder(ctx, s, kind)
	return record.Id, err
}

// knownDatasetOrders makes the orders of datasets known and returns their ids. An empty order stands for the list price and has the
// id "".
func (k Keeper) knownDatasetOrders(ctx context.Context, orders []types.SignedOrder) (list []string, err error) {
	for i, s := range orders {
		id := ""
		if s.Order != nil || s.Id != "" {
			if id, err = k.knownOrder(ctx, s, types.ORDER_KIND_DATASET); err != nil {
				return nil, errorsmod.Wrapf(err, "datasets[%d]", i)
			}
		}
		list = append(list, id)
	}
	return list, nil
}

// matchID derives the id of a match from its relayer and its orders.
func matchID(m types.Match) [types.IDSize]byte {
	fields := [][]byte{[]byte(domainMatch), []byte(m.Relayer), []byte(m.App), []byte(m.Pool), []byte(m.Request)}
	for _, d := range m.Datasets {
		fields = append(fields, []byte(d))
	}
	return poco.Hash(fields...)
}

// composeAgreement returns the agreement of a match whose orders the chain knows, and checks all of it.
func (k Keeper) composeAgreement(ctx context.Context, m types.Match, r types.Request) (a agreed, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return a, err
	}
	if err := k.checkMatchable(ctx, r); err != nil {
		return a, err
	}
	if a.Agreement, err = k.beginAgreement(ctx, params, r); err != nil {
		return a, err
	}
	if err := k.addSellers(ctx, &a, m); err != nil {
		return a, err
	}
	return a, k.checkProposed(ctx, a.Agreement, m.Relayer)
}

// checkProposed judges the agreement of a match: its orders, its pool, and the consent of the payer.
func (k Keeper) checkProposed(ctx context.Context, a types.Agreement, relayer string) error {
	if err := cmp.Or(a.Check(), a.CheckWhole()); err != nil {
		return err
	}
	if err := k.checkStaffed(ctx, a); err != nil {
		return err
	}
	if s := a.Request.Job.Sponsor; s != "" && s != relayer {
		return types.ErrSponsor.Wrapf("relayer: %s, expected the request's sponsor %s: who pays must propose the match itself", relayer, s)
	}
	v, err := k.voucherFor(ctx, a)
	if err != nil || v == nil {
		return err
	}
	return v.CheckPool(a.Pool.Pool.Id)
}

// checkMatchable refuses a request that no proposed match can meet now.
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

// addSellers adds the sides of a match's app, dataset and pool orders to an agreement.
func (k Keeper) addSellers(ctx context.Context, a *agreed, m types.Match) error {
	app, err := k.offerNamed(ctx, m.App, a.App.Offer)
	if err != nil {
		return err
	}
	a.sellApp(app)
	if err := k.addDatasetSellers(ctx, a, m.Datasets); err != nil {
		return err
	}
	if a.poolOrder, err = k.usableOrder(ctx, m.Pool); err != nil {
		return err
	}
	a.Pool, err = k.poolSideOf(ctx, a.poolOrder)
	return err
}

// addDatasetSellers adds the sides of the datasets to an agreement. orders is empty when all are sold for their list prices, and
// otherwise has an entry for each dataset.
func (k Keeper) addDatasetSellers(ctx context.Context, a *agreed, orders []string) error {
	a.datasetOrders = make([]string, len(a.Datasets))
	if len(orders) > 0 && len(orders) != len(a.Datasets) {
		return types.ErrDatasetMismatch.Wrapf("datasets: got %d orders, the request reads %d datasets", len(orders), len(a.Datasets))
	}
	for i, id := range orders {
		if isRead(a.Agreement, i) {
			continue
		}
		o, err := k.offerNamed(ctx, id, a.Datasets[i].Offer)
		if err != nil {
			return err
		}
		a.sellDataset(i, o)
	}
	return nil
}

// offerNamed returns the offer of an order that can be met now. The id "" names the list price, and listed is its offer.
func (k Keeper) offerNamed(ctx context.Context, id string, listed types.Offer) (offer, error) {
	if id == "" {
		return offer{Offer: listed}, nil
	}
	record, err := k.usableOrder(ctx, id)
	if err != nil {
		return offer{}, err
	}
	return k.offerOf(ctx, record)
}

// GetMatch returns a proposed match that waits, or ErrNotFound.
func (k Keeper) GetMatch(ctx context.Context, id string) (types.Match, error) {
	_, m, err := getRecord(ctx, k.Matches, "match", id)
	m.Datasets = slices.Clone(m.Datasets)
	return m, err
}
