package web

import (
	"testing"

	"github.com/stretchr/testify/require"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestSeatsOfAnAudit: the audit's finding on a seat replaces that of the first settlement. The faults of both courts are shown.
func TestSeatsOfAnAudit(t *testing.T) {
	task := taskstypes.Task{
		Settlement: &taskstypes.Settlement{
			Seats:       []taskstypes.SeatEnd{{Who: "liar", Fault: "NONE", Right: true}, {Who: "lost", Fault: "SILENT", Slash: 5}},
			CourtSilent: []string{"mute"},
		},
		Audit: &taskstypes.Audit{Settlement: &taskstypes.AuditSettlement{
			Seats: []taskstypes.SeatEnd{{Who: "liar", Fault: "WRONG", Slash: 1_000}}, CourtWrong: []string{"bent"},
		}},
	}
	workers := seatsOf([]taskstypes.Seat{{Who: "liar"}, {Who: "lost"}, {Who: "new"}}, task, nil)
	require.Equal(t, []seatView{{Who: "liar", Fault: "wrong", Slash: 1_000}, {Who: "lost", Fault: "silent", Slash: 5}, {Who: "new"}}, workers)
	court := seatsOf([]taskstypes.Seat{{Who: "mute"}, {Who: "bent"}, {Who: "good"}}, task, nil)
	require.Equal(t, []seatView{{Who: "mute", Fault: "silent"}, {Who: "bent", Fault: "wrong"}, {Who: "good"}}, court)
	require.NotNil(t, seatsOf(nil, task, nil), "a list without entries is a list")
}

// TestHeightsOfASeat: the height of a seat's last step comes from the state. The height of the step before comes from the node's index,
// if the node has one.
func TestHeightsOfASeat(t *testing.T) {
	at := map[moment]int64{{"committed", "anna"}: 7}
	revealed := taskstypes.Seat{Who: "anna", State: taskstypes.SEAT_STATE_REVEALED, Height: 9, Outcome: &taskstypes.Outcome{Kind: taskstypes.KIND_RESULT, Fuel: 5}}
	view := seatsOf([]taskstypes.Seat{revealed}, taskstypes.Task{}, at)[0]
	require.Equal(t, seatView{Who: "anna", State: "revealed", Committed: 7, Revealed: 9, Outcome: &outcomeView{Kind: "result", Fuel: 5}}, view)
	committed := taskstypes.Seat{Who: "ben", State: taskstypes.SEAT_STATE_COMMITTED, Height: 8}
	view = seatsOf([]taskstypes.Seat{committed}, taskstypes.Task{}, at)[0]
	require.EqualValues(t, 8, view.Committed)
	require.Zero(t, view.Revealed)
}

func TestOutcomesThatAreNone(t *testing.T) {
	require.Nil(t, outcomeOf(nil))
	require.Nil(t, outcomeOf(&taskstypes.Outcome{Digest: "sha256:ab"}), "an audit has an answer of no kind before there is one")
	require.Nil(t, planOf(nil))
}
