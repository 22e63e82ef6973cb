package keeper_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/feeds/types"
)

// TestUpdate: a final answer gives the feed its value, with what is known of it.
func TestUpdate(t *testing.T) {
	f := newFixture(t)
	f.mustCreate("alice", "euro-rate")
	a := f.answerOf("alice", "euro-rate", "1.0842", 90)
	a.result.Index = 3
	f.tell(a)
	require.Empty(t, f.refusals())
	got := f.feed("acme", "euro-rate")
	want := types.Value{
		Data: []byte("1.0842"), Asked: 90, AskedTime: 900_090, Index: 3, Task: a.result.Task, Height: 100, Time: 1_000_000, Trust: 10_000, Policy: "credence",
		AppVersion: "1.0", Digest: got.Latest.Digest,
	}
	require.Equal(t, &want, got.Latest)
	require.Len(t, got.Latest.Digest, len("sha256:")+64)
	require.EqualValues(t, 1, got.Updates)
	fresh, is := got.Fresh(time.Unix(900_100, 0), 10*time.Second)
	require.True(t, is)
	require.Equal(t, want, fresh)
	_, is = got.Fresh(time.Unix(900_101, 0), 10*time.Second)
	require.False(t, is, "too old")
	_, is = types.Feed{}.Fresh(time.Unix(0, 0), time.Hour)
	require.False(t, is, "without a value")
	f.check()
}

// TestWhoMayUpdate: nobody but the feed's own requester, with the app, the trust and the policy that the feed asks for, and with bytes.
func TestWhoMayUpdate(t *testing.T) {
	pinned := func(m *types.MsgCreate) { m.App = "studio/rates:1.0" }
	shared := func(m *types.MsgCreate) { m.Shared = true }
	for _, tc := range []struct {
		name   string
		create []func(*types.MsgCreate)
		who    string
		change func(*answer)
		reason string // empty: it updates
	}{
		{"its own", nil, "alice", nil, ""},
		{"of more trust", nil, "alice", func(a *answer) { a.deal.Terms.Trust = 20_000 }, ""},
		{"of the version", []func(*types.MsgCreate){pinned}, "alice", nil, ""},
		{"of a colleague, shared", []func(*types.MsgCreate){shared}, "anna", nil, ""},
		{"of a colleague", nil, "anna", nil, "it is not shared"},
		{"of another organisation", nil, "eve", nil, "there is no such feed"},
		{"of another organisation, shared", []func(*types.MsgCreate){shared}, "eve", nil, "there is no such feed"},
		{"of nobody's account", nil, "carol", nil, "there is no such feed"},
		{"of its creator, who has left", nil, "alice", func(a *answer) { a.deal.RequesterOrganisation = "" }, "there is no such feed"},
		{"of another app", nil, "alice", func(a *answer) { a.deal.App = "evil/rates" }, "app: got"},
		{"of an app whose name begins so", nil, "alice", func(a *answer) { a.deal.App = "studio/rates2" }, "app: got"},
		{"of another version", []func(*types.MsgCreate){pinned}, "alice", func(a *answer) { a.deal.AppVersion = "1.1" }, "app: got"},
		{"of less trust", nil, "alice", func(a *answer) { a.deal.Terms.Trust = 5_000 }, "trust: got 5000"},
		{"under another policy", nil, "alice", func(a *answer) { a.deal.Terms.Policy = "single" }, "policy: got"},
		{"a failure", nil, "alice", func(a *answer) { a.result.Kind = "APP_FAILED" }, "which has no value"},
		{"without bytes", nil, "alice", func(a *answer) { a.result.Onchain = nil }, "no seat brought the file rate.txt"},
		{"of a name that is none", nil, "alice", func(a *answer) { a.deal.Callback = "feeds/" + "../\x00" }, "there is no such feed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.mustCreate("alice", "rate", tc.create...)
			a := f.answerOf(tc.who, "rate", "666", 90)
			if tc.change != nil {
				tc.change(&a)
			}
			f.tell(a)
			got := f.feed("acme", "rate")
			if tc.reason == "" {
				require.Empty(t, f.refusals())
				require.Equal(t, "666", string(got.Latest.Data))
			} else {
				require.Len(t, f.refusals(), 1)
				require.Contains(t, f.refusals()[0], tc.reason)
				require.Nil(t, got.Latest)
				require.Zero(t, got.Updates)
			}
			f.check()
		})
	}
}

