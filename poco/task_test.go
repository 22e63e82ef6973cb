package poco

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// These are the outcomes that the actors of the tests give.
var (
	truth   = Outcome{Kind: KindResult, Digest: [32]byte{1}, Fuel: 7}
	lie     = Outcome{Kind: KindResult, Digest: [32]byte{2}, Fuel: 7}
	failing = Outcome{Kind: KindAppFailed, Digest: [32]byte{3}, Fuel: 9}
	noInput = Outcome{Kind: KindInputUnavailable}
	abstain = Outcome{Kind: KindAbstain}
)

func testTerms() Terms {
	return Terms{
		ChainID: "test", Policy: PolicyCredence, Trust: 100,
		AppPrice: 50, Price: 10, Stake: 1_000, Value: 300, CourtFee: 10, InformerBps: 2_000, MaxSeats: 5, FuelLimit: 1 << 20,
		Requester: "requester", AppOwner: "owner",
		CommitBlocks: 10, RevealBlocks: 5, CourtBlocks: 10, CourtRevealBlocks: 5, WaitBlocks: 12, RetryBlocks: 3, MaxAttempts: 3,
	}
}

// secret is the outcome and the salt behind an actor's commitment.
type secret struct {
	outcome Outcome
	salt    []byte
}

type pledge struct {
	bench   Bench
	who     string
	attempt uint32
}

// play drives the task machine as the chain does. It answers the machine's effects and keeps the books that the laws of the machine are
// about. The functions among its fields decide what the chain would decide: who is drawn, the plan and the gate.
type play struct {
	t      require.TestingT
	task   Task
	height int64

	first  func() (Seat, bool)
	second func(first Seat) (Plan, []Seat, bool)
	gate   func() Gate
	court  func() []Seat
	scarce func() bool // says whether too few organisations are left for a later wave; nil: never
	unpaid func() bool // says whether a task that the court should judge has an escrow that cannot pay the court; nil: never

	secrets  map[pledge]secret
	held     map[string]uint64 // stake that is locked now
	locked   uint64            // stake that was locked in all
	freed    uint64
	entered  int
	charge   Q64   // the charge with which the task entered the ledgers
	delay    int64 // from the plan to the draw
	resolved []Resolve
	opened   bool // the gate was asked and said open
	recalls  int  // how often a silent court is called again
	end      *Settlement
	audit    func() AuditDrawn // whether the chain audits an unchallenged answer; nil: never
	final    *AuditSettlement
	asked    *AuditSettlement // the result of asking for the bytes
	full     func() int64     // blocks of a window that do not count; nil: none
}

func newPlay(t require.TestingT, terms Terms) *play {
	task, err := NewTask([32]byte{0xaa}, terms, 1)
	require.NoError(t, err)
	p := &play{t: t, task: task, height: 1, secrets: map[pledge]secret{}, held: map[string]uint64{}}
	n := 0
	p.first = func() (Seat, bool) { n++; return Seat{Who: fmt.Sprintf("w%d", n), Org: fmt.Sprintf("o%d", n)}, true }
	p.second = func(Seat) (Plan, []Seat, bool) {
		return Plan{Replicas: 3}, []Seat{{Who: "x1", Org: "p1"}, {Who: "x2", Org: "p2"}}, true
	}
	p.gate = func() Gate { return GateOpen }
	p.court = func() []Seat {
		return []Seat{{Who: "v1", Org: "v1", Power: 1}, {Who: "v2", Org: "v2", Power: 1}, {Who: "v3", Org: "v3", Power: 1}, {Who: "v4", Org: "v4", Power: 1}}
	}
	return p
}

// hook feeds an event of the chain to the machine. The machine must accept it. hook then answers the effects of the event.
func (p *play) hook(ev Event) {
	next, effects, err := p.task.Apply(ev)
	require.NoError(p.t, err, "%T in phase %s", ev, p.task.Phase)
	p.requireAdvance(ev, next, effects)
	p.task = next
	for _, e := range effects {
		if ev := p.answer(e); ev != nil {
			p.hook(ev)
		}
	}
}

