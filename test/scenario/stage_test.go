package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	gogoproto "github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	markettypes "github.com/credence-chain/credence/x/market/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// stage is a chain under a script.
type stage struct {
	t       *testing.T
	options testutil.ComputeOptions
	params  []func(*taskstypes.Params, *markettypes.Params, *workerstypes.Params)
	chain   *testutil.Compute

	ids     []string          // tasks in order of submission: t1, t2, ...
	at      int               // the task that steps are about
	court   []string          // what court seats answer, in order; the last word holds for the rest
	start   map[string]uint64 // balances when the first task was submitted
	started bool
}

func newStage(t *testing.T) *stage { return &stage{t: t, court: []string{"truth"}} }

// play carries out a step and returns what to print below it. The steps:
//
//	workers 7, seats 4, price 10, appprice 50, poolstake 1000, stake 1000000, slots 8      before anything else
//	param court_strikes 2                       a parameter of a module, likewise
//	submit trust=10000 min=3 max=150 value=0 policy=credence size=1 static    a request; ends two blocks later
//	task 2                                      the steps below are about the second task
//	commit first|second|third...|blind|all [truth|lie|failed|noinput|abstain]      workers commit, in one block
//	commit stranger|lab-3 ..., reveal ...       somebody by name, drawn or not
//	reveal first|...|all [lie]                  workers reveal; "lie" reveals something else than was committed
//	decline first|...                           a worker gives its seat back
//	court truth truth lie silent                what each court seat will answer when the court is in session
//	session                                     the court commits and reveals so
//	cancel                                      the requester takes the request back
//	pause lab-3 lab-4, resume lab-3             workers take no more assignments, or take them again
//	council allowance_per_mille 0               the council changes the parameter of x/tasks, by a vote
//	block [n], until PHASE, run                 time passes: n blocks, until a phase, until the task has ended (all
//	                                            workers honest, the court as said)
//	expect ACCEPTED                             fails unless the task ended so
//	ledger class/10000, balances, workers       show state
func (s *stage) play(st step) string {
	word, args := st.words[0], st.words[1:]
	if s.setUp(word, args) {
		return ""
	}
	s.begin()
	var out []string
	switch word {
	case "submit":
		out = s.submit(args)
	case "task":
		s.at = s.number(args[0]) - 1
	case "commit", "reveal", "decline":
		out = s.act(word, args)
	case "court":
		s.court = args
	case "session":
		out = s.session()
	case "cancel":
		c := s.chain
		c.Queue(c.Org(testutil.Requester).Member(), &markettypes.MsgCancelRequest{Requester: c.Org(testutil.Requester).Member().String(), Id: c.LastRequest()})
		out = s.block()
	case "council":
		require.Equal(s.t, "allowance_per_mille", args[0])
		p, err := s.chain.App.TasksKeeper.Params.Get(s.chain.Ctx())
		require.NoError(s.t, err)
		p.Allowance = poco.FracDown(uint64(s.number(args[1])), 1000).Bytes()
		s.chain.Pass(&taskstypes.MsgUpdateParams{Authority: app.Authority(), Params: p})
	case "pause", "resume":
		for _, lab := range args {
			owner := s.chain.Org(lab).Member()
			s.chain.Queue(owner, &workerstypes.MsgUpdate{
				Owner: owner.String(), Worker: s.chain.WorkerKey(lab).String(), Endpoint: "http://" + lab + ".example",
				Slots: max(8, s.options.Slots), Pools: []string{testutil.Pool}, Paused: word == "pause",
			})
		}
		out = s.block()
	case "block":
		n := 1
		if len(args) > 0 {
			n = s.number(args[0])
		}
		for range n {
			out = append(out, s.block()...)
		}
	case "until":
		for range 500 {
			if s.chain.HasTask(s.id()) && s.phase() == args[0] {
				break
			}
			out = append(out, s.block()...)
		}
		require.Equal(s.t, args[0], s.phase())
	case "run":
		out = s.run()
	case "expect":
		t := s.chain.Task(s.id())
		require.Equal(s.t, args[0], strings.TrimPrefix(t.Ending.String(), "ENDING_"), "%s", st.line)
	case "ledger":
		out = s.ledger(args[0])
	case "balances":
		out = s.balances()
	case "workers":
		out = s.workers()
	default:
		require.Fail(s.t, "unknown step", st.line)
	}
	return strings.Join(out, "\n")
}

