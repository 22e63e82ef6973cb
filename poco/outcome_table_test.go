package poco

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The outcome table of the specification is data. Every row is the whole life of a task and every payment at its end. The test plays each
// life and compares.
const (
	outcomeFile  = "../docs/protocol.md"
	outcomeFence = "```outcome-table"
)

// tableTerms are the terms of the table. Their amounts leave a remainder wherever something is divided.
func tableTerms() Terms {
	return Terms{
		ChainID: "table", Policy: PolicyCredence, Trust: 100,
		AppPrice: 70, DatasetPrice: 42, Royalties: []Royalty{{"data-0", 25}, {"data-1", 8}},
		Price: 100, CommissionBps: 750, Stake: 1003, Value: 1500, CourtFee: 90, InformerBps: 2000,
		MaxSeats: 5, FuelLimit: 1, Requester: "requester", AppOwner: "owner", PoolOwner: "pool",
		CommitBlocks: 10, RevealBlocks: 10, CourtBlocks: 10, CourtRevealBlocks: 10,
		WaitBlocks: 10, RetryBlocks: 2, MaxAttempts: 2,
	}
}

// outcomeRow is a row of the table: a script, and the settlement in which it ends.
type outcomeRow struct {
	line                 int
	replicas, court      []string
	how                  string // replicas, shut, plan-court, stopped, a policy's name, cancelled, too-few, broken
	ending               string
	app                  uint64
	datasets             []uint64
	pool                 uint64
	workers, courtEscrow []uint64
	refund               uint64
	faults               []string
	slash                []uint64
	courtStake           []uint64
	requester            uint64
	informers            []uint64
	burnt                uint64
	confirmed            string
}

func TestOutcomeTable(t *testing.T) {
	rows := readOutcomeTable(t)
	endings := map[string]bool{}
	for _, row := range rows {
		t.Run(fmt.Sprintf("line %d", row.line), func(t *testing.T) {
			task, s := row.live(t)
			require.Equal(t, PhaseDone, task.Phase)
			row.compare(t, s)

			escrow, err := tableTerms().Escrow()
			require.NoError(t, err)
			require.Equal(t, escrow, total(s.FromEscrow)+s.Premium+s.Refund, "the escrow is spent to the last unit")
			slashed := uint64(0)
			for _, e := range s.Seats {
				slashed += e.Slash
			}
			require.Equal(t, slashed, total(s.FromStake)+s.Burn, "the slashed stake is spent to the last unit")
		})
		endings[strings.TrimSuffix(strings.TrimSuffix(row.ending, " by court"), ", app flagged")] = true
	}
	for e := EndAccepted; e <= EndEvidenceStopped; e++ {
		require.True(t, endings[e.String()], "no row of the table ends with %s", e)
	}
}

func readOutcomeTable(t *testing.T) (rows []outcomeRow) {
	f, err := os.Open(outcomeFile)
	require.NoError(t, err)
	defer f.Close()
	in, line := false, 0
	for s := bufio.NewScanner(f); s.Scan(); {
		line++
		text := strings.TrimSpace(s.Text())
		switch {
		case text == outcomeFence:
			in = true
		case in && strings.HasPrefix(text, "```"):
			in = false
		case in && text != "" && !strings.HasPrefix(text, "#"):
			rows = append(rows, parseOutcomeRow(t, line, text))
		}
	}
	require.Greater(t, len(rows), 20, "rows in the block %s of %s", outcomeFence, outcomeFile)
	return rows
}

func parseOutcomeRow(t *testing.T, line int, text string) outcomeRow {
	cells := strings.Split(text, "|")
	require.Len(t, cells, 17, "line %d: %s", line, text)
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	one := func(cell string) uint64 {
		n, err := strconv.ParseUint(cell, 10, 64)
		require.NoError(t, err, "line %d: %s", line, text)
		return n
	}
	many := func(cell string) (out []uint64) {
		for _, f := range strings.Fields(cell) {
			out = append(out, one(f))
		}
		return out
	}
	return outcomeRow{
		line: line,
		how:  cells[0], replicas: strings.Fields(cells[1]), court: strings.Fields(cells[2]),
		ending: cells[3], faults: strings.Fields(cells[4]), confirmed: cells[5],
		app: one(cells[6]), datasets: many(cells[7]), workers: many(cells[8]), pool: one(cells[9]),
		courtEscrow: many(cells[10]), refund: one(cells[11]),
		slash: many(cells[12]), courtStake: many(cells[13]), requester: one(cells[14]), informers: many(cells[15]), burnt: one(cells[16]),
	}
}

