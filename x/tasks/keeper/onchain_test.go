package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
)

// rate is a result with a small file, whose answer is outcome.
type rate struct {
	manifest []byte
	content  []byte
	outcome  poco.Outcome
}

func newRate(t testing.TB, content string, more ...result.File) rate {
	t.Helper()
	m, err := result.Build(result.KindResult, "", 0, append(more, result.File{Path: "rate.txt", Content: artifact.Bytes(content)}))
	require.NoError(t, err)
	return rate{m.Bytes(), []byte(content), poco.Outcome{Kind: poco.KindResult, Digest: m.Digest(), Fuel: 5}}
}

func (r rate) file() *types.OnchainFile {
	return &types.OnchainFile{Manifest: r.manifest, Content: r.content}
}

// onchainDeal wants up to 64 bytes of rate.txt on chain.
func onchainDeal(d *dealstypes.Deal) { d.Onchain, d.MaxOnchain = "rate.txt", 64 }

// stored lists what lives on chain.
func (f *fixture) stored() (out []string) {
	f.t.Helper()
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	require.NoError(f.t, g.Validate())
	for _, r := range g.Onchain {
		out = append(out, string(r.Data))
	}
	return out
}

// TestResultLivesOnChain: whichever agreeing seats bring the file, it is there once, when the task is accepted; queries and the callback
// have it; and it goes when the task is pruned.
func TestResultLivesOnChain(t *testing.T) {
	for _, brings := range []string{"everybody", "one", "nobody"} {
		t.Run(brings, func(t *testing.T) {
			f := newFixture(t, 20)
			r := newRate(t, "1.0842")
			brought := 0
			f.onchain = func(string, poco.Outcome) *types.OnchainFile {
				if brings == "nobody" || brings == "one" && brought > 0 {
					return nil
				}
				brought++
				return r.file()
			}
			id := f.open(1, onchainDeal, func(d *dealstypes.Deal) { d.Callback, d.Terms.MinReplicas = "hook", 3 })[0]
			f.accept(r.outcome, id)
			require.Equal(t, types.ENDING_ACCEPTED, f.task(id).Ending)
			queries := keeper.NewQueryServer(f.k)
			asked, err := queries.Task(f.ctx, &types.QueryTaskRequest{Id: id})
			require.NoError(t, err)
			res, err := queries.Result(f.ctx, &types.QueryResultRequest{Id: id})
			require.NoError(t, err)
			require.Equal(t, asked.Onchain, res.Onchain)
			if brings == "nobody" {
				require.Empty(t, f.stored())
				require.Nil(t, res.Onchain)
				require.Empty(t, f.books.onchain)
				return
			}
			require.GreaterOrEqual(t, brought, 1)
			require.Equal(t, []string{"1.0842"}, f.stored(), "once a task")
			require.Equal(t, &types.OnchainResult{Task: id, Digest: types.DigestText(r.outcome.Digest), File: "rate.txt", Data: []byte("1.0842")}, res.Onchain)
			require.Equal(t, []byte("1.0842"), f.books.onchain)

			g, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			other := newFixture(t, 20)
			other.market = f.market
			require.NoError(t, other.k.InitGenesis(other.ctx, *g))
			again, err := other.k.ExportGenesis(other.ctx)
			require.NoError(t, err)
			require.Equal(t, g, again)

			f.pruneAfter(1, 10)
			for range 5 {
				f.next()
			}
			require.Len(t, f.pruned(), 1)
			require.Empty(t, f.stored(), "pruned with its task")
		})
	}
}

