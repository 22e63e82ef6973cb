package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
)

// saboteur is a runtime that lies, for tests of a chain. It alters what the app output and nothing else, so that the wrong answer goes
// through every later step, from the manifest to the reveal, like a right one. The lie depends only on the seed and the task: workers with
// the same seed tell the same lie, in every attempt.
type saboteur struct {
	runtime.Runtime
	seed string
}

// Run executes the task and alters its answer.
func (s saboteur) Run(ctx context.Context, spec runtime.Spec) (runtime.Outcome, error) {
	out, err := s.Runtime.Run(ctx, spec)
	if err != nil {
		return out, err
	}
	lie := sha256.Sum256(append([]byte(s.seed+"\x00"), spec.Seed[:]...))
	return alterOutcome(out, binary.BigEndian.Uint64(lie[:8])), nil
}

// alterOutcome flips a bit of the first file that is not empty. If there is none, it makes the outcome a failure of the app with another
// exit status.
func alterOutcome(out runtime.Outcome, lie uint64) runtime.Outcome {
	if out.Kind == runtime.Result {
		for i, file := range out.Files {
			if file.Size() == 0 {
				continue
			}
			data, err := artifact.ReadContent(file.Content)
			if err != nil {
				break
			}
			altered := bytes.Clone(data)
			altered[lie%file.Size()] ^= 1 << (lie % 8)
			out.Files = slices.Clone(out.Files)
			out.Files[i].Content = artifact.Bytes(altered)
			return out
		}
	}
	out.Kind, out.Reason, out.Files = runtime.AppFailed, runtime.Exit, nil
	out.ExitCode = out.ExitCode%100 + 1 + uint32(lie%50)
	return out
}
