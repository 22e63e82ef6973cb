package iexec_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/iexec"
)

func TestWeight(t *testing.T) {
	cases := []struct{ score, weight, log uint64 }{
		{0, 2, 1}, {11, 2, 1}, {12, 3, 1}, {15, 4, 2}, {27, 8, 3}, {30, 9, 3}, {51, 16, 4}, {99, 32, 5},
		{198, 65, 6}, {299, 98, 6}, {300, 99, 6}, {303, 100, 6}, {1000, 332, 8}, {3000003, 1000000, 19},
		{math.MaxUint64, math.MaxUint64/3 - 1, 62},
	}
	for _, c := range cases {
		require.Equal(t, c.weight, iexec.Weight(c.score), "score %d", c.score)
		require.Equal(t, c.log, iexec.LogWeight(c.weight), "weight %d", c.weight)
	}
	require.Zero(t, iexec.LogWeight(0))
}

func TestWeightTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		score := rapid.Uint64Range(0, 5000).Draw(t, "score")
		third := uint64(0)
		for 3*(third+1) <= score {
			third++
		}
		if third < 3 {
			third = 3
		}
		require.Equal(t, third-1, iexec.Weight(score))

		log := uint64(0)
		for new(big.Int).Exp(big.NewInt(2), new(big.Int).SetUint64(log+1), nil).Cmp(new(big.Int).SetUint64(third-1)) <= 0 {
			log++
		}
		require.Equal(t, log, iexec.LogWeight(third-1))
	})
}

func TestScore(t *testing.T) {
	cases := []struct {
		name  string
		score uint64
		event iexec.ScoreEvent
		after uint64
	}{
		{"newcomer among several", 0, iexec.Accurate, 1},
		{"alone", 7, iexec.Alone, 7},
		{"faulty from 0", 0, iexec.Faulty, 0},
		{"faulty from 1 rounds to 0", 1, iexec.Faulty, 0},
		{"faulty from 3", 3, iexec.Faulty, 2},
		{"faulty from 10", 10, iexec.Faulty, 6},
		{"faulty from 303", 303, iexec.Faulty, 202},
		{"twice the score would overflow", math.MaxUint64, iexec.Faulty, math.MaxUint64 / 3 * 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.after, iexec.Score(c.score, c.event))
		})
	}
}
