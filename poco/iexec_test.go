package poco

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/iexec"
)

// contractScenario is a scenario that was played on iExec's own contracts.
type contractScenario struct {
	ID string
	In struct {
		Pool, Trust uint64
		Scores      map[string]uint64
	}
	Log []struct {
		Step      []any
		Res       string
		Status    string
		Consensus *string
	}
	Scores map[string]string
}

func readContracts(t *testing.T) (out []contractScenario) {
	data, err := os.ReadFile("../lab/vectors/testdata/iexec-poco.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &out))
	return out
}

func resultOf(letter string) Outcome {
	return Outcome{Kind: KindResult, Digest: Hash([]byte(letter))}
}

// contractPlay is the same scenario as this chain would have played it: the contributions in their order.
type contractPlay struct {
	scenario contractScenario
	ballots  []Ballot
	workers  []string
	junk     bool // a worker contributed a result that it could not reveal
}

// take plays a step and says whether the scenario goes on here as it does there. Two kinds of step have no counterpart here: the reopening
// of a task, and finalising it by its only contribution.
func (p *contractPlay) take(step []any, res string) bool {
	kind := step[0].(string)
	switch {
	case kind == "ro" || kind == "caf":
		return false
	case res != "ok":
		return true
	}
	switch kind {
	case "c", "cbad":
		worker := strconv.Itoa(int(step[1].(float64)))
		p.workers, p.junk = append(p.workers, worker), p.junk || kind == "cbad"
		p.ballots = append(p.ballots, Ballot{
			Who: worker, Revealed: kind == "c", Outcome: resultOf(step[2].(string)), Score: p.scenario.In.Scores[worker],
		})
	}
	return true
}

// TestIExecContractsAgree plays the contributions of iExec's published scenarios through the policy. After each contribution the policy
// accepts the result on which the contracts have a consensus. It asks for more workers where they have none.
func TestIExecContractsAgree(t *testing.T) {
	reached, open, copied := 0, 0, 0
	for _, s := range readContracts(t) {
		p := contractPlay{scenario: s}
		for i, entry := range s.Log {
			if !p.take(entry.Step, entry.Res) {
				break
			}
			j := IExec{}.Judge(Terms{Trust: s.In.Trust}, p.ballots)
			switch {
			case entry.Status == "FAILED": // claimed after its time was over
			case p.junk:
				require.NotEqual(t, DecideAccept, j.Decision, "%s, step %d: what cannot be revealed does not count here", s.ID, i)
				copied++
			case entry.Consensus == nil:
				require.Equal(t, DecideMore, j.Decision, "%s, step %d", s.ID, i)
				open++
			default:
				require.Equal(t, Judgement{Decision: DecideAccept, Outcome: resultOf(*entry.Consensus)}, j, "%s, step %d", s.ID, i)
				reached++
			}
		}
	}
	t.Log(reached, open, copied)
	require.Greater(t, reached, 60)
	require.Greater(t, open, 40)
	require.Positive(t, copied)
}

// TestIExecContractsScore settles the same tasks and compares each worker's score with its score on the contracts. Here, work at price 0
// raises no record. On iExec it does.
func TestIExecContractsScore(t *testing.T) {
	compared, free := 0, 0
	for _, s := range readContracts(t) {
		p, revealed := contractPlay{scenario: s}, map[string]bool{}
		same, verdict := true, Outcome{}
		for _, entry := range s.Log {
			same = same && p.take(entry.Step, entry.Res)
			if entry.Step[0] == "r" && entry.Res == "ok" {
				revealed[strconv.Itoa(int(entry.Step[1].(float64)))] = true
			}
			if entry.Status == "COMPLETED" && entry.Consensus != nil {
				verdict = resultOf(*entry.Consensus)
			}
		}
		if !same || verdict == (Outcome{}) {
			continue
		}
		task := Task{Terms: testTerms(), Ending: EndAccepted, Verdict: verdict}
		task.Terms.Policy, task.Terms.Price = PolicyIExec, s.In.Pool
		for i, b := range p.ballots {
			seat := Seat{Who: b.Who, Wave: uint32(i + 1), State: SeatRevealed, Outcome: b.Outcome, Score: b.Score}
			if b.Outcome == verdict && !revealed[b.Who] {
				seat.State, seat.Outcome, seat.Missed = SeatCommitted, Outcome{}, 9
			}
			task.Seats = append(task.Seats, seat)
		}
		for i, end := range task.settleEnding().Seats {
			_, score := end.Vote.Apply(0, task.Seats[i].Score)
			if s.In.Pool == 0 {
				require.LessOrEqual(t, score, task.Seats[i].Score, s.ID)
				free++
				continue
			}
			require.Equal(t, s.Scores["w"+end.Who], strconv.FormatUint(score, 10), "%s, worker %s", s.ID, end.Who)
			compared++
		}
	}
	t.Log(compared, free)
	require.Greater(t, compared, 40)
	require.Positive(t, free)
}

// TestIExecPlans compares the plans with iExec's contracts: how many workers the rule needs when all agree and none has a score.
func TestIExecPlans(t *testing.T) {
	for _, c := range []struct {
		trust    uint64
		replicas uint32
	}{{1, 1}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {8, 3}, {9, 4}, {100, 7}, {10_000, 14}, {1_000_000, 20}, {10_000_000, 24}} {
		require.Equal(t, c.replicas, IExec{}.Replicas(c.trust, 0).Least, "trust %d", c.trust)
		p := IExec{}.Plan(PlanInput{Trust: c.trust, Eligible: 24, MaxSeats: 24})
		require.Equal(t, Plan{Replicas: c.replicas, Eligible: 24, Bound: BoundPolicy}, p)
	}
	require.Greater(t, IExec{}.Replicas(20_000_000, 0).Least, uint32(MaxReplicas), "24 of weight 2 reach 2^24 at most")
	plan := func(in PlanInput) Plan { in.Trust, in.MaxSeats = 100, 24; return IExec{}.Plan(in) }
	require.EqualValues(t, 1, plan(PlanInput{Eligible: 9, Records: []uint64{303}}).Replicas, "believed alone, as on iExec")
	require.EqualValues(t, 2, plan(PlanInput{Eligible: 9, Records: []uint64{302}}).Replicas)
	require.EqualValues(t, 9, plan(PlanInput{Eligible: 9, MinReplicas: 9}).Replicas)
	require.Equal(t, BoundFew, plan(PlanInput{Eligible: 6}).Bound)
	require.Equal(t, "1 replica by iExec's rule, and more where they differ; no court judges, and wrong results are not bounded", IExec{}.Describe(Plan{Replicas: 1}))
	expected, most := QuoteSeats(IExec{}, plan(PlanInput{Eligible: 9}), 100, 0)
	require.Equal(t, []uint64{7, 16}, []uint64{expected, most})
}

func TestIExecJudges(t *testing.T) {
	judge := func(trust uint64, b ...Ballot) Judgement { return IExec{}.Judge(Terms{Trust: trust}, b) }
	accepts := func(o Outcome) Judgement { return Judgement{Decision: DecideAccept, Outcome: o} }
	require.Equal(t, Judgement{Decision: DecideMore, More: 1}, judge(3, ballotsOf(truth)...))
	require.Equal(t, accepts(truth), judge(3, ballotsOf(truth, truth)...))
	require.Equal(t, Judgement{Decision: DecideMore, More: 1}, judge(3, ballotsOf(truth, Outcome{})...))
	require.Equal(t, accepts(lie), judge(3, ballotsOf(truth, lie, lie, lie)...), "three that collude outvote one")
	require.Equal(t, accepts(lie), judge(100, weighed([]uint64{0, 0, 3_000}, truth, truth, lie)...), "and so does one with a long record")
	require.Equal(t, accepts(truth), judge(2, ballotsOf(truth, lie)...), "the first that has the consensus")
	require.Equal(t, Judgement{Decision: DecideRefund, Outcome: noInput}, judge(4, ballotsOf(noInput, noInput)...))
	huge := weighed([]uint64{1 << 63, 1 << 63, 1 << 63, 1 << 63, 1 << 63}, truth, lie, truth, lie, truth)
	require.Equal(t, accepts(truth), judge(100, huge[:1]...))
	overflow := judge(1<<63, weighed([]uint64{1 << 63, 1 << 63, 1 << 63, 1 << 63, 1 << 63}, lie, lie, lie, lie, truth)...)
	require.Equal(t, accepts(lie), overflow, "a contribution that the contracts revert is not counted")
}

// TestIExecAsksForTheFewest: the policy asks for a number of workers without a score. There is a consensus when that number joins the best
// group, and none with one worker fewer.
func TestIExecAsksForTheFewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ballots, trust := drawBallots(t), rapid.SampledFrom([]uint64{2, 5, 100, 10_000, 1_000_000_000}).Draw(t, "trust")
		j := IExec{}.Judge(Terms{Trust: trust}, ballots)
		if j.Decision != DecideMore || j.More > MaxReplicas {
			return
		}
		best, product := truth, -1
		tally := iexec.NewConsensus()
		for _, b := range ballots {
			if b.Revealed && b.Outcome.Kind.IsAnswer() {
				if next, err := tally.Add(groupOf(b.Outcome), iexec.Weight(b.Score)); err == nil {
					tally = next
				}
			}
		}
		for _, o := range []Outcome{truth, lie, failing} {
			if p := tally.Product(groupOf(o)); p.Sign() > 0 && (product < 0 || p.Cmp(tally.Product(groupOf(best))) > 0) {
				best, product = o, p.BitLen()
			}
		}
		for range j.More - 1 {
			ballots = append(ballots, ballotsOf(best)...)
		}
		require.Equal(t, DecideMore, IExec{}.Judge(Terms{Trust: trust}, ballots).Decision)
		ballots = append(ballots, ballotsOf(best)...)
		require.Equal(t, DecideAccept, IExec{}.Judge(Terms{Trust: trust}, ballots).Decision)
	})
}