// answer returns the answer behind a letter of the script. - is no commitment, x a commitment that is not revealed, i INPUT_UNAVAILABLE and
// a ABSTAIN. F and G are two failures of the app. Any other capital is a result. A star after the letter: it is revealed late.
func answer(letter string) (o Outcome, commits, reveals bool) {
	letter = strings.TrimSuffix(letter, "*")
	digest := sha256.Sum256([]byte(letter))
	switch letter {
	case "-":
		return Outcome{}, false, false
	case "x":
		return Outcome{Kind: KindResult, Digest: digest}, true, false
	case "i":
		return Outcome{Kind: KindInputUnavailable}, true, true
	case "a":
		return Outcome{Kind: KindAbstain}, true, true
	case "F", "G":
		return Outcome{Kind: KindAppFailed, Digest: digest}, true, true
	}
	return Outcome{Kind: KindResult, Digest: digest}, true, true
}

var tableSalt = []byte("a salt of exactly thirty-two by!")

// life drives one task through the events of a script, as x/tasks does, and keeps its settlement.
type life struct {
	t      *testing.T
	task   Task
	height int64
	row    outcomeRow
	end    *Settlement
	locked map[string]uint64
}

func (r outcomeRow) live(t *testing.T) (Task, Settlement) {
	terms := tableTerms()
	if _, named := PolicyByName(r.how); named {
		terms.Policy = r.how
	}
	if r.how == PolicyIExec {
		terms.Trust = 4 // the trust of the other rows needs more than five seats
	}
	if r.how == "stopped" {
		terms.Policy = shown{}.Name()
	}
	task, err := NewTask([32]byte{1}, terms, 100)
	require.NoError(t, err)
	l := &life{t: t, task: task, height: 100, row: r, locked: map[string]uint64{}}
	l.run()
	require.NotNil(t, l.end, "the task has settled")
	for who, amount := range l.locked {
		require.Zero(t, amount, "stake of %s still locked", who)
	}
	return l.task, *l.end
}

func (l *life) run() {
	switch l.row.how {
	case "cancelled":
		l.send(Cancelled{Height: l.height})
	case "broken":
		l.due()
		l.send(Broke{Height: l.height})
		return
	}
	for range 1000 {
		if l.end != nil {
			return
		}
		l.due()
		// A message may open the next phase at once. In that phase the same workers and seats send their next messages.
		for before := PhaseDone; before != l.task.Phase; {
			before = l.task.Phase
			l.messages()
		}
		if l.row.how == "stopped" && l.task.Phase == PhaseReveal {
			l.send(EvidenceStopped{l.height})
		}
	}
	l.t.Fatal("the task does not end")
}

// due moves time to the deadline and sends the event of a block hook.
func (l *life) due() {
	if l.task.Deadline > l.height {
		l.height = l.task.Deadline
	}
	l.send(Due{Height: l.height})
}

// messages sends what the workers and the court of the script would send, as far as the phase takes it.
func (l *life) messages() {
	switch l.task.Phase {
	case PhaseFirst, PhaseSecond:
		l.commit(BenchWorkers, l.task.Seats, l.row.replicas)
	case PhaseReveal:
		l.reveal(BenchWorkers, l.task.Seats, l.row.replicas)
	case PhaseCourtCommit:
		l.reveal(BenchWorkers, l.task.Seats, l.row.replicas)
		l.commit(BenchCourt, l.task.Court, l.row.court)
	case PhaseCourtReveal:
		l.reveal(BenchCourt, l.task.Court, l.row.court)
	}
}

func (l *life) commit(bench Bench, seats []Seat, script []string) {
	for i, s := range seats {
		o, commits, _ := answer(script[i])
		if s.State == SeatDrawn && commits {
			l.send(Committed{Height: l.height, Bench: bench, Who: s.Who, Attempt: l.task.Attempt,
				Commitment: Commitment(bench, "table", l.task.ID, l.task.Attempt, s.Who, o, tableSalt)})
		}
	}
}

func (l *life) reveal(bench Bench, seats []Seat, script []string) {
	l.height = max(l.height, l.task.From)
	for i, s := range seats {
		o, _, reveals := answer(script[i])
		if late := strings.HasSuffix(script[i], "*"); s.State == SeatCommitted && reveals && late == l.task.TakesLate() {
			l.send(withEvidence(l.task, Revealed{Height: l.height, Bench: bench, Who: s.Who, Attempt: l.task.Attempt, Outcome: o, Salt: tableSalt}))
		}
	}
}

func (l *life) send(ev Event) {
	next, effects, err := l.task.Apply(ev)
	require.NoError(l.t, err)
	l.task = next
	for _, e := range effects {
		l.carryOut(e)
	}
}

