package client

import (
	"context"
	"fmt"

	"github.com/credence-chain/credence/poco/contract"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Ending is how the program of a task ended, as the manifest with the accepted digest says it.
type Ending struct {
	// Task by id, and the Digest of the manifest; empty when the task has no answer.
	Task   string `json:"task"`
	Digest string `json:"digest,omitempty"`
	// Kind is "RESULT" or "APP_FAILED"; Reason of a failure, a word such as "exit" or "trap". Empty when the task has no answer;
	// then Ended says how it ended.
	Kind   string `json:"kind,omitempty"`
	Reason string `json:"reason,omitempty"`
	Ended  string `json:"ended,omitempty"`
	// ExitCode is the exit status.
	ExitCode uint32 `json:"exit_code"`
	// Stderr is the end of what it wrote there, at most 4 KiB: any bytes, which need not be UTF-8.
	Stderr string `json:"stderr,omitempty"`
	// Logs are what workers say that it printed, where two honest runs may print different things, so that it is no part of
	// the answer. Nothing attests them.
	Logs []WorkerLog `json:"logs,omitempty"`
}

// FetchEnding fetches the manifest of a task's accepted answer from whoever holds it, and checks it against the digest on
// the chain. Of a program whose runs may differ it asks the workers what they printed as well, also when they did not agree. An
// *Error says that the task has no answer yet, or none, or that nobody gives it.
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
