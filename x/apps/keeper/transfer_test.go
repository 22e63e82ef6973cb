package keeper_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// transfer takes both steps.
func (f *fixture) transfer(t *testing.T, from, id, to string) {
	_, err := f.srv.Transfer(f.ctx, &types.MsgTransfer{Owner: from, Id: id, To: to})
	require.NoError(t, err)
	_, err = f.srv.AcceptTransfer(f.ctx, &types.MsgAcceptTransfer{To: to, Id: id})
	require.NoError(t, err)
}

// both runs a test with an app and with a dataset named acme/thing, alice's.
func both(t *testing.T, test func(t *testing.T, f *fixture, id string)) {
	t.Run("app", func(t *testing.T) {
		f := newFixture(t)
		f.publish(t, alice, "thing", "1", digest)
		f.said(t)
		test(t, f, "acme/thing")
	})
	t.Run("dataset", func(t *testing.T) {
		f := newFixture(t)
		f.publishDataset(t, alice, "thing", "1", digest)
		f.said(t)
		test(t, f, "acme/thing")
	})
}

// owned returns the ids that the queries list for an owner, of apps and of datasets.
func (f *fixture) owned(t *testing.T, owner string) (ids []string) {
	apps, err := f.qry.AppsOf(f.ctx, &types.QueryAppsOfRequest{Owner: owner})
	require.NoError(t, err)
	for _, a := range apps.Apps {
		ids = append(ids, a.Id)
	}
	datasets, err := f.qry.DatasetsOf(f.ctx, &types.QueryDatasetsOfRequest{Owner: owner})
	require.NoError(t, err)
	for _, d := range datasets.Datasets {
		ids = append(ids, d.Id)
	}
	return ids
}

// publishHeld publishes a version of acme/thing, whichever of the two it is.
func (f *fixture) publishHeld(t *testing.T, who, version string) error {
	asset, err := f.k.GetAsset(f.ctx, "acme/thing")
	require.NoError(t, err)
	if asset.Dataset {
		msg := publishDataset(who, "thing", version, other)
		msg.Dataset = asset.ID
		_, err = f.srv.PublishDataset(f.ctx, msg)
		return err
	}
	msg := publish(who, "", version, other)
	msg.App = asset.ID
	_, err = f.srv.Publish(f.ctx, msg)
	return err
}

// rights lists what an account may do to acme/thing.
func (f *fixture) rights(t *testing.T, who string) (out []string) {
	ctx, _ := f.ctx.CacheContext()
	g := *f
	g.ctx = ctx
	addr, err := codecOf.StringToBytes(who)
	require.NoError(t, err)
	_, trade := g.k.MayTrade(ctx, addr, "acme/thing")
	_, price := g.srv.SetPrice(ctx, &types.MsgSetPrice{Owner: who, Reference: "acme/thing:1", Price: 1})
	_, deprecate := g.srv.Deprecate(ctx, &types.MsgDeprecate{Owner: who, App: "acme/thing", Deprecated: true})
	_, transfer := g.srv.Transfer(ctx, &types.MsgTransfer{Owner: who, Id: "acme/thing", To: beth})
	for _, r := range []struct {
		name string
		err  error
	}{{"trade", trade}, {"price", price}, {"deprecate", deprecate}, {"publish", g.publishHeld(t, who, "by-"+who[len(who)-8:])}, {"transfer", transfer}} {
		if r.err == nil {
			out = append(out, r.name)
		}
	}
	return out
}

