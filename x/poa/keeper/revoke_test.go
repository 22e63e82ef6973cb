package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

func setStatus(org string, status orgstypes.Status) sdk.Msg {
	return &orgstypes.MsgSetStatus{Authority: app.Authority(), OrgId: org, Status: status}
}

func setRoles(org string, roles ...orgstypes.Role) sdk.Msg {
	return &orgstypes.MsgSetRoles{Authority: app.Authority(), OrgId: org, Roles: roles}
}

func activeSeats(c *testutil.Chain) (orgs []string) {
	seats, err := app.PoaKeeper(c.App).ActiveSeats(c.Ctx())
	require.NoError(c.T, err)
	count, err := app.PoaKeeper(c.App).ActiveCount(c.Ctx())
	require.NoError(c.T, err)
	require.EqualValues(c.T, len(seats), count, "the counter is the number of active seats")
	for _, s := range seats {
		orgs = append(orgs, s.OrgId)
	}
	return orgs
}

// TestRevocationTakesTheSeatOut: in the block in which the council revokes an organisation, or takes its validator role, its
// seat leaves the validator set, the council and the bench of courts; its export is imported; and once it may hold a seat
// again its operator brings it back.
func TestRevocationTakesTheSeatOut(t *testing.T) {
	for _, tc := range []struct {
		name       string
		take, give sdk.Msg
	}{
		{"revoked", setStatus("val-2", orgstypes.STATUS_REVOKED), setStatus("val-2", orgstypes.STATUS_ACTIVE)},
		{"no validator any more", setRoles("val-2", orgstypes.ROLE_PROVIDER), setRoles("val-2", orgstypes.ROLE_PROVIDER, orgstypes.ROLE_VALIDATOR)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := testutil.New(t, testutil.WithSeats(4))
			operator := c.Seat("val-2").Operator
			id := c.SubmitProposal(tc.take)
			for _, s := range c.Seats {
				c.Queue(s.Operator, govv1.NewMsgVote(s.Operator.Addr, id, govv1.OptionYes, ""))
			}
			for len(activeSeats(c)) == 4 {
				c.Next()
			}
			require.Len(t, c.LastBlock.ValidatorUpdates, 1, "in the block of the vote")
			require.Zero(t, c.LastBlock.ValidatorUpdates[0].Power)
			require.Equal(t, c.Seat("val-2").Cons.PubKey().Bytes(), c.LastBlock.ValidatorUpdates[0].PubKey.GetEd25519())
			require.Equal(t, []string{"val-1", "val-3", "val-4"}, activeSeats(c))
			c.Next()
			require.Empty(t, c.LastBlock.ValidatorUpdates)
			c.Next()
			require.Equal(t, []string{"val-1", "val-3", "val-4"}, c.Validators())

			// It has no say any more.
			id = c.SubmitProposal(setStatus("val-2", orgstypes.STATUS_ACTIVE))
			require.NotZero(t, c.Try(operator, govv1.NewMsgVote(operator.Addr, id, govv1.OptionYes, "")).Code)
			require.NotZero(t, c.Try(operator, &types.MsgUnjail{Operator: operator.String()}).Code)
			require.ErrorIs(t, app.PoaKeeper(c.App).Unjail(c.Ctx().WithBlockHeight(1_000_000), "val-2"), types.ErrRevoked)
			c.NextN(3)
			require.Equal(t, []string{"val-1", "val-3", "val-4"}, c.Validators(), "missed votes of a seat that is out count for nothing")

			// What is exported now is imported.
			exported := c.Export()
			require.Len(t, exported.Validators, 3)
			again := testutil.Import(t, exported, testutil.WithSeats(4))
			require.Equal(t, []string{"val-1", "val-3", "val-4"}, again.Validators())
			require.JSONEq(t, string(exported.AppState), string(again.Export().AppState))

			// Given back, it waits for its operator: its node may not run.
			c.NextN(6)
			c.Pass(tc.give)
			require.Equal(t, []string{"val-1", "val-3", "val-4"}, c.Validators())
			s := seat(c, "val-2")
			require.Equal(t, []bool{false, true, false}, []bool{s.Revoked, s.Jailed, s.Active()})
			c.Deliver(operator, &types.MsgUnjail{Operator: operator.String()})
			c.NextN(2)
			require.Equal(t, []string{"val-1", "val-2", "val-3", "val-4"}, c.Validators())
			require.Equal(t, c.AppHash(), c.Replay())
		})
	}
}

