package consortium_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
)

// This file has what years bring to nodes and keys: a theft, an archive, an upgrade, a pause, a lost disk. At the end it checks the books.

// steal gives elm's worker key to a thief, who can take nothing out. The owner has the worker drawn no more, asks the stake back that is free,
// and registers a worker with a new key.
func (l *life) steal() {
	elm, thief := l.members["elm"], l.newMachine("thief")
	key, stolen := filepath.Join(elm.home, "worker.key"), l.path("stolen.key")
	l.copyFile(key, stolen)
	worker := accountInText.FindString(elm.run("credence-worker", "key", "show", key))
	l.pay(worker, 1_000_000) // for the thief's fees
	_, err := thief.try("credence-worker", "unstake", "1CRED", "--home", l.path("thief"), "--key-file", stolen, "--owner-key-file", stolen, "--node", elm.grpc())
	require.ErrorContains(l.t, err, fmt.Sprintf("owner %q of %s: expected %s", worker, worker, elm.operator()))
	elm.send("workers", "update", worker, elm.workerURL(), "2", "--paused")
	// The stake of answers that somebody may still challenge stays locked.
	var now struct {
		Worker struct {
			Bonded, Locked uint64 `json:",string"`
			Paused         bool
		}
	}
	require.NoError(l.t, elm.query(&now, "workers", "worker", worker))
	require.True(l.t, now.Worker.Paused)
	elm.send("workers", "unbond", worker, strconv.FormatUint(now.Worker.Bonded-now.Worker.Locked, 10))
	elm.worker.stop()
	require.NoError(l.t, os.Rename(key, key+".stolen"))
	require.NoError(l.t, os.Rename(filepath.Join(elm.home, "worker"), filepath.Join(elm.home, "worker.stolen")))
	l.pay(elm.operator(), 1_000_000_000)
	l.registerWorker(elm)
	l.awaitWorkers(elm)
}

// archive starts a node that keeps every state from a snapshot on. It knows only a seed.
func (l *life) archive() {
	m, seed := l.newMachine("archive"), l.newMachine("seed")
	l.members["archive"] = m
	at := l.joinThrough(seed, "seed", "--peers", "@peers.txt")
	l.startNode(seed)
	l.joinThrough(m, "archive", "--seeds", at, "--state-sync", "--rpc", l.members["amber"].rpc()+","+l.members["cedar"].rpc())
	l.startNode(m)
	m.awaitHeight(l.members["amber"].height())
	status, err := m.client().Status(l.t.Context())
	require.NoError(l.t, err)
	require.Greater(l.t, status.SyncInfo.EarliestBlockHeight, int64(1), "it has begun from a snapshot")
	seed.node.stop()
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
		waiting = append(waiting, amber.start(underWay(before), l.request("amber", "cedar", underWay(before))...))
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
	_, err := l.members["amber"].try(l.request("amber", "cedar", "while paused")...)
	require.Error(l.t, err)
	require.Contains(l.t, err.Error(), "paused")
	vote("vote-resume")
}

// loseDisk deletes the node's data on elm's machine. The old key may have signed blocks of which no record is left, so it is not used
// again. The node begins from a snapshot in a new folder with a new consensus key, to which the seat rotates.
func (l *life) loseDisk() {
	old, moved, sentry := l.members["elm"], l.newMachine("elm-2"), l.members["elm-sentry"]
	old.node.kill()
	require.NoError(l.t, os.RemoveAll(filepath.Join(old.home, "data")))
	l.joinThrough(moved, "validator", "--sentry", sentry.nodeID+"@"+sentry.address+":26656", "--state-sync", "--rpc", l.members["amber"].rpc()+","+l.members["cedar"].rpc())
	for _, name := range []string{"beacon_key.json", "court.key"} { // from the backup of the keys
		l.copyFile(filepath.Join(old.home, "config", name), filepath.Join(moved.home, "config", name))
	}
	l.copyFolder(filepath.Join(old.home, "keyring-test"), filepath.Join(moved.home, "keyring-test"))
	sentry.node.stop()
	l.joinNetwork(sentry, "sentry", "--protect", moved.nodeID)
	l.startNodeOf(sentry, l.version)
	l.startNodeOf(moved, l.version)
	moved.awaitHeight(l.members["amber"].height())
	_, next := moved.seatKeys("elm")
	moved.send("poa", "rotate-consensus-key", next["consensus_pubkey"], next["consensus_possession"])
	l.members["elm"] = moved
	l.awaitBlock(moved, true)
	l.requireHidden(moved)
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
