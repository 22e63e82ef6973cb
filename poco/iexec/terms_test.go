package iexec_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/iexec"
)

// terms are iExec's base scenario: T = 300 s, prices in nRLC.
func terms(trust int64) iexec.Terms {
	return iexec.Terms{
		App: big.NewInt(1000), Dataset: big.NewInt(1_000_000), Pool: big.NewInt(1_000_000_000),
		Trust: big.NewInt(trust), WorkerPercent: 30, SchedulerPercent: 1, Volume: 1, Period: 300,
	}
}

func TestTermsValidate(t *testing.T) {
	cases := []struct {
		name     string
		malleate func(*iexec.Terms)
		expErr   error
	}{
		{"base", func(*iexec.Terms) {}, nil},
		{"all free", func(t *iexec.Terms) { t.App, t.Dataset, t.Pool = new(big.Int), new(big.Int), new(big.Int) }, nil},
		{"worker stake above the price", func(t *iexec.Terms) { t.WorkerPercent = 1000 }, nil},
		{"negative price", func(t *iexec.Terms) { t.App = big.NewInt(-1) }, iexec.ErrTerms},
		{"no price", func(t *iexec.Terms) { t.Pool = nil }, iexec.ErrTerms},
		{"price of 257 bits", func(t *iexec.Terms) { t.Pool = new(big.Int).Lsh(big.NewInt(1), 256) }, iexec.ErrTerms},
		{"no trust", func(t *iexec.Terms) { t.Trust = nil }, iexec.ErrTerms},
		{"scheduler takes more than all", func(t *iexec.Terms) { t.SchedulerPercent = 101 }, iexec.ErrTerms},
		{"no tasks", func(t *iexec.Terms) { t.Volume = 0 }, iexec.ErrTerms},
		{"no time", func(t *iexec.Terms) { t.Period = 0 }, iexec.ErrTerms},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			terms := terms(1)
			c.malleate(&terms)
			_, err := iexec.NewTask(iexec.TaskID{}, terms)
			require.ErrorIs(t, err, c.expErr)
		})
	}
}

func TestMatch(t *testing.T) {
	deal := terms(1)
	deal.Pool, deal.Volume, deal.Sponsored, deal.NoDataset = big.NewInt(9), 10, true, true
	require.EqualValues(t, 2, deal.PoolStake().Int64())
	moves := deal.Match()
	require.Len(t, moves, 2)
	require.Equal(t, iexec.Sponsor, moves[0].Party)
	require.EqualValues(t, 10_090, moves[0].Frozen.Int64())
	require.EqualValues(t, -10_090, moves[0].Stake.Int64())
	require.Equal(t, iexec.Scheduler, moves[1].Party)
	require.EqualValues(t, 20, moves[1].Frozen.Int64(), "floored per task, then multiplied")

	free := terms(1)
	free.App, free.Dataset, free.Pool = new(big.Int), new(big.Int), new(big.Int)
	require.Empty(t, free.Match(), "nothing moves for nothing")
}