func (s *stage) number(text string) int {
	n, err := strconv.Atoi(text)
	require.NoError(s.t, err)
	return n
}

func (s *stage) setUp(word string, args []string) bool {
	amount := func() uint64 { return uint64(s.number(args[0])) }
	switch word {
	case "workers":
		if len(args) == 0 {
			return false
		}
		s.options.Workers = s.number(args[0])
	case "seats":
		s.options.Seats = s.number(args[0])
	case "price":
		s.options.Price = amount()
	case "appprice":
		s.options.AppPrice = amount()
	case "poolstake":
		s.options.PoolStake = amount()
	case "stake":
		s.options.Stake = amount()
	case "slots":
		s.options.Slots = uint32(amount())
	case "param":
		n := int64(s.number(args[1]))
		s.params = append(s.params, func(t *taskstypes.Params, m *markettypes.Params, w *workerstypes.Params) {
			switch args[0] {
			case "court_strikes":
				t.CourtStrikes = uint32(n)
			case "window_blocks":
				t.WindowBlocks = n
			case "allowance_per_mille":
				t.Allowance = poco.FracDown(uint64(n), 1000).Bytes()
			case "commit_blocks":
				m.CommitBlocks = n
			case "reveal_blocks":
				m.RevealBlocks = n
			case "wait_blocks":
				m.WaitBlocks = n
			case "max_attempts":
				m.MaxAttempts = uint32(n)
			case "cooling_blocks":
				w.CoolingBlocks = n
			default:
				require.Fail(s.t, "unknown parameter", args[0])
			}
		})
	default:
		return false
	}
	require.Nil(s.t, s.chain, "%s comes before the first step", word)
	return true
}

func (s *stage) begin() {
	if s.chain != nil {
		return
	}
	s.chain = testutil.NewCompute(s.t, s.options, testutil.WithParams(
		func(p *taskstypes.Params) { s.edit(p, &markettypes.Params{}, &workerstypes.Params{}) },
		func(p *markettypes.Params) {
			p.CommitBlocks, p.RevealBlocks, p.WaitBlocks, p.MaxAttempts = 10, 5, 12, 3
			s.edit(&taskstypes.Params{}, p, &workerstypes.Params{})
		},
		func(p *workerstypes.Params) { s.edit(&taskstypes.Params{}, &markettypes.Params{}, p) },
	))
	s.options = s.chain.Options
}

func (s *stage) edit(t *taskstypes.Params, m *markettypes.Params, w *workerstypes.Params) {
	for _, edit := range s.params {
		edit(t, m, w)
	}
}

func (s *stage) id() string {
	require.NotEmpty(s.t, s.ids, "nothing was submitted")
	return s.ids[s.at]
}

func (s *stage) phase() string {
	return strings.TrimPrefix(s.chain.Task(s.id()).Phase.String(), "PHASE_")
}

func (s *stage) submit(args []string) []string {
	job := s.chain.Job()
	for _, a := range args {
		key, value, _ := strings.Cut(a, "=")
		switch key {
		case "trust":
			trust, err := poco.ParseTrust(value)
			require.NoError(s.t, err)
			job.Trust = trust
		case "min":
			job.MinReplicas = uint32(s.number(value))
		case "max":
			job.MaxPrice = uint64(s.number(value))
		case "value":
			job.Value = uint64(s.number(value))
		case "size":
			job.Size_ = uint64(s.number(value))
		case "fuel":
			job.FuelLimit = uint64(s.number(value))
		case "policy":
			job.Policy = value
		case "static":
			job.StaticCredibility = true
		default:
			require.Fail(s.t, "unknown field of a job", a)
		}
	}
	if !s.started {
		s.start, s.started = s.money(), true
	}
	s.at = len(s.ids)
	s.ids = append(s.ids, s.chain.QueueSubmit(job)...)
	out := s.block()
	return append(out, s.block()...)
}

var ordinals = []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh"}

