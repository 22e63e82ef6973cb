package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
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

// WorkerLog is what one worker says of its run.
type WorkerLog struct {
	// Organisation of the worker, and the digest of the outcome that it revealed.
	Organisation string `json:"organisation"`
	Digest       string `json:"digest"`
	// Stdout is the beginning of what the program printed there, Stderr the end; any bytes. Note is what the runtime added.
	Stdout string `json:"stdout,omitempty"`
	Stderr string `json:"stderr,omitempty"`
	Note   string `json:"note,omitempty"`
	// Error says why the log can't be had.
	Error string `json:"error,omitempty"`
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

// logTimeout bounds the wait for one worker's log.
const logTimeout = 5 * time.Second

// fetchLogs asks the workers that revealed an answer of a task what its program printed.
func fetchLogs(ctx context.Context, conn *Conn, t taskstypes.Task) (logs []WorkerLog) {
	for _, s := range t.Seats {
		if s.Outcome == nil || s.Outcome.Digest == "" {
			continue
		}
		of := WorkerLog{Organisation: s.Organisation, Digest: s.Outcome.Digest}
		if log, err := fetchLog(ctx, conn, s.Who, t.Id); err != nil {
			of.Error = err.Error()
		} else {
			of.Stdout, of.Stderr, of.Note = string(log.Stdout), string(log.Stderr), log.Note
		}
		logs = append(logs, of)
	}
	return logs
}

// fetchLog asks one worker.
func fetchLog(ctx context.Context, conn *Conn, who, task string) (result.Log, error) {
	where, err := listEndpoints(ctx, conn, []string{who})
	if err != nil {
		return result.Log{}, err
	}
	if len(where) == 0 {
		return result.Log{}, errors.New("the worker has no endpoint")
	}
	return readLog(ctx, where[0], task)
}

// readLog reads what a worker at an endpoint says of a task. It is bounded, and nothing more is known of it.
func readLog(ctx context.Context, endpoint, task string) (log result.Log, err error) {
	ctx, cancel := context.WithTimeout(ctx, logTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(endpoint, "/")+result.LogPath+task, nil)
	if err != nil {
		return log, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return log, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return log, fmt.Errorf("the worker answers with status %d", resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, 4*result.MaxLogBytes)) // two texts in base64, and what stands around them
	if err != nil {
		return log, err
	}
	if err := json.Unmarshal(data, &log); err != nil {
		return log, fmt.Errorf("the worker's log is none: %w", err)
	}
	return log, nil
}
