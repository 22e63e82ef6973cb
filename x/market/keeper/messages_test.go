package keeper_test

import (
	"strings"

	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

func (f *fixture) restErr(requester string, nonce uint64, job types.Job, expiry int64) (id string, err error) {
	err = f.tx(func(ctx sdk.Context, m types.MsgServer) error {
		res, err := m.SubmitTask(ctx, &types.MsgSubmitTask{Requester: addr(requester), Nonce: nonce, Job: job, Expiry: expiry})
		if err == nil {
			id = res.Id
		}
		return err
	})
	return id, err
}

func (f *fixture) submitErr(requester string, nonce uint64, job types.Job) (id string, err error) {
	return f.restErr(requester, nonce, job, 0)
}

func (f *fixture) submit(requester string, nonce uint64, job types.Job) string {
	return f.rest(requester, nonce, job, 0)
}

// rest submits a request that waits on the book until a height.
func (f *fixture) rest(requester string, nonce uint64, job types.Job, expiry int64) string {
	id, err := f.restErr(requester, nonce, job, expiry)
	require.NoError(f, err)
	return id
}

func (f *fixture) cancel(requester, id string) error {
	return f.tx(func(ctx sdk.Context, m types.MsgServer) error {
		_, err := m.CancelRequest(ctx, &types.MsgCancelRequest{Requester: addr(requester), Id: id})
		return err
	})
}

func (f *fixture) cancelNonce(owner string, kind types.OrderKind, nonce uint64) error {
	return f.tx(func(ctx sdk.Context, m types.MsgServer) error {
		_, err := m.CancelOrder(ctx, &types.MsgCancelOrder{Owner: addr(owner), Kind: kind, Nonce: nonce})
		return err
	})
}

func (f *fixture) cancelBelow(owner string, kind types.OrderKind, below uint64) error {
	return f.tx(func(ctx sdk.Context, m types.MsgServer) error {
		_, err := m.CancelOrders(ctx, &types.MsgCancelOrders{Owner: addr(owner), Kind: kind, Below: below})
		return err
	})
}

func (f *fixture) placeErr(o types.Order) (id string, err error) {
	err = f.tx(func(ctx sdk.Context, m types.MsgServer) error {
		res, err := m.PlaceOrder(ctx, &types.MsgPlaceOrder{Owner: o.Owner, Order: o})
		if err == nil {
			id = res.Id
		}
		return err
	})
	return id, err
}

// place puts an order on the book.
func (f *fixture) place(o types.Order) string {
	id, err := f.placeErr(o)
	require.NoError(f, err)
	return id
}

func (f *fixture) presignErr(o types.Order) (id string, err error) {
	err = f.tx(func(ctx sdk.Context, m types.MsgServer) error {
		res, err := m.PresignOrder(ctx, &types.MsgPresignOrder{Owner: o.Owner, Order: o})
		if err == nil {
			id = res.Id
		}
		return err
	})
	return id, err
}

func (f *fixture) presign(o types.Order) string {
	id, err := f.presignErr(o)
	require.NoError(f, err)
	return id
}

func (f *fixture) matchErr(m types.MsgMatchOrders) (id string, err error) {
	err = f.tx(func(ctx sdk.Context, srv types.MsgServer) error {
		res, err := srv.MatchOrders(ctx, &m)
		if err == nil {
			id = res.Id
		}
		return err
	})
	return id, err
}

func (f *fixture) issueErr(m voucherstypes.MsgIssueVoucher) (id string, err error) {
	err = f.voucherTx(func(ctx sdk.Context, srv voucherstypes.MsgServer) error {
		res, err := srv.IssueVoucher(ctx, &m)
		if err == nil {
			id = res.Id
		}
		return err
	})
	return id, err
}

// issue gives the holder a voucher of the issuer's coins.
func (f *fixture) issue(issuer string, nonce uint64, holder string, amount uint64, expiry int64) string {
	id, err := f.issueErr(voucherstypes.MsgIssueVoucher{Issuer: addr(issuer), Nonce: nonce, Holder: addr(holder), Amount: amount, Expiry: expiry})
	require.NoError(f, err)
	return id
}

func (f *fixture) topUp(issuer, id string, amount uint64, expiry int64) error {
	return f.voucherTx(func(ctx sdk.Context, m voucherstypes.MsgServer) error {
		_, err := m.TopUpVoucher(ctx, &voucherstypes.MsgTopUpVoucher{Issuer: addr(issuer), Id: id, Amount: amount, Expiry: expiry})
		return err
	})
}

// sign signs an order with its owner's key.
func (f *fixture) sign(o types.Order) types.SignedOrder {
	return f.signFor(o, chainID)
}

func (f *fixture) signFor(o types.Order, chain string) types.SignedOrder {
	k := key(names[o.Owner])
	sig, err := k.Sign(o.SignBytes(chain))
	require.NoError(f, err)
	packed, err := codectypes.NewAnyWithValue(k.PubKey())
	require.NoError(f, err)
	return types.SignedOrder{Order: &o, Signature: &signing.SignatureDescriptor{
		PublicKey: packed,
		Data:      signing.SignatureDataToProto(&signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT, Signature: sig}),
	}}
}

// poolOrder, appOrder and datasetOrder are valid ones of the fixture's owners.
func (f *fixture) poolOrder(pool string, nonce, price, volume uint64) types.Order {
	return types.Order{Owner: addr(f.pools.pools[pool].Operator), Nonce: nonce, Pool: &types.PoolOrder{
		Pool: pool, Price: price, Volume: volume, MaxFuel: 1e9, Stake: 500, Tags: []string{"eu", "gpu", "tee"},
		Resources: appstypes.Resources{CpuMillis: 4_000, MemoryBytes: 1 << 30},
	}}
}

func appOrder(ref string, nonce, price, volume uint64) types.Order {
	org, _, _ := strings.Cut(ref, "/")
	return types.Order{Owner: addr(org), Nonce: nonce, App: &types.AppOrder{App: ref, Price: price, Volume: volume}}
}

func datasetOrder(ref string, nonce, price, volume uint64) types.Order {
	org, _, _ := strings.Cut(ref, "/")
	return types.Order{Owner: addr(org), Nonce: nonce, Dataset: &types.DatasetOrder{Dataset: ref, Price: price, Volume: volume}}
}

// requestOrder is a request to be signed or presigned.
func requestOrder(requester string, nonce uint64, j types.Job) types.Order {
	return types.Order{Owner: addr(requester), Nonce: nonce, Request: &j}
}

// offer places a pool's order with the whole of a volume.
func (f *fixture) offer(pool string, nonce, price, volume uint64) string {
	return f.place(f.poolOrder(pool, nonce, price, volume))
}

// with returns an order changed.
func with(o types.Order, change func(o *types.Order)) types.Order {
	change(&o)
	return o
}
