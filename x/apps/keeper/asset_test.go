package keeper_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

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
		{"no provider", ursula, func() {}, orgstypes.ErrRole},
		{"no address", "x", func() {}, types.ErrInvalidApp},
		{"colleague that left", adam, func() { delete(f.orgs.of, adam) }, orgstypes.ErrRole},
		{"owner of a revoked organisation", alice, func() { f.orgs.revoked["acme"] = true }, orgstypes.ErrRevoked},
		{"owner of another organisation now", alice, func() { f.orgs.of[alice] = "base" }, types.ErrNotOwner},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.malleate()
			_, err := f.srv.SetPrice(f.ctx, &types.MsgSetPrice{Owner: tc.who, Reference: ref, Price: 9})
			require.ErrorIs(t, err, tc.expErr)
			_, err = f.srv.Deprecate(f.ctx, &types.MsgDeprecate{Owner: tc.who, App: "acme/count", Deprecated: true})
			require.ErrorIs(t, err, tc.expErr)
		})
	}
	f.orgs.of[alice] = "acme"
	delete(f.orgs.revoked, "acme")
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

func TestMayTrade(t *testing.T) {
	for _, tc := range []struct {
		name, who string
		malleate  func(*fixture)
		expErr    error
	}{
		{"owner", alice, func(*fixture) {}, nil},
		{"colleague", adam, func(*fixture) {}, nil},
		{"another provider", bob, func(*fixture) {}, types.ErrNotOwner},
		{"no provider", ursula, func(*fixture) {}, types.ErrNotOwner},
		{"no organisation", mallory, func(*fixture) {}, types.ErrNotOwner},
		{"owner of a revoked organisation", alice, func(f *fixture) { f.orgs.revoked["acme"] = true }, types.ErrNotOwner},
		{"owner who is no provider any more", alice, func(f *fixture) { f.orgs.of[alice] = "users" }, types.ErrNotOwner},
		{"owner of another organisation now", alice, func(f *fixture) { f.orgs.of[alice] = "base" }, types.ErrNotOwner},
		{"colleague that left", adam, func(f *fixture) { delete(f.orgs.of, adam) }, types.ErrNotOwner},
	} {
		t.Run(tc.name, func(t *testing.T) {
			both(t, func(t *testing.T, f *fixture, id string) {
				tc.malleate(f)
				org, err := f.k.MayTrade(f.ctx, mustAddress(tc.who), id)
				require.ErrorIs(t, err, tc.expErr)
				if tc.expErr == nil {
					require.Equal(t, "acme", org)
				}
			})
		})
	}
	f := newFixture(t)
	_, err := f.k.MayTrade(f.ctx, mustAddress(alice), "acme/none")
	require.ErrorIs(t, err, types.ErrNotFound)
}

// TestDeprecate: both kinds; they resolve all the same, and what changes nothing says nothing.
func TestDeprecate(t *testing.T) {
	both(t, func(t *testing.T, f *fixture, id string) {
		usable := func() error {
			if app, _, err := f.k.Resolve(f.ctx, id+":1"); err == nil {
				return app.Usable()
			}
			dataset, _, err := f.k.ResolveDataset(f.ctx, id+":1")
			require.NoError(t, err)
			return dataset.Usable()
		}
		require.NoError(t, usable())
		for _, step := range []struct {
			deprecated bool
			says       []proto.Message
			expErr     error
		}{
			{false, nil, nil},
			{true, []proto.Message{&types.EventAppChanged{App: id, What: "deprecated"}}, types.ErrDeprecated},
			{true, nil, types.ErrDeprecated},
			{false, []proto.Message{&types.EventAppChanged{App: id, What: "revived"}}, nil},
		} {
			_, err := f.srv.Deprecate(f.ctx, &types.MsgDeprecate{Owner: alice, App: id, Deprecated: step.deprecated})
			require.NoError(t, err)
			require.Equal(t, step.says, f.said(t))
			require.ErrorIs(t, usable(), step.expErr)
		}
	})
}
