package keeper

import (
	"context"

	"github.com/credence-chain/credence/internal/account"
	"github.com/credence-chain/credence/x/vouchers/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The wrapper of x/orgs has checked the signer's role before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

// canonicalAddress returns an address in lower case. Bech32 allows upper case too, but vouchers are found by one text.
func (s msgServer) canonicalAddress(field, address string) (string, error) {
	text, err := account.Canonical(s.addresses, address)
	if err != nil {
		return "", types.ErrNotOwner.Wrapf("%s: %q: %s", field, address, err)
	}
	return text, nil
}

func (s msgServer) IssueVoucher(ctx context.Context, msg *types.MsgIssueVoucher) (*types.MsgIssueVoucherResponse, error) {
	v, err := s.Keeper.IssueVoucher(ctx, types.Voucher{
		Issuer: msg.Issuer, Nonce: msg.Nonce, Holder: msg.Holder, Balance: msg.Amount, Expiry: msg.Expiry,
		Apps: msg.Apps, Datasets: msg.Datasets, Pools: msg.Pools, Description: msg.Description,
	})
	return &types.MsgIssueVoucherResponse{Id: v.Id}, err
}

func (s msgServer) TopUpVoucher(ctx context.Context, msg *types.MsgTopUpVoucher) (*types.MsgTopUpVoucherResponse, error) {
	issuer, err := s.canonicalAddress("issuer", msg.Issuer)
	if err != nil {
		return nil, err
	}
	return &types.MsgTopUpVoucherResponse{}, s.Keeper.TopUpVoucher(ctx, issuer, msg.Id, msg.Amount, msg.Expiry)
}

func (s msgServer) SetSpenders(ctx context.Context, msg *types.MsgSetSpenders) (*types.MsgSetSpendersResponse, error) {
	holder, err := s.canonicalAddress("holder", msg.Holder)
	if err != nil {
		return nil, err
	}
	return &types.MsgSetSpendersResponse{}, s.Keeper.SetSpenders(ctx, holder, msg.Id, msg.Spenders)
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.Keeper.Params.Set(ctx, msg.Params)
}
