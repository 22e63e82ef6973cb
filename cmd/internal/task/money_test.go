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
	PrintMoney(&out, taskstypes.Task{Settlement: &taskstypes.Settlement{
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
		"-> called a  the app's price", "-> called d  a dataset's price", "-> called p  the pool's commission", "-> called w  a right replica",
		"-> called w  share of the liar's stake", "-> called c  the court's fee", "-> called r  restitution", "-> called x  somebody",
		"-> the chain  the budget for audits",
		"-> nobody     premium, destroyed", "-> requester  refund", "-> nobody     burnt",
	} {
		require.Contains(t, strings.Join(strings.Fields(lines[i]), " "), strings.Join(strings.Fields(want), " "))
	}
}
