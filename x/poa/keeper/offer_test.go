package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

// TestOperatorHandsOver: an admin offers, the new operator accepts; the seat stays in, the old operator has no say and is tied to
// nothing any more.
func TestOperatorHandsOver(t *testing.T) {
	c := withNewcomers(t)
	s := enters(c, "late")
	c.NextN(3)
	heir, admin := c.Org("late").Members[1], c.Org("late").Admin
	offer := func(account string) *types.MsgOfferSeat {
		return &types.MsgOfferSeat{Admin: admin.String(), OrgId: "late", Operator: account}
	}
	accept := &types.MsgAcceptSeat{Operator: heir.String(), OrgId: "late"}
	c.Refuse(heir, types.ErrNoOffer, accept)
	c.Refuse(admin, types.ErrInvalidSeat, offer(c.Org("acme").Member().String()))
	c.Refuse(heir, orgstypes.ErrRole, &types.MsgOfferSeat{Admin: heir.String(), OrgId: "late", Operator: heir.String()})
	c.Refuse(c.Org("later").Admin, orgstypes.ErrRole, &types.MsgOfferSeat{Admin: c.Org("later").Admin.String(), OrgId: "late", Operator: heir.String()})
	c.Deliver(admin, offer(heir.String()))
	c.Deliver(admin, offer(""))
	c.Refuse(heir, types.ErrNoOffer, accept)
	c.Deliver(admin, offer(heir.String()))
	imports(c, newcomers()...)
	c.Refuse(s.Operator, orgstypes.ErrTied, &orgstypes.MsgLeave{Member: s.Operator.String(), OrgId: "late"})

	// The old operator has voted; the new one votes for the seat.
	id := c.SubmitProposal(setStatus("acme", orgstypes.STATUS_REVOKED))
	for _, voter := range c.Seats[:3] {
		c.Queue(voter.Operator, govv1.NewMsgVote(voter.Operator.Addr, id, govv1.OptionYes, ""))
	}
	c.Queue(s.Operator, govv1.NewMsgVote(s.Operator.Addr, id, govv1.OptionNo, ""))
	c.Queue(heir, accept)
	c.Queue(heir, govv1.NewMsgVote(heir.Addr, id, govv1.OptionYes, ""))
	c.Next()
	for _, r := range c.Results() {
		require.Zero(t, r.Code, r.Log)
	}
	require.Empty(t, c.LastBlock.ValidatorUpdates)
	c.NextN(8)
	p, err := app.GovKeeper(c.App).Proposals.Get(c.Ctx(), id)
	require.NoError(t, err)
	require.Equal(t, []string{"4", "0"}, []string{p.FinalTallyResult.YesCount, p.FinalTallyResult.NoCount})
	left, err := app.GovKeeper(c.App).Votes.Iterate(c.Ctx(), nil)
	require.NoError(t, err)
	require.False(t, left.Valid(), "every vote is cleared, the old operator's too")
	require.NoError(t, left.Close())
	require.Equal(t, heir.String(), seat(c, "late").Operator)
	c.Deliver(s.Operator, &orgstypes.MsgLeave{Member: s.Operator.String(), OrgId: "late"})
	imports(c, newcomers()...)
}

// TestSeatIsHandedOver: the council offers a seat to another organisation, whose operator accepts: one leaves as the other enters.
func TestSeatIsHandedOver(t *testing.T) {
	c := withNewcomers(t)
	c.NextN(2)
	heir := c.NewSeat("late", c.Org("late").Member(), "late")
	replace := &types.MsgReplaceSeat{Authority: app.Authority(), OrgId: "val-2", Heir: "late", Operator: heir.Operator.String(), Keys: c.Keys(heir)}
	c.Pass(replace)
	require.Len(t, activeSeats(c), 4, "nothing changes until it accepts")
	admin := c.Org("val-2").Admin
	c.Refuse(admin, types.ErrPending, &types.MsgOfferSeat{Admin: admin.String(), OrgId: "val-2"})
	imports(c, newcomers()...)
	c.Refuse(c.Org("later").Member(), types.ErrNoOffer, &types.MsgAcceptSeat{Operator: c.Org("later").Member().String(), OrgId: "val-2"})
	c.Deliver(heir.Operator, &types.MsgAcceptSeat{Operator: heir.Operator.String(), OrgId: "val-2"})
	require.Len(t, c.LastBlock.ValidatorUpdates, 2)
	require.Equal(t, []string{"late", "val-1", "val-3", "val-4"}, activeSeats(c))
	imports(c, newcomers()...)
	c.NextN(10)
	require.Equal(t, []string{"late", "val-1", "val-3", "val-4"}, c.Validators())
	c.AccuseKey(c.Seat("val-2"))
	c.Next()
	require.Len(t, activeSeats(c), 4, "the heir is not guilty of what its predecessor signed")
	require.Equal(t, c.AppHash(), c.Replay())
}

// TestHandOverIsDropped when the heir can no longer hold the seat when it would be handed over; the seat stays where it is.
func TestHandOverIsDropped(t *testing.T) {
	c := withNewcomers(t)
	c.Next()
	heir := c.NewSeat("late", c.Org("late").Member(), "late")
	ctx, k := c.Ctx(), app.PoaKeeper(c.App)
	require.NoError(t, k.ReplaceSeat(ctx, "val-2", "late", heir.Operator.String(), c.Keys(heir)))
	require.NoError(t, k.AcceptSeat(ctx, heir.Operator.String(), "val-2"))
	require.NoError(t, app.OrgsKeeper(c.App).SetStatus(ctx, "late", orgstypes.STATUS_REVOKED))
	updates, err := k.EndBlock(ctx)
	require.NoError(t, err)
	require.Empty(t, updates)
	_, err = k.GetSeat(ctx, "val-2")
	require.NoError(t, err)
	g, err := k.ExportGenesis(ctx)
	require.NoError(t, err)
	require.Empty(t, g.Changes)
}