func TestTransfer(t *testing.T) {
	all, colleague := []string{"trade", "price", "deprecate", "publish", "transfer"}, []string{"trade", "price", "deprecate", "publish"}
	both(t, func(t *testing.T, f *fixture, id string) {
		_, err := f.srv.Transfer(f.ctx, &types.MsgTransfer{Owner: alice, Id: id, To: bob})
		require.NoError(t, err)
		require.Equal(t, []proto.Message{&types.EventAppChanged{App: id, What: "offered", Owner: bob}}, f.said(t))
		require.Equal(t, all, f.rights(t, alice), "an offer changes nothing")
		require.Equal(t, colleague, f.rights(t, adam))
		require.Empty(t, f.rights(t, bob))
		require.Equal(t, []string{id}, f.owned(t, alice))

		_, err = f.srv.AcceptTransfer(f.ctx, &types.MsgAcceptTransfer{To: bob, Id: id})
		require.NoError(t, err)
		require.Equal(t, []proto.Message{&types.EventAppChanged{App: id, What: "transferred", Owner: bob, Organisation: "base"}}, f.said(t))
		asset, err := f.k.GetAsset(f.ctx, id)
		require.NoError(t, err)
		require.Equal(t, "acme/thing", asset.ID, "the name stays")
		require.Equal(t, "base", asset.Organisation)
		require.Equal(t, bob, asset.Owner)
		require.Empty(t, asset.PendingOwner)
		require.Empty(t, f.rights(t, alice), "the former owner")
		require.Empty(t, f.rights(t, adam), "its organisation's accounts")
		require.Equal(t, all, f.rights(t, bob))
		require.Equal(t, colleague, f.rights(t, beth))
		require.Empty(t, f.owned(t, alice))
		require.Equal(t, []string{id}, f.owned(t, bob))

		_, err = f.srv.AcceptTransfer(f.ctx, &types.MsgAcceptTransfer{To: bob, Id: id})
		require.ErrorIs(t, err, types.ErrNoOffer, "once")

		// The former owner's name leads to what is another's now.
		if asset.Dataset {
			_, err = f.srv.PublishDataset(f.ctx, publishDataset(alice, "thing", "3", other))
		} else {
			_, err = f.srv.Publish(f.ctx, publish(alice, "thing", "3", other))
		}
		require.ErrorIs(t, err, types.ErrNotOwner)
		require.NoError(t, f.publishHeld(t, beth, "2"))
		trading, err := f.k.MayTrade(f.ctx, mustAddress(beth), id)
		require.NoError(t, err)
		require.Equal(t, "base", trading)

		f.transfer(t, bob, id, alice)
		require.Equal(t, all, f.rights(t, alice), "and back")
		require.Empty(t, f.rights(t, bob))
	})
}

func TestTransferRefusals(t *testing.T) {
	for _, tc := range []struct {
		name        string
		who, id, to string
		malleate    func(*fixture)
		expErr      error
	}{
		{"valid", alice, "acme/thing", bob, nil, nil},
		{"to a colleague", alice, "acme/thing", adam, nil, nil},
		{"offered before", alice, "acme/thing", bob, func(f *fixture) { _ = f.k.Offer(f.ctx, "acme/thing", mustAddress(beth)) }, nil},
		{"unknown", alice, "acme/none", bob, nil, types.ErrNotFound},
		{"by a colleague of the owner", adam, "acme/thing", bob, nil, types.ErrNotOwner},
		{"by a colleague of an owner who left", adam, "acme/thing", bob, func(f *fixture) { delete(f.orgs.of, alice) }, nil},
		{"by a colleague of an owner who changed sides", adam, "acme/thing", bob, func(f *fixture) { f.orgs.of[alice] = "base" }, nil},
		{"by another provider", bob, "acme/thing", bob, nil, types.ErrNotOwner},
		{"by a stranger", mallory, "acme/thing", bob, nil, orgstypes.ErrRole},
		{"by an owner of a revoked organisation", alice, "acme/thing", bob, func(f *fixture) { f.orgs.revoked["acme"] = true }, orgstypes.ErrRevoked},
		{"by no address", "x", "acme/thing", bob, nil, types.ErrInvalidApp},
		{"to the owner", alice, "acme/thing", alice, nil, types.ErrInvalidTransfer},
		{"to themselves, by an owner who changed sides", alice, "acme/thing", alice, func(f *fixture) { f.orgs.of[alice] = "base" }, types.ErrNotOwner},
		{"to the owner, who changed sides, by a former colleague", adam, "acme/thing", alice, func(f *fixture) { f.orgs.of[alice] = "base" }, nil},
		{"to no address", alice, "acme/thing", "x", nil, types.ErrInvalidTransfer},
		{"to no provider", alice, "acme/thing", ursula, nil, orgstypes.ErrRole},
		{"to no organisation", alice, "acme/thing", mallory, nil, orgstypes.ErrRole},
		{"to a revoked organisation", alice, "acme/thing", bob, func(f *fixture) { f.orgs.revoked["base"] = true }, orgstypes.ErrRevoked},
		{"withdraw nothing", alice, "acme/thing", "", nil, types.ErrNoOffer},
		{"withdraw", alice, "acme/thing", "", func(f *fixture) { _ = f.k.Offer(f.ctx, "acme/thing", mustAddress(bob)) }, nil},
		{"withdraw another's", bob, "acme/thing", "", func(f *fixture) { _ = f.k.Offer(f.ctx, "acme/thing", mustAddress(bob)) }, types.ErrNotOwner},
	} {
		t.Run(tc.name, func(t *testing.T) {
			both(t, func(t *testing.T, f *fixture, _ string) {
				if tc.malleate != nil {
					tc.malleate(f)
				}
				before, err := f.k.GetAsset(f.ctx, "acme/thing")
				require.NoError(t, err)
				_, err = f.srv.Transfer(f.ctx, &types.MsgTransfer{Owner: tc.who, Id: tc.id, To: tc.to})
				require.ErrorIs(t, err, tc.expErr)
				after, err := f.k.GetAsset(f.ctx, "acme/thing")
				require.NoError(t, err)
				if tc.expErr == nil {
					before.PendingOwner = tc.to
				}
				require.Equal(t, before, after)
			})
		})
	}
}

