// Package local runs a job on this machine in a worker's sandbox, without a chain. It makes the same task that a worker would get
// and runs it as a worker does. So the output, the fuel and the digest are those of workers, except for what depends on values that
// only the chain gives: the ids, the clock and the seed.
package local

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Clock is the time that a program sees, in Unix seconds: the beginning of 2026. It is fixed, so that two runs give the same
// result.
const Clock = 1_767_225_600

// Job describes the run. It runs as task 0 of a bag.
type Job struct {
	// Name is the name of the program, its argv[0].
	Name string
	// Program is the program's code, in the form of its runtime.
	Program runtime.Program
	// Args are the program's arguments, without its name.
	Args []string
	// Inputs are the files and folders below /in.
	Inputs []Input
	// Execution is in its canonical form.
	Execution contract.Execution
	// Fuel is the fuel limit; Memory and Output are limits in bytes, where 0 means the default of the runtime.
	Fuel, Memory, Output uint64
	// GPUs is how many graphics processors a container gets.
	GPUs uint32
	// Bag is the number of tasks in the bag; at least 1.
	Bag uint64
}

// Input is a file, or a packed folder.
type Input struct {
	Name    string
	Content artifact.Content
	// Tree says that it is a packed folder.
	Tree bool
}

// Report is how the program ended, and what it used.
type Report struct {
	// Runtime is the runtime that ran it.
	Runtime  string `json:"runtime"`
	Kind     string `json:"kind"`
	Reason   string `json:"reason,omitempty"`
	ExitCode uint32 `json:"exit_code"`
	// Digest is the digest of the result to which workers would commit.
	Digest string `json:"digest"`
	// Fuel is the fuel used, MemoryBytes the peak of memory.
	Fuel        uint64 `json:"fuel"`
	MemoryBytes uint64 `json:"memory_bytes"`
	// CompileSeconds and RunSeconds are in real time.
	CompileSeconds float64 `json:"compile_seconds"`
	RunSeconds     float64 `json:"run_seconds"`
	// Files are the files of the result.
	Files []string `json:"files"`
	// Stderr is the end of what the program wrote to stderr, any bytes.
	Stderr string `json:"stderr,omitempty"`
	// Log is the runtime's explanation of a failure. It is no part of the answer.
	Log string `json:"log,omitempty"`
	// SuggestedFuel, SuggestedMemory and SuggestedSeconds are limits with room for inputs that need more than these, and for slower
	// machines. SuggestedMemory is in bytes; 0 means that the default is enough, as it does for SuggestedSeconds.
	SuggestedFuel    uint64 `json:"suggested_fuel,omitempty"`
	SuggestedMemory  uint64 `json:"suggested_memory,omitempty"`
	SuggestedSeconds uint64 `json:"suggested_seconds,omitempty"`
}

// Run runs a job, and writes the files of its result into the folder out, unless that is empty. An error is not an answer of the
// program: the sandbox is missing, or an input cannot be read.
func Run(ctx context.Context, r runtime.Runtime, j Job, out string) (*Report, error) {
	spec, err := specOf(r.Rules(), j)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	if err := r.Prepare(ctx, spec.Program); err != nil {
		return nil, err
	}
	compiled := time.Now()
	o, err := r.Run(ctx, spec)
	if err != nil {
		return nil, err
	}
	ended := time.Now()
	answer, err := agent.ConcludeRun(r.Rules(), o)
	if err != nil {
		return nil, err
	}
	report := &Report{
		Runtime: r.Rules().Name,
		Kind:    o.Kind.String(), Reason: string(o.Reason), ExitCode: o.ExitCode, Digest: artifact.Digest(answer.Outcome.Digest).String(),
		Fuel: answer.Outcome.Fuel, MemoryBytes: o.Memory, CompileSeconds: compiled.Sub(start).Seconds(), RunSeconds: ended.Sub(compiled).Seconds(),
		Files: []string{}, Stderr: string(o.StderrEnd),
	}
	for _, e := range answer.Manifest.Entries {
		if !e.Dir {
			report.Files = append(report.Files, e.Path)
		}
	}
	if o.Kind != runtime.Result {
		report.Log = o.RuntimeWords()
	}
	report.suggestLimits(r.Rules(), o)
	if out == "" || o.Kind != runtime.Result {
		return report, nil
	}
	return report, writeResult(ctx, answer, out)
}

