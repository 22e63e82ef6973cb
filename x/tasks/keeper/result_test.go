package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/tasks/types"
)

// A result is that of an accepted task, pruned or not; a task that ended otherwise, or does not exist, has none.
func TestResultOfATask(t *testing.T) {
	f := newFixture(t, 20)
	id := f.open(1)[0]
	_, found, err := f.k.Result(f.ctx, id)
	require.NoError(t, err)
	require.False(t, found, "it has not ended")
	f.finish(id)
	task := f.task(id)
	require.Equal(t, types.ENDING_ACCEPTED, task.Ending)
	digest, found, err := f.k.Result(f.ctx, id)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, task.Verdict.Digest, digest)

	failed := task
	failed.Verdict = &types.Outcome{Kind: types.KIND_APP_FAILED, Digest: task.Verdict.Digest}
	require.NoError(t, f.k.Tasks.Set(f.ctx, id, failed))
	_, found, err = f.k.Result(f.ctx, id)
	require.NoError(t, err)
	require.False(t, found, "the program failed")

	_, found, err = f.k.Result(f.ctx, strings.Repeat("0", 64))
	require.NoError(t, err)
	require.False(t, found)
}
