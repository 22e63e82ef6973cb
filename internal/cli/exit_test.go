package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func TestExitStatus(t *testing.T) {
	refused := &client.TxError{Codespace: "apps", Code: appstypes.ErrNotOwner.ABCICode(), Log: "no", Hash: "AB", Height: 7}
	unfunded := &client.TxError{Codespace: "market", Code: markettypes.ErrUnaffordable.ABCICode(), Log: "no", Hash: "AB"}
	for _, tc := range []struct {
		name string
		err  error
		want int
	}{
		{"success", nil, ExitDone},
		{"whatever", errors.New("x"), ExitFailed},
		{"a problem without a number", &Problem{What: "x"}, ExitFailed},
		{"a problem with one", fmt.Errorf("x: %w", &Problem{What: "x", Exit: ExitAppFailed}), ExitAppFailed},
		{"a refused transaction", refused, ExitRefused},
		{"explained", Explain(refused), ExitRefused},
		{"refused for money", Explain(unfunded), ExitUnfunded},
		{"a question refused", Explain(overTheWire(appstypes.ErrNotFound)), ExitFailed},
		{"no node", fmt.Errorf("x: %w", client.ErrNoEndpoint), ExitNetwork},
		{"a node that is away", status.Error(codes.Unavailable, "x"), ExitNetwork},
		{"never funded", client.ErrNoAccount, ExitUnfunded},
		{"stalled", client.ErrStalled, ExitStalled},
		{"stalled, in whosever words", &Problem{What: "x", Exit: ExitNetwork, Err: client.ErrStalled}, ExitStalled},
		{"Ctrl-C", &client.Interrupted{Request: "ab", Err: ErrInterrupted}, ExitInterrupted},
		{"Ctrl-C, of the library's context", &client.Interrupted{Request: "ab", Err: context.Canceled}, ExitInterrupted},
		{"SIGTERM", &client.Interrupted{Request: "ab", Err: ErrTerminated}, ExitTerminated},
		{"Ctrl-C before anything", Explain(context.Canceled), ExitInterrupted},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.want, ExitStatus(tc.err)) })
	}
}

// Every exit status is in the table once. The requester's guide has the same table.
func TestExitTable(t *testing.T) {
	seen := map[int]bool{}
	page, err := os.ReadFile("../../docs/requester.md")
	require.NoError(t, err)
	for _, line := range ExitTable() {
		require.False(t, seen[line.Status], line.Status)
		seen[line.Status] = true
		require.Contains(t, string(page), fmt.Sprintf("| %d | %s |\n", line.Status, line.Meaning))
		require.Contains(t, ExitText(), line.Meaning)
	}
	for _, status := range []int{
		ExitDone, ExitFailed, ExitUsage, ExitAppFailed, ExitNotEnded, ExitNoVerdict, ExitUnfunded, ExitRefused, ExitUnproven, ExitNetwork,
		ExitStalled, ExitInterrupted, ExitTerminated,
	} {
		require.True(t, seen[status], status)
	}
	_, table, _ := strings.Cut(string(page), "| exit status |")
	table, _, _ = strings.Cut(table, "\n\n")
	require.Equal(t, len(seen)+2, strings.Count(table, "\n")+1, "the guide has lines of statuses that there are none of")
}

// An error of a run that was stopped names its request, however far it got.
func TestInterruptedNamesTheRequest(t *testing.T) {
	err := Explain(&client.Interrupted{Request: strings.Repeat("ab", 32), Deal: strings.Repeat("cd", 32), Err: ErrInterrupted})
	require.ErrorContains(t, err, "request abababababab runs on")
	require.ErrorContains(t, err, "credenced task watch abababababab")
	require.NotContains(t, err.Error(), "cd")
	require.Equal(t, ExitInterrupted, ExitStatus(err))
}
