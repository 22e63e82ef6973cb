package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/result"
)

// saboteur lies for tests of a chain: it alters what the app output and nothing else, so that everything from the
// manifest to the reveal is done as ever, about a wrong answer. The lie depends on the seed and the task alone: workers
// with one seed agree on it, in every attempt.
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
	return alter(out, binary.BigEndian.Uint64(lie[:8])), nil
}

// alter flips a bit of the first file that counts, or, where there is none, the exit status.
func alter(out runtime.Outcome, lie uint64) runtime.Outcome {
	if out.Kind == runtime.Result {
		for i, file := range out.Files {
			if file.Dir || len(file.Data) == 0 {
				continue
			}
			files := append([]result.File(nil), out.Files...)
			files[i].Data = append([]byte(nil), file.Data...)
			files[i].Data[lie%uint64(len(file.Data))] ^= 1 << (lie % 8)
			out.Files = files
			return out
		}
	}
	out.Kind, out.Reason, out.Files = runtime.AppFailed, runtime.Exit, nil
	out.ExitCode = out.ExitCode%100 + 1 + uint32(lie%50)
	return out
}
