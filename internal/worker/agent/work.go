package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/secret"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has the work on a task: fetch, compile, execute, and store the result durably. If there is no answer, the agent says so to
// the chain: a first worker gives its seat back, and others commit to an outcome without an answer. Silence would be a fault.

// beginWork works on a task once a slot is free. If the window closes before that, or while we cannot work, it gives up openly, because
// silence would be a fault.
func (a *Agent) beginWork(ctx context.Context, s sight) {
	a.mu.Lock()
	late := a.tooLate(s, nil)
	a.mu.Unlock()
	if late != nil {
		if _, err := a.giveUp(s, "", late); err != nil {
			a.noteTrouble(s, "journal", err)
		}
		a.Wake()
		return
	}
	a.startWork(ctx, s, Work, func(ctx context.Context) {
		if err := a.workOn(ctx, s); err != nil {
			a.noteTrouble(s, "journal", err)
		}
	})
}

// workOn fetches, executes and keeps the result. It returns only errors of the journal.
func (a *Agent) workOn(ctx context.Context, s sight) error {
	reads := namedBlobs(s.Assignment)
	pinned := a.Pins.newPin(reads...) // before the record, so that a collection sees one or the other
	defer pinned.release()
	if err := a.moveRecord(s.key, journal.Assigned, func(r *journal.Record) { s.nameDeal(r); r.Reads = digestTexts(reads) }); err != nil && !errors.Is(err, journal.ErrBackwards) {
		return err
	}
	answer, where, err := a.executeTask(ctx, s, pinned)
	if cause := context.Cause(ctx); cause != nil {
		switch {
		case errors.Is(cause, errTooLate) && err != nil:
			err = cause // the cause says more than the end of the child process
		case errors.Is(cause, errTooLate): // there is an answer in spite of the window
		case isWindow(cause):
			return a.keepReason(s.key, cause)
		default:
			return nil // stopped by the operator, or because the chain no longer waits for it
		}
	}
	var broken *journalError
	switch {
	case errors.As(err, &broken):
		return broken.err
	case err != nil:
		a.logTrouble(s, where, err)
		said, err := a.giveUp(s, where, err)
		if !said {
			a.pauseTask(s)
		}
		return err
	}
	a.at("stored")
	a.Metrics.Outcomes.WithLabelValues(answer.Outcome.Kind.String()).Inc()
	return a.moveRecord(s.key, journal.Done, func(r *journal.Record) {
		r.Outcome = recordOf(answer.Outcome)
		r.Stored = r.Outcome.Digest
		r.Evidence = answer.Evidence
	})
}

// journalError is an error of the journal. Unlike other failures it does not lead to an abstention: without a journal, nothing may be
// promised.
type journalError struct{ err error }

func (e *journalError) Error() string { return e.err.Error() }

// executeTask returns an answer whose bytes are durable, or an error and where it happened.
func (a *Agent) executeTask(ctx context.Context, s sight, pinned *pin) (answer Answer, where string, err error) {
	if s.asksBytes() {
		return a.fetchAnswer(ctx, s)
	}
	engine, found := a.Runtimes[s.Deal.Runtime]
	if !found {
		return answer, "run", fmt.Errorf("%w: %q", errNoRuntime, s.Deal.Runtime)
	}
	start := time.Now()
	program, files, keys, err := a.fetchTask(ctx, s)
	if err != nil {
		return answer, "fetch", err
	}
	a.Metrics.FetchSeconds.Observe(time.Since(start).Seconds())
	if err := a.moveForward(s.key, journal.Fetched); err != nil {
		return answer, "journal", err
	}
	if isPrivate(s.Deal, keys) {
		defer func() {
			if err != nil {
				err = &privateTrouble{where, err}
			}
		}()
	}
	spec, err := BuildSpec(s.Assignment, program, files)
	if err != nil {
		return answer, "run", err
	}
	spec.WallLimit = a.WallLimit
	markPrivate(&spec, s.Deal, keys)
	a.enterStage(s, compiling)
	if err := a.prepareModule(ctx, s, engine, program); err != nil {
		return answer, "compile", err
	}
	if err := a.moveForward(s.key, journal.Running); err != nil {
		return answer, "journal", err
	}
	a.enterStage(s, running)
	start = time.Now()
	out, err := runTwice(ctx, engine, spec)
	if err != nil {
		return answer, "run", err
	}
	defer func() { _ = out.Close() }() // the store has the files then
	a.Metrics.RunSeconds.Observe(time.Since(start).Seconds())
	a.Metrics.Fuel.Add(float64(out.Fuel))
	a.at("ran")
	if !spec.Private {
		a.keepLogs(s, out)
	}
	if !spec.Private && !engine.Rules().Deterministic {
		a.keepPublicLog(s, out)
	}
	if answer, err = ConcludeRun(engine.Rules(), out); err != nil {
		return answer, "run", err
	}
	if answer, err = SealAnswer(s.Assignment, answer, keys); err != nil {
		return answer, "seal", err
	}
	if answer.Evidence, err = ShowAnswer(ctx, engine, a.Session, spec, s.Assignment, a.ChainID, a.Who, answer.Outcome); err != nil {
		return answer, "prove", err
	}
	// The bytes are durable before the worker commits to the answer, and pinned until the journal names them.
	pinned.add(blobsOfResult(answer.Manifest)...)
	if err := result.Store(ctx, answer.Manifest, answer.Files, a.Fetcher.Store); err != nil {
		return answer, "store", err
	}
	return answer, "", nil
}