// who are the addresses that a word of a script means.
func (s *stage) who(word string) (out []string) {
	t := s.chain.Task(s.id())
	switch {
	case word == "all":
		for _, seat := range t.Seats {
			out = append(out, seat.Who)
		}
	case word == "blind":
		for _, seat := range t.Seats[1:] {
			out = append(out, seat.Who)
		}
	case slices.Contains(ordinals, word):
		i := slices.Index(ordinals, word)
		require.Less(s.t, i, len(t.Seats), "no %s seat", word)
		out = []string{t.Seats[i].Who}
	case word == "stranger":
		out = []string{s.chain.Account("stranger").String()}
	default:
		out = []string{s.chain.WorkerKey(word).String()}
	}
	return out
}

func (s *stage) outcome(word string) poco.Outcome {
	o, found := map[string]poco.Outcome{
		"truth": testutil.Truth, "lie": testutil.Lie, "failed": testutil.Failed, "noinput": testutil.NoInput, "abstain": testutil.Abstain,
	}[word]
	require.True(s.t, found, "unknown answer %q", word)
	return o
}

// act has workers commit, reveal or decline in one block: subjects, then at most one answer.
func (s *stage) act(word string, args []string) []string {
	c, t := s.chain, s.chain.Task(s.id())
	answer := "truth"
	subjects := args
	if last := args[len(args)-1]; slices.Contains([]string{"truth", "lie", "failed", "noinput", "abstain"}, last) {
		answer, subjects = last, args[:len(args)-1]
	}
	for _, subject := range subjects {
		for _, who := range s.who(subject) {
			key := c.Account("stranger")
			if subject != "stranger" {
				key = c.Key(who)
			}
			switch word {
			case "commit":
				c.Queue(key, c.CommitMsg(t, who, taskstypes.BENCH_WORKERS, s.outcome(answer)))
			case "reveal":
				msg := c.RevealMsg(t, who, taskstypes.BENCH_WORKERS)
				if len(subjects) < len(args) {
					msg.Outcome = taskstypes.OutcomeFromPoco(s.outcome(answer))
				}
				c.Queue(key, msg)
			case "decline":
				c.Queue(key, &taskstypes.MsgDecline{Who: who, Task: t.Id, Attempt: t.Attempt, Reason: "busy"})
			}
		}
	}
	return s.block()
}

// courtAnswer is what a court seat answers.
func (s *stage) courtAnswer(t taskstypes.Task, seat taskstypes.Seat) (poco.Outcome, bool) {
	i := slices.IndexFunc(t.Court, func(o taskstypes.Seat) bool { return o.Who == seat.Who })
	word := s.court[min(i, len(s.court)-1)]
	if word == "silent" {
		return poco.Outcome{}, false
	}
	return s.outcome(word), true
}

// session is the court's: it commits, its silent seats let the window pass, it reveals.
func (s *stage) session() (out []string) {
	for range 200 {
		phase := s.phase()
		if phase != "COURT_COMMIT" && phase != "COURT_REVEAL" {
			require.NotEmpty(s.t, out, "no court is in session")
			return out
		}
		s.chain.QueueWork(s.id(), func(t taskstypes.Task, seat taskstypes.Seat, _ taskstypes.Bench) (poco.Outcome, bool) {
			return s.courtAnswer(t, seat)
		})
		out = append(out, s.block()...)
	}
	return out
}

// run plays the task to its end.
func (s *stage) run() (out []string) {
	for range 500 {
		if s.chain.HasTask(s.id()) && s.phase() == "DONE" {
			return out
		}
		for _, id := range s.ids {
			if s.chain.HasTask(id) {
				s.chain.QueueWork(id, func(t taskstypes.Task, seat taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool) {
					if bench == taskstypes.BENCH_COURT {
						return s.courtAnswer(t, seat)
					}
					return testutil.Truth, true
				})
			}
		}
		out = append(out, s.block()...)
	}
	require.Fail(s.t, "the task does not end")
	return out
}