func (l *life) carryOut(e Effect) {
	switch e := e.(type) {
	case Draw:
		l.draw(e.Wave)
	case AskPlan:
		l.plan()
	case Lock:
		l.locked[e.Who] += e.Amount
	case Release:
		l.locked[e.Who] -= e.Amount
	case AskTurn:
		gate := GateOpen
		if strings.HasPrefix(l.row.how, "shut") {
			gate = GateShut
		}
		l.send(TurnCame{Height: l.height, Gate: gate})
	case RecallCourt:
		l.send(CourtGivenUp{Height: l.height})
	case OpenCourt:
		if strings.HasSuffix(l.row.how, "unpaid") {
			require.True(l.t, l.task.CourtNeedsEscrow())
			l.send(CourtUnpaid{Height: l.height})
			return
		}
		var seats []Seat
		for i := range l.row.court {
			seats = append(seats, Seat{Who: fmt.Sprintf("court-%d", i), Org: fmt.Sprintf("val-%d", i), Power: 1})
		}
		l.send(CourtOpened{Height: l.height, Seats: seats})
	case Finish:
		l.end = &e.Settlement
		for _, s := range e.Settlement.Seats {
			l.locked[s.Who] -= s.Unlock
		}
	}
}

func (l *life) draw(wave uint32) {
	seat := func(i int) Seat { return Seat{Who: fmt.Sprintf("worker-%d", i), Org: fmt.Sprintf("org-%d", i)} }
	switch {
	case l.row.how == "too-few":
		l.send(DrawFailed{Height: l.height})
	case wave == 1:
		l.send(FirstDrawn{Height: l.height, Seat: seat(0)})
	case l.task.Seated: // the script has no worker for a further wave
		l.send(DrawFailed{Height: l.height})
	default:
		var seats []Seat
		for i := 1; i < len(l.row.replicas); i++ {
			seats = append(seats, seat(i))
		}
		l.send(SecondDrawn{Height: l.height, Seats: seats, Plan: l.task.Plan})
	}
}

func (l *life) plan() {
	switch l.row.how {
	case "few":
		l.send(DrawFailed{Height: l.height})
	case "plan-unpaid":
		l.send(CourtUnpaid{Height: l.height})
	case "plan-court":
		l.send(PlanMade{Height: l.height, Plan: Plan{Court: true, Bound: BoundSpent}})
	default:
		l.send(PlanMade{Height: l.height, Plan: Plan{Replicas: uint32(len(l.row.replicas)), Charge: QuarterQ64}})
	}
}

func (r outcomeRow) compare(t *testing.T, s Settlement) {
	ending := s.Ending.String()
	if s.ByCourt {
		ending += " by court"
	}
	if s.FlagApp {
		ending += ", app flagged"
	}
	require.Equal(t, r.ending, ending)
	workers, court := "worker-", "court-"
	n, v := len(s.Seats), len(r.court)
	require.Equal(t, r.app, paid(s.FromEscrow, PartyApp, "owner", -1), "app's owner")
	require.Equal(t, r.datasets, paidEach(s.FromEscrow, PartyDataset, "data-", len(tableTerms().Royalties)), "datasets' owners")
	require.Equal(t, r.pool, paid(s.FromEscrow, PartyPool, "pool", -1), "pool's owner")
	require.Equal(t, r.workers, paidEach(s.FromEscrow, PartyWorker, workers, n), "replicas from escrow")
	require.Equal(t, r.courtEscrow, paidEach(s.FromEscrow, PartyCourt, court, v), "court from escrow")
	require.Equal(t, r.refund, s.Refund, "refund")
	require.Equal(t, r.courtStake, paidEach(s.FromStake, PartyCourt, court, v), "court from stake")
	require.Equal(t, r.requester, paid(s.FromStake, PartyRequester, "requester", -1), "restitution")
	require.Equal(t, r.informers, paidEach(s.FromStake, PartyWorker, workers, n), "replicas from stake")
	require.Equal(t, r.burnt, s.Burn, "burnt")
	var faults, confirmed []string
	var slash []uint64
	for _, e := range s.Seats {
		require.Equal(t, tableTerms().Stake, e.Unlock)
		faults = append(faults, e.Fault.String())
		slash = append(slash, e.Slash)
		confirmed = append(confirmed, map[bool]string{true: "1", false: "0"}[e.Confirmed])
	}
	require.Equal(t, strings.Join(r.faults, " "), strings.Join(faults, " "), "faults")
	require.Equal(t, r.slash, slash, "slashed")
	require.Equal(t, r.confirmed, strings.Join(confirmed, " "), "confirmed")
}

func paid(pays []Pay, party Party, to string, i int) (sum uint64) {
	if i >= 0 {
		to = fmt.Sprint(to, i)
	}
	for _, p := range pays {
		if p.Party == party && p.To == to {
			sum += p.Amount
		}
	}
	return sum
}

func paidEach(pays []Pay, party Party, prefix string, n int) (out []uint64) {
	for i := range n {
		out = append(out, paid(pays, party, prefix, i))
	}
	return out
}
