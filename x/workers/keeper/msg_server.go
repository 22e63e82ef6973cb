package keeper

import (
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The guard of x/orgs has checked the signer's role before a message comes here. The
// handlers find the organisation for which the signer acts, and check that an owner owns the worker. All other rules are the
// keeper's.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) CreatePool(ctx context.Context, msg *types.MsgCreatePool) (*types.MsgCreatePoolResponse, error) {
	operator, err := s.operatorOf(ctx, msg.Operator)
	if err != nil {
		return nil, err
	}
	pool := types.Pool{
		Id: msg.Id, Operator: operator, Runtime: msg.Runtime, Stake: msg.Stake, Description: msg.Description,
		MinPrice: msg.MinPrice, MaxCommissionBps: msg.MaxCommissionBps,
		Capabilities: types.NormalCapabilities(msg.Capabilities), Invited: msg.Invited, Requesters: msg.Requesters,
	}
	return &types.MsgCreatePoolResponse{}, s.Keeper.CreatePool(ctx, pool)
}

func (s msgServer) SetPool(ctx context.Context, msg *types.MsgSetPool) (*types.MsgSetPoolResponse, error) {
	due, err := s.Keeper.SetPool(ctx, msg)
	return &types.MsgSetPoolResponse{Height: due}, err
}

func (s msgServer) Invite(ctx context.Context, msg *types.MsgInvite) (*types.MsgInviteResponse, error) {
	return &types.MsgInviteResponse{}, s.Keeper.Invite(ctx, msg)
}

func (s msgServer) Evict(ctx context.Context, msg *types.MsgEvict) (*types.MsgEvictResponse, error) {
	due, err := s.Keeper.Evict(ctx, msg)
	return &types.MsgEvictResponse{Height: due}, err
}

func (s msgServer) TransferPool(ctx context.Context, msg *types.MsgTransferPool) (*types.MsgTransferPoolResponse, error) {
	return &types.MsgTransferPoolResponse{}, s.Keeper.TransferPool(ctx, msg)
}

func (s msgServer) AcceptPool(ctx context.Context, msg *types.MsgAcceptPool) (*types.MsgAcceptPoolResponse, error) {
	org, err := s.organisationOf(ctx, "operator", msg.Operator, orgstypes.ROLE_POOL_OPERATOR)
	if err != nil {
		return nil, err
	}
	return &types.MsgAcceptPoolResponse{}, s.Keeper.AcceptPool(ctx, org, msg.Pool)
}

func (s msgServer) Register(ctx context.Context, msg *types.MsgRegister) (*types.MsgRegisterResponse, error) {
	org, err := s.organisationOf(ctx, "owner", msg.Owner, orgstypes.ROLE_WORKER)
	if err != nil {
		return nil, err
	}
	w := types.Worker{
		Address: msg.Worker, Organisation: org, Owner: msg.Owner,
		Endpoint: msg.Endpoint, Slots: msg.Slots, Pools: sortedPools(msg.Pools), Bonded: msg.Stake,
		Capabilities: types.NormalCapabilities(msg.Capabilities),
	}
	return &types.MsgRegisterResponse{}, s.Keeper.Register(ctx, w)
}

func (s msgServer) Update(ctx context.Context, msg *types.MsgUpdate) (*types.MsgUpdateResponse, error) {
	address, err := s.ownedActiveWorker(ctx, msg.Owner, msg.Worker)
	if err != nil {
		return nil, err
	}
	w, err := s.changeWorker(ctx, address, func(w *types.Worker) error {
		before := w.Pools
		w.Endpoint, w.Slots, w.Paused = msg.Endpoint, msg.Slots, msg.Paused
		w.Serve(sortedPools(msg.Pools))
		w.Capabilities = types.NormalCapabilities(msg.Capabilities)
		return s.checkSettings(ctx, before, w)
	})
	if err != nil {
		return nil, err
	}
	return &types.MsgUpdateResponse{}, emitChange(ctx, w, "updated", 0)
}

func (s msgServer) Bond(ctx context.Context, msg *types.MsgBond) (*types.MsgBondResponse, error) {
	address, err := s.ownedActiveWorker(ctx, msg.Owner, msg.Worker)
	if err != nil {
		return nil, err
	}
	return &types.MsgBondResponse{}, s.Keeper.Bond(ctx, address, msg.Amount)
}

