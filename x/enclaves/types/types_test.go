package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// TestParams names each parameter that cannot be.
func TestParams(t *testing.T) {
	require.NoError(t, types.DefaultParams().Validate())
	product := types.Product{Name: "milan", Root: make([]byte, 32)}
	for name, change := range map[string]func(*types.Params){
		"delay_blocks": func(p *types.Params) { p.DelayBlocks = -1 }, "vote_blocks": func(p *types.Params) { p.VoteBlocks = 0 },
		"session_blocks": func(p *types.Params) { p.SessionBlocks = 0 }, "fresh_blocks": func(p *types.Params) { p.FreshBlocks = types.MaxBlocks + 1 },
		"intel_root":    func(p *types.Params) { p.IntelRoot = nil },
		"products: got": func(p *types.Params) { p.Products = make([]types.Product, types.MaxProducts+1) },
		"sorted":        func(p *types.Params) { p.Products = []types.Product{product, product} },
		"name":          func(p *types.Params) { p.Products = []types.Product{{Name: "Milan", Root: product.Root}} },
		"root of milan": func(p *types.Params) { p.Products = []types.Product{{Name: "milan"}} },
		"least of milan": func(p *types.Params) {
			p.Products = []types.Product{{Name: "milan", Root: product.Root, Least: types.Versions{Snp: 256}}}
		},
	} {
		p := types.DefaultParams()
		change(&p)
		err := p.Validate()
		require.ErrorIs(t, err, types.ErrInvalidParams, name)
		require.ErrorContains(t, err, name)
	}
}

// TestMeasurements: the id is of the platform and the value; a version lists a few of them, sorted.
func TestMeasurements(t *testing.T) {
	m, err := types.NewMeasurement(types.PLATFORM_SEV_SNP, make([]byte, 48))
	require.NoError(t, err)
	require.NoError(t, m.Validate())
	require.Equal(t, ids.Format(poco.MeasurementID(2, make([]byte, 48))), m.Id)
	m.Value[3]++
	require.ErrorIs(t, m.Validate(), types.ErrInvalid)
	for _, size := range []int{0, 47, 49, 192} {
		_, err := types.NewMeasurement(types.PLATFORM_SEV_SNP, make([]byte, size))
		require.ErrorIs(t, err, types.ErrInvalid)
	}
	a, b := ids.Format([32]byte{1}), ids.Format([32]byte{2})
	require.NoError(t, types.ValidateMeasurements(nil))
	require.NoError(t, types.ValidateMeasurements([]string{a, b}))
	for _, bad := range [][]string{{b, a}, {a, a}, {"x"}, make([]string, types.MaxMeasurements+1)} {
		require.ErrorIs(t, types.ValidateMeasurements(bad), types.ErrInvalid)
	}
}

// TestCheckLevel: what is below the parameters, or below the collateral that is kept now, counts no more.
func TestCheckLevel(t *testing.T) {
	p := types.DefaultParams()
	p.TdxEvaluation, p.Software, p.SoftwareLevel = 17, true, 2
	p.Products = []types.Product{{Name: "milan", Root: make([]byte, 32), Least: types.Versions{BootLoader: 2, Snp: 5, Microcode: 9}}}
	good := &types.Versions{BootLoader: 2, Tee: 0, Snp: 5, Microcode: 9}
	for name, c := range map[string]struct {
		platform   types.Platform
		level      types.Level
		evaluation uint64
		ok         bool
	}{
		"tdx":               {types.PLATFORM_TDX, types.Level{Evaluation: 17}, 17, true},
		"tdx, parameters":   {types.PLATFORM_TDX, types.Level{Evaluation: 16}, 0, false},
		"tdx, collateral":   {types.PLATFORM_TDX, types.Level{Evaluation: 17}, 18, false},
		"snp":               {types.PLATFORM_SEV_SNP, types.Level{Product: "milan", Versions: good}, 0, true},
		"snp, old":          {types.PLATFORM_SEV_SNP, types.Level{Product: "milan", Versions: &types.Versions{BootLoader: 9, Snp: 4, Microcode: 99}}, 0, false},
		"snp, no versions":  {types.PLATFORM_SEV_SNP, types.Level{Product: "milan"}, 0, false},
		"snp, gone product": {types.PLATFORM_SEV_SNP, types.Level{Product: "genoa", Versions: good}, 0, false},
		"software":          {types.PLATFORM_SOFTWARE, types.Level{Software: 2}, 0, true},
		"software, old":     {types.PLATFORM_SOFTWARE, types.Level{Software: 1}, 0, false},
	} {
		err := c.level.CheckLevel(c.platform, p, c.evaluation)
		if c.ok {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, types.ErrLevel, name)
	}
	p.Software = false
	require.ErrorIs(t, types.Level{Software: 9}.CheckLevel(types.PLATFORM_SOFTWARE, p, 0), types.ErrLevel)
	require.ErrorIs(t, types.Level{}.CheckLevel(types.PLATFORM_UNSPECIFIED, p, 0), types.ErrInvalid)
}

// TestCheckTime: a session counts below a height and up to a moment.
func TestCheckTime(t *testing.T) {
	s := types.Session{UntilHeight: 10, UntilTime: 100}
	require.NoError(t, s.CheckTime(9, 100))
	require.ErrorIs(t, s.CheckTime(10, 100), types.ErrExpired)
	require.ErrorIs(t, s.CheckTime(9, 101), types.ErrExpired)
}

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
