package client

import (
	"context"
	"testing"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/receipt"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TestEvidenceOfABlock: the evidence of a task's reveals is found in its block. A pruned block gives another error than a block that is
// missing for another reason.
func TestEvidenceOfABlock(t *testing.T) {
	task := [32]byte{7}
	reveal, err := codectypes.NewAnyWithValue(&taskstypes.MsgReveal{Task: taskstypes.IDText(task), Evidence: []byte("proof")})
	require.NoError(t, err)
	body, err := (&txtypes.TxBody{Messages: []*codectypes.Any{reveal}}).Marshal()
	require.NoError(t, err)
	raw, err := (&txtypes.TxRaw{BodyBytes: body}).Marshal()
	require.NoError(t, err)
	n := newFakeNode("evidence-1")
	n.height, n.pruned, n.sent = 50, 40, [][]byte{{0xff}, raw}
	from := nodeSource{dialFake(t, n)}
	all, err := from.Evidence(context.Background(), 41, task)
	require.NoError(t, err)
	require.Equal(t, [][]byte{[]byte("proof")}, all)
	all, err = from.Evidence(context.Background(), 41, [32]byte{8})
	require.NoError(t, err)
	require.Empty(t, all)
	_, err = from.Evidence(context.Background(), 40, task)
	require.ErrorIs(t, err, receipt.ErrNoBlock)
	require.ErrorContains(t, err, "block 40, the earliest is 41")
	_, err = from.Evidence(context.Background(), 51, task)
	require.ErrorContains(t, err, "bigger than the chain length")
	require.NotErrorIs(t, err, receipt.ErrNoBlock)
}
