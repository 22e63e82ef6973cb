package acceptance

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

var (
	chaosSeed   = flag.Uint64("chaos.seed", 1, "seed of the faults' order, victims and lengths")
	chaosOnly   = flag.String("chaos.only", "", "expression that the names of the faults match; all faults if empty")
	chaosRounds = flag.Int("chaos.rounds", 0, "how often each fault comes; 0 for the smoke")
	chaosPairs  = flag.Int("chaos.pairs", 0, "how often each fault of a validator comes together with another fault")
	chaosCommit = flag.String("chaos.commit", "", "what the table says it was made at")
	chaosOut    = flag.String("chaos.out", "", "file to write the table to")
)

const (
	chaosValidators, chaosWorkers = 4, 7
	commitBlocks, revealBlocks    = 200, 60 // windows in blocks, far longer than a fault
	slowest                       = 400 * time.Millisecond
	leastSeconds, mostSeconds     = 4, 12 // how long a fault lasts
	smokeLeast, smokeMost         = 3, 3
	chaosTasks                    = 3 // tasks that run at each fault
	chaosTrust                    = lyingTrust
)

// chaos is a network on which faults are tried.
type chaos struct {
	*network
	links links
	rand  *rand.Rand
	least int // the least seconds of a fault
	most  int
	app   string
	conns []*client.Conn // one for each validator
	small map[int]bool   // validators whose data is already on a small disk
	// What the faults of beside_test.go have started.
	stores   []besideStore
	full     *besideNode
	programs int // published while a store was silent

	dishonest string // the binary of a dishonest proposer, once it is built
	meet      func() // what a fault of a pair does when it holds; nil without another fault
	rows      []chaosRow
}

type chaosRow struct {
	fault, victims string
	lasted, back   time.Duration
	from, to       int64 // heights
	tasks          string
}

// fault is one kind of fault. It strikes, mends, and returns what was struck. It returns errSkipped on a machine that does not allow it.
type fault struct {
	name   string
	strike func(*chaos, time.Duration) (victims string, err error)
}

var errSkipped = errors.New("this machine does not allow it")

var faults = []fault{
	{"a validator is killed", func(c *chaos, d time.Duration) (string, error) { return c.killFor(c.someValidator(), d) }},
	{"a court executor is killed", func(c *chaos, d time.Duration) (string, error) {
		return c.killFor(c.Court(c.rand.IntN(chaosValidators)), d)
	}},
	{"all validators are killed", (*chaos).killAll},
	{"a validator hangs", func(c *chaos, d time.Duration) (string, error) { return c.hangFor(c.someValidator(), d) }},
	{"a worker hangs", func(c *chaos, d time.Duration) (string, error) { return c.hangFor(c.someWorkers(1)[0], d) }},
	{"a store hangs", (*chaos).hangStore},
	{"a store is killed", (*chaos).killStore},
	{"a full node hangs", (*chaos).hangFullNode},
	{"a full node is killed", (*chaos).killFullNode},
	{"partition 2|2", func(c *chaos, d time.Duration) (string, error) { return c.partition(2, d) }},
	{"partition 3|1", func(c *chaos, d time.Duration) (string, error) { return c.partition(1, d) }},
	{"slow links", (*chaos).slowLinks},
	{"a dishonest proposer", (*chaos).dishonestProposer},
	{"a wiped data folder", (*chaos).wipe},
	{"an old backup", (*chaos).restoreBackup},
	{"a full disk", (*chaos).fillDisk},
	{"state sync under load", (*chaos).stateSync},
	{"30 % of the workers gone", (*chaos).workersGone},
	{"a flood of cheap transactions", (*chaos).floodTasks},
	{"a validator's clock is fast", (*chaos).fastValidator},
	{"a validator's clock is slow", (*chaos).slowValidator},
	{"two workers' clocks are wrong", (*chaos).skewWorkers},
}

// smoke are the faults that every run of the tests tries.
var smoke = []string{"partition 2|2", "a validator is killed", "30 % of the workers gone", "a store hangs", "a full node hangs"}

