package poco

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// These are the attacks of docs/security.md that the pure core alone can perform.

// TestADictionaryOpensNothing: the answer of a task is yes or no. The attacker knows both answers, everything that a commitment binds, and
// the salts that people would choose. It cannot tell which answer was committed. With a guessable salt it could.
func TestADictionaryOpensNothing(t *testing.T) {
	yes, no := truth, lie
	task := [32]byte{9}
	committed := Commitment(BenchWorkers, "chain", task, 1, "worker", yes, Salt([]byte("32 bytes that only the worker has"), BenchWorkers, "chain", task, 1))
	guesses := [][]byte{make([]byte, SaltSize)}
	for i := range uint64(20_000) { // counters in both byte orders; times; hashed names
		big, little := make([]byte, SaltSize), make([]byte, SaltSize)
		binary.BigEndian.PutUint64(big[24:], i)
		binary.LittleEndian.PutUint64(little, i)
		hashed := Hash([]byte(fmt.Sprint(i)))
		guesses = append(guesses, big, little, hashed[:])
	}
	for _, name := range []string{"worker", "chain", "", "secret", "password"} {
		hashed := Hash([]byte(name))
		guesses = append(guesses, hashed[:], Salt([]byte(name), BenchWorkers, "chain", task, 1))
	}
	opens := func(c [32]byte) bool {
		for _, salt := range guesses {
			for _, o := range []Outcome{yes, no} {
				if Commitment(BenchWorkers, "chain", task, 1, "worker", o, salt) == c {
					return true
				}
			}
		}
		return false
	}
	require.False(t, opens(committed))
	require.True(t, opens(Commitment(BenchWorkers, "chain", task, 1, "worker", no, guesses[777])), "the dictionary works on a salt that it has")
	require.Error(t, CheckSalt(guesses[0]), "and the chain refuses the one that everybody has")
}

// TestLazySeatsChooseNothing: some seats of the court run nothing and repeat the answer of the workers, all of whom a coalition holds. That
// answer wins only when these seats have more than two thirds of the power. They are at fault when the other seats have more than two
// thirds.
func TestLazySeatsChooseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bench := rapid.IntRange(1, 21).Draw(t, "bench")
		lazy := rapid.IntRange(0, bench).Draw(t, "lazy")
		p := newPlay(t, testTerms())
		p.gate = func() Gate { return GateShut }
		p.task.Terms.MaxSeats = MaxReplicas + 1
		p.court = func() (seats []Seat) {
			for i := range bench {
				seats = append(seats, Seat{Who: fmt.Sprint("v", i), Org: fmt.Sprint("val", i), Power: 1})
			}
			return seats
		}
		p.toReveal(lie, lie, lie)
		p.revealAll(BenchWorkers)
		answers := make([]Outcome, bench)
		for i := range answers {
			answers[i] = truth
			if i < lazy {
				answers[i] = lie
			}
		}
		p.courtSays(answers...)
		s := p.end
		require.NotNil(t, s)
		switch {
		case 3*lazy > 2*bench:
			require.Equal(t, lie, s.Verdict, "that is the assumption")
		case 3*(bench-lazy) > 2*bench:
			require.Equal(t, truth, s.Verdict)
			require.Len(t, s.CourtWrong, lazy, "a lazy seat is wrong, and jailed in the end")
			for _, e := range s.Seats {
				require.Equal(t, FaultWrong, e.Fault)
			}
		default:
			require.Equal(t, EndVoid, s.Ending, "nothing is accepted")
		}
	})
}

// TestTimesPayNothing: the order and the blocks in which workers reveal within the window change no payment.
func TestTimesPayNothing(t *testing.T) {
	play := func(t *rapid.T, shuffled bool) Settlement {
		p := newPlay(t, testTerms())
		p.toReveal(truth, truth, truth)
		order := []string{"w1", "w2", "w3"}
		for i, s := range p.task.Seats {
			order[i] = s.Who
		}
		if shuffled {
			order = rapid.Permutation(order).Draw(t, "order of reveals")
		}
		for _, who := range order {
			if shuffled {
				p.height += rapid.Int64Range(0, 1).Draw(t, "blocks")
			}
			require.NoError(t, p.reveal(BenchWorkers, who))
		}
		p.due(p.task.Deadline)
		require.NotNil(t, p.end)
		return *p.end
	}
	rapid.Check(t, func(t *rapid.T) {
		require.Equal(t, play(t, false), play(t, true))
	})
}

