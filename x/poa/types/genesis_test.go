package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/poa/types"
)

func TestGenesisValidate(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(3))
	valid, err := app.PoaKeeper(c.App).ExportGenesis(c.Ctx())
	require.NoError(t, err)
	for _, tc := range []struct {
		name     string
		malleate func(*types.GenesisState)
		expErr   error
	}{
		{"valid", func(*types.GenesisState) {}, nil},
		{"no seats yet", func(g *types.GenesisState) { g.Seats = nil }, nil},
		{"order", func(g *types.GenesisState) { g.Seats[0], g.Seats[1] = g.Seats[1], g.Seats[0] }, types.ErrInvalidSeat},
		{"same operator", func(g *types.GenesisState) { g.Seats[1].Operator = g.Seats[0].Operator }, types.ErrInvalidSeat},
		{"same consensus key", func(g *types.GenesisState) { g.Seats[1].ConsensusPubkey = g.Seats[0].ConsensusPubkey }, types.ErrInvalidSeat},
		{"short consensus key", func(g *types.GenesisState) { g.Seats[1].ConsensusPubkey = g.Seats[1].ConsensusPubkey[:31] }, types.ErrInvalidSeat},
		{"same beacon key", func(g *types.GenesisState) {
			g.Seats[1].BeaconPubkey, g.Seats[1].BeaconPossession = g.Seats[0].BeaconPubkey, g.Seats[0].BeaconPossession
		}, types.ErrInvalidSeat},
		{"beacon key at infinity", func(g *types.GenesisState) {
			g.Seats[1].BeaconPubkey = append([]byte{0xc0}, make([]byte, 95)...)
		}, types.ErrInvalidSeat},
		{"stolen beacon key", func(g *types.GenesisState) { g.Seats[1].BeaconPossession = g.Seats[0].BeaconPossession }, types.ErrInvalidSeat},
		{"unequal power", func(g *types.GenesisState) { g.Seats[1].Power = 7 }, types.ErrInvalidSeat},
		{"no power", func(g *types.GenesisState) { g.Seats[0].Power = 0 }, types.ErrInvalidSeat},
		{"all jailed", func(g *types.GenesisState) {
			for i := range g.Seats {
				g.Seats[i].Jailed = true
			}
		}, types.ErrInvalidSeat},
		{"missed by a stranger", func(g *types.GenesisState) { g.Missed = []types.Missed{{OrgId: "x"}} }, types.ErrNotFound},
		{"missed outside the window", func(g *types.GenesisState) { g.Missed = []types.Missed{{OrgId: "val-1", Slot: 200}} }, types.ErrInvalidSeat},
		{"a change of a seat that there is not", func(g *types.GenesisState) {
			g.Changes = []types.Change{{OrgId: "x", Kind: types.CHANGE_KIND_LEAVE}}
		}, types.ErrNotFound},
		{"two changes of a seat", func(g *types.GenesisState) {
			g.Changes = []types.Change{{OrgId: "val-1", Kind: types.CHANGE_KIND_LEAVE}, {OrgId: "val-1", Kind: types.CHANGE_KIND_LEAVE}}
		}, types.ErrInvalidSeat},
		{"a change of no kind", func(g *types.GenesisState) { g.Changes = []types.Change{{OrgId: "val-1"}} }, types.ErrInvalidSeat},
		{"a change of an unknown kind", func(g *types.GenesisState) { g.Changes = []types.Change{{OrgId: "val-1", Kind: 99}} }, types.ErrInvalidSeat},
		{"a hand-over to nobody", func(g *types.GenesisState) {
			g.Changes = []types.Change{{OrgId: "val-1", Kind: types.CHANGE_KIND_HAND_OVER}}
		}, types.ErrInvalidSeat},
		{"an heir of a seat that leaves", func(g *types.GenesisState) {
			g.Changes = []types.Change{{OrgId: "val-1", Kind: types.CHANGE_KIND_LEAVE, Heir: &g.Seats[1]}}
		}, types.ErrInvalidSeat},
		{"an invalid heir", func(g *types.GenesisState) {
			g.Changes = []types.Change{{OrgId: "val-1", Kind: types.CHANGE_KIND_HAND_OVER, Heir: &types.Seat{OrgId: "val-1"}}}
		}, types.ErrInvalidSeat},
		{"an offer of a seat that there is not", func(g *types.GenesisState) {
			g.Offers = []types.Offer{{OrgId: "x", Heir: g.Seats[0]}}
		}, types.ErrNotFound},
		{"offers out of order", func(g *types.GenesisState) {
			g.Offers = []types.Offer{{OrgId: "val-2", Heir: g.Seats[1]}, {OrgId: "val-1", Heir: g.Seats[0]}}
		}, types.ErrInvalidSeat},
		{"an old key of no seat", func(g *types.GenesisState) {
			g.OldKeys = []types.OldKey{{Address: make([]byte, 20)}}
		}, types.ErrInvalidSeat},
		{"a short old key", func(g *types.GenesisState) {
			g.OldKeys = []types.OldKey{{Address: make([]byte, 19), OrgId: "val-1"}}
		}, types.ErrInvalidSeat},
		{"an old key that a seat has now", func(g *types.GenesisState) {
			g.OldKeys = []types.OldKey{{Address: g.Seats[2].ConsensusAddress(), OrgId: "val-1"}}
		}, types.ErrTaken},
		{"turnover out of order", func(g *types.GenesisState) {
			g.Turnover = []types.Turnover{{Height: 5, Power: 1}, {Height: 5, Power: 1}}
		}, types.ErrInvalidSeat},
		{"turnover below nothing", func(g *types.GenesisState) {
			g.Turnover = []types.Turnover{{Height: 5, Power: -1}}
		}, types.ErrInvalidSeat},
		{"floor of nothing", func(g *types.GenesisState) { g.Params.MinActiveSeats = 0 }, types.ErrInvalidParams},
		{"more missed than the window", func(g *types.GenesisState) { g.Params.MaxMissed = 200 }, types.ErrInvalidParams},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := types.GenesisState{Params: valid.Params, Seats: append([]types.Seat{}, valid.Seats...)}
			tc.malleate(&g)
			require.ErrorIs(t, g.Validate(encoding.Addresses()), tc.expErr)
		})
	}
}
