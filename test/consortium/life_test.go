package consortium_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cometbft/cometbft/privval"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/credence-chain/credence/internal/cli"
)

const (
	chainID = "consortium-1"
	// votingPeriod is how long the council votes. Five operators vote at once, each within a few blocks, even on a busy machine.
	votingPeriod = 30 * time.Second
)

// life is a consortium and its history so far.
type life struct {
	*network
	hash    string // of the genesis
	members map[string]*machine
	council []string // the organisations that vote
	secret  string   // of amber's account at its store
	workers int      // the number of registered workers
	version string   // the folder of the programs that the nodes run
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
	l := &life{network: newNetwork(t), workers: 4, members: map[string]*machine{}, began: time.Now()}
	l.version = l.programs.now
	t.Cleanup(l.printSteps)

	l.step("four founders' ceremony, start", l.found)
	if *whole {
		l.step("a fifth joins by vote, with seat and worker", l.join)
		l.step("birch moves to other machines, with three new keys and a signer", l.rotate)
		l.step("cedar signs two blocks, and returns with new keys", l.doubleSign)
		l.step("delta is expelled", l.expel)
	}
	l.step("an archive node begins from a snapshot", l.archive)
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

// request returns the command with which amber's requester has the program run, through a node of a member.
func (l *life) request(through, says string) []string {
	m := l.members[through]
	return []string{
		"credenced", "run", filepath.Join(l.dir, "said.wasm"), "--trust", "90%", "--out", l.resultDir(says), "--node", m.grpc(),
		"--key-file", l.path("amber", "requester.key"), "--store", l.storeURL(), "--store-token", "amber:" + l.secret, "--", says,
	}
}

func (l *life) resultDir(says string) string {
	return filepath.Join(l.dir, "result of "+says)
}

func (l *life) path(parts ...string) string {
	return filepath.Join(append([]string{l.dir}, parts...)...)
}

func (l *life) storeURL() string { return "http://" + l.members["amber"].address + ":5000/amber" }

// runProgram has the program run and compares its output.
func (l *life) runProgram(says string) {
	l.t.Helper()
	l.members["amber"].run(l.request("cedar", says)...)
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
			"--worker-key-file", l.path(org, "worker.key"), "--worker-endpoint", "http://"+m.address+":7100", "--worker-slots", "2",
			"--store", l.storeURL(), "--account-key-file", l.path(org, "requester.key"), "--roles", "requester,provider")
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
	l.secret = strings.TrimSpace(amber.run("credenced", "store", "account", "set", "amber", "--quota", "1GiB", "--home", l.path("store")))
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

// joinNetwork writes a node's files, as a new machine does.
func (l *life) joinNetwork(m *machine, role string, more ...string) {
	l.t.Helper()
	m.run(append([]string{
		"credenced", "network", "join", "--role", role, "--home", m.home, "--moniker", m.name, "--genesis", "genesis.json", "--hash", l.hash, "--peers", "@peers.txt",
		"--listen", m.address, "--serve", m.address, "--private-network", "--block-time", "700ms", "--snapshot-interval", "20", "--keyring-backend", "test",
	}, more...)...)
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
	m.start("worker", "credence-worker", "start", "--home", filepath.Join(m.home, "worker"), "--key-file", filepath.Join(m.home, "worker.key"),
		"--node", m.grpc(), "--node", other.grpc(), "--listen", m.address+":7100", "--slots", "2")
	l.startCourt(m, other)
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

// decide has the council decide on a message: amber proposes, all members vote yes at once, and the proposal passes.
func (l *life) decide(message ...string) {
	l.t.Helper()
	amber := l.members["amber"]
	amber.send(append(message, "--deposit", "10000000ucred", "--title", "A decision", "--summary", "Of the test")...)
	var all struct {
		Proposals []struct {
			ID, Status   string
			FailedReason string `json:"failed_reason"`
		}
	}
	require.NoError(l.t, amber.query(&all, "gov", "proposals"))
	id := all.Proposals[len(all.Proposals)-1].ID
	l.forEachOfCouncil(func(m *machine) error {
		_, err := m.try(m.tx("gov", "vote", id, "yes")...)
		return err
	})
	var one struct {
		Proposal struct {
			Status       string
			FailedReason string `json:"failed_reason"`
		}
	}
	amber.await("the end of the vote", func() bool {
		require.NoError(l.t, amber.query(&one, "gov", "proposal", id))
		return one.Proposal.Status != "PROPOSAL_STATUS_VOTING_PERIOD"
	})
	require.Equal(l.t, "PROPOSAL_STATUS_PASSED", one.Proposal.Status, one.Proposal.FailedReason)
}

// forEachOfCouncil runs a function on all members of the council at once.
func (l *life) forEachOfCouncil(do func(*machine) error) {
	l.t.Helper()
	errs := make([]error, len(l.council))
	var group sync.WaitGroup
	for i, org := range l.council {
		group.Go(func() { errs[i] = do(l.members[org]) })
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(l.t, err)
	}
}

// seat is an organisation's seat, as amber's node has it.
type seat struct {
	ConsensusPubkey     string `json:"consensus_pubkey"`
	Tombstoned, Revoked bool
}

func (l *life) seatOf(organisation string) (s seat) {
	l.t.Helper()
	var res struct{ Seat seat }
	require.NoError(l.t, l.members["amber"].query(&res, "poa", "seat", organisation))
	return res.Seat
}

// awaitBlock waits for a block that the consensus key of a machine has signed, or for one that it has not signed.
func (l *life) awaitBlock(m *machine, signed bool) {
	l.t.Helper()
	who := privval.LoadFilePVEmptyState(filepath.Join(m.home, "config", "priv_validator_key.json"), "").GetAddress()
	amber := l.members["amber"].client()
	m.await(fmt.Sprintf("a block with its signature: %t", signed), func() bool {
		c, err := amber.Commit(l.t.Context(), nil)
		return err == nil && signed == slices.ContainsFunc(c.Commit.Signatures, func(s cmttypes.CommitSig) bool {
			return s.BlockIDFlag == cmttypes.BlockIDFlagCommit && bytes.Equal(s.ValidatorAddress, who)
		})
	})
}

// bringIn has a waiting seat join the validators.
func (l *life) bringIn(m *machine) {
	l.t.Helper()
	m.send("poa", "unjail")
	l.awaitBlock(m, true)
}

// pay sends coins from amber's operator.
func (l *life) pay(account string, ucred uint64) {
	l.t.Helper()
	l.members["amber"].send("bank", "send", l.members["amber"].operator(), account, fmt.Sprintf("%ducred", ucred))
}

// join admits a fifth organisation and gives it a seat and a worker.
func (l *life) join() {
	elm := l.newMachine("elm")
	l.members["elm"] = elm
	l.joinNetwork(elm, "validator")
	l.startNode(elm)
	elm.run("credenced", "keys", "add", "operator", "--home", elm.home)
	l.pay(elm.operator(), 2_000_000_000)
	l.decide("orgs", "admit", "elm", "Elm", "--admins", elm.operator(), "--roles", "validator", "--roles", "worker")
	text, _ := elm.seatKeys("elm")
	l.decide("poa", "add-seat", "elm", elm.operator(), text)
	elm.awaitHeight(l.members["amber"].height())
	l.bringIn(elm)
	l.council = append(l.council, "elm")

	said := elm.run("credence-worker", "key", "new", filepath.Join(elm.home, "worker.key"))
	worker := accountInText.FindString(said)
	require.NotEmpty(l.t, worker, said)
	l.pay(worker, 1)
	elm.send("workers", "register", worker, "http://"+elm.address+":7100", "2", "1000000000")
	l.workers++
	l.startWorkers(elm)
	l.awaitWorkers(elm)
}

// rotate moves birch's seat to other machines, with three new keys. The new consensus key is on a machine that only signs.
func (l *life) rotate() {
	old, moved, vault := l.members["birch"], l.newMachine("birch-2"), l.newMachine("birch-signer")
	listen := "tcp://" + moved.address + ":26659"
	l.joinNetwork(moved, "validator", "--signer-listen", listen)
	// Until the seat has moved, the node signs the beacon with the seat's key.
	l.copyFile(filepath.Join(old.home, "config", "beacon_key.json"), filepath.Join(moved.home, "config", "beacon_key.json"))
	_, next := moved.seatKeys("birch", "--next-beacon")
	_, signer := vault.seatKeys("birch")
	next["consensus_pubkey"], next["consensus_possession"] = signer["consensus_pubkey"], signer["consensus_possession"]
	sign := func() *process {
		return vault.start("signer", "credenced", "signer", "--home", vault.home, "--chain-id", chainID, "--node", listen)
	}
	signing := sign()
	l.startNode(moved)
	moved.awaitHeight(l.members["amber"].height())

	was := l.seatOf("birch").ConsensusPubkey
	for _, kind := range []string{"consensus", "beacon", "court"} {
		old.send("poa", "rotate-"+kind+"-key", next[kind+"_pubkey"], next[kind+"_possession"])
		l.awaitNoChanges() // because a seat has one change at a time
	}
	l.awaitBlock(vault, true)
	require.NotEqual(l.t, was, l.seatOf("birch").ConsensusPubkey)
	signing.kill()
	l.awaitBlock(vault, false) // so the signer is the one that signs
	sign()
	l.awaitBlock(vault, true)
	old.node.stop()
	config := filepath.Join(moved.home, "config")
	require.NoError(l.t, os.Rename(filepath.Join(config, "beacon_key.next.json"), filepath.Join(config, "beacon_key.json")))
	l.copyFolder(filepath.Join(old.home, "keyring-test"), filepath.Join(moved.home, "keyring-test"))
	l.copyFile(filepath.Join(old.home, "worker.key"), filepath.Join(moved.home, "worker.key"))
	l.members["birch"] = moved
	l.startCourt(moved, l.members["amber"])
}

func (l *life) awaitNoChanges() {
	l.t.Helper()
	l.members["amber"].await("no change of seats that waits", func() bool {
		var res struct{ Changes []json.RawMessage }
		return l.members["amber"].query(&res, "poa", "changes") == nil && len(res.Changes) == 0
	})
}

func (l *life) copyFile(from, to string) {
	l.t.Helper()
	data, err := os.ReadFile(from)
	require.NoError(l.t, err)
	require.NoError(l.t, os.WriteFile(to, data, 0o600))
}

func (l *life) copyFolder(from, to string) {
	l.t.Helper()
	require.NoError(l.t, os.CopyFS(to, os.DirFS(from)))
}

// doubleSign has cedar's consensus key sign two blocks of one height, as two machines would. All nodes see the evidence. The seat is out
// for ever with these keys, and comes back with other keys by a vote.
func (l *life) doubleSign() {
	cedar, amber := l.members["cedar"], l.members["amber"].client()
	height := l.members["amber"].height() - 1
	block, err := amber.Commit(l.t.Context(), &height)
	require.NoError(l.t, err)
	set, err := amber.Validators(l.t.Context(), &height, nil, nil)
	require.NoError(l.t, err)
	signer := privval.LoadFilePVEmptyState(filepath.Join(cedar.home, "config", "priv_validator_key.json"), "")
	all := cmttypes.NewValidatorSet(set.Validators)
	index, _ := all.GetByAddress(signer.GetAddress())
	vote := func() *cmttypes.Vote {
		var hash [32]byte
		_, _ = rand.Read(hash[:])
		v := &cmttypes.Vote{
			Type: cmtproto.PrecommitType, Height: height, Timestamp: block.Time, ValidatorAddress: signer.GetAddress(), ValidatorIndex: index,
			BlockID: cmttypes.BlockID{Hash: hash[:], PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: hash[:]}},
		}
		p := v.ToProto()
		v.Signature, err = signer.Key.PrivKey.Sign(cmttypes.VoteSignBytes(chainID, p))
		require.NoError(l.t, err)
		return v
	}
	evidence, err := cmttypes.NewDuplicateVoteEvidence(vote(), vote(), block.Time, all)
	require.NoError(l.t, err)
	_, err = amber.BroadcastEvidence(l.t.Context(), evidence)
	require.NoError(l.t, err)
	l.members["amber"].await("cedar's tombstone", func() bool { return l.seatOf("cedar").Tombstoned })
	l.leaveCouncil("cedar")
	l.runProgram("a seat is tombstoned")

	cedar.node.stop()
	for _, name := range []string{"priv_validator_key.json", "beacon_key.json", "court.key"} {
		path := filepath.Join(cedar.home, "config", name)
		require.NoError(l.t, os.Rename(path, path+".stolen"))
	}
	text, _ := cedar.seatKeys("cedar")
	l.startNode(cedar)
	l.decide("poa", "clear-tombstone", "cedar", text)
	cedar.awaitHeight(l.members["amber"].height())
	l.bringIn(cedar)
	l.council = append(l.council, "cedar")
}

func (l *life) leaveCouncil(organisation string) {
	l.council = slices.DeleteFunc(l.council, func(org string) bool { return org == organisation })
}

// expel takes away an organisation's seat, its vote and its worker, all in the block in which the vote ends.
func (l *life) expel() {
	l.decide("orgs", "set-status", "delta", "revoked")
	l.leaveCouncil("delta")
	require.True(l.t, l.seatOf("delta").Revoked)
	_, err := l.members["delta"].try(l.members["delta"].tx("poa", "unjail")...)
	require.Error(l.t, err)
	require.Contains(l.t, err.Error(), "revoked")
}

// archive starts a node that keeps every state from a snapshot on.
func (l *life) archive() {
	m := l.newMachine("archive")
	l.members["archive"] = m
	l.joinNetwork(m, "archive", "--state-sync", "--rpc", l.members["amber"].rpc()+","+l.members["cedar"].rpc())
	l.startNode(m)
	m.awaitHeight(l.members["amber"].height())
	status, err := m.client().Status(l.t.Context())
	require.NoError(l.t, err)
	require.Greater(l.t, status.SyncInfo.EarliestBlockHeight, int64(1), "it has begun from a snapshot")
}

// running returns the machines whose nodes should run.
func (l *life) running() (out []*machine) {
	for _, m := range l.machines {
		if l.members[strings.TrimSuffix(m.name, "-2")] == m {
			out = append(out, m)
		}
	}
	return out
}

// upgrade votes for an upgrade. At its height every node ends and is started with the next version. Programs are requested shortly before,
// so that tasks run across the upgrade, and their requesters wait through it.
func (l *life) upgrade() {
	amber := l.members["amber"]
	at := amber.height() + 100
	l.decide("upgrade", "software-upgrade", "rehearsal", "--upgrade-height", strconv.FormatInt(at, 10), "--no-validate")
	var waiting []*process
	for _, before := range startsBefore {
		amber.awaitHeight(at - before)
		waiting = append(waiting, amber.start(underWay(before), l.request("cedar", underWay(before))...))
	}
	for _, m := range l.running() {
		require.Equal(l.t, cli.ExitUpgrade, m.node.awaitEnd(), "%s: %s", m.name, m.node.tail(1500))
	}
	alive := 0
	for _, p := range waiting {
		select {
		case <-p.done:
		default:
			alive++
		}
	}
	require.Positive(l.t, alive, "a task is under way when the nodes end")
	l.version = l.programs.next
	for _, m := range l.running() {
		l.startNodeOf(m, l.version) // workers and commands are the same in both versions
	}
	for _, m := range l.running() {
		m.awaitHeight(at + 2)
	}
	for _, p := range waiting {
		require.Zero(l.t, p.awaitEnd(), "%s", p.tail(1500))
	}
	for _, before := range startsBefore {
		l.requireSaid(underWay(before))
	}
	l.t.Logf("%d of %d tasks were under way when the nodes ended at height %d", alive, len(waiting), at)
}

// startsBefore are the blocks between the start of a program and the upgrade. A request reaches the chain some three blocks after its start, and
// a task takes eight blocks or more. The first programs end before the upgrade on a fast machine, and the last ones do not.
var startsBefore = []int64{16, 12, 9, 7}

// underWay returns the name of a program that is requested the given number of blocks before the upgrade.
func underWay(blocks int64) string { return fmt.Sprintf("%d blocks before the upgrade", blocks) }

// pause stops new work by the votes of two thirds of the seats, and then lets it go on.
func (l *life) pause() {
	vote := func(what string) {
		for _, org := range l.council[:3] { // of four
			l.members[org].send("poa", what, "a drill")
		}
	}
	vote("vote-pause")
	_, err := l.members["amber"].try(l.request("cedar", "while paused")...)
	require.Error(l.t, err)
	require.Contains(l.t, err.Error(), "paused")
	vote("vote-resume")
}

// loseDisk deletes the node's data on elm's machine. The old key may have signed blocks of which no record is left, so it is not used
// again. The node begins from a snapshot in a new folder with a new consensus key, to which the seat rotates.
func (l *life) loseDisk() {
	old, moved := l.members["elm"], l.newMachine("elm-2")
	old.node.kill()
	require.NoError(l.t, os.RemoveAll(filepath.Join(old.home, "data")))
	l.joinNetwork(moved, "validator", "--state-sync", "--rpc", l.members["amber"].rpc()+","+l.members["cedar"].rpc())
	for _, name := range []string{"beacon_key.json", "court.key"} { // from the backup of the keys
		l.copyFile(filepath.Join(old.home, "config", name), filepath.Join(moved.home, "config", name))
	}
	l.copyFolder(filepath.Join(old.home, "keyring-test"), filepath.Join(moved.home, "keyring-test"))
	l.startNodeOf(moved, l.version)
	moved.awaitHeight(l.members["amber"].height())
	_, next := moved.seatKeys("elm")
	moved.send("poa", "rotate-consensus-key", next["consensus_pubkey"], next["consensus_possession"])
	l.members["elm"] = moved
	l.awaitBlock(moved, true)
}

// check compares the states of the nodes and checks the books. It demands that no honest party has lost anything. It has the final state
// exported and read again.
func (l *life) check() {
	amber := l.members["amber"]
	height := amber.height()
	var first string
	for _, m := range l.running() {
		m.awaitHeight(height)
		c, err := m.client().Commit(l.t.Context(), &height)
		require.NoError(l.t, err)
		if first == "" {
			first = c.AppHash.String()
		}
		require.Equal(l.t, first, c.AppHash.String(), "app hash of %s at %d", m.name, height)
	}
	for _, module := range []string{"deals", "market", "tasks", "vouchers", "workers"} {
		var s struct {
			Balance, Owed string
			Solvent       bool
		}
		require.NoError(l.t, amber.query(&s, module, "solvency"))
		require.True(l.t, s.Solvent, module)
		require.Equal(l.t, s.Balance, s.Owed, "%s holds what it owes", module)
	}
	var all struct {
		Workers []struct {
			Organisation string
			Jailed       bool
			Record       struct{ Right, Wrong, Unrevealed, Slashed string }
		}
	}
	require.NoError(l.t, amber.query(&all, "workers", "workers"))
	require.Len(l.t, all.Workers, l.workers)
	for _, w := range all.Workers {
		require.False(l.t, w.Jailed, w.Organisation)
		// JSON leaves out fields that are 0.
		require.Empty(l.t, w.Record.Wrong+w.Record.Unrevealed+w.Record.Slashed, "%s: wrong, not revealed, slashed", w.Organisation)
		// A requester's own organisation is never drawn.
		require.Equal(l.t, w.Organisation == "amber", w.Record.Right == "", "%s: %s right answers", w.Organisation, w.Record.Right)
	}
	archive := l.members["archive"]
	archive.node.stop()
	exported := l.path("exported.json")
	archive.bin = l.version // the state has the layout of that version
	archive.run("credenced", "export", "--home", archive.home, "--output-document", exported)
	archive.run("credenced", "genesis", "validate", exported, "--home", archive.home)
	archive.bin = l.programs.now
	l.startNodeOf(archive, l.version)
}