func (p *play) answer(e Effect) Event {
	switch e := e.(type) {
	case Draw:
		if e.Wave == 1 {
			if s, ok := p.first(); ok {
				return FirstDrawn{p.height, s}
			}
			return DrawFailed{p.height}
		}
		if e.Count > 0 {
			return p.more(e)
		}
		if plan, seats, ok := p.second(*p.task.First()); ok {
			return SecondDrawn{p.height, plan, seats}
		}
		return DrawRefused{p.height}
	case AskPlan:
		if p.unpaid != nil && p.unpaid() {
			return CourtUnpaid{p.height}
		}
		if plan, _, ok := p.second(*p.task.First()); ok {
			return PlanMade{p.height, plan, p.delay}
		}
		return DrawFailed{p.height}
	case Lock:
		require.Zero(p.t, p.held[e.Who], "%s is locked twice", e.Who)
		require.Equal(p.t, p.task.Terms.Stake, e.Amount)
		p.held[e.Who], p.locked = e.Amount, p.locked+e.Amount
	case Release:
		p.free(e.Who, e.Amount)
	case EnterLedgers:
		p.entered, p.charge = p.entered+1, e.Entry.Charge
	case Resolve:
		p.resolved = append(p.resolved, e)
	case AskTurn:
		g := p.gate()
		p.opened = g == GateOpen
		return TurnCame{p.height, g}
	case OpenCourt:
		if p.task.CourtNeedsEscrow() && p.unpaid != nil && p.unpaid() {
			return CourtUnpaid{p.height}
		}
		return CourtOpened{p.height, p.court()}
	case RecallCourt:
		if int(p.task.Recalls) > p.recalls {
			return CourtGivenUp{p.height}
		}
		return CourtOpened{p.height, p.court()}
	case Finish:
		require.Nil(p.t, p.end, "finished twice")
		p.end = &e.Settlement
		for _, s := range e.Settlement.Seats {
			if s.Unlock > 0 || p.task.Terms.Stake == 0 {
				p.free(s.Who, s.Unlock)
			}
		}
	case AskAudit:
		if p.audit == nil {
			return AuditDrawn{Height: p.height}
		}
		return p.audit()
	case FinishBytes:
		p.asked = &e.Settlement
		for _, s := range e.Settlement.Seats {
			require.LessOrEqual(p.t, s.Unlock, p.held[s.Who])
			p.held[s.Who] -= s.Unlock
			p.freed += s.Unlock
		}
	case FinishAudit:
		require.Nil(p.t, p.final, "final twice")
		p.final = &e.Settlement
		for _, s := range e.Settlement.Seats {
			p.free(s.Who, s.Unlock)
		}
	}
	return nil
}

// more answers a request to draw a later wave.
func (p *play) more(e Draw) Event {
	var seats []Seat
	for i := range e.Count {
		name := fmt.Sprintf("y%d.%d", e.Wave, i)
		seats = append(seats, Seat{Who: name, Org: name})
	}
	if p.scarce != nil && p.scarce() {
		return DrawFailed{p.height}
	}
	return MoreDrawn{p.height, seats}
}

func (p *play) free(who string, amount uint64) {
	require.Equal(p.t, p.held[who], amount, "stake of %s", who)
	delete(p.held, who)
	p.freed += amount
}

// requireAdvance compares the result of Advance with that of Apply for the same event.
func (p *play) requireAdvance(ev Event, next Task, effects []Effect) {
	own := p.task
	own.Seats, own.Court = slices.Clone(own.Seats), slices.Clone(own.Court)
	same, err := own.Advance(ev)
	require.NoError(p.t, err, "%T in phase %s", ev, p.task.Phase)
	require.Equal(p.t, next, own, "%T in phase %s, in place", ev, p.task.Phase)
	require.Equal(p.t, effects, same, "%T in phase %s, in place", ev, p.task.Phase)
}

// user feeds an event of a user. The machine either refuses it with a known error and without a change, or accepts it without an effect.
func (p *play) user(ev Event) error {
	before := p.task
	next, effects, err := p.task.Apply(ev)
	require.Empty(p.t, effects, "a user's event has effects")
	if err != nil {
		require.Equal(p.t, before, next, "a refused event changed the state")
		known := false
		for _, e := range []error{ErrWrongPhase, ErrWindowClosed, ErrTooEarly, ErrNotDrawn, ErrAlready, ErrCommitment, ErrWrongAttempt, ErrInvalidOutcome, ErrEvidence} {
			known = known || errors.Is(err, e)
		}
		require.True(p.t, known, "an unknown error: %s", err)
		return err
	}
	p.requireAdvance(ev, next, effects)
	p.task = next
	return nil
}

