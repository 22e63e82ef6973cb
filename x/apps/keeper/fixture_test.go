package keeper_test

import (
	"context"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/apps/keeper"
	"github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

var codecOf = address.NewBech32Codec("cred")

// providers: account -> organisation, all of them with the role but "users".
type providers struct {
	of      map[string]string
	revoked map[string]bool
}

func (p providers) Authorize(_ context.Context, addr sdk.AccAddress, role orgstypes.Role) (string, error) {
	org := p.of[text(addr)]
	switch {
	case p.revoked[org]:
		return "", orgstypes.ErrRevoked.Wrap(org)
	case org == "" || org == "users" || role != orgstypes.ROLE_PROVIDER:
		return "", orgstypes.ErrRole.Wrap(text(addr))
	}
	return org, nil
}

func text(addr sdk.AccAddress) string {
	s, err := codecOf.BytesToString(addr)
	if err != nil {
		panic(err)
	}
	return s
}

func account(name string) string { return text([]byte((name + strings.Repeat("_", 20))[:20])) }

var (
	alice, adam, bob, beth, ursula, mallory, council = account("alice"), account("adam"), account("bob"), account("beth"),
		account("ursula"), account("mallory"), account("council")
	digest = "sha256:" + strings.Repeat("ab", 32)
	other  = "sha256:" + strings.Repeat("cd", 32)
)

// fixture has two providers: alice and adam of acme, bob and beth of base. Ursula's organisation is none of providers,
// mallory has no organisation.
type fixture struct {
	ctx  sdk.Context
	k    keeper.Keeper
	srv  types.MsgServer
	qry  types.QueryServer
	orgs providers
	cdc  codec.Codec
}

func newFixture(t *testing.T) *fixture {
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("t")).Ctx.WithBlockHeight(5)
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	f := &fixture{ctx: ctx, cdc: cdc, orgs: providers{
		of:      map[string]string{alice: "acme", adam: "acme", bob: "base", beth: "base", ursula: "users"},
		revoked: map[string]bool{},
	}}
	f.k = keeper.NewKeeper(cdc, runtime.NewKVStoreService(key), codecOf, f.orgs, council)
	f.srv, f.qry = keeper.NewMsgServer(f.k), keeper.NewQueryServer(f.k)
	return f
}

func publish(owner, name, version, digest string) *types.MsgPublish {
	return &types.MsgPublish{
		Owner: owner, Name: name, Version: version, Description: "counts", Digest: digest, Size_: 1000, Runtime: "wasm",
		Locators: []string{"https://a.example/blobs"}, Price: 7,
	}
}

func (f *fixture) publish(t *testing.T, owner, name, version, digest string) string {
	res, err := f.srv.Publish(f.ctx, publish(owner, name, version, digest))
	require.NoError(t, err)
	return res.Reference
}

func publishDataset(owner, name, version, digest string) *types.MsgPublishDataset {
	return &types.MsgPublishDataset{
		Owner: owner, Name: name, Version: version, Description: "numbers", Digest: digest, Size_: 1000,
		Locators: []string{"https://a.example/blobs"}, Price: 5, MediaType: "text/csv",
	}
}

func (f *fixture) publishDataset(t *testing.T, owner, name, version, digest string) string {
	res, err := f.srv.PublishDataset(f.ctx, publishDataset(owner, name, version, digest))
	require.NoError(t, err)
	return res.Reference
}

// said returns what the module's typed events said so far, and forgets it.
func (f *fixture) said(t *testing.T) (out []proto.Message) {
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		typed, err := sdk.ParseTypedEvent(e)
		require.NoError(t, err)
		out = append(out, typed)
	}
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	return out
}

func mustAddress(text string) sdk.AccAddress {
	bz, err := codecOf.StringToBytes(text)
	if err != nil {
		panic(err)
	}
	return bz
}

var upper = strings.ToUpper
