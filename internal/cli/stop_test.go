package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
)

// Words that a node writes for programs are left out of the text for people.
func TestExplainCommandError(t *testing.T) {
	require.NoError(t, ExplainCommandError(nil))
	inner := status.Error(codes.InvalidArgument, "expected a party to list by")
	err := ExplainCommandError(status.Error(codes.InvalidArgument, inner.Error()))
	require.EqualError(t, err, "expected a party to list by")
	require.Equal(t, ExitFailed, ExitStatus(err))
	err = ExplainCommandError(&client.TxError{Codespace: "market", Code: 5, Log: delivery + "request 12 is REQUEST_STATUS_MATCHED: already ended"})
	require.ErrorContains(t, err, "request 12 is matched: already ended\n  Next: ")
	require.Equal(t, ExitRefused, ExitStatus(err))
}