func (p *play) commit(bench Bench, who string, o Outcome) error {
	attempt := p.task.AttemptOn(bench)
	s := secret{o, Salt([]byte(who), bench, "test", p.task.ID, attempt)}
	err := p.user(Committed{
		Height: p.height, Bench: bench, Who: who, Attempt: attempt,
		Commitment: Commitment(bench, p.task.Terms.ChainID, p.task.ID, attempt, who, o, s.salt),
	})
	if err == nil {
		p.secrets[pledge{bench, who, attempt}] = s
	}
	return err
}

func (p *play) reveal(bench Bench, who string) error {
	attempt := p.task.AttemptOn(bench)
	s := p.secrets[pledge{bench, who, attempt}]
	return p.user(withEvidence(p.task, Revealed{Height: p.height, Bench: bench, Who: who, Attempt: attempt, Outcome: s.outcome, Salt: s.salt}))
}

// due moves to a height. If the deadline has come, it acts on the deadline as the block hooks do.
func (p *play) due(height int64) {
	p.height = height
	if d := p.task.Deadline; d != 0 && d <= height {
		if p.full != nil && p.task.Awaits() {
			if blocks := p.full(); blocks > 0 {
				p.hook(Prolonged{height, blocks})
				return
			}
		}
		p.hook(Due{height})
	}
}

// toReveal plays until the machine takes reveals: the first worker commits, then the others.
func (p *play) toReveal(first Outcome, others ...Outcome) {
	p.due(p.height)
	require.NoError(p.t, p.commit(BenchWorkers, p.task.Seats[0].Who, first))
	p.due(p.task.Deadline)
	for i, o := range others {
		require.NoError(p.t, p.commit(BenchWorkers, p.task.Seats[1+i].Who, o))
	}
	if p.task.Phase == PhaseSecond {
		p.due(p.task.Deadline)
	}
	p.due(max(p.height, p.task.From))
}

// revealAll reveals every commitment and lets the machine judge.
func (p *play) revealAll(bench Bench) {
	seats := p.task.Seats
	if bench == BenchCourt {
		seats = p.task.Court
	}
	for _, s := range seats {
		if hasCommitted(s) {
			require.NoError(p.t, p.reveal(bench, s.Who))
		}
	}
	p.due(p.task.Deadline)
}

// courtSays has every court seat answer; an empty outcome is silence.
func (p *play) courtSays(answers ...Outcome) {
	require.Equal(p.t, PhaseCourtCommit, p.task.Phase)
	for i, o := range answers {
		if o.Kind != KindUnspecified {
			require.NoError(p.t, p.commit(BenchCourt, p.task.Court[i].Who, o))
		}
	}
	if p.task.Phase == PhaseCourtCommit {
		p.due(p.task.Deadline)
	}
	if p.task.Phase == PhaseDone {
		return
	}
	p.due(max(p.height, p.task.From))
	p.revealAll(BenchCourt)
}

