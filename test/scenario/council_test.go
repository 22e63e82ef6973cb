package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// TestEveryStateOfTheCouncilIsImported: the council votes in any order. It admits, revokes and restores organisations, gives and takes
// roles, changes parameters and frees workers. Meanwhile seats go to jail, sign twice and come back, and a crowd acts on the market. The
// state is exported and imported: it passes the engine's check of validators, the import exports the same state, and two imports have the
// same app hash. Once the validator set has settled, both chains live the same life.
func TestEveryStateOfTheCouncilIsImported(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for life := range 4 {
		s := &senate{crowd: newCrowd(testutil.NewCompute(t, senateOptions(), senateSetting()...), fmt.Sprint("senate ", life)), seen: seen}
		for range 12 {
			job := s.Job() // its court is in session while the council votes
			job.Policy, job.MaxPrice = poco.PolicyCourt, 200
			s.QueueSubmit(job)
			s.vote()
			s.laws()
			s.seats()
			s.rotate()
			for range 3 {
				s.somebody()
				s.somebody()
				s.live(s.Compute)
			}
			s.laws()
			s.survives(false)
		}
		// No change of validators is pending at the engine, and no seat misses a vote. An import can then live the same life to the block.
		for _, seat := range s.Seats {
			s.Present(seat.OrgID)
		}
		for range 12 {
			s.live(s.Compute)
		}
		s.survives(true)
	}
	for _, what := range []string{
		"revoked seat", "seat jailed", "seat tombstoned", "seat reinstated", "refused for the floor", "validator role taken",
		"court in session with a revoked seat", "revoked organisation", "admitted",
	} {
		require.NotZero(t, seen[what], "%s: never reached; reached were %v", what, seen)
	}
	for _, what := range []string{
		"MsgAddSeat", "MsgRemoveSeat", "MsgRotateConsensusKey", "MsgRotateBeaconKey", "MsgRotateCourtKey",
	} {
		require.NotZero(t, seen[what], "%s: never adopted; adopted were %v", what, seen)
	}
	t.Logf("reached: %v", seen)
}

// senate is a crowd with a council that acts all the time.
type senate struct {
	*crowd
	late int
	seen map[string]int
}

func senateOptions() testutil.ComputeOptions {
	return crowdOptions(testutil.ComputeOptions{Seats: 6, Workers: 6, Slots: 4, Stake: 5_000})
}

func senateSetting() []testutil.Option {
	return []testutil.Option{
		testutil.WithApp(callbacks), fewOpenings(6),
		testutil.WithParams(
			func(p *taskstypes.Params) { p.CourtStrikes, p.WindowBlocks = 2, 30 },
			func(p *markettypes.Params) { shortWindows(p); p.RevealBlocks = 4 },
			func(p *workerstypes.Params) {
				p.CoolingBlocks, p.ForgivenessBlocks, p.UnbondingBlocks, p.MinUnbond = 6, 60, 40, 500
			},
		),
		testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
			require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, poatypes.ModuleName, &poatypes.GenesisState{}, func(s *poatypes.GenesisState) error {
				s.Params = poatypes.Params{DowntimeWindow: 10, MaxMissed: 3, JailBlocks: 5, MinActiveSeats: 2, TurnoverBlocks: 4, MaxPauseBlocks: 6, PauseVoteBlocks: 8}
				return nil
			}))
		}),
	}
}

// member returns an organisation of the chain. Half of the time it is a seat's.
func (s *senate) member() string {
	if s.below(2) == 0 {
		return testutil.SeatOrg(1 + s.below(len(s.Seats)))
	}
	return pick(s.crowd, s.org(), s.lab())
}

