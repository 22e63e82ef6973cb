package keeper_test

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/evidence/tdx"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/testutil/amd"
	"github.com/credence-chain/credence/testutil/intel"
	"github.com/credence-chain/credence/x/enclaves/types"
)

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

// TestTdxSession: a quote of TDX registers a key once Intel's collateral is there. The session knows measurement, machine and level, and
// ends with the collateral at the latest.
func TestTdxSession(t *testing.T) {
	v := newVendors(t, nil)
	stranger := v.Account("stranger")
	v.Refuse(v.worker(1), types.ErrNotFound, v.tdxSession(1, nil))
	v.Deliver(stranger, v.refresh(v.intel.Collateral()))
	v.Deliver(v.worker(1), v.tdxSession(1, func(b []byte) { b[136], b[328], b[376], b[424], b[472] = 1, 2, 3, 4, 5 }))
	s, refused := v.session(1)
	require.Empty(t, refused)
	value := make([]byte, 192)
	value[0], value[48], value[96], value[144] = 1, 2, 3, 4
	want, err := types.NewMeasurement(types.PLATFORM_TDX, value)
	require.NoError(t, err)
	require.Equal(t, want.Id, s.Measurement, "MRTD and RTMR 0 to 2")
	require.Equal(t, []any{"lab-1", v.Height() + types.DefaultParams().SessionBlocks, genesisTime.AddDate(0, 0, 19).Unix(), uint64(19), v.Height()},
		[]any{s.Organisation, s.UntilHeight, s.UntilTime, s.Level.Evaluation, s.Registered})

	v.Refuse(v.worker(2), types.ErrMachine, v.tdxSession(2, nil))
	for name, change := range map[string]func([]byte){
		"debug": func(b []byte) { b[120] = 1 }, "migratable": func(b []byte) { b[123] = 0x20 }, "unknown mode": func(b []byte) { b[125] = 1 },
		"configuration of the host": func(b []byte) { b[184] = 1 }, "owner": func(b []byte) { b[232] = 1 }, "owner's configuration": func(b []byte) { b[280] = 1 },
		"other data": func(b []byte) { b[520] ^= 1 }, "a tail of data": func(b []byte) { b[583] = 1 }, "a module that is not Intel's": func(b []byte) { b[64] = 1 },
	} {
		require.Equal(t, types.ErrQuote.ABCICode(), v.Try(v.worker(1), v.tdxSession(1, change)).Code, name)
	}
	require.Equal(t, types.ErrLevel.ABCICode(), v.Try(v.worker(1), v.tdxSession(1, func(b []byte) { b[0] = 3 })).Code, "an old module")
	flipped := v.tdxSession(1, nil)
	flipped.Quote[200] ^= 1
	require.Equal(t, types.ErrQuote.ABCICode(), v.Try(v.worker(1), flipped).Code)
	exported := v.Export()
	require.Contains(t, string(exported.AppState), "platform_list")
}

