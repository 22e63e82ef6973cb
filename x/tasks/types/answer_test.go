package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestEvidenceHasItsGas: a transaction of answers may ask for what its evidence costs, without being an ordinary one, and for no
// more; one without evidence asks for what it always did.
func TestEvidenceHasItsGas(t *testing.T) {
	plain := &types.MsgReveal{Task: "t"}
	shown := &types.MsgReveal{Task: "t", Evidence: make([]byte, poco.MaxEvidence)}
	require.Equal(t, types.AnswersGas(1), types.GasOfAnswers(plain))
	require.Equal(t, types.AnswersGas(2)+types.CheckGas+20*poco.MaxEvidence, types.GasOfAnswers(plain, shown))
	require.Equal(t, 2*types.AnswerGas+types.CheckGas, types.GasOfHandlers([]sdk.Msg{plain, shown}))
	require.Zero(t, types.EvidenceGas(plain))
	word := &types.MsgReveal{Evidence: make([]byte, poco.AttestationSize)}
	require.Equal(t, types.WordGas, types.EvidenceGas(word), "a signature costs less than a proof")
	require.Equal(t, types.AnswersGas(1)+types.WordGas+20*poco.AttestationSize, types.GasOfAnswers(word))
	require.Zero(t, types.EvidenceGas(&types.MsgCommit{}))

	for msg, gas := range map[*types.MsgReveal]uint64{plain: types.AnswersGas(1), shown: types.GasOfAnswers(shown)} {
		_, is := types.AssignedAnswers([]sdk.Msg{msg}, gas)
		require.True(t, is)
		_, is = types.AssignedAnswers([]sdk.Msg{msg}, gas+1)
		require.False(t, is)
	}
	require.NoError(t, types.CheckEvidenceSize([]sdk.Msg{shown}))
	shown.Evidence = append(shown.Evidence, 0)
	require.ErrorIs(t, types.CheckEvidenceSize([]sdk.Msg{plain, shown}), types.ErrEvidence)
}
