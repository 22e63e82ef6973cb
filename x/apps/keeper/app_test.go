package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/apps/types"
)

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
	for _, e := range f.said(t) {
		if c, ok := e.(*types.EventAppChanged); ok {
			said = append(said, c.What)
		}
	}
	require.Equal(t, []string{"deprecated", "suspended", "suspended", "revived", "reinstated"}, said)
}
