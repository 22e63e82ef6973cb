package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file is about a court that is called because somebody asked for the bytes of an accepted answer. A court seat then does not run
// the task. It fetches the bytes from the workers that were paid for the answer. If it gets them, it commits to that answer; otherwise it
// commits to the outcome that an input is unavailable.

// asksBytes says whether the court must fetch the answer's bytes.
func (s sight) asksBytes() bool {
	audit := s.Task.Audit
	return s.Bench == taskstypes.BENCH_COURT && audit != nil && audit.Cause == taskstypes.AUDIT_CAUSE_BYTES
}

// fetchAnswer tries to fetch the bytes of the accepted answer until the window closes, because their holder may be away for a moment.
func (a *Agent) fetchAnswer(ctx context.Context, s sight) (answer Answer, where string, err error) {
	if answer.Outcome, err = s.Task.Audit.Answer.ToPoco(); err != nil {
		return answer, "fetch", err
	}
	pauses := backoff.New(a.Pause/4, 4*a.Pause)
	for {
		err = a.Fetcher.FetchAnswer(ctx, s.Assignment, answer.Outcome.Digest)
		if err == nil {
			return answer, "", a.moveForward(s.key, journal.Fetched)
		}
		if !errors.Is(err, errAbsent) || pauses.Wait(ctx) != nil {
			return answer, "fetch", err
		}
	}
}

// FetchAnswer fetches the manifest of an answer, and all files that it names, from the workers that hold the answer into the store. It
// verifies every blob by its digest. Blobs of an earlier try stay in the store.
func (f Fetcher) FetchAnswer(ctx context.Context, a chain.Assignment, digest artifact.Digest) error {
	if f.Holders == nil {
		return fmt.Errorf("%w: nobody is known who holds the answer", errAbsent)
	}
	holders := f.Holders(ctx, a)
	if len(holders) == 0 {
		return fmt.Errorf("%w: nobody who holds the answer has an endpoint", errAbsent)
	}
	f.Extra = nil
	holder := f.newClient(holders)
	if err := holder.Fetch(ctx, f.Store, digest, result.MaxEncodedBytes); err != nil {
		return describeAbsent(err)
	}
	manifest, err := result.FetchManifest(ctx, digest, f.Store)
	if errors.Is(err, result.ErrManifest) {
		return fmt.Errorf("%w: %w", errAbsent, err)
	}
	if err != nil {
		return err
	}
	for _, e := range manifest.Entries {
		if e.Dir {
			continue
		}
		if err := holder.Fetch(ctx, f.Store, e.Content, int64(e.Size)); err != nil {
			return fmt.Errorf("file %q: %w", e.Path, describeAbsent(err))
		}
	}
	return nil
}