// TestWrongFileIsRefused: what is not the file of the result, or does not belong on chain, is refused with the reason and stores
// nothing; the seat keeps its stake, and may still reveal without it.
func TestWrongFileIsRefused(t *testing.T) {
	r, other := newRate(t, "1.0842"), newRate(t, "6.6666")
	large := newRate(t, string(bytes.Repeat([]byte{'9'}, 65)))
	crowded := newRate(t, "1.0842", func() (files []result.File) {
		for i := range 200 {
			files = append(files, result.File{Path: string(rune('a'+i/26)) + string(rune('a'+i%26)), Content: artifact.Bytes("x")})
		}
		return files
	}()...)
	require.Greater(t, len(crowded.manifest), types.MaxOnchainManifest)
	empty := newRate(t, "")
	named := func(name string, most uint32) func(*dealstypes.Deal) {
		return func(d *dealstypes.Deal) { d.Onchain, d.MaxOnchain = name, most }
	}
	for _, tc := range []struct {
		name   string
		deal   func(*dealstypes.Deal)
		answer rate
		file   *types.OnchainFile
		says   string
	}{
		{"bytes of another result", onchainDeal, r, other.file(), "the manifest hashes to"},
		{"other bytes", onchainDeal, r, &types.OnchainFile{Manifest: r.manifest, Content: []byte("6.6666")}, "hash to"},
		{"nothing but bytes", onchainDeal, r, &types.OnchainFile{Content: r.content}, "the manifest hashes to"},
		{"too large", onchainDeal, large, large.file(), "65 bytes, expected 1 to 64"},
		{"much too large", onchainDeal, r, &types.OnchainFile{Manifest: r.manifest, Content: make([]byte, 1<<20)}, "onchain.content: got 1048576 bytes"},
		{"a large manifest", onchainDeal, crowded, crowded.file(), "onchain.manifest: got"},
		{"empty", onchainDeal, empty, empty.file(), "0 bytes, expected 1 to 64"},
		{"of a file that was not asked for", named("log.txt", 64), r, r.file(), "names no file"},
		{"where nothing was asked for", named("", 0), r, r.file(), "the deal wants nothing on chain"},
		{"where it is switched off", named("rate.txt", 0), r, r.file(), "the deal wants nothing on chain"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 20)
			id := f.open(1, tc.deal)[0]
			refused := 0
			for range 60 {
				if f.task(id).Phase == types.PHASE_REVEAL || f.task(id).Phase == types.PHASE_SECOND {
					for _, s := range f.task(id).Seats {
						if s.State != types.SEAT_STATE_COMMITTED || f.task(id).From > f.ctx.BlockHeight() || f.task(id).Phase != types.PHASE_REVEAL {
							continue
						}
						f.onchain = func(string, poco.Outcome) *types.OnchainFile { return tc.file }
						before := f.task(id)
						err := f.reveal(id, s.Who, types.BENCH_WORKERS)
						require.ErrorIs(t, err, types.ErrOnchain)
						require.ErrorContains(t, err, tc.says)
						require.Equal(t, before, f.task(id), "a refused message changes nothing")
						refused++
						f.onchain = nil
					}
				}
				if f.task(id).Ended() {
					break
				}
				f.work(id, tc.answer.outcome)
				f.end()
				f.begin()
			}
			require.Positive(t, refused)
			require.Equal(t, types.ENDING_ACCEPTED, f.task(id).Ending, "the digest alone decides")
			require.Zero(t, f.books.get(f.ctx, "slashed"))
			require.Empty(t, f.stored())
		})
	}
	t.Run("with a failure", func(t *testing.T) {
		_, err := types.ProveOnchain(dealstypes.Deal{Onchain: "rate.txt", MaxOnchain: 64}, types.Outcome{Kind: types.KIND_APP_FAILED, Digest: types.DigestText(r.outcome.Digest)}, r.file())
		require.ErrorIs(t, err, types.ErrOnchain)
		require.ErrorContains(t, err, "APP_FAILED")
	})
}

