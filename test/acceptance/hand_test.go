package acceptance

import (
	"bytes"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// hand plays a worker whose process was killed: it answers one task with the worker's key, and so sees why the chain refuses an answer.
type hand struct {
	*network
	key     client.Key
	task    taskstypes.Task
	outcome taskstypes.Outcome
	salt    []byte
}

// playWorker plays the worker of an organisation in a task in which it has a seat.
func (n *network) playWorker(organisation string, task taskstypes.Task, outcome taskstypes.Outcome) *hand {
	n.t.Helper()
	key, err := client.LoadKey(n.Info.Worker(organisation).KeyFile)
	require.NoError(n.t, err)
	return &hand{n, key, task, outcome, bytes.Repeat([]byte{7}, 32)}
}

// commit sends the worker's commitment, signed by whoever is given.
func (h *hand) commit(who client.Key) error {
	h.t.Helper()
	id, err := taskstypes.ParseID(h.task.Id)
	require.NoError(h.t, err)
	opened, err := h.outcome.ToPoco()
	require.NoError(h.t, err)
	sum := poco.Commitment(poco.BenchWorkers, h.Info.ChainID, id, h.task.Attempt, h.key.Address(), opened, h.salt)
	_, err = h.send(who, &taskstypes.MsgCommit{
		Who: who.Address(), Task: h.task.Id, Attempt: h.task.Attempt, Bench: taskstypes.BENCH_WORKERS, Commitment: sum[:],
	})
	return err
}

// reveal opens the commitment with a salt, and with evidence if there is any.
func (h *hand) reveal(salt, evidence []byte) error {
	_, err := h.send(h.key, &taskstypes.MsgReveal{
		Who: h.key.Address(), Task: h.task.Id, Attempt: h.task.Attempt, Bench: taskstypes.BENCH_WORKERS, Outcome: h.outcome, Salt: salt, Evidence: evidence,
	})
	return err
}

// commitsAlone commits as a task's only worker, and waits until the chain takes reveals.
func (h *hand) commitsAlone() {
	h.t.Helper()
	require.NoError(h.t, h.commit(h.key))
	h.reaches(h.task.Deal, "the reveal phase", h.takesReveals)
}

// requireNoReplay demands that evidence of another task, app, input, worker or chain is refused with the reason. show makes the evidence of a
// worker's answer.
func (h *hand) requireNoReplay(a chain.Assignment, reason error, show func(a chain.Assignment, who, chainID string) []byte) {
	h.t.Helper()
	for name, change := range map[string]func(a *chain.Assignment, who, chainID *string){
		"another task":   func(a *chain.Assignment, _, _ *string) { a.Task.Id = ids.Format([32]byte{1}) },
		"another app":    func(a *chain.Assignment, _, _ *string) { a.Deal.Digest = taskstypes.DigestText([32]byte{9}) },
		"another input":  func(a *chain.Assignment, _, _ *string) { a.Deal.Args = []string{"8"} },
		"another worker": func(_ *chain.Assignment, who, _ *string) { *who = h.Info.Account("provider").Address },
		"another chain":  func(_ *chain.Assignment, _, chainID *string) { *chainID = "other-devnet" },
	} {
		other, who, chainID := a, h.key.Address(), h.Info.ChainID
		change(&other, &who, &chainID)
		h.t.Logf("evidence of %s", name)
		h.isRefusal(h.reveal(h.salt, show(other, who, chainID)), taskstypes.ModuleName, taskstypes.ErrEvidence.ABCICode(), reason.Error())
	}
}

// takesReveals says whether the chain takes reveals of a task now.
func (n *network) takesReveals(t taskstypes.Task) bool {
	return t.Phase == taskstypes.PHASE_REVEAL && t.From <= n.height()
}
