package poco

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// ended returns the settlement of a task with these replicas and this court that ended as given.
func ended(terms Terms, ending Ending, byCourt bool, verdict Outcome, seats, court []Seat) Settlement {
	t := Task{Terms: terms, Ending: ending, ByCourt: byCourt, Verdict: verdict, Seats: seats, Court: court}
	return t.settleEnding()
}

func revealedSeat(who string, o Outcome) Seat {
	return Seat{Who: who, Org: "org-" + who, State: SeatRevealed, Outcome: o, Power: 1}
}

func bench(answers ...Outcome) (seats []Seat) {
	for i, o := range answers {
		s := revealedSeat("v"+string(rune('1'+i)), o)
		if o.Kind == KindUnspecified {
			s.State = SeatSilent
		}
		seats = append(seats, s)
	}
	return seats
}

// TestFees checks the outcome table of docs/protocol.md to the last unit. The app price is 50, and a replica costs 10. At most five
// replicas are paid, so the escrow is 100. The stake is 1000, the court fee 10 a seat and the value 300. A fifth of the slashed stake goes
// to the workers who were right.
func TestFees(t *testing.T) {
	terms := testTerms()
	a, b, c := "a", "b", "c"
	for _, tc := range []struct {
		name       string
		ending     Ending
		byCourt    bool
		verdict    Outcome
		seats      []Seat
		court      []Seat
		fromEscrow []Pay
		refund     uint64
		fromStake  []Pay
		burn       uint64
		slashes    []uint64
	}{
		{
			name: "all agree", ending: EndAccepted, verdict: truth,
			seats:      []Seat{revealedSeat(a, truth), revealedSeat(b, truth)},
			fromEscrow: []Pay{{PartyApp, "owner", 50}, {PartyWorker, a, 10}, {PartyWorker, b, 10}},
			refund:     30, slashes: []uint64{0, 0},
		},
		{
			name: "the app failed: workers are paid, the app is not", ending: EndAccepted, verdict: failing,
			seats:      []Seat{revealedSeat(a, failing), revealedSeat(b, failing)},
			fromEscrow: []Pay{{PartyWorker, a, 10}, {PartyWorker, b, 10}},
			refund:     80, slashes: []uint64{0, 0},
		},
		{
			name: "a liar pays the court and the informer", ending: EndAccepted, byCourt: true, verdict: truth,
			seats: []Seat{revealedSeat(a, lie), revealedSeat(b, truth)}, court: bench(truth, truth, truth, truth),
			fromEscrow: []Pay{{PartyApp, "owner", 50}, {PartyWorker, b, 10}},
			refund:     40,
			fromStake:  []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyCourt, "v4", 10}, {PartyWorker, b, 192}},
			burn:       768, slashes: []uint64{1_000, 0},
		},
		{
			name: "two informers share, the odd unit burns", ending: EndAccepted, byCourt: true, verdict: truth,
			seats: []Seat{revealedSeat(a, lie), revealedSeat(b, truth), revealedSeat(c, truth)}, court: bench(truth, truth, truth, lie),
			fromEscrow: []Pay{{PartyApp, "owner", 50}, {PartyWorker, b, 10}, {PartyWorker, c, 10}},
			refund:     30,
			fromStake:  []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyWorker, b, 97}, {PartyWorker, c, 97}},
			burn:       776, slashes: []uint64{1_000, 0, 0},
		},
		{
			name: "everyone lied: nobody informs", ending: EndAccepted, byCourt: true, verdict: truth,
			seats: []Seat{revealedSeat(a, lie), revealedSeat(b, failing)}, court: bench(truth, truth, truth, truth),
			fromEscrow: []Pay{{PartyApp, "owner", 50}},
			refund:     50,
			fromStake:  []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyCourt, "v4", 10}},
			burn:       1_960, slashes: []uint64{1_000, 1_000},
		},
		{
			name: "silence in wave 2 pays its court and no more", ending: EndAccepted, byCourt: true, verdict: truth,
			seats: []Seat{revealedSeat(a, truth), {Who: b, State: SeatSilent}}, court: bench(truth, truth, truth, truth),
			fromEscrow: []Pay{{PartyApp, "owner", 50}, {PartyWorker, a, 10}},
			refund:     40,
			fromStake:  []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyCourt, "v4", 10}},
			slashes:    []uint64{0, 40},
		},
		{
			name: "silence paid for a court of which one seat was silent", ending: EndAccepted, byCourt: true, verdict: truth,
			seats: []Seat{revealedSeat(a, truth), {Who: b, State: SeatSilent}}, court: bench(truth, truth, truth, Outcome{}),
			fromEscrow: []Pay{{PartyApp, "owner", 50}, {PartyWorker, a, 10}},
			refund:     40,
			fromStake:  []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}},
			burn:       10, slashes: []uint64{0, 40},
		},
		{
			name: "a commit without a reveal costs what a lie costs", ending: EndAccepted, byCourt: true, verdict: truth,
			seats: []Seat{revealedSeat(a, truth), {Who: b, State: SeatCommitted}}, court: bench(truth, truth, truth, truth),
			fromEscrow: []Pay{{PartyApp, "owner", 50}, {PartyWorker, a, 10}},
			refund:     40,
			fromStake:  []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyCourt, "v4", 10}},
			burn:       960, slashes: []uint64{0, 1_000},
		},
		{
			name: "nobody to blame: the escrow pays the court what replicas left", ending: EndAccepted, byCourt: true, verdict: truth,
			seats: []Seat{revealedSeat(a, truth)}, court: bench(truth, truth, truth, truth),
			fromEscrow: []Pay{{PartyApp, "owner", 50}, {PartyWorker, a, 10}, {PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyCourt, "v4", 10}},
			slashes:    []uint64{0},
		},
		{
			name: "an abstaining replica is neither paid nor slashed; the court shares what is left", ending: EndAccepted, byCourt: true, verdict: truth,
			seats: []Seat{revealedSeat(a, truth), revealedSeat(b, truth), revealedSeat(c, abstain)}, court: bench(truth, truth, truth, truth),
			fromEscrow: []Pay{
				{PartyApp, "owner", 50}, {PartyWorker, a, 10}, {PartyWorker, b, 10},
				{PartyCourt, "v1", 7}, {PartyCourt, "v2", 7}, {PartyCourt, "v3", 7}, {PartyCourt, "v4", 7},
			},
			refund: 2, slashes: []uint64{0, 0, 0},
		},
		{
			name: "void: the escrow pays the court, nobody is slashed", ending: EndVoid,
			seats: []Seat{revealedSeat(a, truth), revealedSeat(b, lie)}, court: bench(truth, truth, lie, lie),
			fromEscrow: []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyCourt, "v4", 10}},
			refund:     60, slashes: []uint64{0, 0},
		},
		{
			name: "void, one unrevealed: its stake pays the court, then the requester up to the value", ending: EndVoid,
			seats: []Seat{revealedSeat(a, truth), {Who: b, State: SeatCommitted}}, court: bench(truth, truth, lie, lie),
			refund:    100,
			fromStake: []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyCourt, "v3", 10}, {PartyCourt, "v4", 10}, {PartyRequester, "requester", 300}},
			burn:      660, slashes: []uint64{0, 1_000},
		},
		{
			name: "the court is silent: full refund, the seats that answered are paid by who was silent in wave 2", ending: EndCourtSilent,
			seats: []Seat{revealedSeat(a, truth), {Who: b, State: SeatSilent}}, court: bench(truth, truth, Outcome{}, Outcome{}),
			refund:    100,
			fromStake: []Pay{{PartyCourt, "v1", 10}, {PartyCourt, "v2", 10}, {PartyRequester, "requester", 10}},
			burn:      10,
			slashes:   []uint64{0, 40},
		},
		{
			name: "the input is gone", ending: EndInputUnavailable,
			seats:  []Seat{revealedSeat(a, noInput), revealedSeat(b, noInput)},
			refund: 100, slashes: []uint64{0, 0},
		},
		{name: "cancelled", ending: EndCancelled, refund: 100},
		{name: "no worker", ending: EndNoWorker, refund: 100},
		{name: "too few organisations", ending: EndTooFew, refund: 100},
		{
			name: "broken: everyone whole", ending: EndBroken,
			seats: []Seat{revealedSeat(a, lie), {Who: b, State: SeatCommitted}, {Who: c, State: SeatSilent}}, court: bench(truth, truth, Outcome{}),
			refund: 100, slashes: []uint64{0, 0, 0},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := ended(terms, tc.ending, tc.byCourt, tc.verdict, tc.seats, tc.court)
			checkSettlement(t, terms, s)
			require.Equal(t, tc.fromEscrow, s.FromEscrow)
			require.Equal(t, tc.refund, s.Refund)
			require.Equal(t, tc.fromStake, s.FromStake)
			require.Equal(t, tc.burn, s.Burn)
			var slashes []uint64
			for _, e := range s.Seats {
				slashes = append(slashes, e.Slash)
				require.Equal(t, terms.Stake, e.Unlock)
			}
			require.Equal(t, tc.slashes, slashes)
		})
	}
}

