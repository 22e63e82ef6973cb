package keeper_test

import (
	"context"
	"strings"
	"testing"

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

// providers: account -> organisation that holds the role.
type providers map[string]string

func (p providers) Authorize(_ context.Context, addr sdk.AccAddress, role orgstypes.Role) (string, error) {
	if org := p[text(addr)]; org != "" && role == orgstypes.ROLE_PROVIDER {
		return org, nil
	}
	return "", orgstypes.ErrRole.Wrap(text(addr))
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
	alice, adam, bob, mallory, council = account("alice"), account("adam"), account("bob"), account("mallory"), account("council")
	digest                             = "sha256:" + strings.Repeat("ab", 32)
	other                              = "sha256:" + strings.Repeat("cd", 32)
)

// fixture has two providers: alice and adam of acme, bob of base.
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
	f := &fixture{ctx: ctx, cdc: cdc, orgs: providers{alice: "acme", adam: "acme", bob: "base"}}
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

func TestPublish(t *testing.T) {
	f := newFixture(t)
	for _, tc := range []struct {
		name     string
		malleate func(*types.MsgPublish)
		expErr   error
		says     string
	}{
		{"valid", func(*types.MsgPublish) {}, nil, ""},
		{"immutable", func(m *types.MsgPublish) { m.Digest = other }, types.ErrVersionExists, "acme/count:1.0"},
		{"the same again", func(*types.MsgPublish) {}, types.ErrVersionExists, ""},
		{"next by a colleague", func(m *types.MsgPublish) { m.Owner, m.Version = adam, "1.1" }, nil, ""},
		{"another's by the same name", func(m *types.MsgPublish) { m.Owner = bob }, nil, ""},
		{"no provider", func(m *types.MsgPublish) { m.Owner = mallory }, orgstypes.ErrRole, ""},
		{"no address", func(m *types.MsgPublish) { m.Owner = "x" }, types.ErrInvalidApp, "owner"},
		{"short name", func(m *types.MsgPublish) { m.Name = "a" }, types.ErrInvalidApp, "2 to 32"},
		{"long name", func(m *types.MsgPublish) { m.Name = strings.Repeat("a", 33) }, types.ErrInvalidApp, "2 to 32"},
		{"name with a slash", func(m *types.MsgPublish) { m.Name = "a/b" }, types.ErrInvalidApp, "only a-z"},
		{"name with a colon", func(m *types.MsgPublish) { m.Name = "a:b" }, types.ErrInvalidApp, "only a-z"},
		{"name in capitals", func(m *types.MsgPublish) { m.Name = "Count" }, types.ErrInvalidApp, "only a-z"},
		{"description", func(m *types.MsgPublish) { m.Description = strings.Repeat("a", 513) }, types.ErrInvalidApp, "description"},
		{"no version", func(m *types.MsgPublish) { m.Version = "" }, types.ErrInvalidVersion, "version"},
		{"long version", func(m *types.MsgPublish) { m.Version = strings.Repeat("1", 33) }, types.ErrInvalidVersion, "version"},
		{"odd version", func(m *types.MsgPublish) { m.Version = "1:0" }, types.ErrInvalidVersion, "version"},
		{"no digest", func(m *types.MsgPublish) { m.Digest = "" }, types.ErrInvalidVersion, "digest"},
		{"short digest", func(m *types.MsgPublish) { m.Digest = digest[:70] }, types.ErrInvalidVersion, "digest"},
		{"digest in capitals", func(m *types.MsgPublish) { m.Digest = "sha256:" + strings.Repeat("AB", 32) }, types.ErrInvalidVersion, "digest"},
		{"digest of another hash", func(m *types.MsgPublish) { m.Digest = "sha512:" + strings.Repeat("ab", 32) }, types.ErrInvalidVersion, "digest"},
		{"empty module", func(m *types.MsgPublish) { m.Size_ = 0 }, types.ErrInvalidVersion, "size"},
		{"largest module", func(m *types.MsgPublish) { m.Size_, m.Version = 64<<20, "big" }, nil, ""},
		{"too large", func(m *types.MsgPublish) { m.Size_ = 64<<20 + 1 }, types.ErrInvalidVersion, "64 MiB"},
		{"runtime", func(m *types.MsgPublish) { m.Runtime = "oci" }, types.ErrInvalidVersion, `"oci", expected "wasm"`},
		{"locator", func(m *types.MsgPublish) { m.Locators = []string{"ftp://x"} }, types.ErrInvalidVersion, "locators[0]"},
		{"locators", func(m *types.MsgPublish) { m.Locators = make([]string, 9) }, types.ErrInvalidVersion, "at most 8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			msg := publish(alice, "count", "1.0", digest)
			tc.malleate(msg)
			_, err := f.srv.Publish(f.ctx, msg)
			require.ErrorIs(t, err, tc.expErr)
			if err != nil {
				require.ErrorContains(t, err, tc.says)
			}
		})
	}
	app, version, err := f.k.Resolve(f.ctx, "acme/count:1.1")
	require.NoError(t, err)
	require.Equal(t, types.App{Id: "acme/count", Organisation: "acme", Owner: alice, Description: "counts"}, app, "the first publisher stays its owner")
	require.Equal(t, types.Version{
		App: "acme/count", Version: "1.1", Digest: digest, Size_: 1000, Runtime: "wasm",
		Locators: []string{"https://a.example/blobs"}, Price: 7, Height: 5,
	}, version)
}

