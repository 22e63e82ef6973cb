package agent

import (
	"fmt"
	"path"
	"strconv"

	"github.com/credence-chain/credence/executor/artifact"
	"github.com/credence-chain/credence/executor/chain"
	"github.com/credence-chain/credence/executor/result"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Limits of every execution. They are part of the protocol: all workers must meet them alike.
const (
	// MemoryLimit is the linear memory an app may take, in bytes.
	MemoryLimit = 1 << 30
	// OutputLimit is the sum of the sizes of the files below /out, in bytes.
	OutputLimit = 64 << 20
)

// Folders an app sees, and the name by which apps made for iExec know the second.
const (
	inFolder, outFolder = "/in", "/out"
	iexecOut            = "/iexec_out"
)

// BuildSpec makes of a task what is executed. Nothing of the worker, the attempt or the moment enters, so that every
// worker, and every court seat, executes the same. inputs are the contents of the deal's inputs in their order.
func BuildSpec(a chain.Assignment, module []byte, inputs [][]byte) (runtime.Spec, error) {
	id, err := taskstypes.ParseID(a.Task.Id)
	if err != nil {
		return runtime.Spec{}, err
	}
	digest, err := artifact.ParseDigest(a.Deal.Digest)
	if err != nil {
		return runtime.Spec{}, fmt.Errorf("module of deal %s: %w", a.Deal.Id, err)
	}
	if len(inputs) != len(a.Deal.Inputs) {
		return runtime.Spec{}, fmt.Errorf("task %s: got %d inputs, the deal has %d", a.Task.Id, len(inputs), len(a.Deal.Inputs))
	}
	spec := runtime.Spec{
		Module: module, ModuleDigest: digest,
		Args:      append([]string{path.Base(a.Deal.App)}, a.Deal.Args...),
		Env:       environment(a.Task, a.Deal),
		FuelLimit: a.Deal.Terms.FuelLimit, MemoryLimit: MemoryLimit, OutputLimit: OutputLimit,
		Clock: a.Deal.Time,
		Seed:  poco.Hash(id[:]),
	}
	for i, in := range a.Deal.Inputs {
		spec.Inputs = append(spec.Inputs, result.File{Path: in.Name, Data: inputs[i]})
	}
	return spec, nil
}

// environment is the contract of docs/worker.md, with the names of iExec for apps made for it. The order is fixed.
func environment(t taskstypes.Task, d markettypes.Deal) []string {
	index, size := strconv.FormatUint(t.Index, 10), strconv.FormatUint(max(1, d.Size_), 10)
	env := []string{
		"CREDENCE_TASK_ID=" + t.Id,
		"CREDENCE_TASK_INDEX=" + index,
		"CREDENCE_BAG_SIZE=" + size,
		"CREDENCE_IN=" + inFolder,
		"CREDENCE_OUT=" + outFolder,
		"IEXEC_TASK_ID=0x" + t.Id,
		"IEXEC_IN=" + inFolder,
		"IEXEC_OUT=" + outFolder,
		"IEXEC_BOT_FIRST_INDEX=0",
		"IEXEC_BOT_TASK_INDEX=" + index,
		"IEXEC_BOT_SIZE=" + size,
		"IEXEC_INPUT_FILES_FOLDER=" + inFolder,
		"IEXEC_INPUT_FILES_NUMBER=" + strconv.Itoa(len(d.Inputs)),
	}
	for i, in := range d.Inputs {
		env = append(env, fmt.Sprintf("IEXEC_INPUT_FILE_NAME_%d=%s", i+1, in.Name))
	}
	return env
}
