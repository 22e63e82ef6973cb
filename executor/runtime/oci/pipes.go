//go:build linux

package oci

import (
	"io"
	"os"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// pipes are the streams that a container reads and prints to.
type pipes struct {
	stdin          io.ReadCloser
	stdout, stderr stream
	printed        io.WriteCloser // takes what it prints: a file below /out, or a spool
	spool          *os.File       // the same, when it is a spool
}

// openPipes opens stdin and stdout as the job says.
func openPipes(place *room, folder string, spec runtime.Spec) (p *pipes, err error) {
	p = &pipes{}
	if p.stdin, err = place.openInput(spec.Execution.Stdin); err != nil {
		return nil, err
	}
	switch {
	case spec.Execution.Stdout != "":
		p.printed, err = place.newOutput(spec.Execution.Stdout)
	case spec.OutputPath == "":
		p.spool, err = runtime.NewSpool(folder, spec.Private)
		p.printed = p.spool
	}
	if err != nil {
		p.closeAll()
		return nil, err
	}
	if p.printed != nil {
		p.stdout.to, p.stdout.left = p.printed, spec.OutputLimit
	}
	return p, nil
}

// closeAll closes the files that do not belong to the outcome.
func (p *pipes) closeAll() {
	if p.stdin != nil {
		p.stdin.Close()
	}
	if p.printed != nil && p.spool == nil {
		p.printed.Close()
	}
}

// printedOutcome returns an outcome with the text that the app printed.
func (p *pipes) printedOutcome() runtime.Outcome {
	return runtime.Outcome{Kind: runtime.AppFailed, Stdout: p.stdout.head, Stderr: p.stderr.head, StderrEnd: p.stderr.lastBytes()}
}

func (p *pipes) failedOutcome(reason runtime.Reason, why string) runtime.Outcome {
	out := p.printedOutcome()
	out.Reason, out.Stderr = reason, appendLine(out.Stderr, string(reason)+": "+why)
	return out
}

// tooMuch says whether the app's printed text is its result and is longer than a result may be.
func (p *pipes) tooMuch(spec runtime.Spec, found output) bool {
	return p.stdout.over && (spec.Execution.Stdout != "" || p.spool != nil && len(found.files) == 0)
}

// addPrinted makes the app's printed text its result, if the app left nothing else and its job names no other file for it.
func (p *pipes) addPrinted(found *output) error {
	if p.spool == nil || len(found.files) > 0 {
		return nil
	}
	size, err := p.spool.Seek(0, io.SeekCurrent)
	if err != nil || size == 0 {
		return err
	}
	found.files = []result.File{{Path: contract.DefaultStdout, Content: artifact.Part{In: p.spool, Long: size}}}
	found.bytes, found.entries = uint64(size), 1
	return nil
}
