package poco

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPriceOf(t *testing.T) {
	const giga = FuelPerGfuel
	for _, tc := range []struct {
		name  string
		terms Terms
		fuel  uint64
		want  uint64
	}{
		{"a fixed price", Terms{Price: 9}, 1 << 40, 9},
		{"the base for no fuel", Terms{Price: 9, UsePrice: UsePrice{Base: 2, PerGfuel: 5}}, 0, 2},
		{"no base", Terms{Price: 9, UsePrice: UsePrice{PerGfuel: 5}}, 0, 0},
		{"a unit of fuel is rounded up", Terms{Price: 9, UsePrice: UsePrice{Base: 2, PerGfuel: 5}}, 1, 3},
		{"a Gfuel", Terms{Price: 9, UsePrice: UsePrice{Base: 2, PerGfuel: 5}}, giga, 7},
		{"one unit more", Terms{Price: 9, UsePrice: UsePrice{Base: 2, PerGfuel: 5}}, giga + 1, 8},
		{"the most", Terms{Price: 9, UsePrice: UsePrice{Base: 2, PerGfuel: 5}}, 2 * giga, 9},
		{"fuel beyond the limit", Terms{Price: 90, FuelLimit: giga, UsePrice: UsePrice{Base: 2, PerGfuel: 5}}, 4 * giga, 7},
		{"more than 64 bits", Terms{Price: 9, UsePrice: UsePrice{PerGfuel: math.MaxUint64}}, math.MaxUint64, 9},
		{"seconds", Terms{Price: 900, Seconds: 60, UsePrice: UsePrice{Base: 2, PerSecond: 3}}, 0, 182},
		{"the most of seconds", Terms{Price: 100, Seconds: 60, UsePrice: UsePrice{Base: 2, PerSecond: 3}}, 0, 100},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.terms.FuelLimit == 0 {
				tc.terms.FuelLimit = math.MaxUint64
			}
			require.Equal(t, tc.want, tc.terms.PriceOf(Outcome{Kind: KindResult, Fuel: tc.fuel}))
		})
	}
}

func anyUsePrice(t *rapid.T, most uint64) UsePrice {
	rate := rapid.OneOf(rapid.Uint64Range(1, 1_000_000), rapid.Uint64Range(1, math.MaxUint64)).Draw(t, "rate")
	use := UsePrice{Base: rapid.Uint64Range(0, most).Draw(t, "base")}
	if rapid.Bool().Draw(t, "by fuel") {
		use.PerGfuel = rate
	} else {
		use.PerSecond = rate
	}
	return use
}

// TestPriceOfAgainstTwin compares the price with a twin in whole numbers of any size. The price is the base plus the use, rounded up, and
// at most the maximal price. More fuel never costs less.
func TestPriceOfAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := Terms{Price: rapid.Uint64().Draw(t, "price"), FuelLimit: rapid.Uint64().Draw(t, "limit"), Seconds: rapid.Uint32().Draw(t, "seconds")}
		terms.UsePrice = anyUsePrice(t, terms.Price)
		require.NoError(t, terms.UsePrice.Validate(terms.Price))
		fuel := rapid.Uint64().Draw(t, "fuel")
		whole := func(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
		want := new(big.Int).Mul(whole(terms.UsePrice.PerGfuel), whole(min(fuel, terms.FuelLimit)))
		want.Add(want, whole(FuelPerGfuel-1)).Quo(want, whole(FuelPerGfuel))
		want.Add(want, new(big.Int).Mul(whole(terms.UsePrice.PerSecond), whole(uint64(terms.Seconds))))
		want.Add(want, whole(terms.UsePrice.Base))
		if want.Cmp(whole(terms.Price)) > 0 {
			want = whole(terms.Price)
		}
		got := terms.PriceOf(Outcome{Fuel: fuel})
		require.Equal(t, want.String(), whole(got).String())
		require.LessOrEqual(t, terms.PriceOf(Outcome{Fuel: fuel / 2}), got)
		require.GreaterOrEqual(t, got, terms.UsePrice.Base)
	})
}