func TestDescriptionIsKeptWhenEmpty(t *testing.T) {
	f := newFixture(t)
	f.publish(t, alice, "count", "1", digest)
	msg := publish(alice, "count", "2", digest)
	msg.Description = ""
	_, err := f.srv.Publish(f.ctx, msg)
	require.NoError(t, err)
	msg.Version, msg.Description = "3", "new"
	app, err := f.k.GetApp(f.ctx, "acme/count")
	require.NoError(t, err)
	require.Equal(t, "counts", app.Description)
	_, err = f.srv.Publish(f.ctx, msg)
	require.NoError(t, err)
	app, err = f.k.GetApp(f.ctx, "acme/count")
	require.NoError(t, err)
	require.Equal(t, "new", app.Description)
}

// TestResolve: by reference, and by digest, where the first published of several wins.
func TestResolve(t *testing.T) {
	f := newFixture(t)
	f.publish(t, bob, "zeta", "1", digest)
	f.ctx = f.ctx.WithBlockHeight(6)
	f.publish(t, alice, "alpha", "2", digest) // sorts before, came after
	f.publish(t, alice, "alpha", "1", other)
	for _, tc := range []struct {
		name, ref, want string
		expErr          error
	}{
		{"reference", "acme/alpha:2", "acme/alpha:2", nil},
		{"digest: first wins", digest, "base/zeta:1", nil},
		{"digest of one", other, "acme/alpha:1", nil},
		{"unknown digest", "sha256:" + strings.Repeat("00", 32), "", types.ErrNotFound},
		{"unknown version", "acme/alpha:3", "", types.ErrNotFound},
		{"unknown app", "acme/beta:1", "", types.ErrNotFound},
		{"bad digest", "sha256:12", "", types.ErrInvalidVersion},
		{"no version", "acme/alpha", "", types.ErrInvalidVersion},
		{"no organisation", "alpha:1", "", types.ErrInvalidVersion},
		{"empty", "", "", types.ErrInvalidVersion},
	} {
		t.Run(tc.name, func(t *testing.T) {
			app, version, err := f.k.Resolve(f.ctx, tc.ref)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr == nil {
				require.Equal(t, tc.want, version.Reference())
				require.Equal(t, app.Id, version.App)
			}
		})
	}
}

