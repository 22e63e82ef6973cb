package acceptance

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/devnet"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// A devnet is stopped and started on the same folder. Its chain, its results and a running task continue. Its blocks have the limits of a
// real chain's.
func TestDevnetRestart(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	o := devnet.Options{State: t.TempDir()}
	n := startIn(t, ctx, o)
	params, err := consensustypes.NewQueryClient(n.conn).Params(ctx, &consensustypes.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, genesis.MaxBlockGas, params.Params.Block.MaxGas)
	require.Equal(t, genesis.MaxBlockBytes, params.Params.Block.MaxBytes)
	app := n.publish("echo", echo(), appPrice)
	before := n.open()
	old := n.submit(job(app, lyingTrust, 3))
	require.Equal(t, taskstypes.ENDING_ACCEPTED, n.ended(old.Id).Ending)
	open := n.submit(job(app, lyingTrust, 3))
	n.reaches(open.Id, "the first worker", func(t taskstypes.Task) bool { return t.Phase >= taskstypes.PHASE_FIRST })
	height := n.height()
	n.conn.Close()
	begin := time.Now()
	n.Stop()
	t.Logf("stopped after %s", time.Since(begin).Round(100*time.Millisecond))
	info, err := devnet.LoadInfo(filepath.Join(o.State, devnet.InfoFile))
	require.NoError(t, err)
	require.False(t, info.Running)

	n = startIn(t, ctx, o)
	require.GreaterOrEqual(t, n.height(), height)
	pieces := []piece{{n.ended(old.Id), n.deal(old.Id)}, {n.ended(open.Id), n.deal(open.Id)}}
	last := n.submit(job(app, lyingTrust, 3))
	pieces = append(pieces, piece{n.ended(last.Id), n.deal(last.Id)})
	for _, p := range pieces {
		t.Log(story(p.task))
		require.Equal(t, taskstypes.ENDING_ACCEPTED, p.task.Ending)
		require.False(t, p.task.ByCourt)
		require.Equal(t, n.truth(p.task, p.deal), *p.task.Verdict)
	}
	n.audit(before, pieces)
	n.auditLedgers(pieces)

	// The workers still serve the answers from before the restart.
	report, err := client.FetchTask(ctx, n.conn, pieces[0].task.Id, nil, filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	require.Equal(t, []string{"result"}, report.Files)
}
