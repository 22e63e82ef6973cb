package keeper_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/feeds/types"
)

// TestGenesisRefuses names what cannot be.
func TestGenesisRefuses(t *testing.T) {
	f := newFixture(t)
	f.mustCreate("alice", "a")
	f.mustCreate("carol", "b")
	gone := f.mustCreate("alice", "c")
	for i := range 3 {
		for _, at := range []struct{ who, name string }{{"alice", "a"}, {"carol", "b"}, {"alice", "c"}} {
			f.tell(f.answerOf(at.who, at.name, fmt.Sprint(i), int64(i)))
		}
	}
	_, err := f.msgs.Delete(f.ctx, &types.MsgDelete{Account: addressOf("alice"), Feed: gone})
	require.NoError(t, err)
	for what, spoil := range map[string]func(*types.GenesisState){
		"params":          func(g *types.GenesisState) { g.Params.MaxHistory = 0 },
		"order of feeds":  func(g *types.GenesisState) { slices.Reverse(g.Feeds) },
		"order of values": func(g *types.GenesisState) { slices.Reverse(g.Values) },
		"name":            func(g *types.GenesisState) { g.Feeds[0].Name = "../x" },
		"name twice": func(g *types.GenesisState) {
			g.Feeds[1].Organisation, g.Feeds[1].Account, g.Feeds[1].Name = g.Feeds[0].Organisation, g.Feeds[0].Account, g.Feeds[0].Name
		},
		"account":            func(g *types.GenesisState) { g.Feeds[0].Account = "x" },
		"entries":            func(g *types.GenesisState) { g.Feeds[0].Entries++; g.Feeds[0].Updates++ },
		"latest":             func(g *types.GenesisState) { g.Feeds[0].Latest.Data = []byte("6") },
		"no latest":          func(g *types.GenesisState) { g.Feeds[0].Latest = nil },
		"empty value":        func(g *types.GenesisState) { g.Values[0].Value.Data = nil },
		"value of nobody":    func(g *types.GenesisState) { g.Removals = nil },
		"removal of a feed":  func(g *types.GenesisState) { g.Removals = []string{g.Feeds[0].Id} },
		"trust":              func(g *types.GenesisState) { g.Feeds[0].MinTrust = 3 },
		"final before asked": func(g *types.GenesisState) { g.Values[0].Value.Height = -1 },
	} {
		t.Run(what, func(t *testing.T) {
			g, err := f.ExportGenesis(f.ctx)
			require.NoError(t, err)
			require.NoError(t, g.Validate(addresses))
			spoil(g)
			require.Error(t, g.Validate(addresses))
		})
	}
	f.check()
}
