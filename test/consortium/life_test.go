package consortium_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	chainID = "consortium-1"
	// votingPeriod is how long the council votes. Five operators vote at once, each within a few blocks, even on a busy machine.
	votingPeriod = 30 * time.Second
)

// workerStake is what each member's worker has at stake, in ucred.
const workerStake = "1000000000"

// life is a consortium and its history so far.
type life struct {
	*network
	hash    string // of the genesis
	members map[string]*machine
	council []string          // the organisations that vote
	secrets map[string]string // of organisations' accounts at amber's store
	workers int               // the number of registered workers
	version string            // the folder of the programs that the nodes run
	steps   []step
	began   time.Time
}

type step struct {
	what   string
	took   time.Duration
	task   time.Duration
	height int64
}

// TestLife takes a consortium from bare machines through the events of years: a fifth member, new keys, a double sign, an expulsion, an
// archive, an upgrade, a pause and a lost disk. After each step a program runs, and its answer is right. Without -life.whole it is a smoke
// test of the ceremony, the archive and the books.
func TestLife(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	if !enterNamespace(t) {
		return
	}
	l := &life{network: newNetwork(t), workers: 4, members: map[string]*machine{}, secrets: map[string]string{}, began: time.Now()}
	l.version = l.programs.now
	t.Cleanup(l.printSteps)

	l.step("four founders' ceremony, start", l.found)
	if *whole {
		l.step("a fifth joins by vote, with a sentry, a seat and a worker", l.join)
		l.step("birch moves to other machines, with three new keys and a signer", l.rotate)
		l.step("cedar signs two blocks, and returns with new keys", l.doubleSign)
		l.step("delta is expelled", l.expel)
		l.step("elm's worker key is stolen", l.steal)
	}
	l.step("a seed tells an archive node of the others, and it begins from a snapshot", l.archive)
	if *whole {
		l.step("an upgrade, with a task under way", l.upgrade)
		l.step("a pause", l.pause)
		l.step("elm loses its disk", l.loseDisk)
	}
	l.step("the books and the state", l.check)
}

// step performs a step and then has a program run.
func (l *life) step(what string, do func()) {
	l.t.Helper()
	began := time.Now()
	do()
	did := time.Now()
	l.runProgram(what)
	l.steps = append(l.steps, step{what, did.Sub(began), time.Since(did), l.members["amber"].height()})
	l.t.Logf("%s: %s, and a task in %s", what, did.Sub(began).Round(time.Second), time.Since(did).Round(time.Second))
}

// printSteps logs the table of steps and their times, and writes it to a file if one is named.
func (l *life) printSteps() {
	var b strings.Builder
	fmt.Fprintf(&b, "commit %s\n\n| step | took | a task then | height |\n|---|---|---|---|\n", *lifeCommit)
	for _, s := range l.steps {
		fmt.Fprintf(&b, "| %s | %s | %s | %d |\n", s.what, s.took.Round(time.Second), s.task.Round(time.Second), s.height)
	}
	fmt.Fprintf(&b, "| all | %s | | |\n", time.Since(l.began).Round(time.Second))
	if l.t.Failed() {
		b.WriteString("\nThen it failed.\n")
	}
	l.t.Log("\n" + b.String())
	if *lifeOut != "" {
		require.NoError(l.t, os.MkdirAll(filepath.Dir(*lifeOut), 0o755))
		require.NoError(l.t, os.WriteFile(*lifeOut, []byte(b.String()), 0o644))
	}
}

// program prints its argument.
const program = `package main

import "os"

func main() { os.WriteFile("/out/said.txt", []byte(os.Args[1]), 0o644) }
`

// compileProgram makes the module that every step runs.
func (l *life) compileProgram() {
	l.t.Helper()
	source := filepath.Join(l.dir, "main.go")
	require.NoError(l.t, os.WriteFile(source, []byte(program), 0o600))
	cmd := goCommand("build", "-trimpath", "-ldflags", "-s -w -buildid=", "-o", filepath.Join(l.dir, "said.wasm"), source)
	out, err := cmd.CombinedOutput()
	require.NoError(l.t, err, string(out))
}

// request returns the command with which an organisation's requester has the program run, through a node of a member.
func (l *life) request(who, through, says string) []string {
	m := l.members[through]
	return []string{
		"credenced", "run", filepath.Join(l.dir, "said.wasm"), "--trust", "90%", "--out", l.resultDir(says), "--node", m.grpc(),
		"--key-file", l.path(who, "requester.key"), "--store", l.storeOf(who), "--store-token", who + ":" + l.secrets[who], "--", says,
	}
}

func (l *life) resultDir(says string) string {
	return filepath.Join(l.dir, "result of "+says)
}

func (l *life) path(parts ...string) string {
	return filepath.Join(append([]string{l.dir}, parts...)...)
}

// storeOf returns the place of an organisation at the store, which runs at amber.
func (l *life) storeOf(organisation string) string {
	return "http://" + l.members["amber"].address + ":5000/" + organisation
}

// runProgram has the program run for amber or, while the council has five members, for birch, and compares its output. Workers and seats of the
// requester and of amber, whose app it is, take no part. Among four members that leaves birch too few.
func (l *life) runProgram(says string) {
	l.t.Helper()
	who := "amber"
	if len(l.council) == 5 {
		who = "birch"
	}
	l.members[who].run(l.request(who, "cedar", says)...)
	l.requireSaid(says)
}