// TestRoyaltiesAndCommission adds datasets and the pool's commission to the table. A price of 10 less 12.5 % is split into 8 and 2, because
// the pool gets the remainder. Datasets cost at most 20, and those of this task cost 7 and 5. The escrow is 120.
func TestRoyaltiesAndCommission(t *testing.T) {
	terms := testTerms()
	terms.DatasetPrice, terms.CommissionBps, terms.PoolOwner = 20, 1_250, "pool"
	terms.Royalties = []Royalty{{"anna", 7}, {"ben", 0}, {"anna", 5}}
	assets := []Pay{{PartyApp, "owner", 50}, {PartyDataset, "anna", 7}, {PartyDataset, "anna", 5}}
	a, b := revealedSeat("a", truth), revealedSeat("b", truth)
	for _, tc := range []struct {
		name       string
		malleate   func(*Terms)
		ending     Ending
		verdict    Outcome
		seats      []Seat
		court      []Seat
		fromEscrow []Pay
		refund     uint64
	}{
		{
			"a result", nil, EndAccepted, truth, []Seat{a, b}, nil,
			append(slices.Clone(assets), Pay{PartyWorker, "a", 8}, Pay{PartyWorker, "b", 8}, Pay{PartyPool, "pool", 4}), 38,
		},
		{
			"all of the price to the pool", func(t *Terms) { t.CommissionBps = 10_000 }, EndAccepted, truth, []Seat{a, b}, nil,
			append(slices.Clone(assets), Pay{PartyPool, "pool", 20}), 38,
		},
		{
			"no commission", func(t *Terms) { t.CommissionBps = 0 }, EndAccepted, truth, []Seat{a}, nil,
			append(slices.Clone(assets), Pay{PartyWorker, "a", 10}), 48,
		},
		{
			"the app failed: neither it nor the data is paid", nil, EndAccepted, failing, []Seat{revealedSeat("a", failing)}, nil,
			[]Pay{{PartyWorker, "a", 8}, {PartyPool, "pool", 2}}, 110,
		},
		{
			"the court takes nothing from the pool or the data", func(t *Terms) { t.CourtFee = 1_000 }, EndAccepted, truth, []Seat{a}, bench(truth, truth, truth),
			append(slices.Clone(assets), Pay{PartyWorker, "a", 8}, Pay{PartyPool, "pool", 2},
				Pay{PartyCourt, "v1", 16}, Pay{PartyCourt, "v2", 16}, Pay{PartyCourt, "v3", 16}), 0,
		},
		{"nobody was right: no commission", nil, EndAccepted, truth, []Seat{revealedSeat("a", abstain)}, nil, assets, 58},
		{"no answer: nobody is paid", nil, EndVoid, Outcome{}, []Seat{a, b}, bench(truth, lie), nil, 120},
	} {
		t.Run(tc.name, func(t *testing.T) {
			terms := terms
			if tc.malleate != nil {
				tc.malleate(&terms)
			}
			require.NoError(t, terms.Validate())
			s := ended(terms, tc.ending, len(tc.court) > 0, tc.verdict, tc.seats, tc.court)
			checkSettlement(t, terms, s)
			require.Equal(t, tc.fromEscrow, s.FromEscrow)
			require.Equal(t, tc.refund, s.Refund)
		})
	}
}

