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

// openSealed opens those of a task's files that are sealed. Errors wrap errAbsent when the key can not be had: the input is then as
// absent as one whose bytes nobody gives.
func (a *Agent) openSealed(ctx context.Context, as chain.Assignment, files []artifact.Content) ([]artifact.Content, []secret.Key, error) {
	if a.Unsealer == nil {
		return files, nil, refuseSealed(files)
	}
	opened, keys, err := a.Unsealer.Open(ctx, as, files)
	return opened, keys, describeAbsent(err)
}

// refuseSealed is for a worker that asks nobody for keys.
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

// isPrivate says whether what a task reads or answers is for some eyes only. Then nothing of it is written on this machine's disk but
// what is sealed: no logs, no errors in words of others, and no files without a name.
func isPrivate(d dealstypes.Deal, keys []secret.Key) bool {
	return len(keys) > 0 || recipientOf(d) != ""
}

// markPrivate says in a task's spec what lies in memory. The inputs do only where one of them is sealed: public ones, of which a requester
// may name a gigabyte, lie on the disk whoever the answer is for.
func markPrivate(spec *runtime.Spec, d dealstypes.Deal, keys []secret.Key) {
	spec.Private, spec.PrivateInputs = isPrivate(d, keys), len(keys) > 0
}

// privateTrouble is an error of a task that reads or answers secrets. Errors go into logs, into the journal and onto the chain, and may name
// files of a sealed folder, or more of what it holds: the words say where it failed, and no more. errors.Is and As see what it was.
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

// SealAnswer seals an answer where its deal names a recipient. Everybody who runs the task has the same keys, and comes to the same
// bytes. One that is too large when it is sealed is the answer that the output is too large.
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
