package web

import (
	"context"

	"github.com/credence-chain/credence/internal/printable"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
)

// feedRow is a feed, as lists show it.
type feedRow struct {
	ID      string     `json:"feed"`
	Owner   string     `json:"owner"`
	Name    string     `json:"name"`
	Account string     `json:"account"`
	Shared  bool       `json:"shared"`
	App     string     `json:"app"`
	Trust   uint64     `json:"min_trust"`
	Policy  string     `json:"policy"`
	Updates big        `json:"updates"`
	Late    big        `json:"late"`
	Created int64      `json:"created"`
	Latest  *feedValue `json:"latest,omitempty"`
}

// feedValue is a value of a feed. Times are in milliseconds since 1970, as in JavaScript.
type feedValue struct {
	Text    string `json:"text"`
	Bytes   int    `json:"bytes"`
	Asked   int64  `json:"asked"`
	AskedAt int64  `json:"asked_at"`
	Height  int64  `json:"height"`
	At      int64  `json:"at"`
	Task    string `json:"task"`
	Index   uint64 `json:"index"`
	Trust   uint64 `json:"trust"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

func feedRowOf(f feedstypes.Feed) feedRow {
	row := feedRow{
		ID: f.Id, Owner: f.Owner(), Name: f.Name, Account: f.Account, Shared: f.Shared, App: f.App, Trust: f.MinTrust, Policy: f.Policy,
		Updates: big(f.Updates), Late: big(f.Late), Created: f.Created,
	}
	if f.Latest != nil {
		v := feedValueOf(*f.Latest)
		row.Latest = &v
	}
	return row
}

func feedValueOf(v feedstypes.Value) feedValue {
	return feedValue{
		Text: printable.Data(v.Data), Bytes: len(v.Data), Asked: v.Asked, AskedAt: v.AskedTime * 1000, Height: v.Height, At: v.Time * 1000, Task: v.Task,
		Index: v.Index, Trust: v.Trust, Version: v.AppVersion, Digest: v.Digest,
	}
}

type feedList struct {
	Feeds []feedRow `json:"feeds"`
	Next  string    `json:"next"`
}

// readFeeds lists the feeds, by owner and name.
func (c *chain) readFeeds(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Feeds().Feeds(ctx, &feedstypes.QueryFeedsRequest{Owner: p["owner"], Pagination: list})
	if err != nil {
		return nil, err
	}
	out := feedList{Feeds: []feedRow{}, Next: nextPage(res.Pagination)}
	for _, f := range res.Feeds {
		out.Feeds = append(out.Feeds, feedRowOf(f))
	}
	return out, nil
}

type feedPage struct {
	feedRow
	History uint32      `json:"history"`
	Values  []feedValue `json:"values"`
	Next    string      `json:"next"`
	Height  int64       `json:"height"`
	Age     int64       `json:"age_seconds"`
}

// readFeed returns a feed and the values that it keeps, newest first.
func (c *chain) readFeed(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, err
	}
	res, err := c.conn.Feeds().Feed(ctx, &feedstypes.QueryFeedRequest{Owner: p["owner"], Name: p["name"]})
	if err != nil {
		return nil, err
	}
	values, err := c.conn.Feeds().History(ctx, &feedstypes.QueryHistoryRequest{Owner: p["owner"], Name: p["name"], Pagination: list})
	if err != nil {
		return nil, err
	}
	out := feedPage{
		feedRow: feedRowOf(res.Feed), History: res.Feed.History, Values: []feedValue{}, Next: nextPage(values.Pagination), Height: res.Height, Age: res.AgeSeconds,
	}
	for _, v := range values.Values {
		out.Values = append(out.Values, feedValueOf(v))
	}
	return out, nil
}