// moveForward does what moveRecord does, but allows that a restarted task has passed the state already.
func (a *Agent) moveForward(key journal.Key, next journal.State) error {
	err := a.moveRecord(key, next, nil)
	if err == nil || errors.Is(err, journal.ErrBackwards) {
		return nil
	}
	return &journalError{err}
}

// fetchTask tries until it has the program, the files and the keys of sealed files, until every source has said that it has none, or
// until the context ends.
func (a *Agent) fetchTask(ctx context.Context, s sight) (program runtime.Program, files []artifact.Content, keys []secret.Key, err error) {
	pauses := backoff.New(a.Pause/4, 4*a.Pause)
	for round := 1; ; round++ {
		program, files, err = a.Fetcher.FetchTask(ctx, s.Assignment)
		if err == nil {
			files, keys, err = a.openSealed(ctx, s.Assignment, files)
		}
		// A requester's store may get a file a moment after its request: "not found" counts only the second time.
		if err == nil || !errors.Is(err, errAbsent) || isFinal(err) && round >= 2 || round >= 12 {
			return program, files, keys, err
		}
		if pauses.Wait(ctx) != nil {
			return program, nil, nil, err
		}
	}
}

// runTwice executes a task, and once more if the machine failed: a child process is often killed because others used up the memory.
func runTwice(ctx context.Context, engine runtime.Runtime, spec runtime.Spec) (out runtime.Outcome, err error) {
	for range 2 {
		if out, err = runSafely(ctx, engine, spec); err == nil || ctx.Err() != nil {
			break
		}
	}
	return out, err
}

// runSafely turns a panic of the runtime into an error, so that it does not end the other tasks.
func runSafely(ctx context.Context, engine runtime.Runtime, spec runtime.Spec) (out runtime.Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the runtime panicked: %v", p)
		}
	}()
	return engine.Run(ctx, spec)
}

// keepReason writes into the journal why a task ends without an answer.
func (a *Agent) keepReason(key journal.Key, why error) error {
	_, err := a.Journal.Update(key, a.height.Load(), func(r *journal.Record) error {
		if r.Cause == "" {
			r.Cause = why.Error()
		}
		return nil
	})
	return err
}

// givesBack says whether a seat without an answer is given back, which costs nobody anything. Otherwise the worker commits to having no
// answer. Only a first worker can give its seat back. From the second attempt on, a first worker that cannot get the bytes commits
// instead: the cause is then hardly its machine, and the requester learns of it at once rather than after all attempts.
func (s sight) givesBack(why error) bool {
	return s.isFirst() && (s.key.Attempt == 1 || !errors.Is(why, errAbsent))
}

