package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestForecast(t *testing.T) {
	q := Question{Organisations: 30, Colluding: 0.2, Trust: 9_000, Tasks: 500, Value: 5_000_000, Price: 1_000_000, Seats: 7, Seeds: 2, Seed: 1}
	f, err := q.Answer()
	require.NoError(t, err)
	require.Equal(t, uint64(10_000), f.Question.Trust, "rounded up, as on the chain")
	require.Equal(t, uint64(7_700_000), f.Question.Stake, "a tenth above what two replicas need: the court's cost")
	require.Len(t, f.Attacked, 5)
	var out strings.Builder
	require.NoError(t, f.Write(&out, func(v float64) string { return trimZeros(v) }))
	require.Contains(t, out.String(), "BREAKS THE PROMISE")
	require.NotContains(t, strings.Split(out.String(), "twice as many")[0], "BREAKS THE PROMISE", "not while the assumptions hold")

	// The forecast for peace equals the measurement, except for the luck of the lottery.
	peace := f.Peace.Row.Replicas
	require.InDelta(t, peace.Mean, f.plannedReplicas()/500, 5*peace.Error+0.02)
	require.NotContains(t, out.String(), "with 30 executions at the same time")
	q.Runtime, q.Slots = 10*time.Minute, 2
	f, err = q.Answer()
	require.NoError(t, err)
	out.Reset()
	require.NoError(t, f.Write(&out, func(v float64) string { return trimZeros(v) }))
	require.Contains(t, out.String(), "with 60 executions at the same time")

	q.Organisations = 0
	_, err = q.Answer()
	require.ErrorContains(t, err, "organisations: got 0")
}
