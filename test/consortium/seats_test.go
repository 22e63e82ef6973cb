package consortium_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/cometbft/cometbft/privval"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

// This file has what the council and the operators of seats do: votes, a new member, new keys, a double sign, an expulsion.

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

// join admits a fifth organisation and gives it a seat and a worker. Its validator stands behind a sentry.
func (l *life) join() {
	elm, sentry := l.newMachine("elm"), l.newMachine("elm-sentry")
	l.members["elm"], l.members["elm-sentry"] = elm, sentry
	l.joinThrough(elm, "validator", "--sentry", l.joinThrough(sentry, "sentry", "--peers", "@peers.txt"))
	l.joinNetwork(sentry, "sentry", "--protect", elm.nodeID)
	l.startNode(sentry)
	l.startNode(elm)
	elm.run("credenced", "keys", "add", "operator", "--home", elm.home)
	l.pay(elm.operator(), 2_000_000_000)
	l.decide("orgs", "admit", "elm", "Elm", "--admins", elm.operator(), "--roles", "validator", "--roles", "worker")
	text, _ := elm.seatKeys("elm")
	l.decide("poa", "add-seat", "elm", elm.operator(), text)
	elm.awaitHeight(l.members["amber"].height())
	l.bringIn(elm)
	l.council = append(l.council, "elm")

	l.registerWorker(elm)
	l.startCourt(elm, l.members["amber"])
	l.awaitWorkers(elm)
	l.requireHidden(elm)
}

// registerWorker makes a key for a member's worker, registers the worker and starts it.
func (l *life) registerWorker(m *machine) {
	l.t.Helper()
	said := m.run("credence-worker", "key", "new", filepath.Join(m.home, "worker.key"))
	worker := accountInText.FindString(said)
	require.NotEmpty(l.t, worker, said)
	l.pay(worker, 1)
	m.send("workers", "register", worker, m.workerURL(), "2", workerStake)
	l.workers++
	l.startWorker(m, l.members["amber"])
}

// requireHidden demands that a validator speaks with its sentry alone, and that no other node knows its address.
func (l *life) requireHidden(validator *machine) {
	l.t.Helper()
	for _, m := range l.running() {
		info, err := m.client().NetInfo(l.t.Context())
		require.NoError(l.t, err)
		for _, p := range info.Peers {
			switch id := string(p.NodeInfo.ID()); m {
			case validator:
				require.Equal(l.t, l.members["elm-sentry"].nodeID, id, "%s speaks with %s", m.name, p.NodeInfo.Moniker)
			case l.members["elm-sentry"]:
			default:
				require.NotEqual(l.t, validator.nodeID, id, "%s speaks with %s", m.name, p.NodeInfo.Moniker)
			}
		}
	}
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