// TestPartsOfThePrice: over all terms and endings, the worker and the pool owner of each right replica share the price between them. The
// worker's part is rounded down, and the pool gets one payment. A royalty is paid in full when there is a result, and not at all when there
// is none.
func TestPartsOfThePrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, s := anySettlement(t)
		right, workers, pool, payments, royalties := uint64(0), uint64(0), uint64(0), 0, uint64(0)
		for _, e := range s.Seats {
			if e.Right {
				right++
			}
		}
		for _, p := range s.FromEscrow {
			switch p.Party {
			case PartyWorker:
				workers += p.Amount
			case PartyPool:
				require.Equal(t, "pool", p.To)
				pool += p.Amount
				payments++
			case PartyDataset:
				royalties += p.Amount
			}
		}
		if s.Ending == EndCourtUnpaid { // workers who agreed are paid although no answer was found right; the outcome table says which
			require.Zero(t, right)
			return
		}
		price := terms.PriceOf(s.Verdict)
		reward := new(big.Int).SetUint64(price)
		reward.Mul(reward, big.NewInt(int64(10_000-terms.CommissionBps))).Quo(reward, big.NewInt(10_000))
		require.Equal(t, right*reward.Uint64(), workers)
		require.Equal(t, right*price, workers+pool)
		require.LessOrEqual(t, payments, 1)
		due := uint64(0)
		if s.Ending == EndAccepted && s.Verdict.Kind == KindResult {
			for _, r := range terms.Royalties {
				due += r.Amount
			}
		}
		require.Equal(t, due, royalties)
	})
}

