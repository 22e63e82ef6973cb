package agent

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/rows"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func (h *house) assignment() chain.Assignment {
	h.chain.mu.Lock()
	defer h.chain.mu.Unlock()
	return h.chain.assignment()
}

func TestSpecIsTheSameForAll(t *testing.T) {
	h := newHouse(t, asFirst)
	a := h.assignment()
	spec, err := BuildSpec(a, program, inputs)
	require.NoError(t, err)
	require.Equal(t, []string{"render", "--fast"}, spec.Args)
	require.Equal(t, []string{
		"CREDENCE_TASK_ID=" + a.Task.Id, "CREDENCE_TASK_INDEX=3", "CREDENCE_BAG_SIZE=5", "CREDENCE_DEAL_ID=dea1",
		"CREDENCE_DEAL_FIRST=0", "CREDENCE_DEAL_SIZE=5", "CREDENCE_IN=/in", "CREDENCE_OUT=/out", "CREDENCE_DATASETS=0",
		"IEXEC_TASK_ID=0x" + a.Task.Id, "IEXEC_DEAL_ID=0xdea1", "IEXEC_TASK_INDEX=3", "IEXEC_IN=/in", "IEXEC_OUT=/out",
		"IEXEC_BOT_FIRST_INDEX=0", "IEXEC_BOT_TASK_INDEX=3", "IEXEC_BOT_SIZE=5", "IEXEC_INPUT_FILES_FOLDER=/in",
		"IEXEC_INPUT_FILES_NUMBER=1", "IEXEC_INPUT_FILE_NAME_1=scene.txt",
	}, spec.Env)
	require.Equal(t, "scene.txt", spec.Inputs[0].Path)
	require.Equal(t, int64(1_700_000_000), spec.Clock)
	require.Equal(t, poco.Hash(h.chain.task.ID[:]), spec.Seed)

	// Another attempt, seat, phase or height does not change the Spec.
	b := a
	b.Task.Attempt, b.Task.Phase, b.Task.Deadline, b.Bench, b.Task.Seats = 2, taskstypes.PHASE_COURT_COMMIT, 999, taskstypes.BENCH_COURT, nil
	again, err := BuildSpec(b, program, inputs)
	require.NoError(t, err)
	require.Equal(t, spec, again)

	// Neither does the progress of the deal, its payer, or the amount locked.
	b.Deal.Opened, b.Deal.Ended, b.Deal.Accepted, b.Deal.Escrow, b.Deal.Paid = 5, 4, 4, 100, 400
	b.Deal.Sponsor, b.Deal.Voucher, b.Deal.Relayer = "cred1sponsor", "ab", "cred1relayer"
	again, err = BuildSpec(b, program, inputs)
	require.NoError(t, err)
	require.Equal(t, spec, again)

	_, err = BuildSpec(a, program, nil)
	require.ErrorContains(t, err, "got 0 inputs")

	// The values that a job pins are the same in another task. They take precedence over those of the app's version.
	c := a
	c.Deal.OkExit = []uint32{10}
	spec, err = BuildSpec(c, program, inputs)
	require.NoError(t, err)
	require.Equal(t, []uint32{10}, spec.Execution.OkExit)
	c.Deal.Execution = &dealstypes.Execution{Clock: 5, Seed: "7", OkExit: []uint32{0}}
	c.Deal.Inputs = []*dealstypes.Input{{Name: "data", Tree: true}}
	spec, err = BuildSpec(c, program, inputs)
	require.NoError(t, err)
	require.Equal(t, []uint32{0}, spec.Execution.OkExit)
	require.EqualValues(t, 5, spec.Clock)
	c.Task.Id = strings.Repeat("ab", 32)
	again, err = BuildSpec(c, program, inputs)
	require.NoError(t, err)
	require.Equal(t, spec.Seed, again.Seed)
	require.Equal(t, []runtime.Folder{{Name: "data", Content: inputs[0]}}, spec.Folders)
	require.Empty(t, spec.Inputs)
	var _ chain.Source = h.chain
}

