package poco

import (
	"fmt"
	"testing"
)

// BenchmarkMakePlan plans a task in ledgers that have seen charges, which makes the allowance small and the search long.
func BenchmarkMakePlan(b *testing.B) {
	l := Ledger{Trust: 1_000_000, N: 1000, Charges: [2]uint64{3, 1}, Peak: [2]uint64{100, 50}}
	in := PlanInput{
		Class: l, Requester: l, Allowances: DefaultAllowances, Height: 10, Window: 600, Faction: 40, Eligible: 200, Factor: 2,
		FuelLimit: 1, MaxSeats: MaxReplicas + 1, Stake: 1 << 40, Exposure: Exposure{Value: 1000, Reward: 10, Cost: 10, CourtCost: 100},
	}
	for b.Loop() {
		if p := makePlan(in); p.Court {
			b.Fatal(p.Text())
		}
	}
}

// BenchmarkGate asks the gate for the youngest of many turns in flight. What the gate reads must not grow with their number.
func BenchmarkGate(b *testing.B) {
	for _, open := range []int{1_000, 10_000, 30_000} {
		b.Run(fmt.Sprint(open), func(b *testing.B) {
			l, turns := Ledger{Trust: 10_000}, newMemoryTurns()
			for range open {
				if _, err := l.Enter(turns, Entry{Charge: Q64{Lo: 1 << 40}, Value: 1_000, Premium: 1}, 1, 600); err != nil {
					b.Fatal(err)
				}
			}
			turns.touched = 0
			n := 0
			for b.Loop() {
				n++
				if _, err := l.Gate(turns, l.Next-1, DefaultAllowances); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(turns.touched)/float64(n), "reads/op")
		})
	}
}

// BenchmarkDraw draws eight workers of a pool. The size of the pool must not matter.
func BenchmarkDraw(b *testing.B) {
	for _, size := range []uint64{100, 10_000, 1_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			e := Entropy{Beacon: make([]byte, 32), Wave: 2}
			for b.Loop() {
				ranking := e.Ranking(TicketSpace(size))
				for range 8 {
					if _, _, err := ranking.Pick(func(ticket uint64) (bool, error) { return ticket < size, nil }); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
