package iexec_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/iexec"
)

func TestSplit(t *testing.T) {
	cases := []struct {
		name                         string
		price, stake                 int64
		losers, ratio                uint64
		logs                         []uint64
		pot, forAll, each, scheduler int64
	}{
		{"one worker", 1_000_000_000, 300_000_000, 0, 1, []uint64{1}, 1_000_000_000, 990_000_000, 990_000_000, 10_000_000},
		{"seven workers leave dust", 1_000_000_000, 300_000_000, 0, 1, []uint64{1, 1, 1, 1, 1, 1, 1}, 1_000_000_000, 990_000_000, 141_428_571, 10_000_003},
		{"one loser among five", 1_000_000_000, 300_000_000, 1, 1, []uint64{1, 1, 1, 1}, 1_300_000_000, 1_287_000_000, 321_750_000, 13_000_000},
		{"all to the scheduler", 1000, 300, 0, 100, []uint64{1, 1}, 1000, 0, 0, 1000},
		{"nothing at all", 0, 0, 3, 1, []uint64{1}, 0, 0, 0, 0},
		{"rounding of small prices", 7, 2, 0, 1, []uint64{1, 1, 1}, 7, 6, 2, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			pay := iexec.Split(big.NewInt(c.price), big.NewInt(c.stake), c.losers, c.ratio, c.logs)
			require.EqualValues(t, c.pot, pay.Pot.Int64())
			require.EqualValues(t, c.forAll, pay.ForAll.Int64())
			require.EqualValues(t, c.scheduler, pay.Scheduler.Int64())
			require.Len(t, pay.Workers, len(c.logs))
			for _, w := range pay.Workers {
				require.EqualValues(t, c.each, w.Int64())
			}
		})
	}
}

// Every unit of the pot is paid out. Each worker gets its exact share, rounded down.
func TestSplitLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(0, 1<<60).Draw(t, "price")
		stake := rapid.Int64Range(0, 1<<60).Draw(t, "stake")
		losers := rapid.Uint64Range(0, 30).Draw(t, "losers")
		ratio := rapid.Uint64Range(0, 100).Draw(t, "ratio")
		logs := rapid.SliceOfN(rapid.Uint64Range(1, 63), 1, 20).Draw(t, "logs")
		pay := iexec.Split(big.NewInt(price), big.NewInt(stake), losers, ratio, logs)

		sum := new(big.Int).Set(pay.Scheduler)
		var all int64
		for _, l := range logs {
			all += int64(l)
		}
		for i, w := range pay.Workers {
			sum.Add(sum, w)
			share := new(big.Rat).Mul(new(big.Rat).SetInt(pay.ForAll), big.NewRat(int64(logs[i]), all))
			gap := share.Sub(share, new(big.Rat).SetInt(w))
			require.True(t, gap.Sign() >= 0 && gap.Cmp(big.NewRat(1, 1)) < 0, "share is short by %s", gap)
		}
		require.Zero(t, sum.Cmp(pay.Pot), "shares sum to %s of %s", sum, pay.Pot)
		require.True(t, pay.Scheduler.Sign() >= 0)

		pot := new(big.Int).Mul(big.NewInt(stake), new(big.Int).SetUint64(losers))
		require.Zero(t, pot.Add(pot, big.NewInt(price)).Cmp(pay.Pot))
	})
}

func TestKittyBonus(t *testing.T) {
	for _, c := range []struct{ kitty, bonus int64 }{
		{0, 0},
		{1, 1},
		{999_999_999, 999_999_999},
		{1_000_000_000, 1_000_000_000},
		{1_000_000_001, 1_000_000_000},
		{10_000_000_009, 1_000_000_000},
		{10_000_000_019, 1_000_000_001},
		{50_000_000_000, 5_000_000_000},
	} {
		t.Run(fmt.Sprint(c.kitty), func(t *testing.T) {
			require.EqualValues(t, c.bonus, iexec.KittyBonus(big.NewInt(c.kitty)).Int64())
		})
	}
}
