package keeper_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/evidence/tdx"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/testutil/amd"
	"github.com/credence-chain/credence/testutil/intel"
	"github.com/credence-chain/credence/x/enclaves/types"
)

func withEnclaves(edit func(*types.GenesisState)) testutil.Option {
	return testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) {
		require.NoError(c.T, genesis.Edit(g, c.App.Encoding.Codec, types.ModuleName, &types.GenesisState{}, func(s *types.GenesisState) error {
			edit(s)
			return nil
		}))
	})
}

// measurement of a platform, of a value that begins with a byte.
func measurement(t *testing.T, platform types.Platform, size int, first byte) types.Measurement {
	value := make([]byte, size)
	value[0] = first
	m, err := types.NewMeasurement(platform, value)
	require.NoError(t, err)
	return m
}

// p256Generator is a point of the curve.
var p256Generator = []byte("\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96" +
	"\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5")

// vendors is a chain with two workers and makers of processors of its own.
type vendors struct {
	*testutil.Compute
	intel *intel.Maker
	amd   *amd.Maker
	key   [64]byte
}

// genesisTime is when the chains of tests begin.
var genesisTime = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func newVendors(t *testing.T, edit func(*types.Params)) *vendors {
	v := &vendors{intel: intel.New(t, genesisTime)}
	copy(v.key[:], p256Generator)
	root := v.intel.RootHash()
	v.Compute = testutil.NewCompute(t, testutil.ComputeOptions{Workers: 2}, testutil.WithChainID("credence-1"), withEnclaves(func(s *types.GenesisState) {
		s.Params.IntelRoot = root[:]
		if edit != nil {
			edit(&s.Params)
		}
	}))
	return v
}

func (v *vendors) worker(i int) *testutil.Account { return v.WorkerKey(testutil.Lab(i)) }

// data is what a quote for a worker holds, over the present block.
func (v *vendors) data(i int) [64]byte {
	seed, err := app.BeaconKeeper(v.App).SeedAt(v.Ctx(), v.Height())
	require.NoError(v.T, err)
	return poco.SessionData("credence-1", v.worker(i).String(), testutil.Lab(i), v.key, uint64(v.Height()), seed)
}

// refresh is the message that brings Intel's collateral as it is.
func (v *vendors) refresh(c tdx.Collateral) *types.MsgRefreshTdx {
	return &types.MsgRefreshTdx{Sender: v.Account("stranger").String(), Collateral: types.TdxCollateral{
		Authority: v.intel.AuthorityPEM(), RootList: c.RootList, PlatformList: c.PlatformList, Signers: c.Signers,
		Levels: c.Levels, LevelsSignature: c.LevelsSignature[:], Enclave: c.Enclave, EnclaveSignature: c.EnclaveSignature[:],
	}}
}

// tdxSession is a registration by a quote of TDX; change changes its report before it is signed.
func (v *vendors) tdxSession(i int, change func(report []byte)) *types.MsgRegisterSession {
	data := v.data(i)
	v.intel.Report = func(b []byte) {
		copy(b[520:], data[:])
		if change != nil {
			change(b)
		}
	}
	return &types.MsgRegisterSession{
		Worker: v.worker(i).String(), Platform: types.PLATFORM_TDX, Key: v.key[:], Height: v.Height(), Quote: v.intel.Quote(),
	}
}

// session is a worker's only one, and why it does not count.
func (v *vendors) session(i int) (types.Session, string) {
	v.T.Helper()
	res, err := types.NewQueryClient(v.Conn()).Sessions(v.Ctx(), &types.QuerySessionsRequest{Worker: v.worker(i).String()})
	require.NoError(v.T, err)
	require.Len(v.T, res.Sessions, 1)
	return res.Sessions[0].Session, res.Sessions[0].Refused
}

// developers is a chain for development with two workers, whose enclaves are of the software platform.
type developers struct {
	*testutil.Compute
	quoted string // id of the chain for which quotes are made
}

func newDevelopers(t *testing.T, edit func(*types.Params)) *developers {
	const chain = "test-devnet"
	return &developers{testutil.NewCompute(t, testutil.ComputeOptions{Workers: 2}, testutil.WithChainID(chain), withEnclaves(func(s *types.GenesisState) {
		s.Params.Software, s.Params.SoftwareLevel = true, 2
		if edit != nil {
			edit(&s.Params)
		}
	})), chain}
}

func (d *developers) worker(i int) *testutil.Account { return d.WorkerKey(testutil.Lab(i)) }

// session is the message by which a worker registers the session of a name on a machine, over the block of a height. The function change, if
// not nil, changes the machine first.
func (d *developers) session(i int, machine, name string, height int64, change func(*attester.Machine)) *types.MsgRegisterSession {
	d.T.Helper()
	m := attester.Machine{Seed: []byte(machine), Measurement: attester.DefaultMeasurement(), Level: 2, End: d.Now().Unix() + 1_000_000}
	if change != nil {
		change(&m)
	}
	s, err := attester.NewSoftware(m, name)
	require.NoError(d.T, err)
	seed, err := app.BeaconKeeper(d.App).SeedAt(d.Ctx(), height)
	require.NoError(d.T, err)
	key := s.Key()
	quote, err := s.Quote(context.Background(), poco.SessionData(d.quoted, d.worker(i).String(), testutil.Lab(i), key, uint64(height), seed))
	require.NoError(d.T, err)
	return &types.MsgRegisterSession{Worker: d.worker(i).String(), Platform: types.PLATFORM_SOFTWARE, Key: key[:], Height: height, Quote: quote}
}

// sessions are the names of the sessions that are stored of a worker on a machine, among those that are asked about.
func (d *developers) sessions(i int, machine string, names ...string) (stored []string) {
	d.T.Helper()
	res, err := types.NewQueryClient(d.Conn()).Sessions(d.Ctx(), &types.QuerySessionsRequest{Worker: d.worker(i).String()})
	require.NoError(d.T, err)
	for _, name := range names {
		key := d.session(i, machine, name, d.Height(), nil).Key
		for _, s := range res.Sessions {
			if string(s.Session.Key) == string(key) {
				stored = append(stored, name)
			}
		}
	}
	require.Len(d.T, res.Sessions, len(stored), "of other names")
	return stored
}