// TestRevocationKeepsTheFloor: the council cannot take the set below min_active_seats; a seat that is out already, for
// whatever reason, is revoked all the same, and returns under whatever else keeps it out.
func TestRevocationKeepsTheFloor(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(3), short(2))
	revoke := func(org string) error {
		ctx, write := c.Ctx().CacheContext()
		err := app.OrgsKeeper(c.App).SetStatus(ctx, org, orgstypes.STATUS_REVOKED)
		if err == nil {
			write()
		}
		return err
	}
	c.Pass(setStatus("val-1", orgstypes.STATUS_REVOKED))
	require.ErrorIs(t, revoke("val-2"), types.ErrFloor)
	proposal := c.Vote(setStatus("val-2", orgstypes.STATUS_REVOKED))
	require.Equal(t, govv1.StatusFailed, proposal.Status)
	require.Contains(t, proposal.FailedReason, "val-2 holds one of the 2 active seats, of which min_active_seats = 2 must remain")
	org, err := app.OrgsKeeper(c.App).GetOrganisation(c.Ctx(), "val-2")
	require.NoError(t, err)
	require.Equal(t, orgstypes.STATUS_ACTIVE, org.Status, "refused as a whole")
	require.Equal(t, []string{"val-2", "val-3"}, activeSeats(c))
	require.NoError(t, revoke("val-1"), "twice is once")

	// The parameter is the council's too.
	params := short0()
	params.MinActiveSeats = 1
	c.Pass(&types.MsgUpdateParams{Authority: app.Authority(), Params: params}, setStatus("val-2", orgstypes.STATUS_REVOKED))
	require.Equal(t, []string{"val-3"}, activeSeats(c))
	require.ErrorIs(t, revoke("val-3"), types.ErrFloor)
}

// TestRevokedWhileOut: a jailed or tombstoned seat is revoked all the same, whatever the floor; given back it is what it was.
func TestRevokedWhileOut(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), short(2))
	c.NextN(2)
	c.Accuse("val-1")
	c.Absent("val-2")
	c.NextN(6)
	require.True(t, seat(c, "val-1").Tombstoned)
	require.True(t, seat(c, "val-2").Jailed)
	until := seat(c, "val-2").JailedUntil
	c.Pass(setStatus("val-1", orgstypes.STATUS_REVOKED), setStatus("val-2", orgstypes.STATUS_REVOKED))
	require.Equal(t, []string{"val-3", "val-4"}, activeSeats(c))
	require.GreaterOrEqual(t, seat(c, "val-2").JailedUntil, until)
	c.Accuse("val-2") // late evidence finds it
	c.Next()
	require.True(t, seat(c, "val-2").Tombstoned)
	testutil.Import(t, c.Export(), testutil.WithSeats(4)).NextN(3)
	c.Pass(setStatus("val-1", orgstypes.STATUS_ACTIVE), setStatus("val-2", orgstypes.STATUS_ACTIVE))
	for _, org := range []string{"val-1", "val-2"} {
		require.False(t, seat(c, org).Revoked)
		c.Refuse(c.Seat(org).Operator, types.ErrTombstoned, &types.MsgUnjail{Operator: c.Seat(org).Operator.String()})
	}
	require.Equal(t, []string{"val-3", "val-4"}, c.Validators())
}

// TestRevokedDoNotHoldUpTheJail: two thirds of those who may hold a seat stay; the revoked are not among them.
func TestRevokedDoNotHoldUpTheJail(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), short(1))
	c.Pass(setStatus("val-4", orgstypes.STATUS_REVOKED))
	c.Absent("val-1", "val-2", "val-3")
	c.NextN(15)
	require.Len(t, activeSeats(c), 2, "of three, not of four")
}

// TestRevokedAndBackInOneBlock is no update: the engine stops at the removal of a stranger, and the seat is out in the end.
func TestRevokedAndBackInOneBlock(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(3))
	c.Next()
	ctx := c.Ctx()
	require.NoError(t, app.OrgsKeeper(c.App).SetStatus(ctx, "val-2", orgstypes.STATUS_REVOKED))
	require.NoError(t, app.OrgsKeeper(c.App).SetStatus(ctx, "val-2", orgstypes.STATUS_ACTIVE))
	require.NoError(t, app.PoaKeeper(c.App).Unjail(ctx, "val-2"))
	updates, err := app.PoaKeeper(c.App).EndBlock(ctx)
	require.NoError(t, err)
	require.Empty(t, updates)
}
