package client

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// LastWords returns what the program of a task wrote to stderr, if the caller can read it; from says whose log it is. Nothing attests
// the text.
type LastWords func(t *TaskReport) (from, text string)

// maxLastWords is the most of stderr that a report has, in bytes. The end is kept.
const maxLastWords = result.MaxStderrBytes

// reasonTimeout bounds the search for a failure's manifest. It is short, because the verdict is known without the manifest.
const reasonTimeout = 20 * time.Second

// Failed says whether the accepted answer is that the program fails.
func (r *TaskReport) Failed() bool { return r.Accepted() && r.Verdict.Kind == result.KindAppFailed }

// findReason completes the report of a program that failed. The reason comes from the manifest with the accepted digest, which the
// workers that agreed hold; if it cannot be fetched, the report says why. It also adds the end of stderr, if that can be read.
func findReason(ctx context.Context, conn *Conn, t *TaskReport, sources []string, words LastWords) {
	if !t.Failed() || t.Reason != "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, reasonTimeout)
	defer cancel()
	m, err := answerManifest(ctx, conn, t, sources)
	if err != nil {
		t.ReasonError = err.Error()
	} else {
		t.takeEnding(m)
	}
	t.askLastWords(ctx, conn)
	t.AddLastWords(words)
}

// askLastWords adds the end of stderr from the log of a worker that agreed. Workers have such logs only of programs whose stderr is no
// part of the answer.
func (r *TaskReport) askLastWords(ctx context.Context, conn *Conn) {
	for i, who := range r.holders {
		if r.Stderr != "" || i >= len(r.Agreed) {
			return
		}
		log, err := fetchLog(ctx, conn, who, r.ID)
		if err != nil {
			return
		}
		r.Stderr, r.StderrFrom = lastWords(string(log.Stderr)), r.Agreed[i]
	}
}

// takeEnding copies the program's end from the manifest with the accepted digest into the report.
func (r *TaskReport) takeEnding(m result.Manifest) {
	r.Reason, r.ExitCode, r.ReasonError = m.Reason, m.ExitCode, ""
	if m.Stderr != "" {
		r.Stderr, r.StderrFrom, r.StderrVerified = lastWords(m.Stderr), "", true
	}
}

// takeResult copies the program's end and the names of its files, sorted, from the manifest with the accepted digest.
func (r *TaskReport) takeResult(m result.Manifest) {
	r.takeEnding(m)
	r.Files = []string{}
	for _, e := range m.Entries {
		if !e.Dir {
			r.Files = append(r.Files, e.Path)
		}
	}
	slices.Sort(r.Files)
}

// lastWords returns the end of a text as valid UTF-8.
func lastWords(text string) string {
	return strings.ToValidUTF8(text[max(0, len(text)-maxLastWords):], "\uFFFD")
}

// AddLastWords adds the end of stderr to the report of a program that failed, if words finds it.
func (r *TaskReport) AddLastWords(words LastWords) {
	if words == nil || !r.Failed() || r.Stderr != "" {
		return
	}
	r.StderrFrom, r.Stderr = words(r)
	r.Stderr = lastWords(r.Stderr)
}

// answerManifest fetches the manifest with the accepted digest.
func answerManifest(ctx context.Context, conn *Conn, t *TaskReport, sources []string) (result.Manifest, error) {
	digest, err := artifact.ParseDigest(t.Verdict.Digest)
	if err != nil {
		return result.Manifest{}, err
	}
	holders, err := listEndpoints(ctx, conn, t.holders)
	if err != nil {
		return result.Manifest{}, err
	}
	source := &artifact.Client{BaseURLs: append(holders, sources...), Attempts: 2, Stall: reasonTimeout / 4}
	if len(source.BaseURLs) == 0 {
		return result.Manifest{}, fmt.Errorf("nobody is known to hold its manifest")
	}
	return result.FetchManifest(ctx, digest, source)
}

// TasksError returns the error for tasks that ended: nil if all were accepted, succeeded and were downloaded.
func TasksError(tasks []*TaskReport) error {
	var failed, missing *TaskReport
	for _, t := range tasks {
		switch {
		case !t.Accepted():
			return &Error{Code: CodeNoAnswer, Task: t, What: fmt.Sprintf("task %d has no result: %s", t.Index, t.Text())}
		case t.Failed() && failed == nil:
			failed = t
		case t.DownloadError != "" && missing == nil:
			missing = t
		}
	}
	switch {
	case failed != nil:
		return &Error{Code: CodeAppFailed, Task: failed, What: fmt.Sprintf("the program of task %d failed: %s %d", failed.Index, failed.Reason, failed.ExitCode)}
	case missing != nil:
		return &Error{Code: CodeUnavailable, Task: missing, What: missing.DownloadError}
	}
	return nil
}

// EndError returns the error for the end of a watched task, deal or request; nil for full success. tasks are those that ended while it
// was watched.
func EndError(ctx context.Context, conn *Conn, ref Ref, tasks []*TaskReport) error {
	if err := TasksError(tasks); err != nil {
		return err
	}
	var deals []dealstypes.Deal
	switch ref.Kind {
	case KindRequest:
		res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: ref.ID})
		if err != nil {
			return err
		}
		if !res.Request.Waits() && res.Request.Left() > 0 {
			return &Error{Code: CodeUnmet, Request: ref.ID, Got: res.Request.Left(), What: describeUnfilled(&res.Request)}
		}
		if deals, err = DealsOf(ctx, conn, res.Request); err != nil {
			return err
		}
	case KindDeal:
		res, err := conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: ref.ID})
		if err != nil {
			return err
		}
		deals = []dealstypes.Deal{res.Deal}
	}
	for _, d := range deals {
		if d.Accepted < d.Ended {
			return &Error{Code: CodeNoAnswer, Deal: d.Id, What: fmt.Sprintf("%d of %s ended without an answer, and are refunded", d.Ended-d.Accepted, pluralOf(d.Size_, "task", "tasks"))}
		}
	}
	return nil
}
