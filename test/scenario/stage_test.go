package scenario

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// stage is a chain that a script drives.
type stage struct {
	t          *testing.T
	options    testutil.ComputeOptions
	params     []func(*taskstypes.Params, *markettypes.Params, *workerstypes.Params)
	dealParams []func(*dealstypes.Params)
	chain      *testutil.Compute
	market     bool // events of the book are printed too

	ids     []string          // tasks in order of their deals: t1, t2, ...
	at      int               // the task that the steps are about
	deals   []string          // ids: d1, d2, ...
	names   map[string]string // id of a request, order, voucher or deal -> its name
	known   map[string]known  // name -> the order, request or voucher
	last    string            // id of the last request
	nonce   uint64            // of the last order of the script
	court   []string          // answers of the court seats, in order; the last word holds for the rest
	value   string            // content of value.txt in a right answer; empty for an answer without a file
	habits  map[string]string // organisation -> answer of its worker while time runs; the truth if not set
	start   map[string]uint64 // balances at the first request
	started bool
	fresh   bool // no deal was made in this block yet
	also    bool // the step's transaction waits for the next step's block
}

func newStage(t *testing.T) *stage {
	return &stage{
		t: t, court: []string{"truth"}, names: map[string]string{}, known: map[string]known{}, habits: map[string]string{}, nonce: 100,
	}
}

// play carries out a step and returns the text to print below it. The list has the steps of tasks. The steps of the market
// are listed at trade, and those of pools, apps and datasets at own. The steps from workers to market come before all others.
//
//	workers 7, seats 4, price 10, appprice 50, poolstake 1000, stake 1000000, slots 8,
//	commission 100 (bps)                        the chain
//	param court_strikes 2                       a parameter of a module
//	role lab-3 requester                        another role of a worker's or a seat's organisation
//	org volt pool_operator requester            another organisation
//	group trio 3 2                              an account of three keys of which two sign
//	market                                      events of the book are printed too
//	also STEP                                   the step's transaction waits for the block of the next step
//	submit trust=10000 min=3 max=150 value=0 policy=credence size=1 static    a request; ends two blocks later
//	task 2                                      the steps below are about the second task
//	commit first|second|third...|blind|all [truth|lie|failed|noinput|abstain]      workers commit, in one block
//	commit stranger|lab-3 ..., reveal ...       an account by its name, drawn or not
//	reveal first|...|all [lie]                  workers reveal; "lie" reveals something else than was committed
//	truth exit:10                               from now on a right answer has this exit status, and leaves nothing
//	truth 1.0842                                from now on a right answer leaves value.txt with this; "says:7" is an answer that
//	                                            leaves another, wherever a step takes an answer
//	decline first|...                           a worker gives its seat back
//	habit lab-3 lie|silent|truth                what a worker answers when "run" lets time pass
//	court truth truth lie silent                what each court seat will answer when the court is in session
//	session                                     the court commits and reveals these answers, once
//	line                                        the tasks that wait for the court
//	challenge stranger [150]                    the stranger challenges the answer, with a bond of at most 150
//	challenge stranger bytes                    the stranger asks for the bytes of the answer
//	audits                                      what courts found of accepted answers
//	cancel                                      the requester takes the last request back
//	pause lab-3 lab-4, resume lab-3             workers take no more assignments, or take them again
//	emergency pause|resume 3                    the first three seats vote for this, without a proposal, in one block
//	council allowance_per_mille 0               the council changes the parameter of x/tasks, by a vote; also value_allowance
//	block [n], until PHASE, run [all]           time passes: n blocks, until a phase, until the task has ended, or all
//	                                            tasks have (workers by habit, the court as said)
//	expect ACCEPTED                             fails unless the task has this ending
//	ledger class/10000, money class/10000       show a ledger's count, and its account in money
//	feed create|delete euro ..., feed euro      a feed, and what it shows: see feeds_test.go
//	balances, workers                           show state; "balances from here" counts anew
func (s *stage) play(st step) string {
	if s.also = st.words[0] == "also"; s.also {
		st.words = st.words[1:]
	}
	word, args := st.words[0], st.words[1:]
	if s.setUp(word, args) {
		return ""
	}
	s.begin()
	var out []string
	switch word {
	case "task":
		s.at = s.number(args[0]) - 1
	case "commit", "reveal", "decline":
		out = s.act(word, args)
	case "habit":
		s.habits[args[0]] = args[1]
	case "truth":
		s.value = args[0]
	case "court":
		s.court = args
	case "session":
		out = s.session()
	case "line":
		out = s.courtLine()
	case "emergency":
		for _, seat := range s.chain.Seats[:s.number(args[1])] {
			var msg sdk.Msg = &poatypes.MsgVotePause{Operator: seat.Operator.String(), Reason: "fire"}
			if args[0] == "resume" {
				msg = &poatypes.MsgVoteResume{Operator: seat.Operator.String(), Reason: "put out"}
			}
			s.chain.Queue(seat.Operator, msg)
		}
		out = s.wait(1)
	case "challenge":
		out = s.challenge(args)
	case "audits":
		out = s.audits()
	case "council":
		p, err := app.TasksKeeper(s.chain.App).Params.Get(s.chain.Ctx())
		require.NoError(s.t, err)
		switch n := uint64(s.number(args[1])); args[0] {
		case "allowance_per_mille":
			p.Allowance = poco.FracDown(n, 1000).Bytes()
		case "value_allowance":
			p.ValueAllowance = n
		default:
			require.Fail(s.t, "no such parameter", "%s", st.line)
		}
		s.chain.Pass(&taskstypes.MsgUpdateParams{Authority: app.Authority(), Params: p})
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
		out = s.run(len(args) > 0 && args[0] == "all")
	case "expect":
		t := s.chain.Task(s.id())
		require.Equal(s.t, args[0], strings.TrimPrefix(t.Ending.String(), "ENDING_"), "%s", st.line)
	case "ledger":
		out = s.ledger(args[0])
	case "money":
		out = s.ledgerMoney(args[0])
	case "balances":
		if len(args) > 0 {
			s.start, s.started = s.money(), true
			break
		}
		out = s.balances()
	case "workers":
		out = s.workers()
	default:
		w := &words{stage: s, line: st.line}
		w.read(args)
		var found bool
		if out, found = s.trade(word, w); !found {
			out, found = s.own(word, w)
		}
		if !found && word == "feed" {
			out, found = s.feed(w), true
		}
		require.True(s.t, found, "unknown step: %s", st.line)
		w.end()
	}
	return strings.Join(out, "\n")
}

