package progress

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
)

func TestRateText(t *testing.T) {
	for want, rate := range map[string]float64{
		"12.3 a second": 12.34, "1.0 a second": 1, "30.0 a minute": 0.5, "1.0 a minute": 1.0 / 60, "36.0 an hour": 0.01,
	} {
		require.Equal(t, want, rateText(rate))
	}
}

// The tally of a bag is counted from events: its size, its coins, and each end, with or without a result.
func TestTallyOfABag(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var c tally
	c.take(client.Event{Kind: client.EventSubmitted, Size: 100, Locked: 40_000_000}, begin)
	require.Equal(t, "0 of 100 tasks ended, 0 with a result; 0 CRED of 40 CRED spent", c.text(begin.Add(time.Minute)))
	good := &client.TaskReport{Ending: "ACCEPTED", Verdict: &client.Outcome{Kind: "RESULT"}, Payments: []client.PaymentReport{
		{Source: "escrow", Amount: 300_000}, {Source: "stake", Amount: 9_000_000},
	}}
	for range 20 {
		c.take(client.Event{Kind: client.EventEnded, Task: "t", Result: good}, begin)
	}
	for _, lost := range []*client.TaskReport{nil, {Ending: "VOID"}} {
		c.take(client.Event{Kind: client.EventEnded, Task: "t", Result: lost}, begin)
	}
	require.Equal(t, "22 of 100 tasks ended, 20 with a result, 2 without; 2.2 a second, about 35s left; 6 CRED of 40 CRED spent",
		c.text(begin.Add(10*time.Second)), "what stakes paid is not the requester's")
	require.NotContains(t, c.text(begin), "left", "within the first second nothing is known of the pace")
	c.size = 22
	require.NotContains(t, c.text(begin.Add(10*time.Second)), "left", "nothing is")
	require.Equal(t, begin, c.begin)
}

// A request may be matched in parts. Its size is the largest size in any event.
func TestTallyGrows(t *testing.T) {
	var c tally
	c.take(client.Event{Kind: client.EventMatched, Size: 7}, time.Time{})
	c.take(client.Event{Kind: client.EventMatched, Size: 3}, time.Time{})
	require.EqualValues(t, 7, c.size)
	require.False(t, c.isBig())
	c.take(client.Event{Kind: client.EventResuming, Size: bigBag}, time.Time{})
	require.True(t, c.isBig())
}
