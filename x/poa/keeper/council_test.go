package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

// withNewcomers is a chain of four seats and two organisations that hold the validator role without one.
func withNewcomers(t *testing.T, options ...testutil.Option) *testutil.Chain {
	return testutil.New(t, append(newcomers(), options...)...)
}

func newcomers() []testutil.Option {
	return []testutil.Option{
		testutil.WithSeats(4), testutil.WithOrgOf("late", 2, orgstypes.ROLE_VALIDATOR), testutil.WithOrg("later", orgstypes.ROLE_VALIDATOR),
		testutil.WithOrg("acme", orgstypes.ROLE_WORKER),
	}
}

func addSeat(c *testutil.Chain, s *testutil.Seat) sdk.Msg {
	return &types.MsgAddSeat{Authority: app.Authority(), OrgId: s.OrgID, Operator: s.Operator.String(), Keys: c.Keys(s)}
}

func unjail(s *testutil.Seat) sdk.Msg { return &types.MsgUnjail{Operator: s.Operator.String()} }

// enters has the council give a seat and its operator bring it in.
func enters(c *testutil.Chain, org string) *testutil.Seat {
	c.T.Helper()
	s := c.NewSeat(org, c.Org(org).Member(), org)
	c.Pass(addSeat(c, s))
	c.Deliver(s.Operator, unjail(s))
	c.Seats = append(c.Seats, s)
	return s
}

// imports demands that the state now is imported as it is, with the validators that the engine is told, and that the new chain
// makes blocks.
func imports(c *testutil.Chain, options ...testutil.Option) *testutil.Chain {
	c.T.Helper()
	exported := c.Export()
	next := testutil.Import(c.T, exported, append(options, testutil.WithKnown(c.Known()...))...)
	require.Equal(c.T, activeSeats(c), next.Validators())
	require.JSONEq(c.T, string(exported.AppState), string(next.Export().AppState))
	next.NextN(3)
	return next
}

// TestSeatIsAdded: the council gives an organisation a seat; it is nowhere until its operator brings it in, and then signs blocks
// two blocks later.
func TestSeatIsAdded(t *testing.T) {
	c := withNewcomers(t)
	s := c.NewSeat("late", c.Org("late").Member(), "late")
	c.Pass(addSeat(c, s))
	require.Len(t, activeSeats(c), 4)
	require.True(t, seat(c, "late").Waiting)
	imports(c, newcomers()...)
	c.NextN(3)
	require.Len(t, c.Validators(), 4)

	c.Deliver(s.Operator, unjail(s))
	require.Len(t, c.LastBlock.ValidatorUpdates, 1)
	require.Equal(t, s.Cons.PubKey().Bytes(), c.LastBlock.ValidatorUpdates[0].PubKey.GetEd25519())
	require.Contains(t, activeSeats(c), "late", "in courts and in the council at once")
	require.Len(t, c.Validators(), 4)
	c.Next()
	require.Contains(t, c.Validators(), "late")
	proposed := map[string]bool{}
	for range 12 {
		proposed[c.Proposer().OrgID] = true
		c.Next()
	}
	require.True(t, proposed["late"], "its blocks are taken")
	imports(c, newcomers()...)
	require.Equal(t, c.AppHash(), c.Replay())
}

// TestSeatHasThePowerOfTheOthers, whatever that is: an export with unequal powers would not be imported.
func TestSeatHasThePowerOfTheOthers(t *testing.T) {
	c := withNewcomers(t, testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
		require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, types.ModuleName, &types.GenesisState{}, func(s *types.GenesisState) error {
			for i := range s.Seats {
				s.Seats[i].Power = 10
			}
			return nil
		}))
	}))
	enters(c, "late")
	require.EqualValues(t, 10, seat(c, "late").Power)
	require.EqualValues(t, 10, c.LastBlock.ValidatorUpdates[0].Power)
	imports(c, newcomers()...)
}

// TestSeatIsRefused: what the council cannot give.
func TestSeatIsRefused(t *testing.T) {
	c := withNewcomers(t)
	c.Next()
	late := c.NewSeat("late", c.Org("late").Member(), "late")
	for name, tc := range map[string]struct {
		msg  func() *types.MsgAddSeat
		want error
	}{
		"an organisation without the role": {func() *types.MsgAddSeat {
			s := c.NewSeat("acme", c.Org("acme").Member(), "acme")
			return addSeat(c, s).(*types.MsgAddSeat)
		}, types.ErrRevoked},
		"one that holds a seat": {func() *types.MsgAddSeat {
			s := c.NewSeat("val-1", c.Org("val-1").Admin, "val-1 again")
			return addSeat(c, s).(*types.MsgAddSeat)
		}, types.ErrTaken},
		"somebody else's operator": {func() *types.MsgAddSeat {
			m := addSeat(c, late).(*types.MsgAddSeat)
			m.Operator = c.Org("acme").Member().String()
			return m
		}, types.ErrInvalidSeat},
		"a consensus key that a seat has": {func() *types.MsgAddSeat {
			s := *late
			s.Cons = c.Seat("val-2").Cons
			return addSeat(c, &s).(*types.MsgAddSeat)
		}, types.ErrTaken},
		"a beacon key that a seat has": {func() *types.MsgAddSeat {
			m := addSeat(c, late).(*types.MsgAddSeat)
			m.Keys.BeaconPubkey, m.Keys.BeaconPossession = c.Possession(c.Seat("val-2"), types.KeyBeacon)
			return m
		}, types.ErrTaken},
		"a court key that a seat has": {func() *types.MsgAddSeat {
			s := *late
			s.Court = c.Seat("val-2").Court
			return addSeat(c, &s).(*types.MsgAddSeat)
		}, types.ErrTaken},
		"a member as court key": {func() *types.MsgAddSeat {
			s := *late
			s.Court = c.Org("late").Admin
			return addSeat(c, &s).(*types.MsgAddSeat)
		}, types.ErrTaken},
		"proofs for another seat": {func() *types.MsgAddSeat {
			m := addSeat(c, late).(*types.MsgAddSeat)
			m.OrgId, m.Operator = "later", c.Org("later").Member().String()
			return m
		}, types.ErrPossession},
	} {
		m := tc.msg()
		require.ErrorIs(t, app.PoaKeeper(c.App).AddSeat(c.Ctx(), m.OrgId, m.Operator, m.Keys), tc.want, name)
	}
	require.NoError(t, app.PoaKeeper(c.App).AddSeat(c.Ctx(), "late", late.Operator.String(), c.Keys(late)))
	c.Refuse(late.Operator, orgstypes.ErrRole, &types.MsgAddSeat{Authority: late.Operator.String(), OrgId: "late", Operator: late.Operator.String(), Keys: c.Keys(late)})
}

