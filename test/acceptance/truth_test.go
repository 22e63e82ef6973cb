package acceptance

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	program "github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/result"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// truth returns the right answer of an echo task. It is found twice: by running the module here, and for the digest by computing the text
// that the module has to write.
func (n *network) truth(task taskstypes.Task, deal dealstypes.Deal) taskstypes.Outcome {
	n.t.Helper()
	spec, err := agent.BuildSpec(chain.Assignment{Task: task, Deal: deal}, program.ProgramOf(echo()), nil)
	require.NoError(n.t, err)
	runtime, err := wasm.New(wasm.Config{CacheDir: truthCache(n.t)})
	require.NoError(n.t, err)
	out, err := runtime.Run(n.ctx, spec)
	require.NoError(n.t, err)
	answer, err := agent.ConcludeRun(runtime.Rules(), out)
	require.NoError(n.t, err)

	env := []string{
		"CREDENCE_TASK_ID=" + task.Id, "CREDENCE_TASK_INDEX=0", "CREDENCE_BAG_SIZE=1", "CREDENCE_DEAL_ID=" + deal.Id,
		"CREDENCE_DEAL_FIRST=0", "CREDENCE_DEAL_SIZE=1", "CREDENCE_IN=/in", "CREDENCE_OUT=/out", "CREDENCE_DATASETS=0",
		"IEXEC_TASK_ID=0x" + task.Id, "IEXEC_DEAL_ID=0x" + deal.Id, "IEXEC_TASK_INDEX=0", "IEXEC_IN=/in", "IEXEC_OUT=/out", "IEXEC_BOT_FIRST_INDEX=0", "IEXEC_BOT_TASK_INDEX=0",
		"IEXEC_BOT_SIZE=1", "IEXEC_INPUT_FILES_FOLDER=/in", "IEXEC_INPUT_FILES_NUMBER=0",
	}
	data := []byte(strings.Join(env, "\x00") + "\x00")
	manifest, err := result.Build(result.KindResult, "", 0, []result.File{{Path: "result", Content: artifact.Bytes(data)}})
	require.NoError(n.t, err)
	require.Equal(n.t, manifest.Digest(), answer.Outcome.Digest, "the local run wrote something else than its environment")
	return taskstypes.OutcomeFromPoco(answer.Outcome)
}

// truthCache returns a cache that keeps the compiled module within a test.
func truthCache(t testing.TB) string {
	t.Helper()
	if cache[t.Name()] == "" {
		cache[t.Name()] = t.TempDir()
	}
	return cache[t.Name()]
}

var cache = map[string]string{}