// block makes one and says what happened in it.
func (s *stage) block() (out []string) {
	res := s.chain.Next()
	s.chain.CheckBooks()
	for _, r := range s.chain.Results() {
		if r.Code != 0 {
			log := s.short(s.chain.Named(r.Log))
			log, _, _ = strings.Cut(log, " [")
			out = append(out, "refused: "+strings.TrimPrefix(log, "failed to execute message; message index: 0: "))
			continue
		}
		out = append(out, s.events(r.Events)...)
	}
	return append(out, s.events(res.Events)...)
}

// short replaces ids of tasks by their names.
func (s *stage) short(text string) string {
	for i, id := range s.ids {
		text = strings.ReplaceAll(text, id, s.label(i))
	}
	return text
}

func (s *stage) label(i int) string { return fmt.Sprintf("t%d", i+1) }

func (s *stage) events(events []abci.Event) (out []string) {
	for _, e := range events {
		if !strings.HasPrefix(e.Type, "credence.") {
			continue
		}
		// What baseapp adds is no field of the event.
		e.Attributes = slices.DeleteFunc(slices.Clone(e.Attributes), func(a abci.EventAttribute) bool {
			return a.Key == "mode" || a.Key == "msg_index"
		})
		msg, err := sdk.ParseTypedEvent(e)
		require.NoError(s.t, err, e.Type)
		if line := s.event(msg); line != "" {
			out = append(out, strings.Split(s.short(s.chain.Named(line)), "\n")...)
		}
	}
	return out
}

// event says an event in words; "" for one that says nothing new.
func (s *stage) event(msg gogoproto.Message) string {
	switch e := msg.(type) {
	case *markettypes.EventRequest:
		line := "request " + e.What
		if e.Refunded > 0 {
			line += fmt.Sprintf(", %d refunded", e.Refunded)
		}
		if e.Reason != "" {
			line += ": " + e.Reason
		}
		return line
	case *taskstypes.EventDrawn:
		switch e.Wave {
		case 0:
			return fmt.Sprintf("%s  court: %s", e.Task, e.Organisation)
		case 1:
			return fmt.Sprintf("%s  first: %s (attempt %d)", e.Task, e.Organisation, e.Attempt)
		}
		return fmt.Sprintf("%s  blind: %s", e.Task, e.Organisation)
	case *taskstypes.EventPlanned:
		return fmt.Sprintf("%s  plan: %s", e.Task, e.Plan.Text)
	case *taskstypes.EventPhase:
		line := fmt.Sprintf("%s  %s", e.Task, strings.TrimPrefix(e.Phase.String(), "PHASE_"))
		if left := e.Deadline - s.chain.Height(); e.Deadline > 0 && left > 0 {
			line += fmt.Sprintf(" (below height %d, %d blocks)", e.Deadline, left)
		}
		return line
	case *taskstypes.EventTurn:
		if !e.Decided {
			return fmt.Sprintf("%s  turn: %s", e.Task, e.Gate)
		}
		charged, err := poco.Q64FromBytes(e.Charged)
		require.NoError(s.t, err)
		return fmt.Sprintf("%s  ledgers: charged %s (turn %s)", e.Task, charged, e.Gate)
	case *taskstypes.EventEnded:
		return s.ended(e)
	case *taskstypes.EventItemFailed:
		return e.Task + "  FAILED"
	case *workerstypes.EventWorkerChanged:
		return fmt.Sprintf("%s is %s", e.Organisation, e.What)
	case *poatypes.EventJailed:
		return fmt.Sprintf("%s is jailed: %s", e.OrgId, e.Reason)
	case *poatypes.EventJailForbidden:
		return fmt.Sprintf("%s would be jailed (%s), but too few seats are left", e.OrgId, e.Reason)
	}
	return ""
}

