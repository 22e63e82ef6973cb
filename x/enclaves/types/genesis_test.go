package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// TestGenesis refuses lists out of order, and sessions of what is not there.
func TestGenesis(t *testing.T) {
	require.NoError(t, types.DefaultGenesis().Validate())
	m, err := types.NewMeasurement(types.PLATFORM_SEV_SNP, make([]byte, 48))
	require.NoError(t, err)
	key := append([]byte(nil), generator...)
	machine := types.Machine{Id: ids.Format([32]byte{1}), Platform: types.PLATFORM_SEV_SNP, Organisation: "lab"}
	session := types.Session{Worker: "w", Key: key, Organisation: "lab", Platform: types.PLATFORM_SEV_SNP, Machine: machine.Id, Measurement: m.Id, UntilHeight: 5}
	whole := func() *types.GenesisState {
		g := types.DefaultGenesis()
		g.Measurements, g.Machines, g.Sessions = []types.Measurement{m}, []types.Machine{machine}, []types.Session{session}
		g.Images = []types.Image{{Runtime: "wasm", Measurement: m.Id, Description: "x"}}
		return g
	}
	require.NoError(t, whole().Validate())
	for name, change := range map[string]func(g *types.GenesisState){
		"a height":               func(g *types.GenesisState) { g.ParamsHeight = -1 },
		"a parameter":            func(g *types.GenesisState) { g.Params.VoteBlocks = 0 },
		"measurements twice":     func(g *types.GenesisState) { g.Measurements = append(g.Measurements, m) },
		"machines twice":         func(g *types.GenesisState) { g.Machines = append(g.Machines, machine) },
		"a session twice":        func(g *types.GenesisState) { g.Sessions = append(g.Sessions, session) },
		"no machine":             func(g *types.GenesisState) { g.Machines = nil },
		"another's machine":      func(g *types.GenesisState) { g.Machines[0].Organisation = "other" },
		"no measurement":         func(g *types.GenesisState) { g.Measurements, g.Images = nil, nil },
		"an image of nothing":    func(g *types.GenesisState) { g.Images[0].Measurement = machine.Id },
		"a key that is none":     func(g *types.GenesisState) { g.Sessions[0].Key[5]++ },
		"a session's times":      func(g *types.GenesisState) { g.Sessions[0].Registered = 6 },
		"a freeze of nothing":    func(g *types.GenesisState) { g.Freezes = []types.Freeze{{Reason: "x"}} },
		"a freeze for no reason": func(g *types.GenesisState) { g.Freezes = []types.Freeze{{Subject: m.Id}} },
		"seats out of order": func(g *types.GenesisState) {
			g.Freezes = []types.Freeze{{Subject: m.Id, Reason: "x", Seats: []string{"b", "a"}}}
		},
		"a vote of nobody":      func(g *types.GenesisState) { g.Votes = []types.FreezeVote{{Subject: m.Id, Reason: "x"}} },
		"collateral of nothing": func(g *types.GenesisState) { g.Tdx = make([]types.TdxRecord, 1) },
		"collateral of AMD":     func(g *types.GenesisState) { g.Snp = make([]types.SnpCollateral, 1) },
	} {
		g := whole()
		g.Sessions[0].Key = append([]byte(nil), generator...)
		change(g)
		require.Error(t, g.Validate(), name)
	}
}

// generator is a point of the curve P-256.
var generator = []byte("\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96" +
	"\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5")