// TestOnlyTheAcceptedResultStays: while seats disagree each answer's file waits, a liar's too; the verdict's alone is kept, and after a
// court that overturns it, that of the court.
func TestOnlyTheAcceptedResultStays(t *testing.T) {
	r, lie := newRate(t, "1.0842"), newRate(t, "6.6666")
	files := func(_ string, o poco.Outcome) *types.OnchainFile {
		if o == lie.outcome {
			return lie.file()
		}
		return r.file()
	}
	t.Run("a dispute", func(t *testing.T) {
		f := newFixture(t, 20)
		f.onchain = files
		id := f.open(1, onchainDeal)[0]
		first := ""
		for range 100 {
			if f.task(id).Phase == types.PHASE_FIRST && first == "" {
				first = f.task(id).Seats[0].Who
				require.NoError(t, f.commit(id, first, types.BENCH_WORKERS, lie.outcome))
			}
			if f.task(id).Phase == types.PHASE_COURT_COMMIT {
				require.ElementsMatch(t, []string{"1.0842", "6.6666"}, f.stored())
			}
			if f.task(id).Final() {
				break
			}
			f.work(id, r.outcome)
			f.end()
			f.begin()
		}
		require.True(t, f.task(id).ByCourt)
		require.Equal(t, []string{"1.0842"}, f.stored())
	})
	t.Run("an overturned answer", func(t *testing.T) {
		f := newFixture(t, 20)
		f.setParams(func(p *types.Params) { p.PatrolPerMille = 0; p.ChallengeBond = 100 })
		f.onchain = files
		id := f.open(1, onchainDeal, audits)[0]
		f.accept(lie.outcome, id)
		require.Equal(t, types.PHASE_AUDIT, f.task(id).Phase)
		require.Equal(t, []string{"6.6666"}, f.stored(), "it can be read under audit")
		_, err := f.challenge(id, "anybody", 1_000)
		require.NoError(t, err)
		f.close(r.outcome, id)
		require.Equal(t, types.AUDIT_RESULT_OVERTURNED, f.task(id).Audit.Result)
		require.Equal(t, []string{"1.0842"}, f.stored())
		require.Equal(t, []byte("1.0842"), f.books.onchain, "what the callback was told")
	})
	t.Run("no answer", func(t *testing.T) {
		f := newFixture(t, 20)
		f.onchain = files
		id := f.open(1, onchainDeal)[0]
		f.accept(r.outcome, id)
		require.NotEmpty(t, f.stored())
		broken := f.open(1, onchainDeal)[0]
		revealed, failed := false, false
		for range 60 {
			if f.task(broken).Ended() {
				break
			}
			f.work(broken, r.outcome)
			if len(f.stored()) > 1 {
				revealed = true
				f.books.fail = func(call, _ string) error {
					if call == "workers.Settle" && !failed {
						failed = true
						panic("injected")
					}
					return nil
				}
			}
			f.end()
			f.books.fail = nil
			f.begin()
		}
		require.True(t, revealed)
		require.Equal(t, types.ENDING_BROKEN, f.task(broken).Ending)
		require.Len(t, f.stored(), 1, "that of the accepted task")
	})
}

// TestOnchainGas: the bytes that come with a reveal have their price, and are no reason to be out of gas.
func TestOnchainGas(t *testing.T) {
	r := newRate(t, "1.0842")
	bare, full := &types.MsgReveal{}, &types.MsgReveal{Onchain: r.file()}
	extra := uint64(len(r.manifest) + len(r.content))
	require.Equal(t, types.AnswerGas+30*extra, types.GasOfHandlers([]sdk.Msg{full}))
	require.Equal(t, types.AnswersGas(2)+50*extra, types.GasOfAnswers(bare, full))
	_, is := types.AssignedAnswers([]sdk.Msg{full}, types.AnswersGas(1)+50*extra)
	require.True(t, is)
	_, is = types.AssignedAnswers([]sdk.Msg{full}, types.AnswersGas(1)+50*extra+1)
	require.False(t, is, "more than it needs")
	_, is = types.AssignedAnswers([]sdk.Msg{bare}, types.AnswersGas(1)+1)
	require.False(t, is)
}

// TestGenesisOfOnchainResults names what cannot be.
func TestGenesisOfOnchainResults(t *testing.T) {
	f := newFixture(t, 20)
	r := newRate(t, "1.0842")
	f.onchain = func(string, poco.Outcome) *types.OnchainFile { return r.file() }
	id := f.open(1, onchainDeal)[0]
	f.accept(r.outcome, id)
	for name, spoil := range map[string]func(*types.GenesisState){
		"expected a task":       func(g *types.GenesisState) { g.Onchain[0].Task = types.IDText([32]byte{9}) },
		"expected that of a":    func(g *types.GenesisState) { g.Onchain[0].Digest = "" },
		"not its accepted":      func(g *types.GenesisState) { g.Onchain[0].Digest = types.DigestText([32]byte{7}) },
		"expected no file":      func(g *types.GenesisState) { g.Onchain[0].Data = nil },
		"expected ascending or": func(g *types.GenesisState) { g.Onchain = append(g.Onchain, g.Onchain[0]) },
	} {
		g, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		require.NoError(t, g.Validate())
		spoil(g)
		require.ErrorContains(t, g.Validate(), name)
	}
}