// A row gives its task arguments, variables, stdin and files of its own. The file of rows itself is not below /in. If the task has no
// row, or the row does not fit the job, the Spec gets a folder that cannot be unpacked. So every worker comes to the same answer.
func TestSpecWithRows(t *testing.T) {
	var packed bytes.Buffer
	require.NoError(t, rows.Pack(&packed, []rows.Row{
		{Args: []string{"-w", "1"}, Env: []string{"B=2", "A=3"}, Stdin: "x", Files: []rows.File{{Name: "x", From: "0"}}},
		{},
		{Files: []rows.File{{Name: "scene.txt", From: "0"}}},
		{Env: []string{"J=twice"}},
		{Stdin: "nowhere"},
	}, map[string]artifact.Content{"0": artifact.Bytes("zero")}))
	a := newHouse(t, asFirst).assignment()
	a.Deal.Inputs = []*dealstypes.Input{{Name: "scene.txt"}, {Name: ".rows", Tree: true}}
	a.Deal.Args, a.Deal.Bag = []string{"all"}, 6
	a.Deal.Execution = &dealstypes.Execution{Rows: ".rows", Env: []string{"J=job"}, Stdin: "scene.txt"}
	files := []artifact.Content{inputs[0], artifact.Bytes(packed.Bytes())}
	build := func(index uint64) runtime.Spec {
		a.Task.Index = index
		spec, err := BuildSpec(a, program, files)
		require.NoError(t, err)
		return spec
	}
	spec := build(0)
	require.Equal(t, []string{"all", "-w", "1"}, spec.Args[1:])
	require.Equal(t, contract.Execution{Env: []string{"A=3", "B=2", "J=job"}, Stdin: "x", Clock: a.Deal.Time}, spec.Execution)
	require.Empty(t, spec.Folders)
	require.Equal(t, []result.File{{Path: "scene.txt", Content: inputs[0]}, {Path: "x", Content: artifact.Bytes("zero")}}, spec.Inputs)
	require.Equal(t, []string{"IEXEC_INPUT_FILES_NUMBER=2", "IEXEC_INPUT_FILE_NAME_1=scene.txt", "IEXEC_INPUT_FILE_NAME_2=x"}, about(spec.Env, "INPUT_FILES_NUMBER", "INPUT_FILE_NAME"))

	spec = build(1)
	require.Equal(t, []string{"all"}, spec.Args[1:])
	require.Equal(t, contract.Execution{Env: []string{"J=job"}, Stdin: "scene.txt", Clock: a.Deal.Time}, spec.Execution)
	require.Len(t, spec.Inputs, 1)

	for index, why := range map[uint64]string{2: "there twice", 3: "each once", 4: "stdin: got", 5: "there are 5 rows"} {
		spec = build(index)
		require.Len(t, spec.Folders, 1)
		text, err := artifact.ReadContent(spec.Folders[0].Content)
		require.NoError(t, err)
		require.Contains(t, string(text), why)
		_, err = tree.Read(text)
		require.Error(t, err)
		require.Equal(t, []string{"all"}, spec.Args[1:])
	}
}

// dataset returns a dataset with the digest of this content under this id.
func dataset(id, content string) dealstypes.PinnedDataset {
	return dealstypes.PinnedDataset{
		Dataset: id, Version: "1", Digest: artifact.Sum([]byte(content)).String(), Size_: uint64(len(content)),
	}
}