// TestCheckCallback: the same is said before anything is paid.
func TestCheckCallback(t *testing.T) {
	f := newFixture(t)
	f.mustCreate("alice", "rate")
	job := dealstypes.CallbackJob{
		Callback: "feeds/rate", Requester: addressOf("alice"), Organisation: "acme", App: "studio/rates:1.0", Trust: 10_000, Policy: "credence", Onchain: "rate.txt",
	}
	require.NoError(t, f.CheckCallback(f.ctx, job))
	for what, tc := range map[string]struct {
		change func(*dealstypes.CallbackJob)
		err    error
	}{
		"no such feed":  {func(j *dealstypes.CallbackJob) { j.Callback = "feeds/none" }, types.ErrNotFound},
		"another owner": {func(j *dealstypes.CallbackJob) { j.Requester, j.Organisation = addressOf("eve"), "evil" }, types.ErrNotFound},
		"a colleague":   {func(j *dealstypes.CallbackJob) { j.Requester = addressOf("anna") }, types.ErrUnfit},
		"no file":       {func(j *dealstypes.CallbackJob) { j.Onchain = "" }, types.ErrUnfit},
		"another app":   {func(j *dealstypes.CallbackJob) { j.App = "studio/other:1.0" }, types.ErrUnfit},
		"less trust":    {func(j *dealstypes.CallbackJob) { j.Trust = 5_000 }, types.ErrUnfit},
		"policy":        {func(j *dealstypes.CallbackJob) { j.Policy = "court" }, types.ErrUnfit},
	} {
		t.Run(what, func(t *testing.T) {
			spoilt := job
			tc.change(&spoilt)
			require.ErrorIs(t, f.CheckCallback(f.ctx, spoilt), tc.err)
		})
	}
}

// TestAnyOrderOfFinals: in whatever order answers become final, the latest value is the one that was asked for last, and the history is
// the newest of them, in order; a lowered bound is reached a few values an update.
func TestAnyOrderOfFinals(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t)
		keep := rapid.IntRange(1, 6).Draw(rt, "history")
		f.mustCreate("alice", "rate", func(m *types.MsgCreate) { m.History = uint32(keep) })
		var told []answer
		for i := range rapid.IntRange(1, 15).Draw(rt, "answers") {
			a := f.answerOf("alice", "rate", fmt.Sprint(i), rapid.Int64Range(1, 5).Draw(rt, "asked"))
			a.result.Index = rapid.Uint64Range(0, 2).Draw(rt, "index")
			f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
			f.tell(a)
			told = append(told, a)
			sorted := slices.Clone(told)
			slices.SortFunc(sorted, func(x, y answer) int { return valueOf(y).Compare(valueOf(x)) })
			var want []string
			for _, s := range sorted[:min(keep, len(sorted))] {
				want = append(want, string(s.result.Onchain))
			}
			require.Equal(t, want, f.history("acme", "rate"))
			require.Equal(t, want[0], string(f.feed("acme", "rate").Latest.Data))
		}
		got := f.feed("acme", "rate")
		require.EqualValues(t, len(told), got.Updates)
		f.check()
	})
}

func valueOf(a answer) types.Value {
	return types.Value{Asked: a.deal.Height, Index: a.result.Index, Task: a.result.Task}
}

// TestLoweredHistory: an update removes no more than two values.
func TestLoweredHistory(t *testing.T) {
	f := newFixture(t)
	f.mustCreate("alice", "rate")
	for i := range 10 {
		f.tell(f.answerOf("alice", "rate", fmt.Sprint(i), int64(i)))
	}
	f.setParams(func(p *types.Params) { p.MaxHistory = 4 })
	for i, left := range []int{9, 8, 7, 6, 5, 4, 4} {
		f.tell(f.answerOf("alice", "rate", "x", int64(10+i)))
		require.Len(t, f.history("acme", "rate"), left)
	}
	require.Equal(t, "x", string(f.feed("acme", "rate").Latest.Data))
	f.check()
	f.setParams(func(p *types.Params) { p.MaxHistory = 1 })
	f.tell(f.answerOf("alice", "rate", "late", 0))
	require.Equal(t, "x", string(f.feed("acme", "rate").Latest.Data), "the latest stays though the history is cut")
	f.check()
}