// TestTdxCollateral: anybody brings it, signed by Intel and newer. A raised evaluation number ends the sessions below it, which are
// registered again.
func TestTdxCollateral(t *testing.T) {
	v := newVendors(t, nil)
	stranger := v.Account("stranger")
	v.Deliver(stranger, v.refresh(v.intel.Collateral()))
	v.Deliver(v.worker(1), v.tdxSession(1, nil))
	v.Refuse(stranger, types.ErrCollateral, v.refresh(v.intel.Collateral()))
	other := intel.New(t, genesisTime)
	v.Refuse(stranger, types.ErrCollateral, v.refresh(other.Collateral()))
	v.intel.Issued = -time.Hour
	v.Refuse(stranger, types.ErrCollateral, v.refresh(v.intel.Collateral()))
	v.intel.Issued = 40 * 24 * time.Hour
	v.Refuse(stranger, types.ErrCollateral, v.refresh(v.intel.Collateral()))
	v.intel.Issued = time.Hour
	lower := v.intel.Identity
	v.intel.Identity = `"tcbEvaluationDataNumber":19=>"tcbEvaluationDataNumber":18`
	v.Refuse(stranger, types.ErrCollateral, v.refresh(v.intel.Collateral()))
	v.intel.Identity = lower
	v.Deliver(stranger, v.refresh(v.intel.Collateral()))
	_, refused := v.session(1)
	require.Empty(t, refused, "newer dates end nothing")

	v.intel.Issued, v.intel.Identity = 2*time.Hour, `"tcbEvaluationDataNumber":19=>"tcbEvaluationDataNumber":20`
	v.Deliver(stranger, v.refresh(v.intel.Collateral()))
	raised := v.Height()
	_, refused = v.session(1)
	require.Contains(t, refused, types.ErrLevel.Error())
	k := app.EnclavesKeeper(v.App)
	s, _ := v.session(1)
	listing := types.Listing{Measurements: []string{s.Measurement}}
	for from, want := range map[int64]bool{s.Registered - 1: false, s.Registered: true, raised: true, raised + 1: false} {
		voided, err := k.WasVoided(v.Ctx(), listing, s.Worker, from)
		require.NoError(t, err)
		require.Equal(t, want, voided, "from height %d", from)
	}
	editions, err := types.NewQueryClient(v.Conn()).Editions(v.Ctx(), &types.QueryEditionsRequest{})
	require.NoError(t, err)
	require.Len(t, editions.Editions, 1)
	require.Equal(t, raised, editions.Editions[0].Raised)
	v.Deliver(v.worker(1), v.tdxSession(1, nil))
	_, refused = v.session(1)
	require.Empty(t, refused)

	// Intel takes the platform's certificate back: no new session.
	v.intel.Issued, v.intel.RevokedByAuthority = 3*time.Hour, []int64{4}
	v.Deliver(stranger, v.refresh(v.intel.Collateral()))
	v.Refuse(v.worker(1), types.ErrQuote, v.tdxSession(1, nil))
}

// TestTdxStatus: a platform of which Intel asks for more is not taken, but for hardened software where the council says so.
func TestTdxStatus(t *testing.T) {
	for status, taken := range map[string][2]bool{"UpToDate": {true, true}, "SWHardeningNeeded": {false, true}, "OutOfDate": {false, false}, "Revoked": {false, false}} {
		for i, hardening := range []bool{false, true} {
			v := newVendors(t, func(p *types.Params) { p.TdxHardening = hardening })
			v.intel.Levels = `"tcbStatus":"UpToDate"},{"tcb":{"sgx=>"tcbStatus":"` + status + `"},{"tcb":{"sgx`
			v.Deliver(v.Account("stranger"), v.refresh(v.intel.Collateral()))
			if taken[i] {
				v.Deliver(v.worker(1), v.tdxSession(1, nil))
				continue
			}
			v.Refuse(v.worker(1), types.ErrLevel, v.tdxSession(1, nil))
		}
	}
}