// TestSeatLeaves: of its own will or by vote, and is no more; its organisation keeps its roles; the floor holds.
func TestSeatLeaves(t *testing.T) {
	for name, leave := range map[string]func(c *testutil.Chain, s *testutil.Seat){
		"by its own will": func(c *testutil.Chain, s *testutil.Seat) {
			c.Deliver(s.Operator, &types.MsgLeaveSeat{Operator: s.Operator.String()})
		},
		"by vote": func(c *testutil.Chain, s *testutil.Seat) {
			id := c.SubmitProposal(&types.MsgRemoveSeat{Authority: app.Authority(), OrgId: s.OrgID})
			for _, s := range c.Seats {
				c.Queue(s.Operator, govv1.NewMsgVote(s.Operator.Addr, id, govv1.OptionYes, ""))
			}
			for len(activeSeats(c)) == 4 {
				c.Next()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := withNewcomers(t)
			c.NextN(2)
			s := c.Seat("val-2")
			leave(c, s)
			require.Len(t, c.LastBlock.ValidatorUpdates, 1)
			require.Zero(t, c.LastBlock.ValidatorUpdates[0].Power)
			_, err := app.PoaKeeper(c.App).GetSeat(c.Ctx(), "val-2")
			require.ErrorIs(t, err, types.ErrNotFound)
			imports(c, newcomers()...) // while the engine still counts it
			for range 6 {
				c.Next() // its last blocks are proven by the key that it had
			}
			require.Equal(t, []string{"val-1", "val-3", "val-4"}, c.Validators())
			c.AccuseKey(s)
			c.Next()
			require.Equal(t, []string{"val-1", "val-3", "val-4"}, activeSeats(c), "evidence against who is gone halts nothing")
			imports(c, newcomers()...)
			org, err := app.OrgsKeeper(c.App).GetOrganisation(c.Ctx(), "val-2")
			require.NoError(t, err)
			require.True(t, org.Holds(orgstypes.ROLE_VALIDATOR))
			require.Equal(t, c.AppHash(), c.Replay())
		})
	}
}

// TestLeavingKeepsTheFloor: the last seats stay, and say why.
func TestLeavingKeepsTheFloor(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(3), short(3))
	c.Next()
	s := c.Seat("val-2")
	c.Refuse(s.Operator, types.ErrFloor, &types.MsgLeaveSeat{Operator: s.Operator.String()})
	require.Equal(t, govv1.StatusFailed, c.Vote(&types.MsgRemoveSeat{Authority: app.Authority(), OrgId: "val-2"}).Status)
}

// TestTombstoneIsCleared: the council gives a double signer new keys; evidence about the old ones counts no more, about the new
// ones it does.
func TestTombstoneIsCleared(t *testing.T) {
	c := withNewcomers(t)
	c.NextN(2)
	old := c.Seat("val-2")
	next := c.NewSeat("val-2", old.Operator, "val-2 new")
	clears := &types.MsgClearTombstone{Authority: app.Authority(), OrgId: "val-2", Keys: c.Keys(next)}
	require.ErrorIs(t, app.PoaKeeper(c.App).ClearTombstone(c.Ctx(), "val-2", c.Keys(next)), types.ErrNotJailed, "it is not tombstoned")
	c.Accuse("val-2")
	c.Next()
	require.True(t, seat(c, "val-2").Tombstoned)
	require.ErrorIs(t, app.PoaKeeper(c.App).ClearTombstone(c.Ctx(), "val-2", c.Keys(old)), types.ErrTaken, "the same keys")

	c.Pass(clears)
	imports(c, newcomers()...)
	c.AccuseKey(old)
	c.Next()
	require.False(t, seat(c, "val-2").Tombstoned, "a thief of the old key makes evidence for ever")
	c.Deliver(next.Operator, unjail(next))
	c.NextN(3)
	require.Len(t, c.Validators(), 4)
	imports(c, newcomers()...)
	c.AccuseKey(next)
	c.Next()
	require.True(t, seat(c, "val-2").Tombstoned)
	require.Equal(t, c.AppHash(), c.Replay())
}