// wait makes n blocks for a step, unless its transaction waits for the block of the next step.
func (s *stage) wait(n int) (out []string) {
	if s.also {
		return nil
	}
	for range n {
		out = append(out, s.block()...)
	}
	return out
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
	case "commission":
		s.options.Commission = uint32(amount())
	case "market":
		s.market = true
	case "role":
		if s.options.Roles == nil {
			s.options.Roles = map[string][]orgstypes.Role{}
		}
		s.options.Roles[args[0]] = roles(s.t, args[1:])
	case "org":
		s.options.More = append(s.options.More, testutil.Party{ID: args[0], Roles: roles(s.t, args[1:])})
	case "group":
		s.options.Groups = append(s.options.Groups, testutil.Group{Name: args[0], Keys: s.number(args[1]), Threshold: s.number(args[2])})
	case "param":
		n := int64(s.number(args[1]))
		if change := dealParam(args[0], n); change != nil {
			s.dealParams = append(s.dealParams, change)
			return true
		}
		s.params = append(s.params, func(t *taskstypes.Params, m *markettypes.Params, w *workerstypes.Params) {
			switch args[0] {
			case "court_strikes":
				t.CourtStrikes = uint32(n)
			case "court_slots":
				t.CourtSlots = uint32(n)
			case "court_recalls":
				t.CourtRecalls = uint32(n)
			case "patrol_per_mille":
				t.PatrolPerMille = uint32(n)
			case "challenge_bond":
				t.ChallengeBond = uint64(n)
			case "audit_blocks":
				m.AuditBlocks = n
			case "app_convictions":
				t.AppConvictions = uint32(n)
			case "window_blocks":
				t.WindowBlocks = n
			case "value_allowance":
				t.ValueAllowance = uint64(n)
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
			case "notice_blocks":
				w.NoticeBlocks = n
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

// dealParam returns the change of a parameter of deals, or nil for a parameter of another module.
func dealParam(name string, n int64) func(*dealstypes.Params) {
	switch name {
	case "opens_per_block":
		return func(p *dealstypes.Params) { p.OpensPerBlock = uint32(n) }
	case "callback_gas":
		return func(p *dealstypes.Params) { p.CallbackGas = uint64(n) }
	}
	return nil
}

// roles parses role names such as "pool_operator".
func roles(t *testing.T, words []string) (out []orgstypes.Role) {
	for _, w := range words {
		role, found := orgstypes.Role_value["ROLE_"+strings.ToUpper(w)]
		require.True(t, found, "unknown role %q", w)
		out = append(out, orgstypes.Role(role))
	}
	return out
}

func (s *stage) begin() {
	if s.chain != nil {
		return
	}
	deals := testutil.WithDealParams(func(p *dealstypes.Params) {
		for _, change := range s.dealParams {
			change(p)
		}
	})
	s.chain = testutil.NewCompute(s.t, s.options, testutil.WithApp(callbacks), deals, testutil.WithParams(
		func(p *taskstypes.Params) { s.edit(p, &markettypes.Params{}, &workerstypes.Params{}) },
		func(p *markettypes.Params) {
			p.CommitBlocks, p.RevealBlocks, p.WaitBlocks, p.MaxAttempts = 9, 5, 12, 3 // fuel and module add 11 to the commit window
			p.MinRevealSeconds = 0
			s.edit(&taskstypes.Params{}, p, &workerstypes.Params{})
		},
		func(p *workerstypes.Params) { s.edit(&taskstypes.Params{}, &markettypes.Params{}, p) },
	))
	s.options = s.chain.Options
	operator := s.chain.Actor(testutil.Operator)
	s.learn("standing", known{kind: markettypes.ORDER_KIND_POOL, owner: operator, order: markettypes.Order{
		Owner: operator.String(), Nonce: 1, Pool: &markettypes.PoolOrder{Pool: testutil.Pool},
	}})
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

var ordinals = []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh"}

// who returns the addresses that a word of a script means.
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
	if value, says := strings.CutPrefix(word, "says:"); says {
		return s.chain.FileOutcome(feedFile, value)
	}
	if exit, says := strings.CutPrefix(s.value, "exit:"); word == "truth" && says {
		return s.chain.ExitOutcome(uint32(s.number(exit)))
	}
	if word == "truth" && s.value != "" {
		return s.chain.FileOutcome(feedFile, s.value)
	}
	o, found := map[string]poco.Outcome{
		"truth": testutil.Truth, "lie": testutil.Lie, "failed": testutil.Failed, "noinput": testutil.NoInput, "abstain": testutil.Abstain,
	}[word]
	require.True(s.t, found, "unknown answer %q", word)
	return o
}

// act has workers commit, reveal or decline in one block. The arguments are the subjects, then at most one answer.
func (s *stage) act(word string, args []string) []string {
	c, t := s.chain, s.chain.Task(s.id())
	answer := "truth"
	subjects := args
	if last := args[len(args)-1]; strings.HasPrefix(last, "says:") || slices.Contains([]string{"truth", "lie", "failed", "noinput", "abstain"}, last) {
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
				c.Queue(key, &taskstypes.MsgDecline{Who: who, Task: t.Id, Attempt: t.Attempt, Reason: taskstypes.DECLINE_REASON_BUSY})
			}
		}
	}
	return s.block()
}

// courtAnswer returns the answer of a court seat.
func (s *stage) courtAnswer(t taskstypes.Task, seat taskstypes.Seat) (poco.Outcome, bool) {
	i := slices.IndexFunc(t.Court, func(o taskstypes.Seat) bool { return o.Who == seat.Who })
	word := s.court[min(i, len(s.court)-1)]
	if word == "silent" {
		return poco.Outcome{}, false
	}
	return s.outcome(word), true
}

// session plays one session of the court: the seats commit, the windows of the silent seats pass, and the seats reveal. It ends with a
// verdict, or when the court is called again.
func (s *stage) session() (out []string) {
	recalls := s.chain.Task(s.id()).Recalls
	for range 200 {
		phase := s.phase()
		if phase != "COURT_COMMIT" && phase != "COURT_REVEAL" || s.chain.Task(s.id()).Recalls != recalls {
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

// run plays the task to its end. With all set, it plays all tasks, those that are still to be opened too.
func (s *stage) run(all bool) (out []string) {
	for range 500 {
		running := s.chain.Running()
		for i, id := range s.ids {
			if s.chain.HasTask(id) && !s.chain.Task(id).Final() {
				running = running || all || i == s.at
				s.chain.QueueWork(id, s.habit)
			} else if i == s.at && !all && s.chain.HasTask(id) {
				return out
			}
		}
		if all && !running {
			return out
		}
		out = append(out, s.block()...)
	}
	require.Fail(s.t, "the task does not end")
	return out
}

// habit returns the answer of a seat while time runs.
func (s *stage) habit(t taskstypes.Task, seat taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool) {
	if bench == taskstypes.BENCH_COURT {
		return s.courtAnswer(t, seat)
	}
	switch word := s.habits[seat.Organisation]; word {
	case "":
		return s.outcome("truth"), true
	case "silent":
		return poco.Outcome{}, false
	default:
		return s.outcome(word), true
	}
}

// aSource matches the place in the code from which an error came.
var aSource = regexp.MustCompile(` \[[^\]]*\.go:\d+\].*`)

// block makes a block and returns the events in it.
func (s *stage) block() (out []string) {
	if !s.started {
		s.start, s.started = s.money(), true
	}
	s.fresh = true
	res := s.chain.Next()
	s.chain.CheckBooks()
	for _, r := range s.chain.Results() {
		if r.Code != 0 {
			log := s.short(s.chain.Named(r.Log))
			log = aSource.ReplaceAllString(log, "")
			out = append(out, "refused: "+strings.TrimPrefix(log, "failed to execute message; message index: 0: "))
			continue
		}
		out = append(out, s.events(r.Events)...)
	}
	return append(out, s.events(res.Events)...)
}