// vote has the council adopt a proposal, or fail to adopt it.
func (s *senate) vote() {
	authority := app.Authority()
	var msgs []sdk.Msg
	for range 1 + s.below(2) {
		org := s.member()
		switch s.below(11) {
		case 0, 1, 2:
			msgs = append(msgs, &orgstypes.MsgSetStatus{Authority: authority, OrgId: org, Status: orgstypes.STATUS_REVOKED})
		case 3, 4:
			for _, seat := range s.Seats { // most revoked organisations are restored, because otherwise few would be left
				if s.below(2) == 0 {
					msgs = append(msgs, &orgstypes.MsgSetStatus{Authority: authority, OrgId: seat.OrgID, Status: orgstypes.STATUS_ACTIVE})
				}
			}
			msgs = append(msgs, &orgstypes.MsgSetStatus{Authority: authority, OrgId: org, Status: orgstypes.STATUS_ACTIVE})
		case 5, 6:
			var roles []orgstypes.Role
			for role := orgstypes.ROLE_VALIDATOR; role <= orgstypes.ROLE_POOL_OPERATOR; role++ {
				if s.below(2) == 0 {
					roles = append(roles, role)
				}
			}
			msgs = append(msgs, &orgstypes.MsgSetRoles{Authority: authority, OrgId: org, Roles: roles})
		case 7:
			s.late++
			id := fmt.Sprintf("late-%d", s.late)
			msgs = append(msgs, &orgstypes.MsgAdmit{
				Authority: authority, Id: id, Name: id, Admins: []string{testutil.NewAccount(id).String()},
				Roles: []orgstypes.Role{orgstypes.ROLE_VALIDATOR, orgstypes.ROLE_REQUESTER},
			})
			s.seen["admitted"]++
		case 8, 9:
			msgs = append(msgs, s.seatMsg(testutil.SeatOrg(1+s.below(6))))
		default:
			msgs = append(msgs, &poatypes.MsgUpdateParams{Authority: authority, Params: poatypes.Params{
				DowntimeWindow: 10 + int64(s.below(2)), MaxMissed: 3, JailBlocks: 5, MinActiveSeats: uint32(2 + s.below(2)), TurnoverBlocks: int64(1 + s.below(6)),
				MaxPauseBlocks: 6, PauseVoteBlocks: 8,
			}}, &orgstypes.MsgUpdateParams{Authority: authority, Params: orgstypes.Params{OpenRoles: pick(s.crowd, nil, []orgstypes.Role{orgstypes.ROLE_REQUESTER})}})
		}
	}
	before := s.poa()
	proposal := s.Vote(msgs...)
	if proposal.Status == govv1.StatusPassed {
		for _, m := range msgs {
			s.seen[strings.TrimPrefix(sdk.MsgTypeURL(m), "/credence.poa.v1.")]++
		}
	}
	if slices.ContainsFunc(msgs, func(m sdk.Msg) bool { return sdk.MsgTypeURL(m) == sdk.MsgTypeURL(&orgstypes.MsgSetStatus{}) }) && proposal.FailedReason != "" {
		require.Regexp(s.T, "of which min_active_seats|seat", proposal.FailedReason, "a proposal fails for nothing else here")
	}
	if strings.Contains(proposal.FailedReason, "of which min_active_seats") {
		s.seen["refused for the floor"]++
	}
	for id, seat := range s.poa() {
		if before[id].Revoked && !seat.Revoked {
			s.seen["seat reinstated"]++
			require.False(s.T, seat.Active(), "it waits for its operator")
		}
	}
}

// seatMsg returns a random decision of the council about an organisation's seat. The chain may refuse it.
func (s *senate) seatMsg(org string) sdk.Msg {
	authority := app.Authority()
	seat := s.keysFor(org)
	now, holds := s.poa()[org]
	switch {
	case !holds && s.below(3) > 0:
		return &poatypes.MsgAddSeat{Authority: authority, OrgId: org, Operator: seat.Operator.String(), Keys: s.Keys(seat)}
	case now.Tombstoned && s.below(3) > 0:
		return &poatypes.MsgClearTombstone{Authority: authority, OrgId: org, Keys: s.Keys(seat)}
	case s.below(2) == 0:
		return &poatypes.MsgReplaceSeat{
			Authority: authority, OrgId: testutil.SeatOrg(1 + s.below(6)), Heir: org, Operator: seat.Operator.String(), Keys: s.Keys(seat),
		}
	default:
		return &poatypes.MsgRemoveSeat{Authority: authority, OrgId: org}
	}
}

// keysFor makes new keys for an organisation's seat. The chain signs with them once it has accepted them.
func (s *senate) keysFor(org string) *testutil.Seat {
	s.late++
	seat := s.NewSeat(org, s.Org(org).Member(), fmt.Sprintf("%s %d", org, s.late))
	s.Learn(seat)
	return seat
}

// rotate has seats change keys or operators, or leave. The chain refuses most of these messages.
func (s *senate) rotate() {
	var sent []sdk.Msg
	for _, seat := range s.Seats {
		next := s.keysFor(seat.OrgID)
		operator := seat.Operator.String()
		var msg sdk.Msg
		switch s.below(12) {
		case 0:
			m := &poatypes.MsgRotateConsensusKey{Operator: operator}
			m.Pubkey, m.Possession = s.Possession(next, poatypes.KeyConsensus)
			msg = m
		case 1:
			m := &poatypes.MsgRotateBeaconKey{Operator: operator}
			m.Pubkey, m.Possession = s.Possession(next, poatypes.KeyBeacon)
			msg = m
		case 2:
			m := &poatypes.MsgRotateCourtKey{Operator: operator}
			m.Pubkey, m.Possession = s.Possession(next, poatypes.KeyCourt)
			msg = m
		case 3:
			msg = &poatypes.MsgAcceptSeat{Operator: operator, OrgId: testutil.SeatOrg(1 + s.below(6))}
		case 4:
			if s.below(6) == 0 {
				msg = &poatypes.MsgLeaveSeat{Operator: operator}
			}
		}
		if msg != nil {
			s.Queue(seat.Operator, msg)
			sent = append(sent, msg)
		}
	}
	s.Next()
	results := s.Results()
	for i, r := range results[len(results)-len(sent):] {
		if r.Code == 0 {
			s.seen[strings.TrimPrefix(sdk.MsgTypeURL(sent[i]), "/credence.poa.v1.")]++
		}
	}
}

