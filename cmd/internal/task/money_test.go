package task

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func TestPrintMoney(t *testing.T) {
	var out strings.Builder
	name := func(address string) string { return "called " + address }
	PrintMoney(&out, taskstypes.Task{}, name)
	require.Empty(t, out.String(), "it has not ended")
	PrintMoney(&out, taskstypes.Task{Ending: taskstypes.ENDING_ACCEPTED, Settlement: &taskstypes.Settlement{
		Payments: []taskstypes.Payment{
			{Source: "escrow", Amount: 10, To: "a", Party: "APP"}, {Source: "escrow", Amount: 11, To: "d", Party: "DATASET"},
			{Source: "escrow", Amount: 12, To: "p", Party: "POOL"}, {Source: "escrow", Amount: 13, To: "w", Party: "WORKER"},
			{Source: "stake", Amount: 14, To: "w", Party: "WORKER"}, {Source: "stake", Amount: 15, To: "c", Party: "COURT"},
			{Source: "stake", Amount: 16, To: "r", Party: "REQUESTER"}, {Source: "stake", Amount: 17, To: "x", Party: "SOMEBODY"},
			{Source: "stake", Amount: 20, To: "m", Party: "AUDITS"},
		},
		Premium: 17, Refund: 18, Burnt: 19,
	}}, name)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Len(t, lines, 12)
	for i, want := range []string{
		"escrow to called a for the program", "escrow to called d for a dataset", "escrow to called p as the pool's commission", "escrow to called w for a right answer",
		"lost to called w for the right answer against a wrong one", "lost to called c for the court's work", "lost to called r as restitution", "lost to called x as somebody",
		"lost to the chain for audits to come",
		"from the requester's escrow to nobody the premium is destroyed", "from the requester's escrow back to the requester nobody earned it", "from a stake that was lost to nobody it is destroyed",
	} {
		require.Contains(t, strings.Join(strings.Fields(lines[i]), " "), strings.Join(strings.Fields(want), " "))
	}
	out.Reset()
	PrintMoney(&out, taskstypes.Task{Ending: taskstypes.ENDING_VOID, Settlement: &taskstypes.Settlement{Premium: 17}}, name)
	require.Contains(t, out.String(), "what a charge costs where nobody is at fault")
}