func (l *life) requireSaid(says string) {
	l.t.Helper()
	got, err := os.ReadFile(filepath.Join(l.resultDir(says), "said.txt"))
	require.NoError(l.t, err)
	require.Equal(l.t, says, string(got))
}

// found takes four founders from bare machines to a chain with workers and courts.
func (l *life) found() {
	l.compileProgram()
	for _, org := range []string{"amber", "birch", "cedar", "delta"} {
		l.members[org] = l.newMachine(org)
	}
	l.council = []string{"amber", "birch", "cedar", "delta"}
	amber := l.members["amber"]
	amber.run("credenced", "network", "init", "--chain-id", chainID, "--founder", strings.Join(l.council, ","), "--voting-period", votingPeriod.String())
	for _, org := range l.council {
		m := l.members[org]
		m.run("credenced", "network", "apply", "--home", m.home, "--organisation", org, "--address", m.address+":26656", "--keyring-backend", "test",
			"--worker-key-file", l.path(org, "worker.key"), "--worker-endpoint", m.workerURL(), "--worker-slots", "2",
			"--store", l.storeOf(org), "--account-key-file", l.path(org, "requester.key"), "--roles", "requester,provider")
	}
	var applications []string
	for _, org := range l.council {
		applications = append(applications, org+".application.json")
	}
	said := amber.run(append([]string{"credenced", "network", "collect"}, applications...)...)
	_, after, found := strings.Cut(said, "genesis.json: ")
	require.True(l.t, found, said)
	l.hash, _, _ = strings.Cut(after, "\n")
	for _, org := range l.council {
		l.joinNetwork(l.members[org], "validator")
	}
	for _, org := range l.council {
		l.startNode(l.members[org])
	}
	for _, org := range []string{"amber", "birch"} {
		l.secrets[org] = strings.TrimSpace(amber.run("credenced", "store", "account", "set", org, "--quota", "1GiB", "--home", l.path("store")))
	}
	amber.start("store", "credenced", "store", "serve", "--home", l.path("store"), "--listen", amber.address+":5000")
	for _, org := range l.council {
		l.members[org].awaitHeight(3)
		l.startWorkers(l.members[org])
	}
	for _, org := range l.council {
		l.awaitWorkers(l.members[org])
	}
	amber.run("credenced", "doctor", "--home", amber.home)
}

// joinNetwork writes a node's files, as a new machine does. The node knows the founders.
func (l *life) joinNetwork(m *machine, role string, more ...string) {
	l.t.Helper()
	l.joinThrough(m, role, append([]string{"--peers", "@peers.txt"}, more...)...)
}

// nodeInText finds the id of a node.
var nodeInText = regexp.MustCompile(`node id ([0-9a-f]{40})`)

// joinThrough writes the files of a node that knows only the nodes that the flags name. It sets and returns where the node is found, ID@HOST:PORT.
func (l *life) joinThrough(m *machine, role string, more ...string) string {
	l.t.Helper()
	said := m.run(append([]string{
		"credenced", "network", "join", "--role", role, "--home", m.home, "--moniker", m.name, "--genesis", "genesis.json", "--hash", l.hash,
		"--listen", m.address, "--serve", m.address, "--private-network", "--block-time", "700ms", "--snapshot-interval", "20", "--keyring-backend", "test",
	}, more...)...)
	found := nodeInText.FindStringSubmatch(said)
	require.NotNil(l.t, found, said)
	m.nodeID = found[1]
	return m.nodeID + "@" + m.address + ":26656"
}

// startNodeOf starts the node of a machine with the programs of a version.
func (l *life) startNodeOf(m *machine, bin string) {
	was := m.bin
	m.bin = bin
	l.startNode(m)
	m.bin = was
}

func (l *life) startNode(m *machine) {
	m.node = m.start("node", "credenced", "start", "--home", m.home, "--log_no_color")
}

// startWorkers starts the worker and the court executor of a member. Each uses its own node and another's.
func (l *life) startWorkers(m *machine) {
	other := l.members["amber"]
	if m == other {
		other = l.members["cedar"]
	}
	l.startWorker(m, other)
	l.startCourt(m, other)
}

func (l *life) startWorker(m, other *machine) {
	m.worker = m.start("worker", "credence-worker", "start", "--home", filepath.Join(m.home, "worker"), "--key-file", filepath.Join(m.home, "worker.key"),
		"--node", m.grpc(), "--node", other.grpc(), "--listen", m.address+":7100", "--slots", "2")
}

func (l *life) startCourt(m, other *machine) {
	m.start("court", "credence-worker", "start", "--role", "court", "--home", filepath.Join(m.home, "court"), "--key-file", filepath.Join(m.home, "config", "court.key"),
		"--node", m.grpc(), "--node", other.grpc(), "--listen", m.address+":7101")
}

func (l *life) awaitWorkers(m *machine) {
	l.t.Helper()
	for _, port := range []string{"7100", "7101"} {
		m.await("readiness at port "+port, func() bool {
			_, err := m.try("credence-worker", "health", "http://"+m.address+":"+port+"/readyz")
			return err == nil
		})
	}
}