// checkEnd checks every law of an ended task.
func (p *play) checkEnd() {
	require.Equal(p.t, PhaseDone, p.task.Phase)
	require.NotNil(p.t, p.end)
	require.Empty(p.t, p.held, "stake stays locked")
	require.Equal(p.t, p.locked, p.freed)
	require.Len(p.t, p.resolved, p.entered, "what entered the ledgers is resolved once")
	require.LessOrEqual(p.t, p.entered, 1)
	checkSettlement(p.t, p.task.Terms, *p.end)
	p.checkAudit()

	s := *p.end
	for _, seat := range s.Seats {
		if seat.Fault == FaultUnrevealed {
			require.Positive(p.t, seat.Outage.Missed, "%s is at fault for a reveal that nobody asked for", seat.Who)
		}
	}
	if s.Ending != EndAccepted {
		for _, pay := range s.FromEscrow {
			if s.Ending == EndCourtUnpaid {
				_, agreed := p.task.soleAnswer()
				require.True(p.t, agreed, "those who did what was asked are paid, and nobody else")
				require.NotEqual(p.t, PartyCourt, pay.Party)
				continue
			}
			require.True(p.t, p.task.isWithdrawn() || p.task.isUnfound(), "%s pays out of the escrow", s.Ending)
			require.Equal(p.t, PartyCourt, pay.Party)
		}
		return
	}
	require.True(p.t, s.Verdict.Kind.IsAnswer())
	if s.ByCourt {
		var power, total uint64
		for _, c := range p.task.Court {
			total += c.Power
			if c.State == SeatRevealed && c.Outcome == s.Verdict {
				power += c.Power
			}
		}
		require.Greater(p.t, 3*power, 2*total)
		return
	}
	require.False(p.t, p.task.Plan.Court)
	require.LessOrEqual(p.t, len(p.task.Seats), int(p.task.Terms.MaxSeats))
	require.Equal(p.t, s.Verdict, p.task.judgementNow().Outcome)
	if !p.task.Terms.policyRules().Ledgers {
		require.Zero(p.t, p.entered)
		return
	}
	require.True(p.t, p.opened, "accepted at a gate that was not open")
	require.GreaterOrEqual(p.t, len(p.task.Seats), int(p.task.Plan.Replicas))
	for _, seat := range p.task.Seats {
		require.Equal(p.t, SeatRevealed, seat.State)
		require.Equal(p.t, s.Verdict, seat.Outcome)
	}
}

// checkSettlement checks the two laws of money, and the bounds on what a settlement may take.
func checkSettlement(t require.TestingT, terms Terms, s Settlement) {
	escrow, err := terms.Escrow()
	require.NoError(t, err)
	var fromEscrow, fromStake, slashed uint64
	for _, x := range s.FromEscrow {
		fromEscrow += x.Amount
	}
	for _, x := range s.FromStake {
		require.NotZero(t, x.Amount)
		fromStake += x.Amount
	}
	for _, x := range s.Seats {
		require.LessOrEqual(t, x.Slash, x.Unlock)
		slashed += x.Slash
	}
	require.Equal(t, escrow, fromEscrow+s.Premium+s.Refund)
	switch s.Ending {
	case EndAccepted:
		require.Equal(t, terms.Premium, s.Premium, "the task counts")
	case EndVoid, EndAbstained, EndInputUnavailable, EndCourtSilent: // a charge may stand for which no stake pays
	default:
		require.Zero(t, s.Premium, "the task does not count")
	}
	require.Equal(t, slashed, fromStake+s.Burn)
}

func TestEscrowAndExposure(t *testing.T) {
	terms := testTerms()
	terms.DatasetPrice, terms.CommissionBps = 20, 1_250
	escrow, err := terms.Escrow()
	require.NoError(t, err)
	require.EqualValues(t, 50+20+5*10, escrow)
	require.EqualValues(t, 8, terms.Reward())
	require.Equal(t, Exposure{Value: 300, Reward: 8, Cost: 8, CourtCost: 40}, terms.Exposure(4), "the commission is no part of what a worker has to lose")
	terms.CourtFee = math.MaxUint64/2 + 1
	require.EqualValues(t, uint64(math.MaxUint64), terms.Exposure(2).CourtCost, "saturates")
	// Only the running cost is at risk. Honesty pays as long as the worker's part covers that cost, whatever part the pool takes.
	terms = testTerms()
	terms.Value, terms.CommissionBps, terms.CourtFee = 1_000, 5_000, 0
	half, ok := StakeNeeded(QuarterQ64, terms.Exposure(0))
	require.True(t, ok)
	// (1000/4 + 5)/(3/4) - 5 = 335
	require.EqualValues(t, 335, half)
}

