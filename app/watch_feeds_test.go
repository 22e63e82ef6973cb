package app_test

import (
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestFeedMetrics: feeds are counted, and the age of a value grows with the chain's clock. Each final answer is counted under what the feed
// did with it. At most 100 feeds have a label.
func TestFeedMetrics(t *testing.T) {
	c := testutil.NewCompute(t, testutil.ComputeOptions{More: []testutil.Party{{ID: "zeta", Roles: []orgstypes.Role{orgstypes.ROLE_REQUESTER}}}})
	look := func() map[string]float64 {
		reg := prometheus.NewRegistry() // a registry of its own, because a reading is repeated for some seconds
		c.App.Observe(reg)
		return values(t, reg)
	}
	require.Zero(t, look()["credence_chain_feeds"])

	owner := c.Org("zeta").Member()
	create := func(by *testutil.Account, name string) *feedstypes.MsgCreate {
		return &feedstypes.MsgCreate{Account: by.String(), Name: name, App: testutil.Provider + "/paint", MinTrust: 100}
	}
	c.Deliver(owner, create(owner, "euro"))
	require.Equal(t, 1.0, look()["credence_chain_feeds"])
	require.NotContains(t, look(), "credence_chain_feed_age_seconds zeta/euro", "it has no value")

	blocks := prometheus.NewRegistry()
	c.App.Observe(blocks) // it counts from here on
	says := func(answer poco.Outcome) {
		job := c.Job()
		job.Callback, job.Onchain = "feeds/euro", "value.txt"
		ids := c.QueueSubmitFrom(owner, job)
		c.NextN(2)
		c.Run(func(taskstypes.Task, taskstypes.Seat, taskstypes.Bench) (poco.Outcome, bool) { return answer, true }, ids...)
	}
	says(c.FileOutcome("value.txt", "1.0842"))
	says(testutil.Truth) // an answer without the file
	now := values(t, blocks)
	require.Equal(t, 1.0, now["credence_chain_feed_updates_total latest"])
	require.Equal(t, 1.0, now["credence_chain_feed_updates_total refused"])
	require.NotContains(t, now, "credence_chain_feed_updates_total late")
	before := look()["credence_chain_feed_age_seconds zeta/euro"]
	require.Positive(t, before)
	c.NextN(3)
	require.Equal(t, before+3*testutil.BlockTime.Seconds(), look()["credence_chain_feed_age_seconds zeta/euro"])

	// The value of a feed after the first hundred has no label.
	other := c.Org(testutil.Requester).Member()
	for i := range 100 {
		c.Queue(other, create(other, fmt.Sprintf("a%03d", i)))
		if i%10 == 9 {
			c.Next()
		}
	}
	after := look()
	require.Equal(t, 101.0, after["credence_chain_feeds"])
	require.NotContains(t, after, "credence_chain_feed_age_seconds zeta/euro")
	require.NotContains(t, after, "credence_chain_reading_failures_total feeds")
}