func TestSpecWithDatasets(t *testing.T) {
	all := []dealstypes.PinnedDataset{dataset("acme/cities", "c"), dataset("acme/roads", "r"), dataset("globe/rivers", "rr")}
	for _, tc := range []struct {
		name       string
		datasets   []dealstypes.PinnedDataset
		perTask    uint32
		index      uint64
		paths, env []string // env holds the variables about datasets
	}{
		{"one", all[:1], 0, 3, []string{"datasets/acme/cities"}, []string{
			"CREDENCE_DATASETS=1", "CREDENCE_DATASET_1=/in/datasets/acme/cities", "IEXEC_DATASET_FILENAME=datasets/acme/cities",
		}},
		{"every task all", all, 0, 4, []string{"datasets/acme/cities", "datasets/acme/roads", "datasets/globe/rivers"}, []string{
			"CREDENCE_DATASETS=3", "CREDENCE_DATASET_1=/in/datasets/acme/cities", "CREDENCE_DATASET_2=/in/datasets/acme/roads",
			"CREDENCE_DATASET_3=/in/datasets/globe/rivers", "IEXEC_DATASET_FILENAME=datasets/acme/cities", "IEXEC_BULK_SLICE_SIZE=3",
			"IEXEC_DATASET_1_FILENAME=datasets/acme/cities", "IEXEC_DATASET_2_FILENAME=datasets/acme/roads",
			"IEXEC_DATASET_3_FILENAME=datasets/globe/rivers",
		}},
		{"two each", all, 2, 0, []string{"datasets/acme/cities", "datasets/acme/roads"}, []string{
			"CREDENCE_DATASETS=2", "CREDENCE_DATASET_1=/in/datasets/acme/cities", "CREDENCE_DATASET_2=/in/datasets/acme/roads",
			"IEXEC_DATASET_FILENAME=datasets/acme/cities", "IEXEC_BULK_SLICE_SIZE=2",
			"IEXEC_DATASET_1_FILENAME=datasets/acme/cities", "IEXEC_DATASET_2_FILENAME=datasets/acme/roads",
		}},
		{"the rest for the last", all, 2, 1, []string{"datasets/globe/rivers"}, []string{
			"CREDENCE_DATASETS=1", "CREDENCE_DATASET_1=/in/datasets/globe/rivers",
			"IEXEC_DATASET_FILENAME=datasets/globe/rivers", "IEXEC_BULK_SLICE_SIZE=1", "IEXEC_DATASET_1_FILENAME=datasets/globe/rivers",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newHouse(t, asFirst).assignment()
			a.Deal.Datasets, a.Deal.DatasetsPerTask, a.Task.Index = tc.datasets, tc.perTask, tc.index
			files := slices.Clone(inputs)
			for i := range tc.paths {
				files = append(files, artifact.Bytes(fmt.Sprint("content ", i)))
			}
			spec, err := BuildSpec(a, program, files)
			require.NoError(t, err)
			require.Equal(t, "scene.txt", spec.Inputs[0].Path)
			require.Len(t, spec.Inputs, 1+len(tc.paths))
			for i, p := range tc.paths {
				require.Equal(t, p, spec.Inputs[i+1].Path)
				require.Equal(t, files[i+1], spec.Inputs[i+1].Content)
			}
			require.Equal(t, tc.env, about(spec.Env, "DATASET", "BULK"))
			require.Contains(t, spec.Env, "IEXEC_INPUT_FILES_NUMBER=1", "a dataset is no input")

			_, err = BuildSpec(a, program, files[:len(files)-1])
			require.ErrorContains(t, err, "inputs and datasets")
		})
	}
}

// about returns the variables whose names contain one of the words.
func about(env []string, words ...string) (out []string) {
	for _, e := range env {
		for _, w := range words {
			if strings.Contains(strings.Split(e, "=")[0], w) {
				out = append(out, e)
				break
			}
		}
	}
	return out
}

// A bag is spread over several deals. The task's index is that within the bag, so that an app finds its share of the bag in any of the
// deals.
func TestSpecOfALaterDeal(t *testing.T) {
	a := newHouse(t, asFirst).assignment()
	a.Deal.First, a.Deal.Size_, a.Deal.Bag, a.Task.Index = 6, 4, 10, 8
	spec, err := BuildSpec(a, program, inputs)
	require.NoError(t, err)
	for _, e := range []string{
		"CREDENCE_TASK_INDEX=8", "CREDENCE_BAG_SIZE=10", "CREDENCE_DEAL_FIRST=6", "CREDENCE_DEAL_SIZE=4",
		"IEXEC_TASK_INDEX=8", "IEXEC_BOT_TASK_INDEX=8", "IEXEC_BOT_SIZE=10", "IEXEC_BOT_FIRST_INDEX=0",
	} {
		require.Contains(t, spec.Env, e)
	}
}

func TestSpecResources(t *testing.T) {
	for _, tc := range []struct {
		name           string
		asked          appstypes.Resources
		memory, output uint64
	}{
		{"nothing asked", appstypes.Resources{}, 1 << 30, 64 << 20},
		{"less", appstypes.Resources{MemoryBytes: 128 << 20, DiskBytes: 1 << 20}, 128 << 20, 1 << 20},
		{"more memory than by default", appstypes.Resources{MemoryBytes: 3 << 30}, 3 << 30, 64 << 20},
		{"a larger output", appstypes.Resources{DiskBytes: 1 << 30}, 1 << 30, 1 << 30},
		{"more than there is", appstypes.Resources{MemoryBytes: 1 << 40, DiskBytes: 1 << 40}, 65_535 << 16, 4 << 30},
		{"other things", appstypes.Resources{CpuMillis: 2000, Gpus: 1}, 1 << 30, 64 << 20},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newHouse(t, asFirst).assignment()
			a.Deal.Resources = tc.asked
			spec, err := BuildSpec(a, program, inputs)
			require.NoError(t, err)
			require.Equal(t, tc.memory, spec.MemoryLimit)
			require.Equal(t, tc.output, spec.OutputLimit)
			require.EqualValues(t, tc.asked.Gpus, spec.GPUs)
		})
	}
}