// TestSnpSession: a report of SEV-SNP registers a key once AMD's certificates and list are there; its least versions are the council's.
func TestSnpSession(t *testing.T) {
	if testing.Short() {
		t.Skip("makes RSA keys of 4096 bits")
	}
	maker, err := amd.New(genesisTime)
	require.NoError(t, err)
	root := maker.RootHash()
	v := newVendors(t, func(p *types.Params) {
		p.Products = []types.Product{{Name: "milan", Root: root[:], Least: types.Versions{BootLoader: 4, Snp: 9}}}
	})
	v.amd = maker
	stranger := v.Account("stranger")
	refresh := func(product string, hours time.Duration, revoked ...int64) *types.MsgRefreshSnp {
		list, err := maker.List(hours*time.Hour, revoked...)
		require.NoError(t, err)
		return &types.MsgRefreshSnp{Sender: stranger.String(), Product: product, Ask: maker.ASKDER, Ark: maker.ARKDER, List: list}
	}
	session := func(i int, snp uint8, change func([]byte)) *types.MsgRegisterSession {
		vcek, err := maker.VCEK(4, 0, snp, 0)
		require.NoError(t, err)
		data := v.data(i)
		report, err := maker.Report(2, func(b []byte) {
			copy(b[0x50:], data[:])
			b[0x90], b[0x180], b[0x186], b[0x1e0], b[0x1e6] = 7, 4, snp, 4, snp
			if change != nil {
				change(b)
			}
		})
		require.NoError(t, err)
		return &types.MsgRegisterSession{
			Worker: v.worker(i).String(), Platform: types.PLATFORM_SEV_SNP, Key: v.key[:], Height: v.Height(), Quote: report, Certificate: vcek, Product: "milan",
		}
	}
	v.Refuse(v.worker(1), types.ErrNotFound, session(1, 9, nil))
	v.Refuse(stranger, types.ErrNotFound, refresh("genoa", 0))
	swapped := refresh("milan", 0)
	swapped.Ask, swapped.Ark = swapped.Ark, swapped.Ask
	v.Refuse(stranger, types.ErrCollateral, swapped)
	v.Refuse(stranger, types.ErrCollateral, refresh("milan", 24*40))
	v.Deliver(stranger, refresh("milan", 0))
	v.Refuse(stranger, types.ErrCollateral, refresh("milan", 0))
	v.Refuse(stranger, types.ErrCollateral, refresh("milan", -1))

	v.Deliver(v.worker(1), session(1, 9, nil))
	s, refused := v.session(1)
	require.Empty(t, refused)
	value := make([]byte, 48)
	value[0] = 7
	want, err := types.NewMeasurement(types.PLATFORM_SEV_SNP, value)
	require.NoError(t, err)
	require.Equal(t, want.Id, s.Measurement)
	require.Equal(t, &types.Versions{BootLoader: 4, Snp: 9}, s.Level.Versions)
	v.Refuse(v.worker(2), types.ErrMachine, session(2, 9, nil))
	v.Refuse(v.worker(1), types.ErrLevel, session(1, 8, nil))
	v.Refuse(v.worker(1), types.ErrLevel, session(1, 9, func(b []byte) { b[0x1e6] = 8 }))
	for name, change := range map[string]func([]byte){
		"debug":           func(b []byte) { binary.LittleEndian.PutUint64(b[8:], 1<<17|1<<19) },
		"migration":       func(b []byte) { binary.LittleEndian.PutUint64(b[8:], 1<<17|1<<18) },
		"unknown":         func(b []byte) { binary.LittleEndian.PutUint64(b[8:], 1<<17|1<<26) },
		"level":           func(b []byte) { b[0x30] = 1 },
		"host data":       func(b []byte) { b[0xc0] = 1 },
		"other data":      func(b []byte) { b[0x50] ^= 1 },
		"another chip":    func(b []byte) { b[0x1a0] ^= 1 },
		"other firmware":  func(b []byte) { b[0x180] = 5 },
		"not its version": func(b []byte) { b[0] = 5 },
	} {
		require.Equal(t, types.ErrQuote.ABCICode(), v.Try(v.worker(1), session(1, 9, change)).Code, name)
	}

	// The council raises the least versions: the session counts no more, and neither is it registered again.
	params, err := app.EnclavesKeeper(v.App).Params.Get(v.Ctx())
	require.NoError(t, err)
	params.Products[0].Least.Snp = 10
	v.Pass(&types.MsgUpdateParams{Authority: app.Authority(), Params: params})
	_, refused = v.session(1)
	require.Contains(t, refused, types.ErrLevel.Error())
	v.Refuse(v.worker(1), types.ErrLevel, session(1, 9, nil))
	v.Deliver(v.worker(1), session(1, 10, nil))

	// AMD takes the ASK back: the list is taken, and no session more.
	v.Deliver(stranger, refresh("milan", 1, 2))
	v.Refuse(v.worker(1), types.ErrQuote, session(1, 10, nil))
	res, err := types.NewQueryClient(v.Conn()).Snp(context.Background(), &types.QuerySnpRequest{Product: "milan"})
	require.NoError(t, err)
	require.Equal(t, v.Height()-1, res.Collateral.Height)
}
