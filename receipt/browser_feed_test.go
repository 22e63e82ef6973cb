package receipt

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/ids"
)

// parts returns the byte fields of a receipt. A change in any of them must be refused.
func (r *FeedReceipt) parts() (parts [][]byte) {
	parts = append(parts, r.FeedRecord.Value, r.FeedRecord.Proof, r.FeedRecord.StoreProof)
	for _, l := range r.Path {
		parts = append(append(parts, l.Header, l.Commit), l.Validators...)
	}
	return parts
}

// TestBrowserFeeds: the verifier for browsers agrees with this package on feeds. It finds the same statements. It gives the same reasons
// for hostile receipts and for files in another encoding. It refuses every turned bit.
func TestBrowserFeeds(t *testing.T) {
	var cases []browserCase
	add := func(name string, file []byte, trust Trust, expected Expected) {
		c := browserCase{Name: name, File: string(file), Trust: trust.String(), Chain: expected.Chain, Digest: expected.Digest, Task: expected.Task, Feed: true, IsFeed: IsFeed(file)}
		r, err := DecodeFeed(file)
		if err == nil {
			c.StatesFeed, err = VerifyFeed(r, trust, expected)
		}
		if err != nil {
			reason, is := IsRefusal(err)
			require.True(t, is, "%s: %v", name, err)
			c.Reason = reason
		}
		cases = append(cases, c)
	}
	encode := func(r *FeedReceipt) []byte {
		file, err := r.Encode()
		require.NoError(t, err)
		return file
	}
	organisation := testFeed(t)
	person, young, odd := organisation, organisation, organisation
	person.Organisation, person.Shared = "", false
	young.Latest = nil
	value := *organisation.Latest
	odd.Latest, odd.Name, value.Data, value.Trust, value.Asked, value.AppVersion = &value, "é", []byte{0, 255, '\n'}, 1<<53-1, 1<<62, "" // numbers of JSON are exact up to there
	for name, f := range map[string]func() (*FeedReceipt, Trust){
		"of an organisation": func() (*FeedReceipt, Trust) {
			c := feedChain(t, organisation)
			return makeFeed(t, c, organisation, 1), c.trust(1)
		},
		"of an account": func() (*FeedReceipt, Trust) {
			c := feedChain(t, person)
			return makeFeed(t, c, person, 1), c.trust(9)
		},
		"of odd values": func() (*FeedReceipt, Trust) {
			c := feedChain(t, odd)
			return makeFeed(t, c, odd, 0), c.trust(9)
		},
		"without a value": func() (*FeedReceipt, Trust) { // made from a receipt with a value, since MakeFeed refuses
			c := feedChain(t, young)
			r := makeFeed(t, feedChain(t, organisation), organisation, 1)
			id, err := ids.Parse(young.Id)
			require.NoError(t, err)
			r.FeedRecord, err = c.Record(t.Context(), feedsStore, recordKey(feedsPrefix, id), 8)
			require.NoError(t, err)
			r.Path, err = makePath(t.Context(), c, Begin{Height: 1}, 9)
			require.NoError(t, err)
			return r, c.trust(1)
		},
	} {
		r, trust := f()
		add(name, encode(r), trust, Expected{})
	}
	c := feedChain(t, organisation)
	original, trust := makeFeed(t, c, organisation, 1), c.trust(1)
	file := encode(original)
	hostile := hostileFeeds()
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		h := hostile[name]
		r := makeFeed(t, c, organisation, 1)
		if h.spoil != nil {
			h.spoil(r)
		}
		by := trust
		if h.trust != nil {
			by = *h.trust
		}
		add(name, encode(r), by, h.expected)
		require.Equal(t, h.reason, cases[len(cases)-1].Reason, name)
	}
	add("of a digest", file, trust, Expected{Digest: organisation.Latest.Digest})
	for name, edit := range map[string]func([]byte) []byte{
		"half of it":  func(b []byte) []byte { return b[:len(b)/2] },
		"a byte more": func(b []byte) []byte { return append(b, ' ') },
		"another format": func(b []byte) []byte {
			return bytes.Replace(b, []byte("feed-receipt/v1"), []byte("feed-receipt/v2"), 1)
		},
		"a letter":     func(b []byte) []byte { return bytes.Replace(b, []byte(`"feed"`), []byte(`"Feed"`), 1) },
		"of a task":    func(b []byte) []byte { return bytes.Replace(b, []byte(FeedFormat), []byte(Format), 1) },
		"nothing":      func([]byte) []byte { return nil },
		"a field more": func(b []byte) []byte { return bytes.Replace(b, []byte(`"height"`), []byte(`"more": 1, "height"`), 1) },
		"no height":    func(b []byte) []byte { return bytes.Replace(b, []byte(`"height": "8"`), []byte(`"height": 8`), 1) },
	} {
		add(name, edit(bytes.Clone(file)), trust, Expected{})
		require.Equal(t, ReasonFormat, cases[len(cases)-1].Reason, name)
	}
	seed := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		r, err := DecodeFeed(file)
		require.NoError(t, err)
		part := r.parts()[seed.IntN(len(r.parts()))]
		part[seed.IntN(len(part))] ^= 1 << seed.IntN(8)
		add("a bit", encode(r), trust, Expected{})
		require.NotEmpty(t, cases[len(cases)-1].Reason)
		cases[len(cases)-1].Reason = "any"
	}
	out := runBrowserCases(t, cases)
	require.True(t, strings.HasPrefix(out, "2"), out) // more than 200
	// The verifier of tasks refuses the receipt of a feed.
	runBrowserCases(t, []browserCase{{Name: "as a task", File: string(file), Trust: trust.String(), Reason: ReasonFormat, IsFeed: true}})
}