func TestTermsValidate(t *testing.T) {
	for _, c := range []struct {
		name     string
		malleate func(*Terms)
		expErr   string
	}{
		{"good", func(*Terms) {}, ""},
		{"policy court", func(t *Terms) { t.Policy = PolicyCourt }, ""},
		{"no policy", func(t *Terms) { t.Policy = "" }, "terms.policy"},
		{"trust of one", func(t *Terms) { t.Trust = 1 }, "terms.trust"},
		{"trust beyond", func(t *Terms) { t.Trust = MaxTrust + 1 }, "terms.trust"},
		{"no seats", func(t *Terms) { t.MaxSeats = 0 }, "terms.max_seats"},
		{"too many seats", func(t *Terms) { t.MaxSeats = MaxReplicas + 2 }, "terms.max_seats"},
		{"too many replicas", func(t *Terms) { t.MinReplicas = MaxReplicas + 1 }, "terms.min_replicas"},
		{"half of the stake to informers", func(t *Terms) { t.InformerBps = 5000 }, "terms.informer_bps"},
		{"a commission of more than all", func(t *Terms) { t.CommissionBps = 10_001 }, "terms.commission_bps"},
		{"all of it a commission", func(t *Terms) { t.CommissionBps = 10_000 }, ""},
		{"royalties as dear as promised", func(t *Terms) { t.DatasetPrice, t.Royalties = 9, []Royalty{{"a", 4}, {"b", 5}} }, ""},
		{"royalties dearer than promised", func(t *Terms) { t.DatasetPrice, t.Royalties = 8, []Royalty{{"a", 4}, {"b", 5}} }, "terms.royalties"},
		{"royalties beyond 64 bits", func(t *Terms) {
			t.DatasetPrice, t.Royalties = math.MaxUint64-100, []Royalty{{"a", math.MaxUint64 - 100}, {"b", 101}}
		}, "terms.royalties"},
		{"datasets beyond 64 bits", func(t *Terms) { t.DatasetPrice = math.MaxUint64 - t.AppPrice }, "exceeds 64 bits"},
		{"assets beyond 64 bits", func(t *Terms) { t.DatasetPrice = math.MaxUint64 }, "exceeds 64 bits"},
		{"an audit", func(t *Terms) { t.AuditBlocks = 1 << 32 }, ""},
		{"a negative audit", func(t *Terms) { t.AuditBlocks = -1 }, "terms.audit_blocks"},
		{"an endless audit", func(t *Terms) { t.AuditBlocks = 1<<32 + 1 }, "terms.audit_blocks"},
		{"no attempts", func(t *Terms) { t.MaxAttempts = 0 }, "terms.max_attempts"},
		{"no commit window", func(t *Terms) { t.CommitBlocks = 0 }, "terms.commit_blocks"},
		{"no reveal window", func(t *Terms) { t.RevealBlocks = 0 }, "terms.reveal_blocks"},
		{"endless court", func(t *Terms) { t.CourtBlocks = 1<<32 + 1 }, "terms.court_blocks"},
		{"negative court", func(t *Terms) { t.CourtRevealBlocks = -1 }, "terms.court_reveal_blocks"},
		{"no wait", func(t *Terms) { t.WaitBlocks = 0 }, "terms.wait_blocks"},
		{"no retry", func(t *Terms) { t.RetryBlocks = 0 }, "terms.retry_blocks"},
		{"escrow beyond 64 bits", func(t *Terms) { t.Price = 1 << 62 }, "exceeds 64 bits"},
		{"app price beyond 64 bits", func(t *Terms) { t.AppPrice = ^uint64(0) }, "exceeds 64 bits"},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms := testTerms()
			c.malleate(&terms)
			_, err := NewTask([32]byte{}, terms, 1)
			if c.expErr == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.expErr)
		})
	}
}

func TestNames(t *testing.T) {
	for p := PhaseOpen; p <= PhaseAudit; p++ {
		require.NotEmpty(t, p.String())
	}
	for e := EndNone; e <= EndEvidenceStopped; e++ {
		require.NotEmpty(t, e.String())
	}
	for f := FaultNone; f <= FaultWithheld; f++ {
		require.NotEmpty(t, f.String())
	}
	names := map[string]bool{}
	for p := PartyApp; p <= PartyAudits; p++ {
		names[p.String()] = true
	}
	require.Len(t, names, 7)
	for r := AuditOpen; r <= AuditUnserved; r++ {
		require.NotEmpty(t, r.String())
	}
	require.Equal(t, "UNSPECIFIED", Kind(9).String())
}

