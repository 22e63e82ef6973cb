package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/market/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. Roles were checked before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) PlaceOffer(ctx context.Context, msg *types.MsgPlaceOffer) (*types.MsgPlaceOfferResponse, error) {
	offer, err := s.Keeper.PlaceOffer(ctx, types.Offer{
		Owner: msg.Owner, Nonce: msg.Nonce, Pool: msg.Pool, Price: msg.Price, MaxFuel: msg.MaxFuel, Volume: msg.Volume,
	})
	return &types.MsgPlaceOfferResponse{Id: offer.Id}, err
}

func (s msgServer) CancelOffer(ctx context.Context, msg *types.MsgCancelOffer) (*types.MsgCancelOfferResponse, error) {
	return &types.MsgCancelOfferResponse{}, s.Keeper.CancelOffer(ctx, msg.Owner, msg.Id)
}

func (s msgServer) SubmitTask(ctx context.Context, msg *types.MsgSubmitTask) (*types.MsgSubmitTaskResponse, error) {
	r, err := s.Keeper.SubmitTask(ctx, msg.Requester, msg.Nonce, msg.Job)
	return &types.MsgSubmitTaskResponse{Id: r.Id}, err
}

func (s msgServer) CancelRequest(ctx context.Context, msg *types.MsgCancelRequest) (*types.MsgCancelRequestResponse, error) {
	return &types.MsgCancelRequestResponse{}, s.Keeper.CancelRequest(ctx, msg.Requester, msg.Id)
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.Keeper.Params.Set(ctx, msg.Params)
}
