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

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// WorkerLog is what one worker reports of its run.
type WorkerLog struct {
	// Organisation of the worker, and the digest of the outcome that it revealed.
	Organisation string `json:"organisation"`
	Digest       string `json:"digest"`
	// Stdout is the beginning of what the program wrote to stdout, Stderr the end of what it wrote to stderr. Neither need be UTF-8.
	// Note is a remark of the runtime.
	Stdout string `json:"stdout,omitempty"`
	Stderr string `json:"stderr,omitempty"`
	Note   string `json:"note,omitempty"`
	// Error says why the log could not be fetched.
	Error string `json:"error,omitempty"`
}

// logTimeout bounds the wait for one worker's log.
const logTimeout = 5 * time.Second

// fetchLogs asks the workers that revealed an answer to a task for the output of its program.
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

// fetchLog asks one worker for its log of a task.
func fetchLog(ctx context.Context, conn *Conn, who, task string) (result.Log, error) {
	endpoint, err := endpointOf(ctx, conn, who)
	if err != nil {
		return result.Log{}, err
	}
	return readLog(ctx, endpoint, task)
}

// endpointOf returns the URL that a worker has registered.
func endpointOf(ctx context.Context, conn *Conn, who string) (string, error) {
	where, err := listEndpoints(ctx, conn, []string{who})
	if err == nil && len(where) == 0 {
		err = errors.New("the worker has no endpoint")
	}
	if err != nil {
		return "", err
	}
	return where[0], nil
}

// readLog reads the log of a task from an endpoint, at most for logTimeout and a bounded number of bytes. It verifies nothing.
func readLog(ctx context.Context, endpoint, task string) (log result.Log, err error) {
	ctx, cancel := context.WithTimeout(ctx, logTimeout)
	defer cancel()
	err = readWorker(ctx, endpoint, result.LogPath+task, 4*result.MaxLogBytes, &log) // two texts in base64, and what stands around them
	return log, err
}

// readWorker reads the JSON that a worker serves at a path, up to a number of bytes. It verifies nothing.
func readWorker(ctx context.Context, endpoint, path string, limit int64, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(endpoint, "/")+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		if why := artifact.ReadError(resp.Body); why != "" {
			return fmt.Errorf("the worker answers: %s", why)
		}
		return fmt.Errorf("the worker answers with status %d", resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("the worker's answer can't be read: %w", err)
	}
	return nil
}
