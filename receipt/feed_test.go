package receipt

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/cometbft/cometbft/crypto/ed25519"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
)

// testFeed returns a feed of an organisation, as x/feeds stores it.
func testFeed(t *testing.T) feedstypes.Feed {
	account, err := address.NewBech32Codec(addressPrefix).BytesToString(bytes.Repeat([]byte{7}, 20))
	require.NoError(t, err)
	task := ids.Format(poco.Hash([]byte("task")))
	return feedstypes.Feed{
		Id: ids.Format(poco.FeedID(testChain, "acme", "euro")), Organisation: "acme", Account: account, Name: "euro", Shared: true, App: "studio/rates", MinTrust: 10_000,
		Policy: "credence", History: 9, Created: 1, Updates: 3, Late: 1, Entries: 2,
		Latest: &feedstypes.Value{
			Data: []byte("1.0842"), Asked: 5, AskedTime: 50, Index: 2, Task: task, Height: 8, Time: 80, Trust: 20_000, Policy: "credence", AppVersion: "1.0", Digest: "sha256:" + task,
		},
	}
}

// feedChain returns a chain whose state holds a feed.
func feedChain(t *testing.T, f feedstypes.Feed) *chain {
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	value, err := compact.Value[feedstypes.Feed](cdc, address.NewBech32Codec(addressPrefix)).Encode(f)
	require.NoError(t, err)
	id, err := ids.Parse(f.Id)
	require.NoError(t, err)
	return newChain(t, testChain, 10, map[int64][]ed25519.PrivKey{1: testKeys(0, 4), 6: testKeys(2, 4)}, nil,
		map[string]map[string][]byte{feedsStore: {string(recordKey(feedsPrefix, id)): value}})
}

func makeFeed(t *testing.T, c *chain, f feedstypes.Feed, since int64) *FeedReceipt {
	r, err := MakeFeed(t.Context(), c, testChain, f.Id, 8, Begin{Height: since})
	require.NoError(t, err)
	return r
}

// TestFeedReceipt: the receipt states what the feed's record holds. The verifier trusts the validators at the beginning of the path,
// which have changed once since.
func TestFeedReceipt(t *testing.T) {
	f := testFeed(t)
	c := feedChain(t, f)
	r := makeFeed(t, c, f, 1)
	file, err := r.Encode()
	require.NoError(t, err)
	require.True(t, IsFeed(file))
	again, err := DecodeFeed(file)
	require.NoError(t, err)
	require.Equal(t, r, again)
	_, err = Decode(file)
	require.Error(t, err, "it is no receipt of a task")
	set, _ := c.set(1)
	s, err := VerifyFeed(again, Trust{Hash: [32]byte(set.Hash())}, Expected{Chain: testChain})
	require.NoError(t, err)
	signed := s.Signed
	require.Equal(t, 1, signed.Changes)
	require.EqualValues(t, 8, signed.Height)
	s.Signed = Signed{}
	require.Equal(t, &FeedStatement{
		Chain: testChain, Feed: f.Id, Owner: "acme", Name: "euro", Account: f.Account, App: "studio/rates", MinTrust: 10_000, Policy: "credence", Shared: true,
		Value: FeedValue{
			Data: []byte("1.0842"), Asked: 5, AskedTime: 50, Height: 8, Time: 80, Task: f.Latest.Task, Digest: f.Latest.Digest, Trust: 20_000, Policy: "credence", AppVersion: "1.0",
		},
	}, s)
	f.Organisation, f.Shared = "", false
	c = feedChain(t, f)
	r = makeFeed(t, c, f, 1)
	s, err = VerifyFeed(r, Trust{Hash: [32]byte(set.Hash())}, Expected{})
	require.NoError(t, err)
	require.Equal(t, f.Account, s.Owner, "without an organisation the account owns it")
}

// hostileFeed is a spoilt receipt of testFeed, or a sound one that is verified against other expectations.
type hostileFeed struct {
	spoil    func(r *FeedReceipt) // nil: the receipt stays as it is
	trust    *Trust               // nil: the trust in the chain's validators
	expected Expected
	reason   Reason
}