// TestTheFirstWorkerCannotSeeTheLottery: a task is planned with one replica and a lottery. Its first worker knows everything except the
// seed that comes after its commitment. Nothing that it can look at predicts the lottery.
func TestTheFirstWorkerCannotSeeTheLottery(t *testing.T) {
	const tasks, lottery = 4_000, 5
	for name, tell := range map[string]func(task, before [32]byte) bool{
		"the seed of its own draw": func(task, before [32]byte) bool {
			return Entropy{Beacon: before[:], Task: task, Attempt: 1, Wave: 2}.Lottery(lottery)
		},
		"the other wave's": func(task, before [32]byte) bool {
			return Entropy{Beacon: before[:], Task: task, Attempt: 1, Wave: 1}.Lottery(lottery)
		},
		"the task's id": func(task, _ [32]byte) bool { return task[0] < 80 },
	} {
		var seen, won, wonWhenTold int
		for i := range tasks {
			task, before := Hash([]byte("task"), []byte(fmt.Sprint(i))), Hash([]byte("seed"), []byte(fmt.Sprint(i)))
			after := Hash(before[:], []byte("a proof that nobody has made yet"))
			drawn := Entropy{Beacon: after[:], Task: task, Attempt: 1, Wave: 2}.Lottery(lottery)
			if drawn {
				won++
			}
			if tell(task, before) {
				seen++
				if drawn {
					wonWhenTold++
				}
			}
		}
		rate, told := float64(won)/tasks, float64(wonWhenTold)/float64(seen)
		require.InDelta(t, lottery/16.0, rate, 0.03, name)
		require.InDelta(t, rate, told, 0.06, "%s tells nothing", name) // 1,250 tasks: four standard deviations
	}
}

// TestDrawnAndNeverCommitting: the first workers of a coalition never commit. The coalition ends a task only if its workers are drawn in
// every attempt, and each of its seats must rest afterwards. In wave 2 each silent seat pays for the court that it causes.
func TestDrawnAndNeverCommitting(t *testing.T) {
	p := newPlay(t, testTerms())
	faults := 0
	for attempt := range p.task.Terms.MaxAttempts {
		p.due(p.task.Deadline)
		require.Equal(t, PhaseFirst, p.task.Phase, "attempt %d", attempt+1)
		p.due(p.task.Deadline)
		faults++
	}
	require.Equal(t, EndNoWorker, p.task.Ending)
	require.EqualValues(t, p.task.Terms.MaxAttempts, faults)
	require.EqualValues(t, 100, p.end.Refund)

	p = newPlay(t, testTerms())
	p.toReveal(truth, truth)
	p.revealAll(BenchWorkers)
	p.courtSays(truth, truth, truth, truth)
	last := p.end.Seats[len(p.end.Seats)-1]
	require.Equal(t, FaultSilent, last.Fault)
	require.EqualValues(t, 4*p.task.Terms.CourtFee, last.Slash)
}

// TestBurntStakesRaisePlans performs an attack that the protocol does not prevent: a coalition burns stakes to make all tasks more
// expensive. It lies on its own tasks and is found out. Each lie puts the charge w on the ledger of the class and costs the coalition a
// stake. The plans of an uninvolved requester grow until they are the court. The ledger of that requester bears nothing, D stays within the
// budget, and its own max_price bounds what it pays.
func TestBurntStakesRaisePlans(t *testing.T) {
	const trust, stakes = 10_000, 8
	class, victim, turns := Ledger{Trust: trust}, Ledger{Trust: trust}, newMemoryTurns()
	ask := func(maxSeats uint32) Plan {
		return makePlan(PlanInput{
			Class: class, Requester: victim, Allowances: DefaultAllowances, Height: 10, Window: 100, Faction: 40, Eligible: 200,
			Factor: 1, FuelLimit: 1 << 20, MaxSeats: maxSeats, Trust: trust,
		})
	}
	quiet := ask(MaxReplicas)
	before, burnt := quiet, 0
	for range stakes {
		lie := ask(MaxReplicas)
		if lie.Court {
			break
		}
		turn, err := class.Enter(turns, Entry{Charge: lie.Charge}, 10, 100)
		require.NoError(t, err)
		gate, err := class.Gate(turns, turn, DefaultAllowances)
		require.NoError(t, err)
		require.Equal(t, GateOpen, gate)
		require.NoError(t, class.Settle(turns, turn, lie.Charge, true, 10, 100))
		burnt++
		after := ask(MaxReplicas)
		require.GreaterOrEqual(t, after.Replicas*LotterySteps+after.Lottery, before.Replicas*LotterySteps+before.Lottery)
		before = after
	}
	require.Equal(t, stakes, burnt, "half of what is free is taken each time, so that something is always left")
	require.Greater(t, before.Replicas, quiet.Replicas+1, "the attack works")
	require.True(t, victim.D.IsZero())
	require.LessOrEqual(t, class.D.Cmp(class.Budget(DefaultAllowances.Errors)), 0)
	cheap := ask(quiet.Replicas)
	require.True(t, cheap.Court, "whoever pays for no more seats gets the court, which its escrow pays or which is not called")
	require.Equal(t, BoundBudget, cheap.Bound)
	t.Logf("%d stakes: from %s to %s", burnt, quiet.Text(), before.Text())
}
