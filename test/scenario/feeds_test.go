package scenario

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
)

// feedFile is the file that an answer of "truth 1.0842" leaves.
const feedFile = "value.txt"

// feed plays the steps of feeds:
//
//	feed create euro [by=acme app=studio/paint trust=100 policy= history= shared]
//	feed delete euro [by=acme owner=acme]
//	feed euro [owner=acme]                      the feed and its values, the newest first
func (s *stage) feed(w *words) []string {
	word := w.next()
	by := s.chain.Actor(w.text("by", testutil.Requester))
	switch word {
	case "create":
		s.chain.Queue(by, &feedstypes.MsgCreate{
			Account: by.String(), Name: w.next(), App: w.text("app", testutil.Provider+"/paint"), MinTrust: w.trust(100), Policy: w.text("policy", ""),
			History: uint32(w.amount("history", 0)), Shared: w.flag("shared"),
		})
	case "delete":
		f, found, err := app.FeedsKeeper(s.chain.App).ReadFeed(s.chain.Ctx(), w.text("owner", testutil.Requester), w.next())
		require.NoError(s.t, err)
		require.True(s.t, found)
		s.chain.Queue(by, &feedstypes.MsgDelete{Account: by.String(), Feed: f.Id})
	default:
		return s.showFeed(w.text("owner", testutil.Requester), word)
	}
	return s.wait(1)
}

func (s *stage) showFeed(owner, name string) []string {
	queries := feedstypes.NewQueryClient(s.chain.Conn())
	res, err := queries.Feed(s.chain.Ctx(), &feedstypes.QueryFeedRequest{Owner: owner, Name: name})
	if err != nil {
		return []string{aSource.ReplaceAllString(err.Error(), "")}
	}
	f := res.Feed
	line := fmt.Sprintf("%s/%s: %d updates, %d late, %d kept", f.Owner(), f.Name, f.Updates, f.Late, f.Entries)
	if f.Latest != nil {
		line += fmt.Sprintf("; %q of trust %d, policy %s, version %s, %d s old", f.Latest.Data, f.Latest.Trust, f.Latest.Policy, f.Latest.AppVersion, res.AgeSeconds)
	}
	out := []string{line}
	history, err := queries.History(s.chain.Ctx(), &feedstypes.QueryHistoryRequest{Owner: owner, Name: name})
	require.NoError(s.t, err)
	for _, v := range history.Values {
		out = append(out, s.short(fmt.Sprintf("  %q of %s, asked for at %d, final at %d", v.Data, v.Task, v.Asked, v.Height)))
	}
	return out
}
