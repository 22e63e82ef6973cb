package iexec_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/iexec"
)

func hashOf(result string) iexec.Digest { return iexec.ResultHash(iexec.TaskID{}, []byte(result)) }

// TestReplicasNeeded compares how many agreeing newcomers a trust needs, alone or against an earlier wrong worker, with what was measured
// on iExec's own contracts.
func TestReplicasNeeded(t *testing.T) {
	cases := []struct {
		trust           int64
		fresh, oneWrong int
	}{
		{0, 1, 1}, {1, 1, 1}, {2, 1, 1}, {3, 2, 3}, {4, 2, 4}, {5, 3, 4}, {8, 3, 5}, {9, 4, 5}, {16, 4, 6},
		{100, 7, 9}, {1000, 10, 12}, {10_000, 14, 15}, {1_000_000, 20, 22},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("trust %d", c.trust), func(t *testing.T) {
			require.Equal(t, c.fresh, contributionsUntil(t, c.trust, nil))
			if c.trust > 2 {
				require.Equal(t, c.oneWrong, contributionsUntil(t, c.trust, []string{"wrong"}))
			}
		})
	}
}

// contributionsUntil counts the newcomers for one result, after others, until it is accepted.
func contributionsUntil(t *testing.T, trust int64, others []string) int {
	tally := iexec.NewConsensus()
	var err error
	for _, o := range others {
		tally, err = tally.Add(hashOf(o), 2)
		require.NoError(t, err)
	}
	for n := 1; ; n++ {
		tally, err = tally.Add(hashOf("right"), 2)
		require.NoError(t, err)
		reached, err := tally.Reached(hashOf("right"), big.NewInt(trust))
		require.NoError(t, err)
		if reached {
			return n
		}
	}
}

// One worker is enough exactly when its weight is at least the trust.
func TestLoneWorker(t *testing.T) {
	for _, score := range []uint64{302, 303} {
		tally, err := iexec.NewConsensus().Add(hashOf("X"), iexec.Weight(score))
		require.NoError(t, err)
		reached, err := tally.Reached(hashOf("X"), big.NewInt(100))
		require.NoError(t, err)
		require.Equal(t, score == 303, reached)
	}
}

// The tally is compared with its definition. Products are computed by multiplication over the list, and the credibility g/(1+sum) is
// compared with 1 - 1/trust as rationals.
func TestConsensusTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		results := rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B", "C"}), 1, 12).Draw(t, "results")
		trust := rapid.Int64Range(0, 5000).Draw(t, "trust")
		tally := iexec.NewConsensus()
		products := map[string]*big.Int{}
		for i, r := range results {
			weight := iexec.Weight(rapid.Uint64Range(0, 4000).Draw(t, fmt.Sprintf("score%d", i)))
			var err error
			tally, err = tally.Add(hashOf(r), weight)
			require.NoError(t, err)
			if products[r] == nil {
				products[r] = big.NewInt(1)
			}
			products[r].Mul(products[r], new(big.Int).SetUint64(weight))

			total := big.NewInt(1)
			for _, p := range products {
				total.Add(total, p)
			}
			require.Zero(t, total.Cmp(tally.Total))
			require.Zero(t, products[r].Cmp(tally.Product(hashOf(r))))

			credibility := new(big.Rat).SetFrac(products[r], total)
			demanded := big.NewRat(max(trust, 1)-1, max(trust, 1))
			reached, err := tally.Reached(hashOf(r), big.NewInt(trust))
			require.NoError(t, err)
			require.Equal(t, credibility.Cmp(demanded) > 0, reached)
		}
	})
}

func TestConsensusRemove(t *testing.T) {
	tally := iexec.NewConsensus()
	var err error
	for _, r := range []string{"A", "B", "A"} {
		tally, err = tally.Add(hashOf(r), 3)
		require.NoError(t, err)
	}
	require.EqualValues(t, 1+9+3, tally.Total.Int64())
	tally = tally.Remove(hashOf("A"))
	require.EqualValues(t, 1+3, tally.Total.Int64())
	require.Zero(t, tally.Product(hashOf("A")).Sign())

	again, err := tally.Add(hashOf("A"), 5)
	require.NoError(t, err)
	require.EqualValues(t, 5, again.Product(hashOf("A")).Int64(), "an emptied group starts at 1 again")
}

func TestConsensusOverflow(t *testing.T) {
	half := new(big.Int).Lsh(big.NewInt(1), 255)
	tally, err := iexec.NewConsensus().Add(hashOf("A"), 2)
	require.NoError(t, err)
	_, err = tally.Reached(hashOf("A"), half)
	require.ErrorIs(t, err, iexec.ErrOverflow, "2 * 2^255 leaves 256 bits")
	_, err = tally.Reached(hashOf("A"), new(big.Int).Rsh(half, 1))
	require.NoError(t, err)

	for range 255 {
		if tally, err = tally.Add(hashOf("A"), 2); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, iexec.ErrOverflow, "a product of 2^256")
}
