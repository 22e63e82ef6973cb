package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/broadcast"
	"github.com/credence-chain/credence/internal/worker/journal"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file is "resend", a rescue for an operator whose worker cannot answer in time, for example because it does not start. It takes the
// answer from the worker's journal, asks the chain whether it waits for the commit or for the reveal, and sends exactly that. The worker
// may run meanwhile: the journal has fixed the answer before the first send, so sending it twice does no harm.

func resendCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "resend TASK", Short: "Rescue: send the journal's commit or reveal of a task again", Args: cobra.ExactArgs(1),
		Long: "Rescue: send the commit or the reveal of a task again, whichever the chain waits for, exactly as the journal has it.\n" +
			"A worker that runs does this by itself; it may run meanwhile, since sending twice does no harm. Nothing is ever\n" +
			"committed that the journal has not fixed, and nothing revealed that does not open the chain's commitment.\n" +
			"TASK is the id, or the first digits of it, four or more, as long as no other task in the journal begins so.",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(openNow(cmd), time.Minute)
			defer cancel()
			return resendAnswer(ctx, c, args[0], func(format string, a ...any) { fmt.Fprintf(cmd.OutOrStdout(), format+"\n", a...) })
		},
	}
	addFlags(cmd.Flags())
	return cmd
}

// resendAnswer sends the commit or the reveal for which the chain waits. It prints the transaction's hash before it sends, and then the
// height of the block.
func resendAnswer(ctx context.Context, c config, task string, say func(string, ...any)) error {
	r := &resending{config: c, task: strings.ToLower(task), say: say}
	defer func() {
		if r.conn != nil {
			r.conn.Close()
		}
	}()
	return steps.Run(
		r.checkID,
		r.loadSecrets,
		r.readRecords,
		func() error { return r.askChain(ctx) },
		r.chooseStep,
		func() error { return r.send(ctx) },
	)
}

// resending is the state of one rescue.
type resending struct {
	config
	task string
	say  func(string, ...any)

	key     client.Key
	secret  []byte
	records []journal.Record // of all attempts at the task
	conn    *client.Conn
	onChain taskstypes.Task
	record  journal.Record // of the current attempt
	reveal  bool           // true to send the reveal, false to send the commit
}

func (r *resending) checkID() error {
	if client.IsID(r.task) {
		return nil
	}
	return &cli.Problem{
		What: fmt.Sprintf("%q is no id of a task: expected 64 hexadecimal digits, or at least the first %d of them", r.task, client.MinPrefix),
		Next: "list those in the journal: credence-worker journal show", Exit: cli.ExitUsage,
	}
}

func (r *resending) loadSecrets() (err error) {
	if r.key, err = client.UnlockKey(r.KeyFile, r.Passphrase); err != nil {
		return err
	}
	secret := r.pathOf("secret")
	if _, err := os.Stat(secret); errors.Is(err, fs.ErrNotExist) { // a new secret, made by LoadSecret, would open no earlier commitment
		return &cli.Problem{What: "secret " + secret + ": missing, and without it nothing that was committed can be revealed", Next: "name the worker's folder with --home, or restore the file from a backup"}
	}
	r.secret, err = agent.LoadSecret(secret)
	return err
}

func (r *resending) readRecords() (err error) {
	if r.records, err = readJournal(r.pathOf("journal.db"), r.task); err != nil {
		return err
	}
	r.task, err = onlyTask(r.records, r.task)
	return err
}

func (r *resending) askChain(ctx context.Context) (err error) {
	if r.conn, err = client.Dial(ctx, r.Node, r.ChainID); err != nil {
		return err
	}
	res, err := r.conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: r.task})
	if err != nil {
		return fmt.Errorf("task %s: %w", r.task, err)
	}
	r.onChain = res.Task
	return nil
}

// chooseStep finds out whether the chain waits for the commit or the reveal. It refuses a reveal that would not open the commitment on the
// chain.
func (r *resending) chooseStep() (err error) {
	if r.record, err = findCurrent(r.records, r.onChain, r.config); err != nil {
		return err
	}
	if r.reveal, err = checkWanted(r.onChain, r.benchOfRole(), r.record, r.key.Address()); err != nil || !r.reveal {
		return err
	}
	return checkOpening(r.record, r.onChain, r.benchOfRole(), r.secret, r.conn.ChainID(), r.key.Address())
}

