package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	multisigtypes "github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/credence-chain/credence/x/market/types"
)

// A multisig account signs orders as any other.
func TestMatchOrdersOfAMultisig(t *testing.T) {
	f := newFixture(t)
	members := []cryptotypes.PubKey{key("m1").PubKey(), key("m2").PubKey(), key("m3").PubKey()}
	group := multisig.NewLegacyAminoPubKey(2, members)
	owner, err := addresses.BytesToString(group.Address())
	require.NoError(t, err)
	names[owner], texts["group"], raws["group"], keys["group"] = "group", owner, sdk.AccAddress(group.Address()), key("m1")
	p := four(f)
	f.fund("group", 10_000)
	p.request.Owner = owner
	signedBy := func(who ...string) types.SignedOrder {
		data := multisigtypes.NewMultisig(3)
		for _, n := range who {
			sig, err := key(n).Sign(p.request.SignBytes(chainID))
			require.NoError(t, err)
			one := &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT, Signature: sig}
			require.NoError(t, multisigtypes.AddSignatureFromPubKey(data, one, key(n).PubKey(), members))
		}
		packed, err := codectypes.NewAnyWithValue(group)
		require.NoError(t, err)
		return types.SignedOrder{Order: &p.request, Signature: &signing.SignatureDescriptor{PublicKey: packed, Data: signing.SignatureDataToProto(data)}}
	}
	m := p.msg()
	m.Request = signedBy("m3")
	_, err = f.matchErr(m)
	require.ErrorIs(t, err, types.ErrSignature, "one of two that are needed")
	m.Request = signedBy("m1", "m3")
	_, err = f.matchErr(m)
	require.NoError(t, err)
	f.next()
	require.Equal(t, owner, f.deal(idOf(p.request)).Requester)
	f.next()
}

// A signature costs a transaction gas as its own signature does; an order that is known costs none for it.
func TestMatchOrdersChargesGas(t *testing.T) {
	f := newFixture(t)
	p := four(f)
	used := func() uint64 {
		before := f.ctx.GasMeter().GasConsumed()
		p.relayer += "x"
		_, err := f.matchErr(p.msg())
		require.NoError(t, err)
		return f.ctx.GasMeter().GasConsumed() - before
	}
	fresh, known := used(), used()
	require.GreaterOrEqual(t, fresh-known, uint64(4*1_000), "four secp256k1 signatures of 1000 gas each")
}