func hostileFeeds() map[string]hostileFeed {
	return map[string]hostileFeed{
		"another chain":    {expected: Expected{Chain: "other"}, reason: ReasonChain},
		"as one of a task": {expected: Expected{Task: ids.Format([32]byte{2})}, reason: ReasonRecord},
		"another feed":     {spoil: func(r *FeedReceipt) { r.Feed = ids.Format([32]byte{1}) }, reason: ReasonProof},
		"no id":            {spoil: func(r *FeedReceipt) { r.Feed = "euro" }, reason: ReasonFormat},
		"another value": {spoil: func(r *FeedReceipt) {
			r.FeedRecord.Value = bytes.Replace(r.FeedRecord.Value, []byte("1.0842"), []byte("9.0842"), 1)
		}, reason: ReasonProof},
		"another height":        {spoil: func(r *FeedReceipt) { r.Height++ }, reason: ReasonHeight},
		"validators of nobody":  {trust: &Trust{Hash: [32]byte{1}}, reason: ReasonUntrusted},
		"a header less":         {spoil: func(r *FeedReceipt) { r.Path = r.Path[1:] }, reason: ReasonUntrusted},
		"no header":             {spoil: func(r *FeedReceipt) { r.Path = nil }, reason: ReasonFormat},
		"a header of its own":   {spoil: func(r *FeedReceipt) { r.Path[0].Header[len(r.Path[0].Header)-1] ^= 1 }, reason: ReasonHeader},
		"a proof of its own":    {spoil: func(r *FeedReceipt) { r.FeedRecord.StoreProof = r.FeedRecord.Proof }, reason: ReasonProof},
		"signatures of nothing": {spoil: func(r *FeedReceipt) { r.Path[1].Commit = r.Path[0].Commit }, reason: ReasonHeight},
	}
}

// TestFeedReceiptsRefused: each hostile receipt is refused for its own reason. No receipt is made of an unknown feed, or of a feed
// without a value.
func TestFeedReceiptsRefused(t *testing.T) {
	f := testFeed(t)
	c := feedChain(t, f)
	set, _ := c.set(1)
	for name, tc := range hostileFeeds() {
		t.Run(name, func(t *testing.T) {
			r, trust := makeFeed(t, c, f, 1), Trust{Hash: [32]byte(set.Hash())}
			if tc.spoil != nil {
				tc.spoil(r)
			}
			if tc.trust != nil {
				trust = *tc.trust
			}
			_, err := VerifyFeed(r, trust, tc.expected)
			reason, is := IsRefusal(err)
			require.True(t, is, "%v", err)
			require.Equal(t, tc.reason, reason, "%v", err)
		})
	}
	bare := f
	bare.Latest = nil
	_, err := MakeFeed(t.Context(), feedChain(t, bare), testChain, bare.Id, 8, Begin{})
	reason, _ := IsRefusal(err)
	require.Equal(t, ReasonRunning, reason, "a feed without a value")
	_, err = MakeFeed(t.Context(), c, testChain, ids.Format([32]byte{1}), 8, Begin{})
	reason, _ = IsRefusal(err)
	require.Equal(t, ReasonRecord, reason, "no feed")
}

// TestFeedFilesHaveOneEncoding: a file in any other spelling is refused.
func TestFeedFilesHaveOneEncoding(t *testing.T) {
	f := testFeed(t)
	file, err := makeFeed(t, feedChain(t, f), f, 0).Encode()
	require.NoError(t, err)
	var other map[string]any
	require.NoError(t, json.Unmarshal(file, &other))
	compact, err := json.Marshal(other)
	require.NoError(t, err)
	for _, bad := range [][]byte{nil, file[:len(file)/2], append(bytes.Clone(file), ' '), compact, bytes.Replace(file, []byte(`"feed"`), []byte(`"Feed"`), 1), bytes.Replace(file, []byte("v1"), []byte("v2"), 1)} {
		_, err := DecodeFeed(bad)
		reason, _ := IsRefusal(err)
		require.Equal(t, ReasonFormat, reason)
	}
	require.False(t, IsFeed([]byte("{")))
}

// FuzzFeeds: no file makes the reader of feeds' receipts panic, and none proves a value that the chain never had.
func FuzzFeeds(f *testing.F) {
	t := &testing.T{}
	feed := testFeed(t)
	c := feedChain(t, feed)
	r, err := MakeFeed(f.Context(), c, testChain, feed.Id, 8, Begin{Height: 1})
	require.NoError(f, err)
	file, err := r.Encode()
	require.NoError(f, err)
	f.Add(file, 0, []byte{})
	for i := range 6 {
		f.Add(file, i, []byte{0x0a, 0x02, 0x01})
	}
	f.Fuzz(func(t *testing.T, data []byte, part int, content []byte) {
		r, err := DecodeFeed(data)
		if err != nil {
			return
		}
		fields := []*[]byte{&r.FeedRecord.Value, &r.FeedRecord.Proof, &r.FeedRecord.StoreProof}
		for i := range r.Path {
			fields = append(fields, &r.Path[i].Header, &r.Path[i].Commit)
			for j := range r.Path[i].Validators {
				fields = append(fields, &r.Path[i].Validators[j])
			}
		}
		if len(content) > 0 && part >= 0 && part < len(fields) {
			*fields[part] = content
		}
		s, err := VerifyFeed(r, c.trust(1), Expected{})
		if err != nil {
			if _, is := IsRefusal(err); !is {
				t.Fatalf("no refusal: %v", err)
			}
			return
		}
		if string(s.Value.Data) != string(feed.Latest.Data) || s.Chain != testChain {
			t.Fatalf("it proves what never was: %+v", s)
		}
	})
}