// writeResult writes the files of an answer with the same code with which a requester fetches them.
func writeResult(ctx context.Context, answer agent.Answer, out string) error {
	_, err := result.Fetch(ctx, answer.Outcome.Digest, answerSource(answer), out)
	return err
}

// answerSource is a source of the blobs of an answer, wherever its files lie.
type answerSource agent.Answer

// Open implements artifact.Source.
func (a answerSource) Open(_ context.Context, digest artifact.Digest) (io.ReadCloser, int64, error) {
	if digest == a.Outcome.Digest {
		data := artifact.Bytes(a.Manifest.Bytes())
		r, err := data.Open()
		return r, data.Size(), err
	}
	for i, e := range a.Manifest.Entries {
		if e.Content != digest || e.Dir {
			continue
		}
		content := a.Files[i].Content // they are in the manifest's order
		if content == nil {
			content = artifact.Bytes(nil)
		}
		r, err := content.Open()
		return r, content.Size(), err
	}
	return nil, 0, fmt.Errorf("%w: %s", artifact.ErrNotFound, digest)
}

// specOf returns the task that a worker would be given.
func specOf(rules contract.Runtime, j Job) (runtime.Spec, error) {
	if err := rules.CheckLimits(j.Memory, j.Output, contract.MaxOutputBytes); err != nil {
		return runtime.Spec{}, err
	}
	deal := dealstypes.Deal{
		Id: strings.Repeat("0", 64), App: "local/" + j.Name, Digest: j.Program.Digest.String(), Runtime: rules.Name, Args: j.Args,
		Execution: dealstypes.NewExecution(j.Execution), Size_: max(1, j.Bag), Bag: max(1, j.Bag), Time: Clock,
		Terms:      dealstypes.Terms{FuelLimit: j.Fuel},
		OutputPath: j.Execution.OutputPath,
		Resources:  appstypes.Resources{MemoryBytes: j.Memory, DiskBytes: j.Output, Gpus: j.GPUs},
	}
	var files []artifact.Content
	for _, in := range j.Inputs {
		deal.Inputs = append(deal.Inputs, &dealstypes.Input{Name: in.Name, Tree: in.Tree})
		files = append(files, in.Content)
	}
	task := taskstypes.Task{Id: strings.Repeat("0", 64), Deal: deal.Id}
	return agent.BuildSpec(chain.Assignment{Task: task, Deal: deal}, j.Program, files)
}

// suggestLimits fills in limits: twice the fuel, and a quarter more memory, both rounded up to round numbers.
func (r *Report) suggestLimits(rules contract.Runtime, o runtime.Outcome) {
	if rules.FuelSchedule != "" && o.Reason != runtime.OutOfFuel && o.Reason != runtime.InvalidModule {
		r.SuggestedFuel = roundUp(max(2*o.Fuel, 1_000_000))
	}
	const mib = 1 << 20
	if want := (o.Memory + o.Memory/4 + mib - 1) / mib * mib; want > rules.DefaultMemoryBytes {
		r.SuggestedMemory = min(want, rules.MaxMemoryBytes)
	}
	r.suggestTime(rules)
}

// slower is how many times slower than this machine a worker may be.
const slower = 3

// suggestTime fills in the time that a job should ask for, if a slower machine needs more than it has by default: the default of the
// runtime or, where time is no limit of a run, half of the base window and what the fuel limit stands for under the default parameters.
func (r *Report) suggestTime(rules contract.Runtime) {
	room := float64(rules.DefaultSeconds)
	if !rules.LimitsTime() {
		p := markettypes.DefaultParams()
		blocks := float64(p.CommitBlocks)/2 + float64(r.SuggestedFuel)/float64(p.FuelPerBlock)
		room = blocks * float64(p.BlockMillis) / 1000
	}
	if want := slower * r.RunSeconds; want > room {
		r.SuggestedSeconds = min(roundUp(uint64(math.Ceil(want))), contract.MaxSeconds)
	}
}

// roundUp rounds up to two digits.
func roundUp(n uint64) uint64 {
	unit := uint64(math.Pow10(max(0, len(fmt.Sprint(n))-2)))
	return (n + unit - 1) / unit * unit
}