// giveUp tells the chain that there is no answer: it gives the seat back, or commits to having none. It returns false if neither is
// possible, and the work is tried again: the chain takes no decline any more, or holds a commitment of ours from before the journal was
// lost. where is the place of executeTask at which the error happened, or "".
func (a *Agent) giveUp(s sight, where string, why error) (said bool, err error) {
	if s.view != Wanted {
		return false, nil
	}
	if s.givesBack(why) {
		if !a.mayDecline(s) {
			return false, nil
		}
		reason := declineReason(where, why).String()
		a.Metrics.Declines.WithLabelValues(reason).Inc()
		return true, a.moveRecord(s.key, journal.DeclineIntended, func(r *journal.Record) {
			s.nameDeal(r)
			r.Decline, r.Cause = reason, why.Error()
		})
	}
	o := poco.Outcome{Kind: poco.KindAbstain}
	if errors.Is(why, errAbsent) {
		o.Kind = poco.KindInputUnavailable
	}
	a.Metrics.Outcomes.WithLabelValues(o.Kind.String()).Inc()
	return true, a.moveRecord(s.key, journal.Done, func(r *journal.Record) {
		s.nameDeal(r)
		r.Outcome, r.Cause = recordOf(o), why.Error()
	})
}

// keepLogs writes the app's stdout and stderr for people. The logs are no part of the answer, so that errors are ignored.
func (a *Agent) keepLogs(s sight, out runtime.Outcome) {
	if a.LogFolder == "" {
		return
	}
	for name, data := range map[string][]byte{"stdout": out.Stdout, "stderr": out.Stderr} {
		if len(data) == 0 {
			continue
		}
		file := filepath.Join(a.LogFolder, fmt.Sprintf("%s-%d.%s", s.Task.Id, s.key.Attempt, name))
		if err := os.WriteFile(file, data, 0o600); err != nil {
			a.log.Warn("the app's log is not kept", "file", file, "error", err)
		}
	}
}

// keepPublicLog writes the log that requesters may fetch once the answer is revealed. It is for runtimes whose runs may print different
// things: their output is no part of the answer, and nothing attests it.
func (a *Agent) keepPublicLog(s sight, out runtime.Outcome) {
	if a.LogFolder == "" {
		return
	}
	data, err := json.Marshal(result.Log{
		Task: s.Task.Id, Attempt: s.key.Attempt, Stdout: out.Stdout[:min(len(out.Stdout), result.MaxLogBytes)], Stderr: out.StderrEnd, Note: out.RuntimeWords(),
	})
	if err == nil {
		err = os.WriteFile(PublicLog(a.LogFolder, s.Task.Id, s.key.Attempt), data, 0o600)
	}
	if err != nil {
		a.log.Warn("the app's log is not kept for the requester", "task", s.Task.Id, "error", err)
	}
}

// PublicLog returns the path of the file with a task's result.Log.
func PublicLog(folder, task string, attempt uint32) string {
	return filepath.Join(folder, fmt.Sprintf("%s-%d.json", task, attempt))
}

// PublicLogs lists the attempts of a task that have a result.Log, the last one first.
func PublicLogs(folder, task string) (attempts []uint32, err error) {
	files, err := filepath.Glob(filepath.Join(folder, task+"-*.json"))
	for _, file := range files {
		var attempt uint32
		if _, no := fmt.Sscanf(filepath.Base(file), task+"-%d.json", &attempt); no == nil {
			attempts = append(attempts, attempt)
		}
	}
	slices.Sort(attempts)
	slices.Reverse(attempts)
	return attempts, err
}

// promiseOf returns the outcome of a record, and the commitment to it.
func (a *Agent) promiseOf(r journal.Record) (poco.Outcome, [32]byte, error) {
	return MakePromise(r, a.Secret, a.ChainID, a.Who)
}

// MakePromise returns the outcome of a record, and the commitment to it, whose salt it derives from the secret.
func MakePromise(r journal.Record, secret []byte, chainID, who string) (poco.Outcome, [32]byte, error) {
	o, err := outcomeOf(r)
	if err != nil {
		return poco.Outcome{}, [32]byte{}, err
	}
	salt := poco.Salt(secret, r.Key.Bench, chainID, r.Key.Task, r.Key.Attempt)
	return o, poco.Commitment(r.Key.Bench, chainID, r.Key.Task, r.Key.Attempt, who, o, salt), nil
}

func benchOf(b taskstypes.Bench) poco.Bench {
	if b == taskstypes.BENCH_COURT {
		return poco.BenchCourt
	}
	return poco.BenchWorkers
}
