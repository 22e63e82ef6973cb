package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/x/feeds/keeper"
	"github.com/credence-chain/credence/x/feeds/types"
)

// TestCreate: a feed belongs to the organisation of who creates it, or to the account, and everything of it is checked.
func TestCreate(t *testing.T) {
	f := newFixture(t)
	id := f.mustCreate("alice", "euro-rate", func(m *types.MsgCreate) { m.MinTrust, m.Shared = 9_000, true })
	got := f.feed("acme", "euro-rate")
	require.Equal(t, types.Feed{
		Id: id, Organisation: "acme", Account: addressOf("alice"), Name: "euro-rate", Shared: true, App: "studio/rates", MinTrust: 10_000, Policy: "credence", History: 100, Created: 100,
	}, got)
	f.mustCreate("carol", "euro-rate")
	require.Equal(t, addressOf("carol"), f.feed(addressOf("carol"), "euro-rate").Owner())
	_, err := f.create("anna", "euro-rate")
	require.ErrorIs(t, err, types.ErrExists, "one name, one feed of an organisation")
	for what, change := range map[string]func(*types.MsgCreate){
		"app":       func(m *types.MsgCreate) { m.App = "rates" },
		"trust":     func(m *types.MsgCreate) { m.MinTrust = 1 },
		"policy":    func(m *types.MsgCreate) { m.Policy = "none" },
		"history":   func(m *types.MsgCreate) { m.History = 101 },
		"account":   func(m *types.MsgCreate) { m.Account = "cred1x" },
		"shared":    func(m *types.MsgCreate) { m.Account, m.Shared = addressOf("carol"), true },
		"version":   func(m *types.MsgCreate) { m.App = "studio/rates:" },
		"newline":   func(m *types.MsgCreate) { m.App = "studio/rates\n" },
		"long name": func(m *types.MsgCreate) { m.Name = strings.Repeat("a", 49) },
	} {
		_, err := f.create("alice", "other", change)
		require.ErrorIs(t, err, types.ErrInvalid, what)
	}
	for _, name := range []string{"", ".", "..", "a/b", "/", "A", "a b", "a\x00", "\x1b[31m", "ü", "a\n", "%2e", "..\\", "a?b", strings.Repeat("x", 1<<16)} {
		_, err := f.create("alice", name)
		require.ErrorIs(t, err, types.ErrInvalid, "%.20q", name)
	}
	f.check()
}

// TestMaxFeeds: the number of an owner's feeds is bounded, and a deleted one makes room.
func TestMaxFeeds(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.MaxFeeds = 2 })
	first := f.mustCreate("alice", "a")
	f.mustCreate("anna", "b")
	_, err := f.create("alice", "c")
	require.ErrorIs(t, err, types.ErrTooMany)
	f.mustCreate("carol", "c")
	_, err = f.msgs.Delete(f.ctx, &types.MsgDelete{Account: addressOf("alice"), Feed: first})
	require.NoError(t, err)
	f.mustCreate("alice", "c")
	f.check()
}

// TestDelete: by whom it belongs to alone; its values go a few a block, and until they have gone the name is not free.
func TestDelete(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.RemovalsPerBlock = 3 })
	id, other := f.mustCreate("alice", "a"), f.mustCreate("alice", "b")
	for i := range 7 {
		f.tell(f.answerOf("alice", "a", fmt.Sprint(i), int64(i)))
		f.tell(f.answerOf("alice", "b", fmt.Sprint(i), int64(i)))
	}
	for _, who := range []string{"eve", "carol"} {
		_, err := f.msgs.Delete(f.ctx, &types.MsgDelete{Account: addressOf(who), Feed: id})
		require.ErrorIs(t, err, types.ErrNotOwner)
	}
	_, err := f.msgs.Delete(f.ctx, &types.MsgDelete{Account: addressOf("alice"), Feed: ids.Format([32]byte{1})})
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = f.msgs.Delete(f.ctx, &types.MsgDelete{Account: addressOf("alice"), Feed: "a"})
	require.ErrorIs(t, err, types.ErrInvalid)
	_, err = f.msgs.Delete(f.ctx, &types.MsgDelete{Account: addressOf("anna"), Feed: id})
	require.NoError(t, err, "an account of the organisation")
	_, found, err := f.ReadFeed(f.ctx, "acme", "a")
	require.NoError(t, err)
	require.False(t, found)
	count := func(feed string) (n int) {
		g, err := f.ExportGenesis(f.ctx)
		require.NoError(t, err)
		for _, v := range g.Values {
			if v.Feed == feed {
				n++
			}
		}
		return n
	}
	for _, left := range []int{7, 4, 1, 0} {
		require.Equal(t, left, count(id))
		f.check()
		if left > 0 {
			_, err := f.create("alice", "a")
			require.ErrorIs(t, err, types.ErrExists)
			require.ErrorContains(t, err, "being removed")
		}
		f.block()
	}
	require.Equal(t, 7, count(other), "the other feed's stay")
	f.mustCreate("alice", "a")
	require.Nil(t, f.feed("acme", "a").Latest)
	// An account that has left the organisation still owns what it created.
	f.orgs[addressOf("anna")] = "evil"
	own := f.mustCreate("carol", "mine")
	f.orgs[addressOf("carol")] = "acme"
	_, err = f.msgs.Delete(f.ctx, &types.MsgDelete{Account: addressOf("anna"), Feed: other})
	require.ErrorIs(t, err, types.ErrNotOwner)
	_, err = f.msgs.Delete(f.ctx, &types.MsgDelete{Account: addressOf("carol"), Feed: own})
	require.NoError(t, err)
	f.check()
}

// TestQueries: lists by owner and by all, the history from its newest, and what is not there.
func TestQueries(t *testing.T) {
	f := newFixture(t)
	q := keeper.NewQueryServer(f.Keeper)
	for _, name := range []string{"c", "a", "b"} {
		f.mustCreate("alice", name)
	}
	id := f.mustCreate("carol", "z")
	names := func(owner string) (out []string) {
		res, err := q.Feeds(f.ctx, &types.QueryFeedsRequest{Owner: owner})
		require.NoError(t, err)
		for _, feed := range res.Feeds {
			out = append(out, feed.Name)
		}
		return out
	}
	require.Equal(t, []string{"a", "b", "c"}, names("acme"))
	require.Equal(t, []string{"z"}, names(addressOf("carol")))
	require.Empty(t, names("acm"), "no prefix of an owner")
	require.Empty(t, names("nobody"))
	require.Len(t, names(""), 4)
	f.tell(f.answerOf("carol", "z", "7", 90))
	res, err := q.Feed(f.ctx, &types.QueryFeedRequest{Owner: addressOf("carol"), Name: "z"})
	require.NoError(t, err)
	require.EqualValues(t, 100, res.Height)
	require.EqualValues(t, 1_000_000-900_090, res.AgeSeconds)
	same, err := q.FeedByID(f.ctx, &types.QueryFeedByIDRequest{Id: id})
	require.NoError(t, err)
	require.Equal(t, res.Feed, same.Feed)
	for _, bad := range []string{"", "x", ids.Format([32]byte{9})} {
		_, err := q.FeedByID(f.ctx, &types.QueryFeedByIDRequest{Id: bad})
		require.Error(t, err)
	}
	_, err = q.Feed(f.ctx, &types.QueryFeedRequest{Owner: "acme", Name: "\x00\xff"})
	require.ErrorContains(t, err, "has no feed")
	_, err = q.History(f.ctx, &types.QueryHistoryRequest{})
	require.Error(t, err)
}
