package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/cmd/internal/nodetest"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/receipt"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

const (
	feedsOf = "/credence.feeds.v1.Query/"
	account = "cred1s0n477cgj5sdjnhpqfskfrmg2kn0zu46q42wxy"
)

var feedID = strings.Repeat("5e", 32)

// euro returns a feed of acme that has a value.
func euro(change ...func(*feedstypes.Feed)) feedstypes.Feed {
	f := feedstypes.Feed{
		Id: feedID, Organisation: "acme", Account: account, Name: "euro", App: "studio/rates", MinTrust: 1000, Policy: "credence", History: 9, Updates: 3, Late: 1, Entries: 2,
		Latest: &feedstypes.Value{
			Data: []byte("1.0842"), Asked: 80, AskedTime: 1_700_000_000, Height: 90, Time: 1_700_000_060, Trust: 2000, Policy: "credence", AppVersion: "1.2", Task: strings.Repeat("ab", 32),
		},
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

// feedNode returns a node with these feeds, whose values are 90 s old.
func feedNode(t *testing.T, feeds ...feedstypes.Feed) *nodetest.Node {
	n := nodetest.NewNode(t)
	find := func(fits func(feedstypes.Feed) bool) (feedstypes.Feed, error) {
		for _, f := range feeds {
			if fits(f) {
				return f, nil
			}
		}
		return feedstypes.Feed{}, status.Error(codes.NotFound, "there is none")
	}
	nodetest.Answer(n, feedsOf+"Feed", func(r *feedstypes.QueryFeedRequest) (*feedstypes.QueryFeedResponse, error) {
		f, err := find(func(f feedstypes.Feed) bool { return f.Owner() == r.Owner && f.Name == r.Name })
		return &feedstypes.QueryFeedResponse{Feed: f, Height: nodetest.Height, AgeSeconds: 90}, err
	})
	nodetest.Answer(n, feedsOf+"FeedByID", func(r *feedstypes.QueryFeedByIDRequest) (*feedstypes.QueryFeedByIDResponse, error) {
		f, err := find(func(f feedstypes.Feed) bool { return f.Id == r.Id })
		return &feedstypes.QueryFeedByIDResponse{Feed: f, Height: nodetest.Height, AgeSeconds: 90}, err
	})
	nodetest.Answer(n, feedsOf+"Feeds", func(r *feedstypes.QueryFeedsRequest) (*feedstypes.QueryFeedsResponse, error) {
		var of []feedstypes.Feed
		for _, f := range feeds {
			if r.Owner == "" || f.Owner() == r.Owner {
				of = append(of, f)
			}
		}
		page, next := onePage(of, r.Pagination)
		return &feedstypes.QueryFeedsResponse{Feeds: page, Pagination: next}, nil
	})
	nodetest.Answer(n, feedsOf+"History", func(r *feedstypes.QueryHistoryRequest) (*feedstypes.QueryHistoryResponse, error) {
		f, err := find(func(f feedstypes.Feed) bool { return f.Owner() == r.Owner && f.Name == r.Name })
		if err != nil {
			return nil, err
		}
		older, rude := *f.Latest, *f.Latest
		older.Data, older.Height = []byte("1.0700"), 70
		rude.Data, rude.Height = []byte("1.06\x1b[2J"), 60
		page, next := onePage([]feedstypes.Value{*f.Latest, older, rude}, r.Pagination)
		return &feedstypes.QueryHistoryResponse{Values: page, Pagination: next}, nil
	})
	nodetest.Answer(n, "/credence.orgs.v1.Query/OrganisationOf", func(*orgstypes.QueryOrganisationOfRequest) (*orgstypes.QueryOrganisationOfResponse, error) {
		return nil, status.Error(codes.NotFound, "in none")
	})
	return n
}

// onePage returns the first page of a list, as a node cuts it.
func onePage[T any](list []T, p *query.PageRequest) ([]T, *query.PageResponse) {
	if p == nil || p.Limit == 0 || uint64(len(list)) <= p.Limit {
		return list, &query.PageResponse{}
	}
	return list[:p.Limit], &query.PageResponse{NextKey: []byte{1}}
}

func run(t *testing.T, n *nodetest.Node, args ...string) (string, error) {
	t.Helper()
	return n.RunCommand(t, NewCommand(), args...)
}

func mustRun(t *testing.T, n *nodetest.Node, args ...string) string {
	t.Helper()
	out, err := run(t, n, args...)
	require.NoError(t, err, "%v", args)
	return out
}

// exitOf returns the exit status and the text of a refusal.
func exitOf(t *testing.T, err error) (int, string) {
	t.Helper()
	require.Error(t, err)
	return cli.ExitStatus(err), err.Error()
}

// TestShow: a feed is found by its owner and name, and by its id. The test covers the output for people, for scripts and for pipes.
func TestShow(t *testing.T) {
	n := feedNode(t, euro())
	for _, name := range []string{"acme/euro", feedID, strings.ToUpper(feedID)} {
		out := mustRun(t, n, "show", name)
		for _, want := range []string{"acme/euro", feedID, "studio/rates, trust 1000 or more, policy credence", "3, 1 of them late; 2 kept of at most 9", "1.0842", "1m30s: asked for at height 80", "at height 90", "2000, policy credence, app version 1.2"} {
			require.Contains(t, out, want, name)
		}
	}
	require.Equal(t, "1.0842", mustRun(t, n, "show", "acme/euro", "--output", "value"), "the bytes alone")
	var answer struct {
		Feed       struct{ Name string }
		AgeSeconds string `json:"age_seconds"`
	}
	require.NoError(t, json.Unmarshal([]byte(mustRun(t, n, "show", "acme/euro", "--output", "json")), &answer))
	require.Equal(t, "euro", answer.Feed.Name)
	require.Equal(t, "90", answer.AgeSeconds)
	require.Contains(t, mustRun(t, feedNode(t, euro(func(f *feedstypes.Feed) { f.Shared = true })), "show", "acme/euro"), "jobs of every account of acme")
}

// TestShowWithoutAValue: a feed without a value is reported so, with an exit status for scripts.
func TestShowWithoutAValue(t *testing.T) {
	n := feedNode(t, euro(func(f *feedstypes.Feed) { f.Latest = nil }))
	require.Contains(t, mustRun(t, n, "show", "acme/euro"), "none yet")
	require.Contains(t, mustRun(t, n, "list"), "-")
	out, err := run(t, n, "show", "acme/euro", "--output", "value")
	exit, text := exitOf(t, err)
	require.Equal(t, cli.ExitNoVerdict, exit)
	require.Contains(t, text, "no value yet")
	require.Empty(t, out)
}

// TestNoSuchFeed: the error says what was looked for, and how to list feeds. A bare name is refused, because its owner is missing.
func TestNoSuchFeed(t *testing.T) {
	n := feedNode(t, euro())
	for _, name := range []string{"acme/pound", "zeta/euro", strings.Repeat("00", 32)} {
		for _, command := range []string{"show", "history", "receipt"} {
			_, err := run(t, n, command, name)
			_, text := exitOf(t, err)
			require.Contains(t, text, "the chain has no")
			require.Contains(t, text, name)
			var problem *cli.Problem
			require.ErrorAs(t, err, &problem)
			require.Contains(t, problem.Next, "feed list")
		}
	}
	_, err := run(t, n, "show", "euro")
	exit, text := exitOf(t, err)
	require.Equal(t, cli.ExitUsage, exit)
	require.Contains(t, text, "whose feed is this")
}

// TestList: the list has columns, and may be limited to an owner or in length. A value that a program chose cannot act on the terminal.
func TestList(t *testing.T) {
	long := euro(func(f *feedstypes.Feed) {
		f.Organisation, f.Name, f.Id = "zeta", "long", strings.Repeat("77", 32)
		v := *f.Latest
		v.Data = []byte(strings.Repeat("x", 200) + "\x1b]0;title\a")
		f.Latest = &v
	})
	n := feedNode(t, euro(), long)
	out := mustRun(t, n, "list")
	require.Contains(t, out, "acme/euro")
	require.Contains(t, out, "zeta/long")
	require.Contains(t, out, "2023-11-14T22:13:20Z")
	require.NotContains(t, out, "\x1b")
	require.NotContains(t, out, strings.Repeat("x", 33), "it is cut")
	out = mustRun(t, n, "list", "--owner", "zeta")
	require.NotContains(t, out, "acme/euro")
	out = mustRun(t, n, "list", "--limit", "1")
	require.Contains(t, out, "acme/euro")
	require.NotContains(t, out, "zeta/long")
	require.Contains(t, out, "more", "there are others")
	var list struct{ Feeds []struct{ Name string } }
	require.NoError(t, json.Unmarshal([]byte(mustRun(t, n, "list", "--output", "json")), &list))
	require.Len(t, list.Feeds, 2)
}

// TestHistory: the values come newest first, cut in length and made printable.
func TestHistory(t *testing.T) {
	n := feedNode(t, euro())
	out := mustRun(t, n, "history", "acme/euro")
	require.Less(t, strings.Index(out, "1.0842"), strings.Index(out, "1.0700"))
	require.NotContains(t, out, "\x1b")
	var list struct{ Values []struct{ Height string } }
	require.NoError(t, json.Unmarshal([]byte(mustRun(t, n, "history", "acme/euro", "--output", "json", "--limit", "1")), &list))
	require.Len(t, list.Values, 1)
	require.Equal(t, "90", list.Values[0].Height)
}

// TestUsage: impossible arguments are refused before anything is sent, with the exit status of a mistake in the command line.
func TestUsage(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"no app":           {[]string{"create", "euro"}, "--app is missing"},
		"a name":           {[]string{"create", "Euro!", "--app", "a/b"}, "name"},
		"trust":            {[]string{"create", "euro", "--app", "a/b", "--trust", "200%"}, "--trust"},
		"output":           {[]string{"create", "euro", "--app", "a/b", "--output", "xml"}, "--output"},
		"output of show":   {[]string{"show", "acme/euro", "--output", "yaml"}, "--output"},
		"output of list":   {[]string{"list", "--output", "value"}, "--output"},
		"limit":            {[]string{"list", "--limit", "0"}, "limit"},
		"limit of history": {[]string{"history", "acme/euro", "--limit", "0"}, "limit"},
		"since":            {[]string{"receipt", "acme/euro", "--since", "-1"}, "--since"},
		"no feed":          {[]string{"show"}, "FEED"},
		"two feeds":        {[]string{"delete", "a", "b"}, "FEED"},
		"output of delete": {[]string{"delete", "acme/euro", "--output", "value"}, "--output"},
	} {
		t.Run(name, func(t *testing.T) {
			n := feedNode(t, euro())
			_, err := run(t, n, tc.args...)
			_, text := exitOf(t, err)
			require.Contains(t, text, tc.says)
			require.Empty(t, n.Asked(), "the node is not even asked")
		})
	}
}

// TestReceiptProblem: the error says why there is no receipt. The exit status says whether asking again may help.
func TestReceiptProblem(t *testing.T) {
	other := errors.New("no route")
	require.Equal(t, other, receiptProblem("acme/euro", other), "not a refusal")
	for reason, exit := range map[receipt.Reason]int{receipt.ReasonRunning: cli.ExitNotEnded, receipt.ReasonRecord: cli.ExitUnproven} {
		err := receiptProblem("acme/\x1beuro", fmt.Errorf("made: %w", &receipt.Refusal{Reason: reason, What: "why"}))
		got, text := exitOf(t, err)
		require.Equal(t, exit, got)
		require.Contains(t, text, "there is no receipt of the feed")
		require.NotContains(t, text, "\x1b")
	}
}

// TestReceiptIsNotBegunWithoutProofs: if the node proves nothing, no file is left behind.
func TestReceiptIsNotBegunWithoutProofs(t *testing.T) {
	n := feedNode(t, euro())
	out := filepath.Join(t.TempDir(), "euro.json")
	_, err := run(t, n, "receipt", "acme/euro", "--out", out, "--wait", "10ms")
	require.Error(t, err)
	_, err = os.Stat(out)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestCommandsHaveExamples: each command has a description and an example. The test also covers appText and shorten.
func TestCommandsHaveExamples(t *testing.T) {
	for _, c := range NewCommand().Commands() {
		require.NotEmpty(t, c.Short, c.Name())
		require.Contains(t, c.Example, "feed "+c.Name(), c.Name())
		require.NotNil(t, c.RunE, c.Name())
	}
	require.Equal(t, "a/b:VERSION", appText("a/b"))
	require.Equal(t, "a/b:1.0", appText("a/b:1.0"))
	require.Equal(t, strings.Repeat("é", 5), shorten(strings.Repeat("é", 5), 5))
	require.Equal(t, "éé...", shorten(strings.Repeat("é", 6), 5))
}
