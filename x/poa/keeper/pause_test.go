package keeper_test

import (
	"fmt"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

func pausing() []testutil.Option {
	return []testutil.Option{
		testutil.WithSeats(4), testutil.WithOrg("studio", orgstypes.ROLE_PROVIDER),
		testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
			require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, types.ModuleName, &types.GenesisState{}, func(s *types.GenesisState) error {
				s.Params.MaxPauseBlocks, s.Params.PauseVoteBlocks = 50, 20
				return nil
			}))
		}),
	}
}

func votePause(s *testutil.Seat, reason string) sdk.Msg {
	return &types.MsgVotePause{Operator: s.Operator.String(), Reason: reason}
}

func voteResume(s *testutil.Seat, reason string) sdk.Msg {
	return &types.MsgVoteResume{Operator: s.Operator.String(), Reason: reason}
}

// setPrice is a message that a pause refuses; without one it fails for the app that there is not.
func setPrice(c *testutil.Chain) sdk.Msg {
	return &appstypes.MsgSetPrice{Owner: c.Org("studio").Member().String(), Reference: "studio/ray:v1"}
}

func inPause(c *testutil.Chain) *types.QueryPauseResponse {
	c.T.Helper()
	res, err := types.NewQueryClient(c.Conn()).Pause(c.Ctx(), &types.QueryPauseRequest{})
	require.NoError(c.T, err)
	return res
}

// TestTwoThirdsPauseAtOnce: the vote that makes two thirds begins the pause; in the same block new work before it is taken, and
// after it is refused, with since when, why and by whom. Two thirds end it likewise.
func TestTwoThirdsPauseAtOnce(t *testing.T) {
	c := testutil.New(t, pausing()...)
	studio := c.Org("studio").Member()
	require.ErrorContains(t, types.ErrNotPaused, "not paused")
	c.Refuse(c.Seats[0].Operator, types.ErrNotPaused, voteResume(c.Seats[0], "nothing to end"))

	c.Deliver(c.Seats[2].Operator, votePause(c.Seats[2], "a bug in the draw"))
	c.Deliver(c.Seats[0].Operator, votePause(c.Seats[0], "me too"))
	require.False(t, inPause(c).Paused, "two of four are not two thirds")
	require.Len(t, inPause(c).Votes, 2)
	imports(c, pausing()...)

	c.Queue(studio, setPrice(c))
	c.Queue(c.Seats[3].Operator, votePause(c.Seats[3], "and me"))
	c.Queue(studio, setPrice(c))
	c.Next()
	before, after := c.Results()[0], c.Results()[2]
	require.Equal(t, appstypes.ErrNotFound.ABCICode(), before.Code, before.Log)
	require.Equal(t, []any{types.ModuleName, types.ErrPaused.ABCICode()}, []any{after.Codespace, after.Code}, after.Log)
	since := c.Height()
	require.Contains(t, after.Log, "a bug in the draw")
	require.Contains(t, after.Log, "two thirds of the seats (val-1, val-3, val-4)")
	require.Equal(t, &types.QueryPauseResponse{Paused: true, Power: 4, Pause: &types.Pause{
		Since: since, Until: since + 50, Reason: "a bug in the draw", Seats: []string{"val-1", "val-3", "val-4"},
	}}, inPause(c))
	imports(c, pausing()...)

	for i, s := range c.Seats[:3] {
		require.True(t, inPause(c).Paused, "%d voted", i)
		c.Refuse(studio, types.ErrPaused, setPrice(c))
		c.Deliver(s.Operator, voteResume(s, "mended"))
	}
	require.False(t, inPause(c).Paused)
	require.Empty(t, inPause(c).Votes)
	c.Refuse(studio, appstypes.ErrNotFound, setPrice(c))
	imports(c, pausing()...)
	require.Equal(t, c.AppHash(), c.Replay())
}

