package testutil

import (
	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	markettypes "github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// SignOrder signs an order off the chain, as its owner.
func (c *Chain) SignOrder(owner *Account, o markettypes.Order) markettypes.SignedOrder {
	c.T.Helper()
	require.Equal(c.T, owner.String(), o.Owner)
	packed, err := codectypes.NewAnyWithValue(owner.PubKey())
	require.NoError(c.T, err)
	data, err := owner.SignBytes(o.SignBytes(c.chainID))
	require.NoError(c.T, err)
	return markettypes.SignedOrder{Order: &o, Signature: &signing.SignatureDescriptor{
		PublicKey: packed, Data: signing.SignatureDataToProto(data),
	}}
}

// OrderID returns the text of the id of an order of any kind.
func (c *Chain) OrderID(o markettypes.Order) string { return markettypes.FormatID(o.ID(c.chainID)) }

// VoucherID returns the text of a voucher's id.
func (c *Chain) VoucherID(issuer *Account, nonce uint64) string {
	return markettypes.FormatID(voucherstypes.VoucherID(c.chainID, issuer.String(), nonce))
}
