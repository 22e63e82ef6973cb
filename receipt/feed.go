package receipt

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/wire"
)

// FeedFormat names the version of the file format of a feed's receipt.
const FeedFormat = "credence/feed-receipt/v1"

const (
	feedsStore  = "feeds"
	feedsPrefix = 1 // of x/feeds: feed -> Feed
)

// FeedReceipt is the content of a file that proves the latest value of a feed at a height. Bytes are base64 in JSON.
type FeedReceipt struct {
	// Format is FeedFormat.
	Format string `json:"format"`
	// Chain is the chain's id.
	Chain string `json:"chain"`
	// Feed is the feed's id, 64 hexadecimal digits.
	Feed string `json:"feed"`
	// Height is the height of the proven state. The next header, which is the last of the path, holds the app hash.
	Height int64 `json:"height,string"`
	// FeedRecord is the record of the feed, which contains the latest value.
	FeedRecord Record `json:"feed_record"`
	// Path is a path of headers, as in a Receipt.
	Path []Link `json:"path"`
}

// FeedStatement is what a feed's receipt proves. Every field comes from what the validators signed.
type FeedStatement struct {
	// Chain is the chain's id, Feed the feed's id.
	Chain string `json:"chain"`
	Feed  string `json:"feed"`
	// Owner is an organisation or an account, Name the owner's name for the feed, and Account the account that created it.
	Owner   string `json:"owner"`
	Name    string `json:"name"`
	Account string `json:"account"`
	// App, MinTrust and Policy are the conditions for an answer that updates the feed. Shared says that jobs of every account of
	// the organisation may update it.
	App      string `json:"app"`
	MinTrust uint64 `json:"min_trust"`
	Policy   string `json:"policy"`
	Shared   bool   `json:"shared"`
	// Value is the latest value at the height of Signed.
	Value FeedValue `json:"value"`
	// Signed is the header that the validators signed.
	Signed Signed `json:"signed"`
}

// FeedValue is the value of a feed; credence.feeds.v1.Value.
type FeedValue struct {
	// Data are the bytes.
	Data []byte `json:"data"`
	// Asked is the height at which the value was asked for, AskedTime the time of that block in Unix seconds.
	Asked     int64 `json:"asked,string"`
	AskedTime int64 `json:"asked_time,string"`
	// Height is the height at which the answer was final, Time the time of that block in Unix seconds.
	Height int64 `json:"height,string"`
	Time   int64 `json:"time,string"`
	// Task is the id of the task whose final answer the value is. Digest is the digest of the result's manifest, which names the
	// file with these bytes.
	Task   string `json:"task"`
	Digest string `json:"digest"`
	// Trust is the trust of the task, Policy the policy under which its answer was accepted, and AppVersion the version of the app.
	Trust      uint64 `json:"trust"`
	Policy     string `json:"policy"`
	AppVersion string `json:"app_version"`
}

// feed is a part of credence.feeds.v1.Feed.
type feed struct {
	id                 [32]byte
	organisation, name string
	account            []byte
	shared             bool
	app, policy        string
	minTrust           uint64
	has                bool
	latest             feedValue
}

// feedValue is a part of credence.feeds.v1.Value.
type feedValue struct {
	data             []byte
	asked, askedTime int64
	task, digest     [32]byte
	height, time     int64
	trust            uint64
	policy, version  string
}

func readFeed(b []byte) (f feed, err error) {
	return f, wire.ReadMessage(b, wire.Readers{
		1: wire.ReadHash(&f.id), 2: wire.ReadText(&f.organisation), 3: wire.ReadRaw(&f.account, 0), 4: wire.ReadText(&f.name), 5: wire.ReadBool(&f.shared), 6: wire.ReadText(&f.app),
		7: wire.ReadNumber(&f.minTrust), 8: wire.ReadText(&f.policy),
		14: wire.ReadWithin(&f.latest, func(b []byte) (feedValue, error) { f.has = true; return readFeedValue(b) }),
	})
}

func readFeedValue(b []byte) (v feedValue, err error) {
	return v, wire.ReadMessage(b, wire.Readers{
		1: wire.ReadRaw(&v.data, 0), 2: wire.ReadNumber(&v.asked), 3: wire.ReadNumber(&v.askedTime), 5: wire.ReadHash(&v.task), 6: wire.ReadNumber(&v.height), 7: wire.ReadNumber(&v.time),
		8: wire.ReadNumber(&v.trust), 9: wire.ReadText(&v.policy), 10: wire.ReadText(&v.version), 11: wire.ReadHash(&v.digest),
	})
}