func TestCourtSeatsAreSorted(t *testing.T) {
	s := ended(testTerms(), EndAccepted, true, truth, []Seat{revealedSeat("a", truth)}, bench(truth, Outcome{}, lie, truth, truth, truth, truth))
	require.Equal(t, []string{"v2"}, s.CourtSilent)
	require.Equal(t, []string{"v3"}, s.CourtWrong)
	s = ended(testTerms(), EndVoid, false, Outcome{}, []Seat{revealedSeat("a", truth)}, bench(truth, Outcome{}, lie))
	require.Equal(t, []string{"v2"}, s.CourtSilent)
	require.Empty(t, s.CourtWrong, "nobody is wrong where nothing was found")
	s = ended(testTerms(), EndBroken, false, Outcome{}, nil, bench(truth, Outcome{}))
	require.Empty(t, s.CourtSilent)
}

// TestConfirmations: a record grows when its worker agrees with another organisation or with the court. It never grows in free tasks.
func TestConfirmations(t *testing.T) {
	confirmed := func(terms Terms, byCourt bool, seats ...Seat) (out []bool) {
		for _, e := range ended(terms, EndAccepted, byCourt, truth, seats, nil).Seats {
			out = append(out, e.Confirmed)
		}
		return out
	}
	paid, free := testTerms(), testTerms()
	free.Price = 0
	a, b, liar := revealedSeat("a", truth), revealedSeat("b", truth), revealedSeat("c", lie)
	require.Equal(t, []bool{true, true}, confirmed(paid, false, a, b))
	require.Equal(t, []bool{false}, confirmed(paid, false, a), "nobody agreed with it")
	require.Equal(t, []bool{true, false}, confirmed(paid, true, a, liar), "the court's word")
	require.Equal(t, []bool{false, false}, confirmed(free, false, a, b), "a free task")
}

// anySettlement returns random terms and the settlement of a random ended task.
func anySettlement(t *rapid.T, endings ...Ending) (Terms, Settlement) {
	task := anyEnded(t, endings...)
	return task.Terms, task.settleEnding()
}