// TestChaos strikes a network of four validators and seven workers with faults while tasks run. After each fault all nodes have the same
// app hash, all seats sign, and every module holds exactly what it owes. Every task has ended within its windows with the right answer, and
// no worker was slashed or jailed. An ordinary run is a smoke test of five faults. make chaos tries each
// kind, and make chaos-pairs each fault of a validator together with another fault.
func TestChaos(t *testing.T) {
	within := 6 * time.Minute
	c := &chaos{small: map[int]bool{}, rand: rand.New(rand.NewPCG(*chaosSeed, 0)), least: smokeLeast, most: smokeMost}
	plan := c.plan()
	if *chaosRounds+*chaosPairs > 0 {
		within = time.Duration(len(plan)+1) * 4 * time.Minute
		c.least, c.most = leastSeconds, mostSeconds
	}
	defer c.links.close()
	c.network = start(t, within, devnet.Options{
		Validators: chaosValidators, Workers: chaosWorkers, Link: c.links.add, SnapshotInterval: snapshotEvery,
		EditGenesis: func(g devnet.Genesis) error {
			return errors.Join(windows(commitBlocks, revealBlocks, revealBlocks)(g), lenient(g))
		},
	})
	c.dialAll()
	c.app = c.publish("echo", echo(), appPrice)
	defer c.report()
	for _, f := range plan {
		c.try(f)
	}
}

// plan returns the faults in the order of the seed, and then the pairs. Each kind comes once a round.
func (c *chaos) plan() (out []fault) {
	if *chaosRounds+*chaosPairs == 0 {
		for _, name := range smoke {
			out = append(out, faultOf(name))
		}
		return out
	}
	for range *chaosRounds {
		for _, i := range c.rand.Perm(len(faults)) {
			out = append(out, faults[i])
		}
	}
	for range *chaosPairs {
		for _, pair := range pairUp(c.rand) {
			out = append(out, together(faultOf(pair[0]), faultOf(pair[1])))
		}
	}
	only := regexp.MustCompile(*chaosOnly)
	return slices.DeleteFunc(out, func(f fault) bool { return !only.MatchString(f.name) })
}

// dialAll connects to each node. It also connects to all of them together, for general questions that any answering node may take.
func (c *chaos) dialAll() {
	c.t.Helper()
	for i := range c.Info.GRPC {
		conn, err := client.Dial(c.ctx, c.Info.GRPC[i:i+1], c.Info.ChainID)
		require.NoError(c.t, err)
		c.t.Cleanup(func() { conn.Close() })
		c.conns = append(c.conns, conn)
	}
	conn, err := client.Dial(c.ctx, c.Info.GRPC, c.Info.ChainID)
	require.NoError(c.t, err)
	c.t.Cleanup(func() { conn.Close() })
	c.conn = conn
}

// try strikes with one fault while tasks run, and checks everything afterwards.
func (c *chaos) try(f fault) {
	c.t.Helper()
	var deals []dealstypes.Deal
	for range chaosTasks {
		deals = append(deals, c.submit(job(c.app, chaosTrust, 3)))
	}
	row := chaosRow{fault: f.name, from: c.height(), lasted: time.Duration(c.least+c.rand.IntN(c.most-c.least+1)) * time.Second}
	phases := c.phasesOf(deals)
	victims, err := f.strike(c, row.lasted)
	begin := time.Now()
	if errors.Is(err, errSkipped) {
		victims, row.lasted = fmt.Sprintf("skipped: %s", err), 0
		c.t.Logf("%s: %s", f.name, victims)
	} else {
		require.NoError(c.t, err, f.name)
	}
	c.awaitAll()
	c.requireEnded(deals)
	row.to = c.requireOneState()
	row.back = time.Since(begin)
	c.requireNobodyHurt()
	c.solvent()
	row.victims, row.tasks = victims, phases
	c.rows = append(c.rows, row)
	c.t.Logf("%s (%s) for %s, with tasks in %s: all is well after %s, at height %d", f.name, victims, row.lasted, phases, row.back.Round(100*time.Millisecond), row.to)
}

// phasesOf returns the phases of the tasks when a fault strikes.
func (c *chaos) phasesOf(deals []dealstypes.Deal) string {
	c.t.Helper()
	var out []string
	for _, deal := range deals {
		for _, task := range c.tasks(deal.Id) {
			out = append(out, strings.ToLower(strings.TrimPrefix(task.Phase.String(), "PHASE_")))
		}
	}
	return strings.Join(out, ", ")
}

func (c *chaos) someValidator() *devnet.Process { return c.Validator(c.rand.IntN(chaosValidators)) }

func (c *chaos) someWorkers(n int) (out []*devnet.Process) {
	for _, i := range c.rand.Perm(chaosWorkers)[:n] {
		out = append(out, c.Worker(c.Info.Workers[i].Organisation))
	}
	return out
}

func namesOf(processes []*devnet.Process) string {
	var out []string
	for _, p := range processes {
		out = append(out, p.Name)
	}
	return strings.Join(out, ", ")
}

// pause waits while the fault lasts. A fault of a pair first waits until the other one holds too.
func (c *chaos) pause(d time.Duration) {
	if c.meet != nil {
		c.meet()
	}
	select {
	case <-time.After(d):
	case <-c.ctx.Done():
	}
}