// TestOwnership: the owner, and whoever acts for the provider's organisation, may change an app; nobody else.
func TestOwnership(t *testing.T) {
	f := newFixture(t)
	ref := f.publish(t, alice, "count", "1", digest)
	f.publish(t, bob, "count", "1", digest)
	for _, tc := range []struct {
		name, who string
		malleate  func()
		expErr    error
	}{
		{"owner", alice, func() {}, nil},
		{"colleague", adam, func() {}, nil},
		{"another provider", bob, func() {}, types.ErrNotOwner},
		{"stranger", mallory, func() {}, orgstypes.ErrRole},
		{"no address", "x", func() {}, types.ErrInvalidApp},
		{"colleague that left", adam, func() { delete(f.orgs, adam) }, orgstypes.ErrRole},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.malleate()
			_, err := f.srv.SetPrice(f.ctx, &types.MsgSetPrice{Owner: tc.who, Reference: ref, Price: 9})
			require.ErrorIs(t, err, tc.expErr)
			_, err = f.srv.Deprecate(f.ctx, &types.MsgDeprecate{Owner: tc.who, App: "acme/count", Deprecated: true})
			require.ErrorIs(t, err, tc.expErr)
		})
	}
	_, version, err := f.k.Resolve(f.ctx, ref)
	require.NoError(t, err)
	require.EqualValues(t, 9, version.Price)
	_, err = f.srv.SetPrice(f.ctx, &types.MsgSetPrice{Owner: alice, Reference: "acme/count:2", Price: 9})
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = f.srv.SetPrice(f.ctx, &types.MsgSetPrice{Owner: alice, Reference: digest, Price: 9})
	require.Error(t, err, "a digest may be several versions'")
	_, err = f.srv.Deprecate(f.ctx, &types.MsgDeprecate{Owner: alice, App: "acme/none"})
	require.ErrorIs(t, err, types.ErrNotFound)
}

func TestDeprecatedAndSuspended(t *testing.T) {
	f := newFixture(t)
	ref := f.publish(t, alice, "count", "1", digest)
	usable := func() error {
		app, _, err := f.k.Resolve(f.ctx, ref)
		require.NoError(t, err, "it resolves all the same: open tasks run to their end")
		return app.Usable()
	}
	require.NoError(t, usable())
	require.NoError(t, f.k.SetDeprecated(f.ctx, "acme/count", true))
	require.ErrorIs(t, usable(), types.ErrDeprecated)
	require.NoError(t, f.k.FlagNonDeterministic(f.ctx, "acme/count"))
	require.NoError(t, f.k.FlagNonDeterministic(f.ctx, "acme/count"))
	require.ErrorIs(t, usable(), types.ErrSuspended)
	require.NoError(t, f.k.SetDeprecated(f.ctx, "acme/count", false))
	require.ErrorIs(t, usable(), types.ErrSuspended, "a provider can not lift it")
	_, err := f.srv.Reinstate(f.ctx, &types.MsgReinstate{Authority: alice, App: "acme/count"})
	require.Error(t, err)
	require.ErrorIs(t, usable(), types.ErrSuspended)
	_, err = f.srv.Reinstate(f.ctx, &types.MsgReinstate{Authority: council, App: "acme/count"})
	require.NoError(t, err)
	require.NoError(t, usable())
	_, err = f.srv.Reinstate(f.ctx, &types.MsgReinstate{Authority: council, App: "acme/count"})
	require.ErrorIs(t, err, types.ErrNotSuspended)
	app, err := f.k.GetApp(f.ctx, "acme/count")
	require.NoError(t, err)
	require.EqualValues(t, 2, app.Voids)
	require.ErrorIs(t, f.k.FlagNonDeterministic(f.ctx, "acme/none"), types.ErrNotFound)

	var said []string
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		if typed, err := sdk.ParseTypedEvent(e); err == nil {
			if c, ok := typed.(*types.EventAppChanged); ok {
				said = append(said, c.What)
			}
		}
	}
	require.Equal(t, []string{"deprecated", "suspended", "suspended", "revived", "reinstated"}, said)
}