func TestUsePriceValidate(t *testing.T) {
	for _, tc := range []struct {
		name   string
		use    UsePrice
		expErr string
	}{
		{"none", UsePrice{}, ""},
		{"fuel", UsePrice{PerGfuel: 1}, ""},
		{"seconds and a base of the price", UsePrice{Base: 9, PerSecond: 1}, ""},
		{"a base alone", UsePrice{Base: 5}, "without a rate"},
		{"two rates", UsePrice{PerGfuel: 1, PerSecond: 2}, "per_gfuel 1 and per_second 2"},
		{"a base beyond the price", UsePrice{Base: 10, PerGfuel: 1}, "use_price.base: got 10"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.use.Validate(9)
			terms := testTerms()
			terms.Price, terms.UsePrice = 9, tc.use
			if tc.expErr == "" {
				require.NoError(t, err)
				require.NoError(t, terms.Validate())
				return
			}
			require.ErrorContains(t, err, tc.expErr)
			require.ErrorContains(t, terms.Validate(), "terms.use_price")
		})
	}
}

// TestSettlementByUse: workers that were right are paid by the fuel of the accepted answer, whatever fuel others claimed. The pool gets its
// share of that payment. The rest of the escrow goes back, or to a court that no fault has called.
func TestSettlementByUse(t *testing.T) {
	terms := testTerms()
	terms.UsePrice, terms.CommissionBps, terms.PoolOwner = UsePrice{Base: 1, PerGfuel: 2_000_000_000}, 5_000, "pool"
	frugal, greedy := truth, truth
	frugal.Fuel, greedy.Fuel = 3, 1<<20
	a, b := revealedSeat("a", frugal), revealedSeat("b", frugal)
	// 1 + 2 x 3 = 7 of 10: 3 to the worker, 4 to the pool.
	s := ended(terms, EndAccepted, false, frugal, []Seat{a, b}, nil)
	checkSettlement(t, terms, s)
	require.Equal(t, []Pay{{PartyApp, "owner", 50}, {PartyWorker, "a", 3}, {PartyWorker, "b", 3}, {PartyPool, "pool", 8}}, s.FromEscrow)
	require.EqualValues(t, 36, s.Refund)
	// A worker that claims more fuel gives another answer. The court finds it wrong.
	s = ended(terms, EndAccepted, true, frugal, []Seat{a, revealedSeat("c", greedy)}, bench(frugal, frugal, frugal, frugal))
	checkSettlement(t, terms, s)
	require.Equal(t, FaultWrong, s.Seats[1].Fault)
	require.Equal(t, []Pay{{PartyApp, "owner", 50}, {PartyWorker, "a", 3}, {PartyPool, "pool", 4}}, s.FromEscrow)
	// A court that no fault has called is paid from the unused part of the escrow.
	s = ended(terms, EndAccepted, true, frugal, []Seat{a}, bench(frugal, frugal, frugal, frugal))
	checkSettlement(t, terms, s)
	require.EqualValues(t, 3, s.Refund)
	require.EqualValues(t, 40, total(s.FromEscrow)-50-7)
	// The escrow cannot pay a court. Replicas that agree are paid for the use on which they agree.
	s = ended(terms, EndCourtUnpaid, false, Outcome{}, []Seat{a, b}, nil)
	checkSettlement(t, terms, s)
	require.EqualValues(t, 64, total(s.FromEscrow))
}

// TestUseForNothingConfirmsNothing: a free use changes no record, even where the price would allow more.
func TestUseForNothingConfirmsNothing(t *testing.T) {
	for policy, moved := range map[string]func(SeatEnd) bool{
		PolicyCredence: func(e SeatEnd) bool { return e.Confirmed }, PolicyIExec: func(e SeatEnd) bool { return e.Vote != MarkNone },
	} {
		terms := testTerms()
		terms.Policy, terms.UsePrice = policy, UsePrice{PerGfuel: 1}
		idle, busy := truth, truth
		idle.Fuel, busy.Fuel = 0, 1
		for _, answer := range []Outcome{idle, busy} {
			for _, e := range ended(terms, EndAccepted, false, answer, []Seat{revealedSeat("a", answer), revealedSeat("b", answer)}, nil).Seats {
				require.Equal(t, answer == busy, moved(e), "%s with fuel %d", policy, answer.Fuel)
			}
		}
	}
}