// awaitAll waits until every node answers and has caught up with the others.
func (c *chaos) awaitAll() {
	c.t.Helper()
	reached := int64(0)
	for i, conn := range c.conns {
		c.until(c.Info.Validators[i].Name+" answers", func() bool {
			height, _, err := conn.Height(c.ctx)
			reached = max(reached, height)
			return err == nil
		})
	}
	for i, conn := range c.conns {
		c.until(c.Info.Validators[i].Name+" catches up", func() bool {
			height, _, err := conn.Height(c.ctx)
			return err == nil && height > reached
		})
	}
}

// awaitQuiet waits until all tasks have ended.
func (c *chaos) awaitQuiet() {
	c.t.Helper()
	for _, deal := range c.deals() {
		c.ended(deal.Id)
	}
}

// requireEnded waits for the tasks to end and compares their answers. No task may outlive the deadline of a phase.
func (c *chaos) requireEnded(deals []dealstypes.Deal) {
	c.t.Helper()
	for _, deal := range deals {
		c.requireEndedOne(deal)
	}
}

func (c *chaos) requireEndedOne(deal dealstypes.Deal) {
	c.t.Helper()
	const late = 5 // blocks by which a full queue of due tasks may be late
	var task taskstypes.Task
	c.until("a task has ended", func() bool {
		height := c.height() // read before the task, so that the task is at least as new
		if task = c.task(deal.Id); task.Phase == taskstypes.PHASE_DONE {
			return true
		}
		if task.Deadline > 0 {
			require.LessOrEqual(c.t, height, task.Deadline+late, "stuck in %s: %s", task.Phase, story(task))
		}
		return false
	})
	require.Equal(c.t, taskstypes.ENDING_ACCEPTED, task.Ending, story(task))
	require.Equal(c.t, c.truth(task, deal), *task.Verdict, story(task))
	for _, end := range task.Settlement.Seats {
		require.Zero(c.t, end.Slash, "%s is slashed: %s", end.Organisation, story(task))
	}
}

// requireOneState waits for a block that all four seats have signed. It compares the app hash of all nodes after that block and returns the
// height.
func (c *chaos) requireOneState() int64 {
	c.t.Helper()
	height := int64(0)
	c.until("all seats sign", func() bool {
		at := c.height()
		res, err := cmtservice.NewServiceClient(c.conn).GetBlockByHeight(c.ctx, &cmtservice.GetBlockByHeightRequest{Height: at})
		if err != nil {
			return false
		}
		signed := 0
		for _, s := range res.SdkBlock.LastCommit.Signatures {
			if s.BlockIdFlag == cmtCommitted {
				signed++
			}
		}
		height = at
		return signed == chaosValidators
	})
	want := c.hashOf(0, height)
	require.Len(c.t, want, 32)
	for i := range c.conns {
		require.Equal(c.t, want, c.hashOf(i, height), "app hash of %s at %d", c.Info.Validators[i].Name, height)
	}
	return height
}

// hashOf waits until a node has the block. The header of a block has the hash of the state before it.
func (c *chaos) hashOf(i int, height int64) (hash []byte) {
	c.t.Helper()
	c.until(fmt.Sprintf("%s has block %d", c.Info.Validators[i].Name, height), func() bool {
		at, _, err := c.conns[i].Height(c.ctx)
		return err == nil && at >= height
	})
	return appHash(c.network, c.conns[i], height)
}

// requireNobodyHurt demands that no worker has lost stake or is jailed, and that no seat is jailed. All of them are honest.
func (c *chaos) requireNobodyHurt() {
	c.t.Helper()
	for _, info := range c.Info.Workers {
		w := c.worker(info.Organisation)
		require.False(c.t, w.Jailed, w.Organisation)
		require.Zero(c.t, w.Record.Slashed, w.Organisation)
		require.EqualValues(c.t, devnet.Bond, w.Bonded, w.Organisation)
	}
}

// report prints the rows, and writes them to a file if one is given.
func (c *chaos) report() {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, commit %s, %d validators, %d workers, %d tasks under way at each fault\n\n", *chaosSeed, *chaosCommit, chaosValidators, chaosWorkers, chaosTasks)
	b.WriteString("| fault | victims | lasted | tasks were in | all well after | heights |\n|---|---|---|---|---|---|\n")
	for _, r := range c.rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %d to %d |\n", strings.ReplaceAll(r.fault, "|", `\|`), r.victims, r.lasted, r.tasks, r.back.Round(100*time.Millisecond), r.from, r.to)
	}
	if c.t.Failed() {
		b.WriteString("\nThen it failed.\n")
	}
	c.t.Log("\n" + b.String())
	if *chaosOut != "" {
		require.NoError(c.t, os.WriteFile(*chaosOut, []byte(b.String()), 0o644))
	}
}
