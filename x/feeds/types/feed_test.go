package types_test

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/feeds/types"
)

var addresses = address.NewBech32Codec("cred")

func addressOf(name string) string {
	h := sha256.Sum256([]byte(name))
	text, err := addresses.BytesToString(h[:20])
	if err != nil {
		panic(err)
	}
	return text
}

// goodFeed is a feed of alice's organisation that alice alone updates.
func goodFeed() types.Feed {
	return types.Feed{
		Id: ids.Format([32]byte{1}), Account: addressOf("alice"), Organisation: "acme", Name: "rain", App: "acme/rain:1.0",
		Policy: poco.PolicyQuorum, MinTrust: 100, History: 3,
	}
}

// TestFeedNames: a name goes into callbacks, paths and terminals as it is, so none leaves its folder, ends a line or colours a screen.
func TestFeedNames(t *testing.T) {
	for _, good := range []string{"rain", "eur-usd", "a.b_c", "0", strings.Repeat("a", types.MaxNameLen)} {
		require.NoError(t, types.ValidateName(good), good)
	}
	for _, bad := range []string{"", ".", "..", "a/b", "../a", "Rain", "a b", "a\n", "\x1b[31m", "räin", "a:b", strings.Repeat("a", types.MaxNameLen+1)} {
		require.Error(t, types.ValidateName(bad), "%q", bad)
	}
}

// TestWhoseJobsUpdateAFeed: the answers of a job count only with the app, the policy and at least the trust of the feed, and from whoever
// created it, unless the feed is shared. A name that only begins like the app's is another app.
func TestWhoseJobsUpdateAFeed(t *testing.T) {
	good := types.Job{Requester: addressOf("alice"), App: "acme/rain:1.0", Trust: 100, Policy: poco.PolicyQuorum}
	for name, tc := range map[string]struct {
		feed  func(*types.Feed)
		job   func(*types.Job)
		field string // of the refusal; "" if the job may update the feed
	}{
		"as the feed asks":              {nil, nil, ""},
		"more trust":                    {nil, func(j *types.Job) { j.Trust = 200 }, ""},
		"less trust":                    {nil, func(j *types.Job) { j.Trust = 50 }, "trust"},
		"a policy that promises less":   {nil, func(j *types.Job) { j.Policy = poco.PolicySingle }, "policy"},
		"another version":               {nil, func(j *types.Job) { j.App = "acme/rain:1.0.1" }, "app"},
		"an app of a longer name":       {nil, func(j *types.Job) { j.App = "acme/rainy:1.0" }, "app"},
		"an app of another's":           {nil, func(j *types.Job) { j.App = "evil/rain:1.0" }, "app"},
		"any version, if none is named": {func(f *types.Feed) { f.App = "acme/rain" }, func(j *types.Job) { j.App = "acme/rain:9" }, ""},
		"a longer name, if none is":     {func(f *types.Feed) { f.App = "acme/rain" }, func(j *types.Job) { j.App = "acme/rainy:1.0" }, "app"},
		"a colleague":                   {nil, func(j *types.Job) { j.Requester = addressOf("anna") }, "requester"},
		"a colleague, if it is shared":  {func(f *types.Feed) { f.Shared = true }, func(j *types.Job) { j.Requester = addressOf("anna") }, ""},
	} {
		f, j := goodFeed(), good
		if tc.feed != nil {
			tc.feed(&f)
		}
		if tc.job != nil {
			tc.job(&j)
		}
		require.NoError(t, f.Validate(addresses), name)
		err := f.CheckJob(j)
		if tc.field == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, types.ErrUnfit, name)
		require.ErrorContains(t, err, tc.field+":", name)
	}
}

// TestValidateFeed names each field that cannot be.
func TestValidateFeed(t *testing.T) {
	for field, change := range map[string]func(*types.Feed){
		"id":           func(f *types.Feed) { f.Id = "x" },
		"account":      func(f *types.Feed) { f.Account = "alice" },
		"organisation": func(f *types.Feed) { f.Organisation = "A" },
		"shared":       func(f *types.Feed) { f.Organisation, f.Shared = "", true },
		"name":         func(f *types.Feed) { f.Name = ".." },
		"app":          func(f *types.Feed) { f.App = "rain" },
		"policy":       func(f *types.Feed) { f.Policy = "guess" },
		"min_trust":    func(f *types.Feed) { f.MinTrust = 99 },
		"history":      func(f *types.Feed) { f.History = types.MostHistory + 1 },
		"late":         func(f *types.Feed) { f.Late = 1 },
		"entries":      func(f *types.Feed) { f.Entries = 1 },
	} {
		f := goodFeed()
		change(&f)
		require.ErrorContains(t, f.Validate(addresses), field)
	}
	alone := goodFeed()
	alone.Organisation = ""
	require.NoError(t, alone.Validate(addresses))
	require.Equal(t, addressOf("alice"), alone.Owner())
	require.Equal(t, "acme", goodFeed().Owner())
}

// TestValuesHaveOneOrder: by what was asked for, and never by what was final first. So whoever delays an answer cannot make an old value the
// latest.
func TestValuesHaveOneOrder(t *testing.T) {
	value := rapid.Custom(func(t *rapid.T) types.Value {
		return types.Value{
			Asked: rapid.Int64Range(1, 3).Draw(t, "asked"), Index: rapid.Uint64Range(0, 2).Draw(t, "index"),
			Task: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "task"), Height: rapid.Int64Range(1, 9).Draw(t, "final"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := value.Draw(t, "a"), value.Draw(t, "b"), value.Draw(t, "c")
		if a.Compare(b) != -b.Compare(a) {
			t.Fatal("one of two is the older one")
		}
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			t.Fatal("an order is transitive")
		}
		if a.Asked < b.Asked && a.Compare(b) >= 0 {
			t.Fatal("what was asked for earlier is older")
		}
		late := a
		late.Height += 100
		if late.Compare(b) != a.Compare(b) {
			t.Fatal("the height at which it was final changes the order")
		}
	})
}

// TestFresh: a value is as old as its deal. At its greatest age it is fresh, a moment later it is not, and a feed without a value has none.
func TestFresh(t *testing.T) {
	f := goodFeed()
	_, fresh := f.Fresh(time.Unix(1_000, 0), time.Hour)
	require.False(t, fresh)
	f.Latest = &types.Value{AskedTime: 1_000, Data: []byte("7")}
	v, fresh := f.Fresh(time.Unix(1_060, 0), time.Minute)
	require.True(t, fresh)
	require.Equal(t, []byte("7"), v.Data)
	v, fresh = f.Fresh(time.Unix(1_060, 1), time.Minute)
	require.False(t, fresh)
	require.Empty(t, v.Data, "nobody reads an old value by mistake")
}
