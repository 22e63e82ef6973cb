package client

import (
	"errors"
	"fmt"
	"testing"

	errorsmod "cosmossdk.io/errors"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// overTheWire is what a client gets of a module's error in a query.
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