func TestAcceptTransferRefusals(t *testing.T) {
	for _, tc := range []struct {
		name     string
		who, id  string
		malleate func(*fixture)
		expErr   error
	}{
		{"valid", bob, "acme/thing", func(*fixture) {}, nil},
		{"unknown", bob, "acme/none", func(*fixture) {}, types.ErrNotFound},
		{"no address", "x", "acme/thing", func(*fixture) {}, types.ErrInvalidTransfer},
		{"a colleague of whom it was offered to", beth, "acme/thing", func(*fixture) {}, types.ErrNoOffer},
		{"the owner", alice, "acme/thing", func(*fixture) {}, types.ErrNoOffer},
		{"withdrawn", bob, "acme/thing", func(f *fixture) { _ = f.k.Withdraw(f.ctx, "acme/thing") }, types.ErrNoOffer},
		{"offered to another since", bob, "acme/thing", func(f *fixture) { _ = f.k.Offer(f.ctx, "acme/thing", mustAddress(beth)) }, types.ErrNoOffer},
		{"revoked since", bob, "acme/thing", func(f *fixture) { f.orgs.revoked["base"] = true }, orgstypes.ErrRevoked},
		{"left since", bob, "acme/thing", func(f *fixture) { delete(f.orgs.of, bob) }, orgstypes.ErrRole},
		{"no provider any more", bob, "acme/thing", func(f *fixture) { f.orgs.of[bob] = "users" }, orgstypes.ErrRole},
		{"the former organisation was revoked since", bob, "acme/thing", func(f *fixture) { f.orgs.revoked["acme"] = true }, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			both(t, func(t *testing.T, f *fixture, id string) {
				_, err := f.srv.Transfer(f.ctx, &types.MsgTransfer{Owner: alice, Id: id, To: bob})
				require.NoError(t, err)
				tc.malleate(f)
				_, err = f.srv.AcceptTransfer(f.ctx, &types.MsgAcceptTransfer{To: tc.who, Id: tc.id})
				require.ErrorIs(t, err, tc.expErr)
				owner := alice
				if tc.expErr == nil {
					owner = bob
				}
				require.Equal(t, []string{id}, f.owned(t, owner))
			})
		})
	}
}

// TestWithdrawnOffer: the transition is said, and a later offer stands by itself.
func TestWithdrawnOffer(t *testing.T) {
	both(t, func(t *testing.T, f *fixture, id string) {
		_, err := f.srv.Transfer(f.ctx, &types.MsgTransfer{Owner: alice, Id: id, To: bob})
		require.NoError(t, err)
		f.said(t)
		_, err = f.srv.Transfer(f.ctx, &types.MsgTransfer{Owner: alice, Id: id})
		require.NoError(t, err)
		require.Equal(t, []proto.Message{&types.EventAppChanged{App: id, What: "withdrawn"}}, f.said(t))
		f.transfer(t, alice, id, beth)
		require.Equal(t, []string{id}, f.owned(t, beth))
	})
}

// TestTransferKeepsWhatItIs: deprecation and the court's findings pass on with the app.
func TestTransferKeepsWhatItIs(t *testing.T) {
	f := newFixture(t)
	f.publish(t, alice, "thing", "1", digest)
	require.NoError(t, f.k.SetDeprecated(f.ctx, "acme/thing", true))
	require.NoError(t, f.k.FlagNonDeterministic(f.ctx, "acme/thing"))
	f.transfer(t, alice, "acme/thing", bob)
	app, version, err := f.k.Resolve(f.ctx, "acme/thing:1")
	require.NoError(t, err)
	require.Equal(t, types.App{
		Id: "acme/thing", Organisation: "base", Owner: bob, Description: "counts", Deprecated: true, Suspended: true, Voids: 1,
	}, app)
	require.Equal(t, digest, version.Digest)
}