func (r *resending) send(ctx context.Context) error {
	msg, err := agent.BuildMessage(r.record, r.reveal, r.secret, r.conn.ChainID(), r.key.Address())
	if err != nil {
		return err
	}
	node, err := broadcast.NewNode(r.conn, r.key, r.GasPrices, r.TxTTL)
	if err != nil {
		return err
	}
	step := map[bool]string{false: "commit", true: "reveal"}[r.reveal]
	stack := broadcast.Retrying(broadcast.Confirming(broadcast.Direct(node), node, sender.ConfirmOptions{}), broadcast.RetryOptions{Attempts: 5})
	receipt, err := stack.Send(ctx, broadcast.Order{Step: step, Msg: msg, Signed: func(hash string, _ time.Time) error {
		r.say("%s of %s: transaction %s", step, r.record.Key, hash)
		return nil
	}})
	switch {
	case err != nil:
		return err
	case receipt.Height == 0:
		r.say("the chain has it already")
	default:
		r.say("included at height %d", receipt.Height)
	}
	return nil
}

// onlyTask returns the id of the one task in the records. All records begin with the prefix; several tasks, or none, are an error.
func onlyTask(records []journal.Record, prefix string) (string, error) {
	var tasks []string
	for _, r := range records {
		if id := taskstypes.IDText(r.Key.Task); !slices.Contains(tasks, id) {
			tasks = append(tasks, id)
		}
	}
	switch len(tasks) {
	case 1:
		return tasks[0], nil
	case 0:
		return "", &cli.Problem{What: "the journal has no task that begins with " + prefix, Next: "list those it has: credence-worker journal show"}
	}
	return "", &cli.Problem{
		What: fmt.Sprintf("%s is the beginning of several tasks:\n  %s", prefix, strings.Join(tasks, "\n  ")), Next: "give more of its digits", Exit: cli.ExitUsage,
	}
}

// findCurrent returns the record of the task's current attempt.
func findCurrent(records []journal.Record, t taskstypes.Task, c config) (journal.Record, error) {
	for _, r := range records {
		if r.Key.Attempt == t.AttemptOn(c.benchOfRole()) && journal.BenchName(r.Key.Bench) == map[string]string{roleWorker: "workers", roleCourt: "court"}[c.Role] {
			return r, nil
		}
	}
	return journal.Record{}, fmt.Errorf("the journal has nothing of attempt %d at task %s", t.AttemptOn(c.benchOfRole()), t.Id)
}

func seatOf(t taskstypes.Task, bench taskstypes.Bench, who string) (taskstypes.Seat, error) {
	seats := t.Seats
	if bench == taskstypes.BENCH_COURT {
		seats = t.Court
	}
	for _, s := range seats {
		if s.Who == who {
			return s, nil
		}
	}
	return taskstypes.Seat{}, fmt.Errorf("%s holds no seat in task %s", who, t.Id)
}

// checkWanted reports whether the chain waits for this worker's reveal (true) or commit (false). It is an error if the chain waits for
// neither.
func checkWanted(t taskstypes.Task, bench taskstypes.Bench, r journal.Record, who string) (reveal bool, err error) {
	seat, err := seatOf(t, bench, who)
	if err != nil {
		return false, err
	}
	switch seat.State {
	case taskstypes.SEAT_STATE_COMMITTED:
		court := bench == taskstypes.BENCH_COURT
		if court && t.Phase == taskstypes.PHASE_COURT_REVEAL || !court && (t.Phase == taskstypes.PHASE_REVEAL || seat.Missed > 0 && t.TakesLate()) {
			return true, nil
		}
		return false, fmt.Errorf("the chain holds the commitment; reveals are not taken in %s", t.Phase)
	case taskstypes.SEAT_STATE_REVEALED:
		return false, errors.New("the chain holds the reveal already")
	case taskstypes.SEAT_STATE_SILENT:
		return false, errors.New("the seat was given back, or its window passed")
	}
	switch r.State {
	case journal.CommitIntended, journal.CommitSent, journal.Committed:
		return false, nil
	}
	return false, fmt.Errorf("the journal has fixed no outcome: it is %s; start the worker", r.State)
}

// checkOpening checks that the reveal would open the commitment on the chain.
func checkOpening(r journal.Record, t taskstypes.Task, bench taskstypes.Bench, secret []byte, chainID, who string) error {
	_, commitment, err := agent.MakePromise(r, secret, chainID, who)
	if err != nil {
		return err
	}
	seat, err := seatOf(t, bench, who)
	if err != nil {
		return err
	}
	if !bytes.Equal(seat.Commitment, commitment[:]) {
		return fmt.Errorf("the journal's outcome does not open the commitment that the chain holds (%x); was the secret replaced?", seat.Commitment)
	}
	return nil
}