// seats has validators fail and return.
func (s *senate) seats() {
	for _, seat := range s.Seats {
		switch s.below(8) {
		case 0:
			s.Absent(seat.OrgID)
		case 1:
			if s.below(3) == 0 {
				s.Accuse(seat.OrgID)
			}
		case 2, 3:
		default:
			s.Present(seat.OrgID)
			s.Queue(seat.Operator, &poatypes.MsgUnjail{Operator: seat.Operator.String()})
		}
	}
}

// live makes a block in which some workers and seats answer their tasks.
func (s *senate) live(c *testutil.Compute) {
	for i, id := range c.OpenTasks() {
		if (i+int(c.Height()))%3 > 0 {
			c.QueueWork(id, habits)
		}
	}
	c.Next()
	c.CheckBooks()
}

func (s *senate) poa() map[string]poatypes.Seat {
	seats, err := app.PoaKeeper(s.App).AllSeats(s.Ctx())
	require.NoError(s.T, err)
	out := map[string]poatypes.Seat{}
	for _, seat := range seats {
		out[seat.OrgId] = seat
	}
	return out
}

// laws checks the laws that hold after every block: a seat is in only while its organisation may hold one, and some seats are always in.
func (s *senate) laws() {
	seats := s.poa()
	active := 0
	for _, id := range slices.Sorted(maps.Keys(seats)) {
		seat := seats[id]
		holds, err := app.OrgsKeeper(s.App).HasRole(s.Ctx(), id, orgstypes.ROLE_VALIDATOR)
		require.NoError(s.T, err)
		require.Equal(s.T, !holds, seat.Revoked, "%s", id)
		if seat.Waiting {
			s.seen["waiting seat"]++
		}
		org, err := app.OrgsKeeper(s.App).GetOrganisation(s.Ctx(), id)
		require.NoError(s.T, err)
		for what, is := range map[string]bool{
			"validator role taken": seat.Revoked && org.Status == orgstypes.STATUS_ACTIVE,
			"revoked seat":         seat.Revoked, "seat tombstoned": seat.Tombstoned, "seat jailed": seat.Jailed && !seat.Revoked,
		} {
			if is {
				s.seen[what]++
			}
		}
		if seat.Active() {
			active++
			require.True(s.T, holds, "%s", id)
		}
	}
	require.GreaterOrEqual(s.T, active, 2)
	for _, id := range s.OpenTasks() {
		for _, seat := range s.Task(id).Court {
			if seats[seat.Organisation].Revoked {
				s.seen["court in session with a revoked seat"]++
			}
		}
	}
	for _, id := range []string{testutil.Requester, testutil.Provider, testutil.Operator, testutil.Lab(1), "volt"} {
		org, err := app.OrgsKeeper(s.App).GetOrganisation(s.Ctx(), id)
		require.NoError(s.T, err)
		if org.Status == orgstypes.STATUS_REVOKED {
			s.seen["revoked organisation"]++
		}
	}
}

// survives exports the state and imports it twice. If lives is set, the old and the new chain then live the same life.
func (s *senate) survives(lives bool) {
	exported := s.Export()
	var validators []string
	for _, v := range exported.Validators {
		validators = append(validators, v.Name)
	}
	var active []string
	for id, seat := range s.poa() {
		if seat.Active() {
			active = append(active, id)
		}
	}
	slices.Sort(active)
	require.Equal(s.T, active, validators)

	one, two := s.Resume(testutil.WithApp(callbacks)), s.Resume(testutil.WithApp(callbacks))
	require.Equal(s.T, active, one.Validators(), "what InitChain answers is the set of the genesis file")
	same(s.T, exported.AppState, one.Export().AppState, "export, import, export")
	one.CheckBooks()
	one.Next()
	two.Next()
	require.Equal(s.T, one.AppHash(), two.AppHash(), "two imports")
	if !lives {
		return
	}
	s.Next()
	for range 25 {
		s.live(s.Compute)
		s.live(one)
	}
	same(s.T, s.Export().AppState, one.Export().AppState, "the whole state at the end")
}

// same demands that every module's part of two exported states is the same.
func same(t testing.TB, want, got json.RawMessage, when string) {
	t.Helper()
	a, b := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(want, &a))
	require.NoError(t, json.Unmarshal(got, &b))
	require.Equal(t, slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if string(a[name]) != string(b[name]) {
			require.JSONEq(t, string(a[name]), string(b[name]), "%s: state of %s", when, name)
		}
	}
}