// TestPauseEndsByItself at its height, even if nobody remembers it; prolonging it keeps its beginning.
func TestPauseEndsByItself(t *testing.T) {
	c := testutil.New(t, pausing()...)
	pause := func() (paused *types.Pause) {
		for _, s := range c.Seats[:3] {
			c.Queue(s.Operator, votePause(s, "fire"))
		}
		c.Next()
		return inPause(c).Pause
	}
	first := pause()
	c.NextN(10)
	second := pause()
	require.Equal(t, first.Since, second.Since)
	require.Equal(t, first.Until+11, second.Until)
	c.Until(second.Until - 3)
	require.True(t, inPause(c).Paused)
	c.Next()
	c.Refuse(c.Org("studio").Member(), types.ErrPaused, setPrice(c))       // in block until - 1
	c.Refuse(c.Org("studio").Member(), appstypes.ErrNotFound, setPrice(c)) // in block until
	require.False(t, inPause(c).Paused)
	require.Contains(t, reasonsOfResuming(c.LastBlock), fmt.Sprintf("%q", types.ReasonOver))
	_, err := app.PoaKeeper(c.App).Pause.Get(c.Ctx())
	require.Error(t, err, "nothing of it is left")
}

// reasonsOfResuming returns the reasons, as JSON, that a block's events give for the end of a pause.
func reasonsOfResuming(block *abci.ResponseFinalizeBlock) (reasons []string) {
	for _, e := range block.Events {
		if e.Type != sdk.MsgTypeURL(&types.EventResumed{})[1:] {
			continue
		}
		for _, a := range e.Attributes {
			if a.Key == "reason" {
				reasons = append(reasons, a.Value)
			}
		}
	}
	return reasons
}

// TestCouncilPauses by an ordinary proposal, for as long as it says, at most the maximum; and resumes.
func TestCouncilPauses(t *testing.T) {
	c := testutil.New(t, pausing()...)
	pause := func(blocks int64, reason string) sdk.Msg {
		return &types.MsgPause{Authority: app.Authority(), Reason: reason, Blocks: blocks}
	}
	for _, bad := range []sdk.Msg{pause(51, "too long"), pause(-1, "negative"), pause(0, " "), pause(0, string(make([]byte, types.MaxReason+1)))} {
		require.Contains(t, c.Vote(bad).FailedReason, types.ErrInvalidPause.Error())
	}
	require.Contains(t, c.Vote(&types.MsgResume{Authority: app.Authority(), Reason: "nothing"}).FailedReason, types.ErrNotPaused.Error())
	c.Pass(pause(30, "maintenance"))
	got := inPause(c).Pause
	require.Equal(t, got.Since+30, got.Until)
	require.Empty(t, got.Seats)
	require.ErrorContains(t, got.Refusal(), "by the council: maintenance")
	c.Pass(&types.MsgResume{Authority: app.Authority(), Reason: "done"})
	require.False(t, inPause(c).Paused)
	c.Refuse(c.Seats[0].Operator, orgstypes.ErrRole, &types.MsgPause{Authority: c.Seats[0].Operator.String(), Reason: "alone"})
}

// TestPauseVotesCount as long as they are young, of seats that are active, one each.
func TestPauseVotesCount(t *testing.T) {
	c := testutil.New(t, pausing()...)
	vote := func(i int) { c.Deliver(c.Seats[i].Operator, votePause(c.Seats[i], "fire")) }
	vote(0)
	vote(0)
	vote(0)
	vote(1)
	require.False(t, inPause(c).Paused, "one seat has one vote")
	c.Deliver(c.Seats[1].Operator, voteResume(c.Seats[1], "I was wrong"))
	vote(2)
	require.False(t, inPause(c).Paused, "a vote was taken back")
	c.NextN(20)
	vote(1)
	vote(3)
	require.False(t, inPause(c).Paused, "the others are too old")
	require.Len(t, inPause(c).Votes, 2)

	c.Accuse("val-4")
	c.Next()
	c.Refuse(c.Seats[3].Operator, types.ErrNotActive, votePause(c.Seats[3], "fire"))
	require.Len(t, inPause(c).Votes, 1, "a seat that is out does not count")
	vote(0)
	require.True(t, inPause(c).Paused, "two of three are two thirds")

	c.Pass(&types.MsgRemoveSeat{Authority: app.Authority(), OrgId: "val-4"})
	imports(c, pausing()...) // no vote of a seat that is not
}
