package keeper_test

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/testutil/amd"
	"github.com/credence-chain/credence/x/enclaves/types"
)

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

// TestSessionIsFresh: a quote counts for one worker, organisation, key and chain, over a block of the last fresh_blocks. Whoever replays it
// later, elsewhere or for another gets nothing.
func TestSessionIsFresh(t *testing.T) {
	const fresh = 5
	d := newDevelopers(t, func(p *types.Params) { p.FreshBlocks = fresh })
	d.NextN(2 * fresh)
	k, ctx := app.EnclavesKeeper(d.App), d.Ctx()
	register := func(height int64, change func(*types.MsgRegisterSession)) error {
		msg := d.session(1, "amber", "first", height, nil)
		if change != nil {
			change(msg)
		}
		cached, _ := ctx.CacheContext()
		_, err := k.RegisterSession(cached, msg)
		return err
	}
	now := d.Height()
	require.NoError(t, register(now, nil))
	require.NoError(t, register(now-fresh, nil), "the oldest block")
	for name, tc := range map[string]struct {
		height int64
		change func(*types.MsgRegisterSession)
		want   error
	}{
		"a block too old":        {now - fresh - 1, nil, types.ErrStale},
		"a block to come":        {now, func(m *types.MsgRegisterSession) { m.Height++ }, types.ErrStale},
		"no block":               {now, func(m *types.MsgRegisterSession) { m.Height = 0 }, types.ErrStale},
		"another block's seed":   {now, func(m *types.MsgRegisterSession) { m.Height-- }, types.ErrQuote},
		"another worker":         {now, func(m *types.MsgRegisterSession) { m.Worker = d.worker(2).String() }, types.ErrQuote},
		"another key":            {now, func(m *types.MsgRegisterSession) { copy(m.Key, p256Generator) }, types.ErrQuote},
		"a key that is no point": {now, func(m *types.MsgRegisterSession) { m.Key[9] ^= 1 }, types.ErrInvalid},
		"a certificate beside":   {now, func(m *types.MsgRegisterSession) { m.Certificate = []byte{1} }, types.ErrInvalid},
		"no platform":            {now, func(m *types.MsgRegisterSession) { m.Platform = types.PLATFORM_UNSPECIFIED }, types.ErrInvalid},
		"a forged quote":         {now, func(m *types.MsgRegisterSession) { m.Quote[len(m.Quote)-1] ^= 1 }, types.ErrQuote},
	} {
		require.ErrorIs(t, register(tc.height, tc.change), tc.want, name)
	}
	d.quoted = "other-devnet"
	require.ErrorIs(t, register(now, nil), types.ErrQuote, "another chain")
}

// TestSessionsAreFew: a worker has at most MaxSessions. One more takes the place of one that is over or, if none is, of the one that ends
// first; registering a key again takes no other's place.
func TestSessionsAreFew(t *testing.T) {
	d := newDevelopers(t, func(p *types.Params) { p.SessionBlocks = 12 })
	register := func(names ...string) {
		for _, name := range names {
			d.Deliver(d.worker(1), d.session(1, "amber", name, d.Height(), nil))
		}
	}
	names := []string{"a", "b", "c", "d", "e", "f"}
	register("a", "b", "c", "d")
	require.Equal(t, names[:types.MaxSessions], d.sessions(1, "amber", names...))
	for _, again := range []string{"d", "a"} {
		register(again)
		require.Equal(t, names[:types.MaxSessions], d.sessions(1, "amber", names...), "a key that is there takes no place")
	}
	register("e")
	require.Equal(t, []string{"a", "c", "d", "e"}, d.sessions(1, "amber", names...), "b ended first")
	d.NextN(9)
	register("f")
	require.Equal(t, []string{"a", "e", "f"}, d.sessions(1, "amber", names...), "c and d are over")
	require.Empty(t, d.sessions(2, "amber"), "the other worker has none")
}

// TestAMachineServesOneOrganisation: nobody else gets a session on it, with whatever key, until the council releases it. A frozen machine is
// released to nobody.
func TestAMachineServesOneOrganisation(t *testing.T) {
	d := newDevelopers(t, nil)
	k := app.EnclavesKeeper(d.App)
	d.Deliver(d.worker(1), d.session(1, "amber", "first", d.Height(), nil))
	d.Refuse(d.worker(2), types.ErrMachine, d.session(2, "amber", "second", d.Height(), nil))
	res, err := types.NewQueryClient(d.Conn()).Sessions(d.Ctx(), &types.QuerySessionsRequest{Worker: d.worker(1).String()})
	require.NoError(t, err)
	machine := res.Sessions[0].Session.Machine

	require.ErrorIs(t, k.ReleaseMachine(d.Ctx(), ids.Format([32]byte{9})), types.ErrNotFound)
	require.ErrorIs(t, k.ReleaseMachine(d.Ctx(), "amber"), types.ErrInvalid)
	d.Pass(&types.MsgReleaseMachine{Authority: app.Authority(), Machine: machine})
	require.Equal(t, []string{"first"}, d.sessions(1, "amber", "first"), "it lasts until its time is over")
	d.Deliver(d.worker(2), d.session(2, "amber", "second", d.Height(), nil))
	d.Refuse(d.worker(1), types.ErrMachine, d.session(1, "amber", "first", d.Height(), nil))

	d.Pass(&types.MsgFreeze{Authority: app.Authority(), Subject: machine, Reason: "it was opened"})
	d.Pass(&types.MsgReleaseMachine{Authority: app.Authority(), Machine: machine})
	for i := 1; i <= 2; i++ {
		d.Refuse(d.worker(i), types.ErrFrozen, d.session(i, "amber", "third", d.Height(), nil))
	}
}

// TestMachineIsKeptUpToDate: a machine below the least level, in a mode that lets its host look in, or with a certificate that is over gets no
// session. A session ends with the certificate.
func TestMachineIsKeptUpToDate(t *testing.T) {
	d := newDevelopers(t, nil)
	for name, tc := range map[string]struct {
		change func(*attester.Machine)
		want   error
	}{
		"an old level":       {func(m *attester.Machine) { m.Level = 1 }, types.ErrLevel},
		"a debugger":         {func(m *attester.Machine) { m.Modes = 1 }, types.ErrQuote},
		"an old certificate": {func(m *attester.Machine) { m.End = d.Now().Unix() - 1 }, types.ErrQuote},
	} {
		_, err := app.EnclavesKeeper(d.App).RegisterSession(d.Ctx(), d.session(1, "amber", "first", d.Height(), tc.change))
		require.ErrorIs(t, err, tc.want, name)
	}
	end := d.Now().Unix() + 77
	s, err := app.EnclavesKeeper(d.App).RegisterSession(d.Ctx(), d.session(1, "amber", "first", d.Height(), func(m *attester.Machine) { m.End = end }))
	require.NoError(t, err)
	require.Equal(t, end, s.UntilTime)
}
