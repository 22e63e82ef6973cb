package keeper_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/feeds/keeper"
	"github.com/credence-chain/credence/x/feeds/types"
)

var addresses = address.NewBech32Codec("cred")

func addressOf(name string) string {
	h := sha256.Sum256([]byte(name))
	text, err := addresses.BytesToString(h[:20])
	if err != nil {
		panic(err)
	}
	return text
}

// orgs are the organisations of accounts, by address.
type orgs map[string]string

func (o orgs) OrgOf(_ context.Context, addr sdk.AccAddress) (string, bool, error) {
	text, err := addresses.BytesToString(addr)
	org, found := o[text]
	return org, found, err
}

// fixture is the keeper on a real store; alice and anna belong to acme, carol to nobody.
type fixture struct {
	keeper.Keeper
	t    testing.TB
	ctx  sdk.Context
	msgs types.MsgServer
	orgs orgs
	next int
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{t: t, orgs: orgs{addressOf("alice"): "acme", addressOf("anna"): "acme", addressOf("eve"): "evil"}}
	key := storetypes.NewKVStoreKey(types.StoreKey)
	stores := rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger())
	stores.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	require.NoError(t, stores.LoadLatestVersion())
	f.ctx = sdk.NewContext(stores, cmtproto.Header{Height: 100, ChainID: "test", Time: time.Unix(1_000_000, 0)}, false, log.NewNopLogger())
	f.Keeper = keeper.NewKeeper(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), runtime.NewKVStoreService(key), addresses, f.orgs)
	f.msgs = keeper.NewMsgServer(f.Keeper)
	require.NoError(t, f.InitGenesis(f.ctx, *types.DefaultGenesis()))
	return f
}

func (f *fixture) setParams(change func(*types.Params)) {
	p, err := f.Params.Get(f.ctx)
	require.NoError(f.t, err)
	change(&p)
	require.NoError(f.t, p.Validate())
	require.NoError(f.t, f.Params.Set(f.ctx, p))
}

// create creates a feed of an account, which studio/rates updates with trust 10,000.
func (f *fixture) create(who, name string, change ...func(*types.MsgCreate)) (string, error) {
	msg := &types.MsgCreate{Account: addressOf(who), Name: name, App: "studio/rates", MinTrust: 10_000}
	for _, c := range change {
		c(msg)
	}
	res, err := f.msgs.Create(f.ctx, msg)
	if err != nil {
		return "", err
	}
	return res.Feed, nil
}

func (f *fixture) mustCreate(who, name string, change ...func(*types.MsgCreate)) string {
	f.t.Helper()
	id, err := f.create(who, name, change...)
	require.NoError(f.t, err)
	return id
}

// answer is a final answer of a task of an account's deal, made at a height, that names a feed.
type answer struct {
	deal   dealstypes.Deal
	result dealstypes.TaskResult
}

func (f *fixture) answerOf(who, name, value string, asked int64) answer {
	f.next++
	task := poco.Hash([]byte("task"), []byte{byte(f.next >> 8), byte(f.next)})
	return answer{
		deal: dealstypes.Deal{
			Id: ids.Format(poco.Hash([]byte("deal"))), Requester: addressOf(who), RequesterOrganisation: f.orgs[addressOf(who)], App: "studio/rates", AppVersion: "1.0",
			Terms: dealstypes.Terms{Trust: 10_000, Policy: poco.PolicyCredence}, Callback: "feeds/" + name, Height: asked, Time: 900_000 + asked, Onchain: "rate.txt",
		},
		result: dealstypes.TaskResult{Task: ids.Format(task), Kind: "RESULT", Ending: "ACCEPTED", Digest: task[:], Onchain: []byte(value)},
	}
}

// tell tells the feeds of an answer, with a meter that is empty: an update takes nothing of the deal's gas.
func (f *fixture) tell(a answer) {
	f.t.Helper()
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	require.NoError(f.t, f.OnResult(f.ctx.WithGasMeter(storetypes.NewGasMeter(1)), a.deal, a.result))
}

// refusals are the reasons that the last answer was told.
func (f *fixture) refusals() (out []string) {
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		if typed, err := sdk.ParseTypedEvent(e); err == nil {
			if r, is := typed.(*types.EventRefused); is {
				out = append(out, r.Reason)
			}
		}
	}
	return out
}

func (f *fixture) feed(owner, name string) types.Feed {
	f.t.Helper()
	got, found, err := f.ReadFeed(f.ctx, owner, name)
	require.NoError(f.t, err)
	require.True(f.t, found, "%s/%s", owner, name)
	return got
}

// history lists the values that a feed keeps, the newest first.
func (f *fixture) history(owner, name string) (out []string) {
	f.t.Helper()
	res, err := keeper.NewQueryServer(f.Keeper).History(f.ctx, &types.QueryHistoryRequest{Owner: owner, Name: name})
	require.NoError(f.t, err)
	for _, v := range res.Values {
		out = append(out, string(v.Data))
	}
	return out
}

func (f *fixture) block() {
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
	require.NoError(f.t, f.EndBlock(f.ctx))
}

// check checks the invariants, and that an export is imported and exported the same.
func (f *fixture) check() {
	f.t.Helper()
	require.NoError(f.t, f.CheckInvariants(f.ctx))
	g, err := f.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	other := newFixture(f.t)
	require.NoError(f.t, other.InitGenesis(other.ctx, *g))
	again, err := other.ExportGenesis(other.ctx)
	require.NoError(f.t, err)
	require.Equal(f.t, g, again)
	require.NoError(f.t, other.CheckInvariants(other.ctx))
}
