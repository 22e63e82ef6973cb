package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
	"github.com/credence-chain/credence/secret"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// openSealed opens the sealed files among a task's files. The error wraps errAbsent if a key cannot be had: the input then counts as
// unavailable, like one whose bytes no source serves.
func (a *Agent) openSealed(ctx context.Context, as chain.Assignment, files []artifact.Content) ([]artifact.Content, []secret.Key, error) {
	if a.Unsealer == nil {
		return files, nil, refuseSealed(files)
	}
	opened, keys, err := a.Unsealer.Open(ctx, as, files)
	return opened, keys, describeAbsent(err)
}

// refuseSealed returns an error if a file is sealed. It is for workers without an Unsealer.
func refuseSealed(files []artifact.Content) error {
	for _, f := range files {
		_, sealed, err := secret.ReadHead(f)
		if sealed {
			return fmt.Errorf("%w: it is sealed, and this worker asks nobody for keys", errAbsent)
		}
		if err != nil && !errors.Is(err, secret.ErrNotOpened) {
			return err
		}
	}
	return nil
}

// isPrivate says whether a task reads sealed files or seals its answer. This machine then writes nothing of it to disk that is not
// sealed: no logs, no texts of others' errors, and no files without a name.
func isPrivate(d dealstypes.Deal, keys []secret.Key) bool {
	return len(keys) > 0 || recipientOf(d) != ""
}

// markPrivate says in a task's spec what must stay in memory. Inputs must only if one of them is sealed: public inputs, which may have a
// gigabyte, stay on disk even if the answer is sealed.
func markPrivate(spec *runtime.Spec, d dealstypes.Deal, keys []secret.Key) {
	spec.Private, spec.PrivateInputs = isPrivate(d, keys), len(keys) > 0
}

// privateTrouble is an error of a private task. Errors go into logs and into the journal, and may name files of a sealed
// folder or show its content. So its text says only where the task failed. errors.Is and errors.As still find the cause.
type privateTrouble struct {
	where string
	err   error
}

func (p *privateTrouble) Error() string {
	if errors.Is(p.err, runtime.ErrWallLimit) {
		return fmt.Sprintf("%s: %s", p.where, runtime.ErrWallLimit)
	}
	return p.where + ": it failed; the task reads or answers secrets, and no more is written of it"
}

func (p *privateTrouble) Unwrap() error { return p.err }

func recipientOf(d dealstypes.Deal) string { return d.Execution.Contract().Recipient }

// SealAnswer seals an answer if its deal names a recipient. All who run the task have the same keys, and so get the same sealed bytes. If
// the answer is too large once sealed, it becomes the answer that the output is too large.
func SealAnswer(a chain.Assignment, answer Answer, keys []secret.Key) (Answer, error) {
	recipient := recipientOf(a.Deal)
	if recipient == "" {
		return answer, nil
	}
	id, err := taskstypes.ParseID(a.Task.Id)
	if err != nil {
		return Answer{}, err
	}
	m, files, err := secret.SealAnswer(answer.Manifest, answer.Files, keys, id, recipient)
	if errors.Is(err, result.ErrTooLarge) {
		answer.Outcome.Kind, files = poco.KindAppFailed, nil
		m, err = result.Build(result.KindAppFailed, result.ReasonTooLarge, 0, nil)
	}
	if err != nil {
		return Answer{}, err
	}
	answer.Manifest, answer.Files, answer.Outcome.Digest = m, files, m.Digest()
	return answer, nil
}
