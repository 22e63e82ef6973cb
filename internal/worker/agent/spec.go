package agent

import (
	"fmt"
	"path"
	"strconv"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/rows"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Folders that an app sees.
const inFolder, outFolder = "/in", result.OutFolder

// BuildSpec makes the runtime's spec of a task. It depends neither on the worker nor on the attempt or the time, so that every worker and
// every court seat executes the same. program and files are those of Fetcher.FetchTask.
func BuildSpec(a chain.Assignment, program runtime.Program, files []artifact.Content) (runtime.Spec, error) {
	id, err := taskstypes.ParseID(a.Task.Id)
	if err != nil {
		return runtime.Spec{}, err
	}
	run, err := a.Deal.RunOf(id, a.Task.Index)
	if err != nil {
		return runtime.Spec{}, err
	}
	list := listReads(a)
	if len(files) != len(list) {
		return runtime.Spec{}, fmt.Errorf("task %s: got %d inputs and datasets, the deal has %d for it", a.Task.Id, len(files), len(list))
	}
	spec := runtime.Spec{
		Program:   program,
		Args:      append([]string{path.Base(a.Deal.App)}, a.Deal.Args...),
		FuelLimit: run.FuelLimit, MemoryLimit: run.MemoryLimit, OutputLimit: run.OutputLimit, OutputPath: run.Execution.OutputPath,
		Execution: run.Execution, Clock: run.Execution.Clock, Seed: run.Seed, GPUs: int(a.Deal.Resources.Gpus),
	}
	inputs := inputRules(a.Deal)
	for i, r := range list {
		switch {
		case r.rows:
			if inputs, err = applyRow(&spec, files[i], a.Task.Index, inputs); err != nil {
				return runtime.Spec{}, err
			}
		case r.tree:
			spec.Folders = append(spec.Folders, runtime.Folder{Name: r.name, Content: files[i]})
		default:
			spec.Inputs = append(spec.Inputs, result.File{Path: r.name, Content: files[i]})
		}
	}
	spec.Env = buildEnvironment(a.Task, a.Deal, inputs)
	return spec, nil
}

// inputRules returns the deal's inputs, without the archive of rows, as their rules check them.
func inputRules(d dealstypes.Deal) (inputs []contract.Input) {
	for _, in := range d.Inputs {
		if !isRows(d, in) {
			inputs = append(inputs, in.Rule())
		}
	}
	return inputs
}

// applyRow adds a task's row of the bag to its spec, and returns the inputs plus those of the row. If the archive has no such row, or the
// row breaks a rule of the job, every worker gets the same answer with the reason InvalidInput.
func applyRow(spec *runtime.Spec, archive artifact.Content, index uint64, inputs []contract.Input) ([]contract.Input, error) {
	data, err := artifact.ReadContent(archive)
	if err != nil {
		return nil, err
	}
	row, contents, bad := rows.Read(data, index)
	for _, f := range row.Files {
		inputs = append(inputs, contract.Input{Name: f.Name})
	}
	execution := spec.Execution.OfRow(row.Env, row.Stdin)
	if bad == nil {
		bad = contract.CheckInputs(inputs)
	}
	if bad == nil {
		bad = execution.Check(inputs)
	}
	if bad != nil {
		// This content is no archive, so that the runtime answers that it cannot be unpacked.
		spec.Folders = append(spec.Folders, runtime.Folder{Name: spec.Execution.Rows, Content: artifact.Bytes(bad.Error())})
		return inputs, nil
	}
	spec.Execution = execution
	spec.Args = append(spec.Args, row.Args...)
	for i, f := range row.Files {
		spec.Inputs = append(spec.Inputs, result.File{Path: f.Name, Content: artifact.Bytes(contents[i])})
	}
	return inputs, nil
}

// buildEnvironment returns the variables that docs/apps.md promises, plus those of iExec for apps made for it, in a fixed order.
func buildEnvironment(t taskstypes.Task, d dealstypes.Deal, inputs []contract.Input) []string {
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	datasets := d.DatasetsOf(t.Index)
	env := []string{
		"CREDENCE_TASK_ID=" + t.Id,
		"CREDENCE_TASK_INDEX=" + number(t.Index),
		"CREDENCE_BAG_SIZE=" + number(max(1, d.Bag)),
		"CREDENCE_DEAL_ID=" + d.Id,
		"CREDENCE_DEAL_FIRST=" + number(d.First),
		"CREDENCE_DEAL_SIZE=" + number(max(1, d.Size_)),
		"CREDENCE_IN=" + inFolder,
		"CREDENCE_OUT=" + outFolder,
		"CREDENCE_DATASETS=" + strconv.Itoa(len(datasets)),
	}
	for i, set := range datasets {
		env = append(env, fmt.Sprintf("CREDENCE_DATASET_%d=%s", i+1, path.Join(inFolder, datasetName(set))))
	}
	// Apps of iExec compute their share from the index and the size, and some add the first index. The variables describe the request's
	// whole bag with a first index of 0, so that all these apps are right, however many deals share the bag.
	env = append(env,
		"IEXEC_TASK_ID=0x"+t.Id,
		"IEXEC_DEAL_ID=0x"+d.Id,
		"IEXEC_TASK_INDEX="+number(t.Index),
		"IEXEC_IN="+inFolder,
		"IEXEC_OUT="+outFolder,
		"IEXEC_BOT_FIRST_INDEX=0",
		"IEXEC_BOT_TASK_INDEX="+number(t.Index),
		"IEXEC_BOT_SIZE="+number(max(1, d.Bag)),
		"IEXEC_INPUT_FILES_FOLDER="+inFolder,
		"IEXEC_INPUT_FILES_NUMBER="+strconv.Itoa(len(inputs)),
	)
	for i, in := range inputs {
		env = append(env, fmt.Sprintf("IEXEC_INPUT_FILE_NAME_%d=%s", i+1, in.Name))
	}
	return append(env, iexecDatasets(d, datasets)...)
}

// iexecDatasets returns the variables that name the datasets relative to IEXEC_IN, as apps of iExec expect: one dataset, or many.
func iexecDatasets(d dealstypes.Deal, datasets []dealstypes.PinnedDataset) (env []string) {
	if len(datasets) == 0 {
		return nil
	}
	env = append(env, "IEXEC_DATASET_FILENAME="+datasetName(datasets[0]))
	if len(d.Datasets) == 1 {
		return env
	}
	env = append(env, "IEXEC_BULK_SLICE_SIZE="+strconv.Itoa(len(datasets)))
	for i, set := range datasets {
		env = append(env, fmt.Sprintf("IEXEC_DATASET_%d_FILENAME=%s", i+1, datasetName(set)))
	}
	return env
}
