package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdktestutil "github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/orgs/keeper"
	"github.com/credence-chain/credence/x/orgs/types"
)

var addresses = address.NewBech32Codec("cred")

// rawOf returns the address of a named account.
func rawOf(name string) sdk.AccAddress {
	return sdk.AccAddress(secp256k1.GenPrivKeyFromSecret([]byte(name)).PubKey().Address())
}

// addr returns the text of a named account's address.
func addr(name string) string {
	text, err := addresses.BytesToString(rawOf(name))
	if err != nil {
		panic(err)
	}
	return text
}

func addrs(names ...string) (list []string) {
	for _, name := range names {
		list = append(list, addr(name))
	}
	return list
}

// fixture is the keeper alone, on a store of its own, with a hook and a tie that the test decides. The account "module"
// belongs to a module.
type fixture struct {
	keeper.Keeper
	ctx    sdk.Context
	server types.MsgServer
	query  types.QueryServer

	changed []string // organisations whose rights the hook was told of
	refuse  error    // the hook's answer
	tied    map[string]string
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := sdktestutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx.WithBlockHeight(7)
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	f := &fixture{
		Keeper: keeper.NewKeeper(cdc, runtime.NewKVStoreService(key), addresses, addr("council"), addr("module")),
		ctx:    ctx, tied: map[string]string{},
	}
	f.server, f.query = keeper.NewMsgServer(f.Keeper), keeper.NewQueryServer(f.Keeper)
	f.SetHooks(f)
	f.SetTies(f)
	require.NoError(t, f.InitGenesis(ctx, *types.DefaultGenesis()))
	return f
}

// AfterRightsChanged is the hook.
func (f *fixture) AfterRightsChanged(_ context.Context, org string) error {
	f.changed = append(f.changed, org)
	return f.refuse
}

// Tied is the tie: what ties accounts is named by their text.
func (f *fixture) Tied(_ context.Context, account sdk.AccAddress) (string, error) {
	what := f.tied[account.String()]
	if what == "broken" {
		return "", errors.New("the tie is broken")
	}
	return what, nil
}

// admit admits an organisation that has one admin of its own name.
func (f *fixture) admit(t testing.TB, id string, roles ...types.Role) {
	t.Helper()
	_, err := f.server.Admit(f.ctx, &types.MsgAdmit{Authority: addr("council"), Id: id, Name: "The " + id, Admins: addrs(id), Roles: roles})
	require.NoError(t, err)
}

// join makes accounts members of an organisation, in the two steps.
func (f *fixture) join(t testing.TB, id string, names ...string) {
	t.Helper()
	for _, name := range names {
		_, err := f.server.AddMember(f.ctx, &types.MsgAddMember{Admin: addr(id), OrgId: id, Member: addr(name)})
		require.NoError(t, err)
		_, err = f.server.AcceptMembership(f.ctx, &types.MsgAcceptMembership{Member: addr(name), OrgId: id})
		require.NoError(t, err)
	}
}

func (f *fixture) get(t testing.TB, id string) types.Organisation {
	t.Helper()
	org, err := f.GetOrganisation(f.ctx, id)
	require.NoError(t, err)
	return org
}

// lastEvent returns the last event that was emitted, as its type and its fields.
func (f *fixture) lastEvent(t testing.TB) string {
	t.Helper()
	all := f.ctx.EventManager().Events()
	require.NotEmpty(t, all)
	last := all[len(all)-1]
	text := last.Type
	for _, a := range last.Attributes {
		text += fmt.Sprintf(" %s=%s", a.Key, a.Value)
	}
	return text
}