// anyEnded draws a random ended task. Its liars are slashed in every possible way.
func anyEnded(t *rapid.T, endings ...Ending) Task {
	terms := testTerms()
	small := rapid.OneOf(rapid.Uint64Range(0, 20), rapid.Uint64Range(0, 1<<40))
	terms.Price, terms.AppPrice = small.Draw(t, "price"), small.Draw(t, "app price")
	if rapid.Bool().Draw(t, "by use") {
		terms.UsePrice, terms.Seconds = anyUsePrice(t, terms.Price), rapid.Uint32Range(0, 100).Draw(t, "seconds")
	}
	terms.Stake, terms.CourtFee, terms.Value = small.Draw(t, "stake"), small.Draw(t, "court fee"), small.Draw(t, "value")
	terms.CommissionBps, terms.PoolOwner = rapid.SampledFrom([]uint32{0, 1, 333, 5_000, 9_999, 10_000}).Draw(t, "commission"), "pool"
	for i := range rapid.IntRange(0, 3).Draw(t, "royalties") {
		r := Royalty{To: fmt.Sprintf("data-%d", i), Amount: small.Draw(t, "royalty")}
		terms.Royalties, terms.DatasetPrice = append(terms.Royalties, r), terms.DatasetPrice+r.Amount
	}
	terms.DatasetPrice += small.Draw(t, "dearer datasets of other tasks")
	terms.Premium = small.Draw(t, "premium")
	terms.InformerBps = rapid.SampledFrom([]uint32{0, 1, 2_000, 4_999}).Draw(t, "informer")
	terms.MaxSeats = rapid.Uint32Range(5, MaxReplicas+1).Draw(t, "max seats")
	require.NoError(t, terms.Validate())
	var seats []Seat
	for _, who := range []string{"a", "b", "c", "d", "e"}[:rapid.IntRange(1, 5).Draw(t, "seats")] {
		s := revealedSeat(who, anyOutcome().Draw(t, "outcome"))
		s.State = rapid.SampledFrom([]SeatState{SeatRevealed, SeatRevealed, SeatCommitted, SeatSilent}).Draw(t, "state")
		s.Wave = uint32(min(len(seats), 1) + 1)
		s.Score = rapid.SampledFrom([]uint64{0, LongRecord}).Draw(t, "score")
		seats = append(seats, s)
	}
	var answers []Outcome
	for range rapid.IntRange(0, 7).Draw(t, "bench") {
		answers = append(answers, rapid.SampledFrom([]Outcome{truth, truth, lie, {}}).Draw(t, "court"))
	}
	if len(endings) == 0 {
		for e := EndAccepted; e <= EndEvidenceStopped; e++ {
			endings = append(endings, e)
		}
	}
	ending := rapid.SampledFrom(endings).Draw(t, "ending")
	verdict := rapid.SampledFrom([]Outcome{truth, truth, failing}).Draw(t, "verdict")
	return Task{
		Terms: terms, Ending: ending, ByCourt: rapid.Bool().Draw(t, "by court"), Verdict: verdict, Seats: seats, Court: bench(answers...),
		Plan: Plan{StakeFloor: rapid.SampledFrom([]uint64{0, 1, 1 << 20}).Draw(t, "floor")},
	}
}

// TestSettlementLaws: no ending creates or loses a unit of money.
func TestSettlementLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, s := anySettlement(t)
		checkSettlement(t, terms, s)
	})
}

// TestAccusingOneselfNeverPays: the requester, the app's owner and any workers collude and accuse their own members. They get at most what
// they put in. Where the answer was accepted, they also lose more than half of each slashed stake that the court's pay has left: the
// informers' share is below one half, however many informers are theirs.
func TestAccusingOneselfNeverPays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, s := anySettlement(t, EndAccepted, EndAccepted, EndVoid, EndCourtSilent, EndInputUnavailable, EndAbstained)
		ours := map[string]bool{"requester": true, "owner": true, "pool": true, "data-0": true}
		all5 := rapid.Bool().Draw(t, "all are ours")
		for _, who := range []string{"a", "b", "c", "d", "e"} {
			ours[who] = all5 || rapid.Bool().Draw(t, who+" is ours")
		}
		var slashed, back, court, all uint64
		for _, e := range s.Seats {
			all += e.Slash
			if ours[e.Who] {
				slashed += e.Slash
			}
		}
		for _, p := range s.FromStake {
			if p.Party == PartyCourt {
				court += p.Amount
			} else if ours[p.To] {
				back += p.Amount
			}
		}
		if slashed < all {
			return // an outsider's stake is part of it, so this is no self-accusation
		}
		require.LessOrEqual(t, back, slashed-court, "the coalition gains by its own slashing")
		if s.Ending == EndAccepted && slashed > court {
			require.Less(t, 2*back, slashed-court, "half of a stake comes back")
		}
		if s.Ending != EndAccepted {
			require.LessOrEqual(t, back, terms.Value, "more than the value at risk is restored")
		}
	})
}

func TestMulBps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount, bps := rapid.Uint64().Draw(t, "amount"), rapid.Uint32Range(0, 10_000).Draw(t, "bps")
		exact := new(big.Int).Mul(new(big.Int).SetUint64(amount), big.NewInt(int64(bps)))
		require.Equal(t, exact.Quo(exact, big.NewInt(10_000)).Uint64(), mulBps(amount, bps))
	})
}
