package cli

import (
	"errors"
	"fmt"
	"testing"

	errorsmod "cosmossdk.io/errors"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// overTheWire returns a module's error in the form in which a query hands it to a client.
func overTheWire(err error) error {
	var carrier interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &carrier) {
		panic("no status")
	}
	s := carrier.GRPCStatus()
	return status.Error(s.Code(), s.Message())
}

// The hint of what to do next depends on the module's own error.
func TestHintsAreForTheErrorsTheyMean(t *testing.T) {
	for _, tc := range []struct {
		err  error
		hint string
		exit int
	}{
		{markettypes.ErrUnknownApp, "publish", ExitFailed},
		{markettypes.ErrDeprecated, "provider", ExitFailed},
		{markettypes.ErrSuspended, "mend", ExitFailed},
		{markettypes.ErrUnknownPool, "--pool", ExitFailed},
		{markettypes.ErrTrust, "--trust", ExitFailed},
		{markettypes.ErrPolicy, "--policy", ExitFailed},
		{markettypes.ErrReplicas, "--min-replicas", ExitFailed},
		{markettypes.ErrUnaffordable, "--max-price", ExitUnfunded},
		{markettypes.ErrFuel, "--fuel", ExitFailed},
		{markettypes.ErrSize, "--bag", ExitFailed},
		{markettypes.ErrInputs, "smaller inputs", ExitFailed},
		{markettypes.ErrInputName, "NAME=FILE", ExitFailed},
		{markettypes.ErrArgs, "--args", ExitFailed},
		{markettypes.ErrNoOrder, "book", ExitFailed},
		{orgstypes.ErrRole, "role", ExitFailed},
		{orgstypes.ErrRevoked, "council", ExitFailed},
		{appstypes.ErrNotFound, "publish", ExitFailed},
		{appstypes.ErrNotOwner, "rename", ExitFailed},
		{taskstypes.ErrNotFound, "task list", ExitFailed},
	} {
		t.Run(tc.err.Error(), func(t *testing.T) {
			var problem *Problem
			require.ErrorAs(t, Explain(overTheWire(errorsmod.Wrap(tc.err, "because"))), &problem)
			require.Contains(t, problem.What, "because")
			require.Contains(t, problem.Next, tc.hint)
			require.Equal(t, tc.exit, problem.ExitCode())
		})
	}
}

func TestExplain(t *testing.T) {
	require.NoError(t, Explain(nil))
	plain := errors.New("something else")
	require.Equal(t, plain, Explain(plain))

	for _, tc := range []struct {
		err  error
		exit int
		next string
	}{
		{fmt.Errorf("x: %w", client.ErrNoEndpoint), ExitNetwork, "devnet"},
		{status.Error(codes.Unavailable, "refused"), ExitNetwork, "devnet"},
		{fmt.Errorf("x: %w", client.ErrNoAccount), ExitUnfunded, "coins"},
		{fmt.Errorf("x: %w", client.ErrStalled), ExitStalled, "logs"},
		{&client.HashError{Hash: "AB", Err: client.ErrExpired}, ExitNetwork, "try again"},
	} {
		var problem *Problem
		require.ErrorAs(t, Explain(tc.err), &problem)
		require.Equal(t, tc.exit, problem.ExitCode())
		require.Contains(t, problem.Next, tc.next)
		require.ErrorIs(t, problem, tc.err)
		require.Equal(t, error(problem), Explain(problem), "explained once")
	}

	// A refused transaction keeps its hash.
	err := Explain(&client.TxError{Codespace: "market", Code: markettypes.ErrUnaffordable.ABCICode(), Log: "too little", Hash: "ABCD"})
	require.ErrorContains(t, err, "ABCD")
	require.ErrorContains(t, err, fmt.Sprintf("market/%d", markettypes.ErrUnaffordable.ABCICode()))
}

func TestWithoutRPC(t *testing.T) {
	inner := status.Error(codes.Unavailable, "keepalive ping failed")
	require.Equal(t, "no node: keepalive ping failed", client.WithoutRPC(fmt.Sprintf("no node: %v", status.Error(codes.Unavailable, inner.Error()))))
	require.NotContains(t, Explain(fmt.Errorf("%w: %w", client.ErrNoEndpoint, inner)).Error(), "rpc error")
}
