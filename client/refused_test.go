package client

import (
	"errors"
	"fmt"
	"testing"

	errorsmod "cosmossdk.io/errors"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/reasons"
	markettypes "github.com/credence-chain/credence/x/market/types"
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

func TestRefused(t *testing.T) {
	err := overTheWire(errorsmod.Wrapf(markettypes.ErrUnaffordable, "max_price: got %d", 7))
	refused := Refused(fmt.Errorf("quote: %w", err))
	require.NotNil(t, refused)
	require.Equal(t, "market", refused.Codespace)
	require.EqualValues(t, markettypes.ErrUnaffordable.ABCICode(), refused.Code)
	require.Equal(t, "price not affordable: max_price: got 7", refused.Log)

	for _, other := range []error{
		nil, errors.New("codespace market code 15: x"), status.Error(codes.Unavailable, "connection refused"),
	} {
		require.Nil(t, Refused(other))
	}
}

// TestRefusedWithDetails: a client understands a refusal by the details that the node gives, even if the text does not name the module.
// Every refusal has its reason and its field.
func TestRefusedWithDetails(t *testing.T) {
	wrapped := fmt.Errorf("job: %w", markettypes.ErrTrust.Wrapf("trust: got %d, expected %d to %d; take 100", 1, 2, 10))
	require.Nil(t, Refused(status.Error(codes.Unknown, wrapped.Error())), "without details the text says nothing of the module")
	refused := Refused(fmt.Errorf("quote: %w", reasons.Describe(wrapped)))
	require.NotNil(t, refused)
	require.Equal(t, sender.CodeOf(markettypes.ErrTrust), refused.CodeOf())
	require.Equal(t, "TRUST", refused.Reason())
	name, value, expected, next := refused.Field()
	require.Equal(t, []string{"job.trust", "1", "2 to 10", "take 100"}, []string{name, value, expected, next})

	direct := Refused(reasons.Describe(markettypes.ErrPrice.Wrap("max_price: 7, expected at least 9")))
	require.Equal(t, "price out of range: max_price: 7, expected at least 9", direct.Log)
	name, value, expected, _ = direct.Field()
	require.Equal(t, []string{"max_price", "7", "at least 9"}, []string{name, value, expected})

	// The outcome of a transaction has the same key.
	failed := &TxError{Codespace: "market", Code: markettypes.ErrPrice.ABCICode(), Log: "failed to execute message; message index: 0: max_price: 7, expected at least 9: price out of range"}
	require.Equal(t, "PRICE", failed.Reason())
	name, value, expected, _ = failed.Field()
	require.Equal(t, []string{"max_price", "7", "at least 9"}, []string{name, value, expected})

	require.Nil(t, Refused(reasons.Describe(status.Error(codes.NotFound, "no such thing"))), "no module refused it")
}
