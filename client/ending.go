package client

import (
	"context"
	"fmt"

	"github.com/credence-chain/credence/poco/contract"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Ending says how the program of a task ended, as the manifest with the accepted digest has it.
type Ending struct {
	// Task is the task's id, Digest the manifest's; Digest is empty if the task has no answer.
	Task   string `json:"task"`
	Digest string `json:"digest,omitempty"`
	// Kind is "RESULT" or "APP_FAILED". Reason is one word for a failure, such as "exit" or "trap". If the task has no answer, both
	// are empty, and Ended says how the task ended.
	Kind   string `json:"kind,omitempty"`
	Reason string `json:"reason,omitempty"`
	Ended  string `json:"ended,omitempty"`
	// ExitCode is the exit status.
	ExitCode uint32 `json:"exit_code"`
	// Stderr is the end of what the program wrote to stderr, at most 4 KiB. It need not be UTF-8.
	Stderr string `json:"stderr,omitempty"`
	// Logs are what each worker says that the program printed. They exist for runtimes whose honest runs may print different things,
	// so that the output is no part of the answer. Nothing attests them.
	Logs []WorkerLog `json:"logs,omitempty"`
}

// FetchEnding fetches the manifest of a task's accepted answer from the workers that hold it or from the sources, and checks it
// against the digest on the chain. If honest runs of the program may differ, it also asks all workers, even those that did not agree,
// what it printed. An *Error says that the task has no answer, has none yet, or that no source serves the manifest.
func FetchEnding(ctx context.Context, conn *Conn, id string, sources []string) (*Ending, error) {
	res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: id})
	if err != nil {
		return nil, err
	}
	if !res.Task.Ended() {
		return nil, &Error{Code: CodeRunning, Deal: id, What: fmt.Sprintf("task %s has not ended: it is in phase %s", id, res.Task.Phase)}
	}
	t := ReportOf(res.Task)
	var logs []WorkerLog
	if rules, err := contract.FindRuntime(res.Deal.Runtime); err == nil && !rules.Deterministic {
		logs = fetchLogs(ctx, conn, res.Task)
	}
	if !t.Accepted() || t.Verdict.Digest == "" {
		if len(logs) > 0 {
			return &Ending{Task: id, Ended: t.Ending, Logs: logs}, nil
		}
		return nil, &Error{Code: CodeNoAnswer, Task: t, What: fmt.Sprintf("task %s has no answer: it ended as %s", id, t.Ending)}
	}
	m, err := answerManifest(ctx, conn, t, sources)
	if err != nil {
		return nil, &Error{
			Code: CodeUnavailable, Field: "Manifest", Value: t.Verdict.Digest, Err: err,
			What: fmt.Sprintf("the manifest %s can't be had: %v", ShortDigest(t.Verdict.Digest), err),
		}
	}
	return &Ending{Task: id, Digest: t.Verdict.Digest, Kind: m.Kind, Reason: m.Reason, ExitCode: m.ExitCode, Stderr: m.Stderr, Logs: logs}, nil
}
