package client

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// LastWords finds what the program of a task wrote to stderr, where that can be read: from names whose log it is. Nothing
// attests it.
type LastWords func(t *TaskReport) (from, text string)

// maxLastWords is how much of stderr a report has, in bytes; the end is kept.
const maxLastWords = result.MaxStderrBytes

// reasonTimeout bounds the search for a failure's manifest: it is a few lines long, and the verdict is there without it.
const reasonTimeout = 20 * time.Second

// Failed says whether the accepted answer is that the program fails.
func (r *TaskReport) Failed() bool { return r.Accepted() && r.Verdict.Kind == result.KindAppFailed }

// findReason completes the report of a program that failed: how, from the manifest with the accepted digest, which whoever
// agreed holds; and its last words, where they can be read. It says in the report why the reason can't be had.
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

// askLastWords completes the report of a program that failed with what a worker that agreed says of its stderr, where that is no
// part of the answer. Workers have no such log of any other program.
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

// takeEnding puts into the report what the manifest with the accepted digest says of the program's end.
func (r *TaskReport) takeEnding(m result.Manifest) {
	r.Reason, r.ExitCode, r.ReasonError = m.Reason, m.ExitCode, ""
	if m.Stderr != "" {
		r.Stderr, r.StderrFrom, r.StderrVerified = lastWords(m.Stderr), "", true
	}
}

// lastWords is the end of a text, in UTF-8.
func lastWords(text string) string {
	return strings.ToValidUTF8(text[max(0, len(text)-maxLastWords):], "\uFFFD")
}

// AddLastWords completes the report of a program that failed with the end of its stderr, where it can be read.
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

// TasksError says what tasks that ended without full success mean; nil for full success.
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

// EndError says what the end of a task, a deal or a request that was watched means, of whose tasks these ended; nil for full
// success.
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