// MakeFeed makes the receipt of a feed from the state of a height. If there can be no receipt, the error is a *Refusal that says
// why.
func MakeFeed(ctx context.Context, from Source, chain, feedID string, height int64, begin Begin) (*FeedReceipt, error) {
	id, err := ids.Parse(feedID)
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	r := &FeedReceipt{Format: FeedFormat, Chain: chain, Feed: feedID, Height: height}
	if r.FeedRecord, err = from.Record(ctx, feedsStore, recordKey(feedsPrefix, id), height); err != nil {
		return nil, fmt.Errorf("record of the feed: %w", err)
	}
	if len(r.FeedRecord.Value) == 0 {
		return nil, newRefusal(ReasonRecord, "the chain has no feed %s at height %d", feedID, height)
	}
	f, err := readFeed(r.FeedRecord.Value)
	if err != nil {
		return nil, newRefusal(ReasonRecord, "the record of the feed cannot be read: %v", err)
	}
	if !f.has {
		return nil, newRefusal(ReasonRunning, "the feed had no value at height %d", height)
	}
	if r.Path, err = makePath(ctx, from, begin, height+1); err != nil {
		return nil, err
	}
	last, err := readHeader(r.Path[len(r.Path)-1].Header)
	if err != nil {
		return nil, err
	}
	_, err = VerifyFeed(r, Trust{Hash: [32]byte(last.ValidatorsHash)}, Expected{Chain: chain})
	return r, err
}

// VerifyFeed checks a feed's receipt against trust, and returns what it proves. Of the expected values it compares only the chain.
// It reads nothing but its arguments. Every refusal is a *Refusal.
func VerifyFeed(r *FeedReceipt, trust Trust, expected Expected) (*FeedStatement, error) {
	if expected.Chain != "" && r.Chain != expected.Chain {
		return nil, newRefusal(ReasonChain, "the receipt is of the chain %q, expected %q", r.Chain, expected.Chain)
	}
	if expected.Task != "" || expected.Digest != "" {
		return nil, newRefusal(ReasonRecord, "the receipt is of a feed, expected one of a task")
	}
	id, err := ids.Parse(r.Feed)
	if err != nil {
		return nil, newRefusal(ReasonFormat, "feed: %v", err)
	}
	path, err := checkPath(r.Chain, r.Path)
	if err != nil {
		return nil, err
	}
	last := path[len(path)-1]
	if last.header.Height-1 != r.Height {
		return nil, newRefusal(ReasonHeight, "the receipt is of the state of height %d, and the header of height %d holds that of height %d", r.Height, last.header.Height, last.header.Height-1)
	}
	f, err := proveRecord(r.FeedRecord, "feed_record", feedsStore, recordKey(feedsPrefix, id), last.header.AppHash, readFeed)
	if err != nil {
		return nil, err
	}
	if f.id != id {
		return nil, newRefusal(ReasonRecord, "the record has another id than the key under which it is stored")
	}
	if err := trust.checkReach(path); err != nil {
		return nil, err
	}
	if !f.has {
		return nil, newRefusal(ReasonRunning, "the feed had no value at height %d", r.Height)
	}
	account := accountText(f.account)
	owner := f.organisation
	if owner == "" {
		owner = account
	}
	v := f.latest
	return &FeedStatement{
		Chain: r.Chain, Feed: r.Feed, Owner: owner, Name: f.name, Account: account, App: f.app, MinTrust: f.minTrust, Policy: f.policy, Shared: f.shared,
		Value: FeedValue{
			Data: v.data, Asked: v.asked, AskedTime: v.askedTime, Height: v.height, Time: v.time, Task: ids.Format(v.task), Digest: digestText(v.digest),
			Trust: v.trust, Policy: v.policy, AppVersion: v.version,
		},
		Signed: signedBy(path, r.Height, trust),
	}, nil
}

// Encode returns the receipt as a file: JSON, indented by two spaces, ended by a line feed.
func (r *FeedReceipt) Encode() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// IsFeed says whether a file says that it is the receipt of a feed. DecodeFeed reads such a file.
func IsFeed(file []byte) bool {
	var head struct {
		Format string `json:"format"`
	}
	return len(file) <= MaxBytes && json.NewDecoder(bytes.NewReader(file)).Decode(&head) == nil && head.Format == FeedFormat
}

// DecodeFeed reads a file. It accepts exactly the files that Encode writes. It does not check what the receipt says: VerifyFeed
// does. Errors are a *Refusal.
func DecodeFeed(file []byte) (*FeedReceipt, error) {
	if len(file) > MaxBytes {
		return nil, newRefusal(ReasonFormat, "the file has %d bytes, expected at most %d", len(file), MaxBytes)
	}
	var r FeedReceipt
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return nil, newRefusal(ReasonFormat, "the file is no receipt of a feed, or a part of one: %v", err)
	}
	if r.Format != FeedFormat {
		return nil, newRefusal(ReasonFormat, "format: got %.80q, expected %q; a newer program may be able to read it", r.Format, FeedFormat)
	}
	if again, err := r.Encode(); err != nil || !bytes.Equal(again, file) {
		return nil, newRefusal(ReasonFormat, "the file is not in the one encoding that receipts have; it was changed after it was made")
	}
	return &r, nil
}