// TestAnyOrderOfEvents feeds random events to a task, from any sender and at any time, malformed ones among them. Then it lets the
// deadlines of the task pass. In every case the task ends, and every law of the end holds.
func TestAnyOrderOfEvents(t *testing.T) {
	endings := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		terms := testTerms()
		terms.Policy = rapid.SampledFrom(policies).Draw(t, "policy").Name()
		terms.MaxAttempts = rapid.Uint32Range(1, 3).Draw(t, "attempts")
		terms.Stake = rapid.SampledFrom([]uint64{0, 1, 1_000, 1 << 63}).Draw(t, "stake")
		terms.CourtFee = rapid.SampledFrom([]uint64{0, 7, 10, 1 << 63}).Draw(t, "court fee")
		terms.Value = rapid.SampledFrom([]uint64{0, 300, 1 << 62}).Draw(t, "value")
		if terms.Stake == 1<<63 {
			terms.Stake = 1 << 58 // five such stakes fit 64 bits, and the chain's supply keeps stakes as small
		}
		terms.AuditBlocks = rapid.SampledFrom([]int64{0, 0, 7}).Draw(t, "audit")
		p := newPlay(t, terms)
		p.audit = func() AuditDrawn {
			return AuditDrawn{
				Height: p.height, Cause: AuditCause(rapid.SampledFrom([]int{0, 0, 2, 3}).Draw(t, "audited")),
				Bond: rapid.SampledFrom([]uint64{0, 3, 1_000}).Draw(t, "set aside"),
			}
		}
		p.delay = rapid.Int64Range(0, 2).Draw(t, "delay")
		p.recalls = rapid.IntRange(0, 2).Draw(t, "recalls")
		crowded := rapid.IntRange(0, 3).Draw(t, "prolonged windows")
		p.full = func() int64 {
			if crowded == 0 {
				return 0
			}
			crowded--
			return rapid.Int64Range(0, 3).Draw(t, "full blocks")
		}
		random(t, p)
		for range 100 { // the remaining actors do their part or do not; then the deadlines decide
			if p.task.Phase == PhaseDone {
				break
			}
			someWork(t, p)
			switch p.task.Phase {
			case PhaseDone:
			case PhaseTurn:
				g := rapid.SampledFrom([]Gate{GateOpen, GateShut}).Draw(t, "last gate")
				p.opened = g == GateOpen
				p.hook(TurnCame{p.height, g})
			default:
				require.NotZero(t, p.task.Deadline, "phase %s has no deadline", p.task.Phase)
				p.due(max(p.height, p.task.Deadline))
			}
		}
		p.checkEnd()
		endings[p.task.Ending.String()]++
		if p.final != nil {
			endings["audit "+p.final.Result.String()]++
		}
		for _, ev := range []Event{Due{p.height}, Broke{p.height}, Cancelled{p.height}, TurnCame{p.height, GateOpen}} {
			_, _, err := p.task.Apply(ev)
			require.ErrorIs(t, err, ErrWrongPhase, "an ended task takes %T", ev)
		}
	})
	t.Log(endings)
}

// random makes random choices for the chain and feeds random events.
func random(t *rapid.T, p *play) {
	n := 0
	p.first = func() (Seat, bool) {
		n++
		return Seat{Who: fmt.Sprintf("w%d", n), Org: fmt.Sprintf("o%d", n)}, rapid.IntRange(0, 5).Draw(t, "eligible") < 5
	}
	p.second = func(Seat) (Plan, []Seat, bool) {
		r := rapid.IntRange(0, 4).Draw(t, "blind seats")
		seats := make([]Seat, r)
		for i := range seats {
			seats[i] = Seat{Who: fmt.Sprintf("x%d", i), Org: fmt.Sprintf("p%d", i)}
		}
		court := rapid.IntRange(0, 5).Draw(t, "court planned") == 5
		return Plan{Replicas: uint32(r + 1), Court: court, Charge: Q64{Lo: 1}}, seats, rapid.IntRange(0, 5).Draw(t, "enough") < 5
	}
	p.scarce = func() bool { return rapid.IntRange(0, 3).Draw(t, "scarce") == 3 }
	p.unpaid = func() bool { return rapid.IntRange(0, 9).Draw(t, "unpaid") == 9 }
	p.gate = func() Gate { return rapid.SampledFrom([]Gate{GateOpen, GateOpen, GateWait, GateShut}).Draw(t, "gate") }
	p.court = func() []Seat {
		seats := make([]Seat, rapid.IntRange(0, 5).Draw(t, "bench"))
		for i := range seats {
			seats[i] = Seat{Who: fmt.Sprintf("v%d", i), Org: fmt.Sprintf("v%d", i), Power: rapid.Uint64Range(1, 4).Draw(t, "power")}
		}
		return seats
	}
	for range rapid.IntRange(0, 40).Draw(t, "events") {
		if p.task.Phase == PhaseDone {
			return
		}
		switch rapid.IntRange(0, 6).Draw(t, "what") {
		case 0:
			garbage(t, p)
		case 1:
			p.due(p.height + rapid.Int64Range(0, 6).Draw(t, "blocks"))
		case 2:
			if p.task.Terms.policyRules().Evidence != EvidenceNone && rapid.IntRange(0, 5).Draw(t, "stopped") == 5 {
				p.hook(EvidenceStopped{p.height})
				return
			}
			if p.task.Phase == PhaseTurn {
				g := p.gate()
				p.opened = g == GateOpen
				p.hook(TurnCame{p.height, g})
			}
		default:
			someWork(t, p)
		}
	}
}