func (s *stage) ended(e *taskstypes.EventEnded) string {
	by := ""
	if e.ByCourt {
		by = " by the court"
	}
	line := fmt.Sprintf("%s  ended: %s%s", e.Task, strings.TrimPrefix(e.Ending.String(), "ENDING_"), by)
	if e.Verdict != nil {
		line += ": " + s.answer(*e.Verdict)
	}
	for _, p := range e.Settlement.Payments {
		line += fmt.Sprintf("\n      %s pays %s %d (%s)", p.Source, p.To, p.Amount, strings.ToLower(p.Party))
	}
	line += fmt.Sprintf("\n      escrow gives back %d", e.Settlement.Refund)
	for _, seat := range e.Settlement.Seats {
		verdict := "right"
		if seat.Fault != "NONE" {
			verdict = seat.Fault
		} else if !seat.Right {
			verdict = "no fault"
		}
		line += fmt.Sprintf("\n      %s: %s", seat.Organisation, verdict)
		if seat.Slash > 0 {
			line += fmt.Sprintf(", slashed %d", seat.Slash)
		}
	}
	if e.Settlement.Burnt > 0 {
		line += fmt.Sprintf("\n      burnt %d", e.Settlement.Burnt)
	}
	for _, list := range []struct {
		name string
		who  []string
	}{{"silent", e.Settlement.CourtSilent}, {"wrong", e.Settlement.CourtWrong}} {
		if len(list.who) > 0 {
			line += fmt.Sprintf("\n      court, %s: %s", list.name, strings.Join(list.who, " "))
		}
	}
	return line
}

func (s *stage) answer(o taskstypes.Outcome) string {
	switch p, err := o.ToPoco(); {
	case err != nil:
		return err.Error()
	case p == testutil.Truth:
		return "the truth"
	case p == testutil.Lie:
		return "THE LIE"
	}
	return strings.TrimPrefix(o.Kind.String(), "KIND_")
}

func (s *stage) ledger(key string) []string {
	l, err := taskstypes.NewQueryClient(s.chain.Conn()).Ledger(s.chain.Ctx(), &taskstypes.QueryLedgerRequest{Key: key})
	if err != nil {
		return []string{err.Error()}
	}
	return []string{fmt.Sprintf("debt %s of %s, tasks counted %d, unsettled %d, draws %d",
		l.View.Debt, l.View.Budget, l.View.Ledger.Counted, l.View.Ledger.Unsettled, l.View.Ledger.Next)}
}

// money is what every organisation has: coins, and what its workers have bonded.
func (s *stage) money() map[string]uint64 {
	out := map[string]uint64{}
	for _, org := range s.organisations() {
		out[org] = uint64(s.chain.Balance(s.chain.Org(org).Member().Addr))
		if strings.HasPrefix(org, "lab-") {
			w, err := s.chain.App.WorkersKeeper.GetWorker(s.chain.Ctx(), s.chain.WorkerKey(org).String())
			require.NoError(s.t, err)
			out[org] += w.Bonded
		}
	}
	return out
}

func (s *stage) organisations() []string {
	out := []string{testutil.Requester, testutil.Provider}
	for i := range s.options.Workers {
		out = append(out, testutil.Lab(i+1))
	}
	for _, seat := range s.chain.Seats {
		out = append(out, seat.OrgID)
	}
	return out
}

// balances says what everyone has gained or lost since the first request, coins and bonded stake together.
func (s *stage) balances() (out []string) {
	now, sum := s.money(), int64(0)
	for _, org := range s.organisations() {
		if d := int64(now[org] - s.start[org]); d != 0 {
			out = append(out, fmt.Sprintf("%-8s %+d", org, d))
			sum += d
		}
	}
	return append(out, fmt.Sprintf("%-8s %+d", "all", sum))
}

func (s *stage) workers() (out []string) {
	for i := range s.options.Workers {
		org := testutil.Lab(i + 1)
		w, err := s.chain.App.WorkersKeeper.GetWorker(s.chain.Ctx(), s.chain.WorkerKey(org).String())
		require.NoError(s.t, err)
		line := fmt.Sprintf("%s bonded %d locked %d, right %d, confirmed %d", org, w.Bonded, w.Locked, w.Record.Right, w.Record.Confirmations)
		if w.Record.Wrong+w.Record.Unrevealed+w.Record.Silent+w.Record.Abstained > 0 {
			line += fmt.Sprintf(", wrong %d, unrevealed %d, silent %d, abstained %d", w.Record.Wrong, w.Record.Unrevealed, w.Record.Silent, w.Record.Abstained)
		}
		if w.Cooling() {
			line += ", cooling"
		}
		if w.Jailed {
			line += ", jailed"
		}
		out = append(out, line)
	}
	return out
}