func (s msgServer) Unbond(ctx context.Context, msg *types.MsgUnbond) (*types.MsgUnbondResponse, error) {
	w, err := s.ownedWorker(ctx, msg.Owner, msg.Worker)
	if err != nil {
		return nil, err
	}
	due, err := s.Keeper.Unbond(ctx, w.Address, msg.Amount)
	return &types.MsgUnbondResponse{Height: due}, err
}

func (s msgServer) Unjail(ctx context.Context, msg *types.MsgUnjail) (*types.MsgUnjailResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.authority, msg.Authority); err != nil {
		return nil, err
	}
	address, err := types.Canonical(s.addresses, msg.Worker)
	if err != nil {
		return nil, types.ErrInvalidWorker.Wrapf("worker %q: %s", msg.Worker, err)
	}
	return &types.MsgUnjailResponse{}, s.Keeper.Unjail(ctx, address)
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	if id := msg.Params.DefaultPool; id != "" {
		pool, err := s.GetPool(ctx, id)
		if err != nil {
			return nil, types.ErrInvalidParams.Wrapf("default_pool: %s", err)
		}
		if pool.Retired {
			return nil, types.ErrInvalidParams.Wrapf("default_pool: %q is retired", id)
		}
	}
	return &types.MsgUpdateParamsResponse{}, s.Params.Set(ctx, msg.Params)
}

// operatorOf returns the organisation for which the signer opens a pool; it is "" for the council.
func (s msgServer) operatorOf(ctx context.Context, signer string) (string, error) {
	if addr, err := s.addresses.StringToBytes(signer); err == nil {
		if _, err := s.orgs.Authorize(ctx, addr, orgstypes.ROLE_AUTHORITY); err == nil {
			return "", nil
		}
	}
	return s.organisationOf(ctx, "operator", signer, orgstypes.ROLE_POOL_OPERATOR)
}

// organisationOf returns the organisation for which the signer acts in a role. field names the signer in errors.
func (s msgServer) organisationOf(ctx context.Context, field, signer string, role orgstypes.Role) (string, error) {
	addr, err := s.addresses.StringToBytes(signer)
	if err != nil {
		return "", types.ErrOrganisation.Wrapf("%s %q: %s", field, signer, err)
	}
	org, err := s.orgs.Authorize(ctx, addr, role)
	if err != nil {
		return "", err
	}
	if org == "" {
		return "", types.ErrOrganisation.Wrapf("%s %s: expected an account of an organisation", field, signer)
	}
	return org, nil
}

// ownedWorker returns a worker, or an error unless owner owns it.
func (s msgServer) ownedWorker(ctx context.Context, owner, worker string) (types.Worker, error) {
	address, err := types.Canonical(s.addresses, worker)
	if err != nil {
		return types.Worker{}, types.ErrInvalidWorker.Wrapf("worker %q: %s", worker, err)
	}
	w, err := s.GetWorker(ctx, address)
	if err != nil {
		return w, err
	}
	if text, err := types.Canonical(s.addresses, owner); err != nil || text != w.Owner {
		return w, types.ErrNotOwner.Wrapf("owner %q of %s: expected %s", owner, w.Address, w.Owner)
	}
	return w, nil
}

// ownedActiveWorker is ownedWorker for changes that need the owner's organisation: the owner must still belong to the worker's
// organisation.
func (s msgServer) ownedActiveWorker(ctx context.Context, owner, worker string) (address string, err error) {
	w, err := s.ownedWorker(ctx, owner, worker)
	if err != nil {
		return "", err
	}
	org, err := s.organisationOf(ctx, "owner", owner, orgstypes.ROLE_WORKER)
	if err != nil {
		return "", err
	}
	if org != w.Organisation {
		return "", types.ErrOrganisation.Wrapf("owner %s: of %s, expected of %s as the worker", owner, org, w.Organisation)
	}
	return w.Address, nil
}

func sortedPools(pools []string) []string {
	out := slices.Clone(pools)
	slices.Sort(out)
	return out
}