func anyOutcome() *rapid.Generator[Outcome] {
	return rapid.SampledFrom([]Outcome{truth, truth, truth, truth, truth, truth, lie, lie, failing, noInput, abstain})
}

// someWork has some seats do their work and others not.
func someWork(t *rapid.T, p *play) {
	if p.task.Phase == PhaseDone {
		return
	}
	p.due(p.height)
	for bench, seats := range [][]Seat{p.task.Seats, p.task.Court} {
		for _, s := range seats {
			switch rapid.IntRange(0, 7).Draw(t, s.Who+" does") {
			case 6: // rapid prefers small numbers, so most do their part
			case 7:
				_ = p.user(Declined{p.height, s.Who, p.task.Attempt, DeclineOther})
			default:
				if s.State == SeatDrawn {
					_ = p.commit(Bench(bench), s.Who, anyOutcome().Draw(t, "answer"))
				} else {
					_ = p.reveal(Bench(bench), s.Who)
				}
			}
		}
	}
}

// garbage feeds an event from a random sender with random contents.
func garbage(t *rapid.T, p *play) {
	who := rapid.SampledFrom([]string{"stranger", "", "w1", "x0", "x1", "v0", "requester"}).Draw(t, "who")
	attempt := rapid.Uint32Range(0, 4).Draw(t, "attempt")
	height := p.height
	bench := Bench(rapid.IntRange(0, 1).Draw(t, "bench"))
	switch rapid.IntRange(0, 7).Draw(t, "garbage") {
	case 7:
		_ = p.user(Challenged{Height: height, By: who, Bond: rapid.Uint64Range(0, 100).Draw(t, "bond"), Bytes: rapid.Bool().Draw(t, "bytes")})
	case 0:
		_ = p.user(Committed{Height: height, Bench: bench, Who: who, Attempt: attempt, Commitment: [32]byte{9}})
	case 1:
		_ = p.user(Declined{height, who, attempt, DeclineOther})
	case 2:
		_ = p.user(Revealed{Height: height, Bench: bench, Who: who, Attempt: attempt, Outcome: anyOutcome().Draw(t, "o"),
			Salt: rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "salt")})
	case 3:
		_ = p.user(Cancelled{height})
	default:
		// An event of the chain that answers no question of the task. It is refused without a change where the phase does not take it.
		ev := rapid.SampledFrom([]Event{
			FirstDrawn{height, Seat{Who: "z"}}, AuditDrawn{Height: height}, SecondDrawn{Height: height}, MoreDrawn{Height: height}, CourtOpened{Height: height},
			CourtUnpaid{height}, TurnCame{height, GateOpen}, DrawFailed{height}, DrawRefused{height}, PlanMade{height, Plan{}, 2},
		}).Draw(t, "event")
		fits := map[Phase]bool{PhaseOpen: true, PhaseLocked: true, PhaseTurn: true, PhaseCourtWait: true, PhaseAudit: true}[p.task.Phase]
		if fits {
			return
		}
		next, effects, err := p.task.Apply(ev)
		require.ErrorIs(t, err, ErrWrongPhase)
		require.Empty(t, effects)
		require.Equal(t, p.task, next)
	}
}
