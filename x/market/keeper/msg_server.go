package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/market/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The wrapper of x/orgs has checked the signer's role before a message comes here. The
// handlers check that the signer may trade what its order is about.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

// canonicalAddress returns an address in lower case. Bech32 allows upper case too, but records are found by one text.
func (s msgServer) canonicalAddress(field, address string) (string, error) {
	raw, err := s.addresses.StringToBytes(address)
	if err != nil {
		return "", types.ErrNotOwner.Wrapf("%s: %q: %s", field, address, err)
	}
	return s.addresses.BytesToString(raw)
}

func ownOrder(owner string, o types.Order) error {
	if o.Owner != owner {
		return types.ErrNotOwner.Wrapf("order.owner: got %s, expected the signer %s", o.Owner, owner)
	}
	return nil
}

func (s msgServer) PlaceOrder(ctx context.Context, msg *types.MsgPlaceOrder) (*types.MsgPlaceOrderResponse, error) {
	if err := ownOrder(msg.Owner, msg.Order); err != nil {
		return nil, err
	}
	r, err := s.Keeper.PlaceOrder(ctx, msg.Order)
	return &types.MsgPlaceOrderResponse{Id: r.Id}, err
}

func (s msgServer) PresignOrder(ctx context.Context, msg *types.MsgPresignOrder) (*types.MsgPresignOrderResponse, error) {
	if err := ownOrder(msg.Owner, msg.Order); err != nil {
		return nil, err
	}
	id, err := s.Keeper.PresignOrder(ctx, msg.Order)
	return &types.MsgPresignOrderResponse{Id: id}, err
}

func (s msgServer) CancelOrder(ctx context.Context, msg *types.MsgCancelOrder) (*types.MsgCancelOrderResponse, error) {
	owner, err := s.canonicalAddress("owner", msg.Owner)
	if err != nil {
		return nil, err
	}
	id, err := s.Keeper.CancelOrder(ctx, owner, msg.Kind, msg.Nonce)
	return &types.MsgCancelOrderResponse{Id: id}, err
}

func (s msgServer) CancelOrders(ctx context.Context, msg *types.MsgCancelOrders) (*types.MsgCancelOrdersResponse, error) {
	owner, err := s.canonicalAddress("owner", msg.Owner)
	if err != nil {
		return nil, err
	}
	return &types.MsgCancelOrdersResponse{}, s.Keeper.CancelOrders(ctx, owner, msg.Kind, msg.Below)
}

func (s msgServer) MatchOrders(ctx context.Context, msg *types.MsgMatchOrders) (*types.MsgMatchOrdersResponse, error) {
	relayer, err := s.canonicalAddress("relayer", msg.Relayer)
	if err != nil {
		return nil, err
	}
	m, err := s.Keeper.MatchOrders(ctx, Proposal{
		Relayer: relayer, App: msg.App, Datasets: msg.Datasets, Pool: msg.Pool, Request: msg.Request,
	})
	return &types.MsgMatchOrdersResponse{Id: m.Id}, err
}

func (s msgServer) SubmitTask(ctx context.Context, msg *types.MsgSubmitTask) (*types.MsgSubmitTaskResponse, error) {
	r, err := s.Keeper.SubmitTask(ctx, msg.Requester, msg.Nonce, msg.Job, msg.Expiry)
	return &types.MsgSubmitTaskResponse{Id: r.Id}, err
}

func (s msgServer) CancelRequest(ctx context.Context, msg *types.MsgCancelRequest) (*types.MsgCancelRequestResponse, error) {
	requester, err := s.canonicalAddress("requester", msg.Requester)
	if err != nil {
		return nil, err
	}
	return &types.MsgCancelRequestResponse{}, s.Keeper.CancelRequest(ctx, requester, msg.Id)
}

func (s msgServer) SetCategory(ctx context.Context, msg *types.MsgSetCategory) (*types.MsgSetCategoryResponse, error) {
	if err := msg.Category.Validate(); err != nil {
		return nil, err
	}
	if err := s.Categories.Set(ctx, msg.Category.Id, msg.Category); err != nil {
		return nil, err
	}
	return &types.MsgSetCategoryResponse{}, emitEvent(ctx, &types.EventCategory{Category: msg.Category})
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.Keeper.Params.Set(ctx, msg.Params)
}
