package iexec_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/iexec"
)

// The replicas iExec's rule needs of fresh workers, as its contracts were seen to need them.
func TestPolicyPlansIExecsNumbers(t *testing.T) {
	for _, c := range []struct {
		trust    uint64
		replicas uint32
	}{{1, 1}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {8, 3}, {9, 4}, {100, 7}, {10_000, 14}, {1_000_000, 20}} {
		p := iexec.Policy{}.Plan(poco.PlanInput{Trust: c.trust, Records: make([]uint64, 25)})
		require.Equal(t, c.replicas, p.Replicas, "trust %d", c.trust)
	}
	require.True(t, iexec.Policy{}.Plan(poco.PlanInput{Trust: 100, Records: make([]uint64, 6)}).Court)
	require.EqualValues(t, 1, iexec.Policy{}.Plan(poco.PlanInput{Trust: 100, Records: []uint64{303}}).Replicas)
}

func TestPolicyJudges(t *testing.T) {
	ballot := func(digest byte, score uint64) poco.Ballot {
		return poco.Ballot{Revealed: true, Score: score, Outcome: poco.Outcome{Kind: poco.KindResult, Digest: [32]byte{digest}}}
	}
	judge := func(trust uint64, b ...poco.Ballot) poco.Judgement {
		return iexec.Policy{}.Judge(poco.Terms{Trust: trust}, b)
	}
	require.Equal(t, poco.DecideMore, judge(3, ballot(1, 0)).Decision)
	require.Equal(t, poco.DecideAccept, judge(3, ballot(1, 0), ballot(1, 0)).Decision)
	// The weakness the project exists for: three colluders outvote, and a veteran alone outvotes two newcomers.
	require.Equal(t, byte(2), judge(3, ballot(1, 0), ballot(2, 0), ballot(2, 0), ballot(2, 0)).Outcome.Digest[0])
	require.Equal(t, byte(3), judge(100, ballot(1, 0), ballot(1, 0), ballot(3, 3000)).Outcome.Digest[0])
	unrevealed := ballot(1, 0)
	unrevealed.Revealed = false
	require.Equal(t, poco.DecideMore, judge(3, ballot(1, 0), unrevealed).Decision)
}
