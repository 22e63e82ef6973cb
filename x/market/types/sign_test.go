package types_test

import (
	"bytes"
	"errors"
	"testing"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256r1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	multisigtypes "github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authante "github.com/cosmos/cosmos-sdk/x/auth/ante"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

const chain = "credence-1"

var registry = func() codectypes.InterfaceRegistry {
	r := codectypes.NewInterfaceRegistry()
	cryptocodec.RegisterInterfaces(r)
	types.RegisterInterfaces(r)
	return r
}()

func free(signing.SignatureV2) error { return nil }

func key(seed byte) cryptotypes.PrivKey {
	return secp256k1.GenPrivKeyFromSecret([]byte{seed})
}

func one(t *testing.T, k cryptotypes.PrivKey, msg []byte) *signing.SingleSignatureData {
	t.Helper()
	bz, err := k.Sign(msg)
	require.NoError(t, err)
	return &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT, Signature: bz}
}

// group is a multisig key and who of its members signs.
func group(t *testing.T, threshold int, members []cryptotypes.PubKey, signatures map[int]signing.SignatureData) (cryptotypes.PubKey, *signing.MultiSignatureData) {
	t.Helper()
	data := multisigtypes.NewMultisig(len(members))
	for i := range members {
		if s := signatures[i]; s != nil {
			require.NoError(t, multisigtypes.AddSignatureFromPubKey(data, s, members[i], members))
		}
	}
	return multisig.NewLegacyAminoPubKey(threshold, members), data
}

// sign makes an order of the key's account, signed by what signs its bytes.
func sign(t *testing.T, pub cryptotypes.PubKey, by func(msg []byte) signing.SignatureData) types.SignedOrder {
	t.Helper()
	o := poolOrder()
	var err error
	o.Owner, err = codec.BytesToString(pub.Address())
	require.NoError(t, err)
	packed, err := codectypes.NewAnyWithValue(pub)
	require.NoError(t, err)
	return types.SignedOrder{Order: &o, Signature: &signing.SignatureDescriptor{
		PublicKey: packed, Data: signing.SignatureDataToProto(by(o.SignBytes(chain))),
	}}
}

// wire returns the order as the chain gets it: without what was cached when it was made.
func wire(t *testing.T, s types.SignedOrder) (back types.SignedOrder) {
	t.Helper()
	bz, err := s.Marshal()
	require.NoError(t, err)
	require.NoError(t, back.Unmarshal(bz))
	return back
}

func signed(t *testing.T) types.SignedOrder {
	t.Helper()
	k := key(1)
	return sign(t, k.PubKey(), func(msg []byte) signing.SignatureData { return one(t, k, msg) })
}

// signedByGroup is signed by two of three, one of whom is a group of one of two itself.
func signedByGroup(t *testing.T) types.SignedOrder {
	t.Helper()
	a, b, c := key(1), key(2), key(3)
	inner := multisig.NewLegacyAminoPubKey(1, []cryptotypes.PubKey{b.PubKey(), c.PubKey()})
	members := []cryptotypes.PubKey{a.PubKey(), key(4).PubKey(), inner}
	pub := multisig.NewLegacyAminoPubKey(2, members)
	return sign(t, pub, func(msg []byte) signing.SignatureData {
		_, of := group(t, 1, inner.GetPubKeys(), map[int]signing.SignatureData{1: one(t, c, msg)})
		_, data := group(t, 2, members, map[int]signing.SignatureData{0: one(t, a, msg), 2: of})
		return data
	})
}

func ownerOf(t *testing.T, s types.SignedOrder) sdk.AccAddress {
	t.Helper()
	bz, err := codec.StringToBytes(s.Order.Owner)
	require.NoError(t, err)
	return bz
}

func TestVerifySignatureOfEveryKey(t *testing.T) {
	p256, err := secp256r1.GenPrivKey()
	require.NoError(t, err)
	for name, k := range map[string]cryptotypes.PrivKey{"secp256k1": key(1), "secp256r1": p256, "ed25519": ed25519.GenPrivKeyFromSecret([]byte("x"))} {
		s := wire(t, sign(t, k.PubKey(), func(msg []byte) signing.SignatureData { return one(t, k, msg) }))
		require.NoError(t, s.VerifySignature(chain, ownerOf(t, s), registry, free), name)
		s.Signature.Data.GetSingle().Signature[5] ^= 1
		require.ErrorIs(t, s.VerifySignature(chain, ownerOf(t, s), registry, free), types.ErrSignature, name)
	}
	s := wire(t, signedByGroup(t))
	require.NoError(t, s.VerifySignature(chain, ownerOf(t, s), registry, free))
}

// Each row takes a good signature and expects that it is refused, without a panic.
func TestVerifySignatureRefuses(t *testing.T) {
	type signedOrder = types.SignedOrder
	repack := func(t *testing.T, s *signedOrder, change func(*multisig.LegacyAminoPubKey)) {
		t.Helper()
		var pub cryptotypes.PubKey
		require.NoError(t, registry.UnpackAny(s.Signature.PublicKey, &pub))
		change(pub.(*multisig.LegacyAminoPubKey))
		bz, err := pub.(*multisig.LegacyAminoPubKey).Marshal()
		require.NoError(t, err)
		s.Signature.PublicKey = &codectypes.Any{TypeUrl: s.Signature.PublicKey.TypeUrl, Value: bz}
	}
	multi := func(s *signedOrder) *signing.SignatureDescriptor_Data_Multi { return s.Signature.Data.GetMulti() }
	for _, tc := range []struct {
		name     string
		of       func(*testing.T) signedOrder
		malleate func(*testing.T, *signedOrder)
		says     string
	}{
		{"no order", signed, func(_ *testing.T, s *signedOrder) { s.Order = nil }, "order: missing"},
		{"no signature", signed, func(_ *testing.T, s *signedOrder) { s.Signature = nil }, "signature: missing"},
		{"no key", signed, func(_ *testing.T, s *signedOrder) { s.Signature.PublicKey = nil }, "public_key: missing"},
		{"unknown key", signed, func(_ *testing.T, s *signedOrder) { s.Signature.PublicKey.TypeUrl = "/x" }, "public_key"},
		{"key of no type", signed, func(_ *testing.T, s *signedOrder) { s.Signature.PublicKey.TypeUrl = "" }, "public_key: missing"},
		{"no data", signed, func(_ *testing.T, s *signedOrder) { s.Signature.Data = nil }, "data: missing"},
		{"empty data", signed, func(_ *testing.T, s *signedOrder) { s.Signature.Data.Sum = nil }, "data: missing"},
		{"empty signature", signed, func(_ *testing.T, s *signedOrder) { s.Signature.Data.GetSingle().Signature = nil }, "data: missing"},
		{"sequence", signed, func(_ *testing.T, s *signedOrder) { s.Signature.Sequence = 1 }, "sequence: got 1"},
		{"mode", signed, func(_ *testing.T, s *signedOrder) {
			s.Signature.Data.GetSingle().Mode = signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON
		}, "expected SIGN_MODE_DIRECT"},
		{"no mode", signed, func(_ *testing.T, s *signedOrder) { s.Signature.Data.GetSingle().Mode = 0 }, "expected SIGN_MODE_DIRECT"},
		{"price", signed, func(_ *testing.T, s *signedOrder) { s.Order.Pool.Price-- }, "not the owner's over this order"},
		{"stake", signed, func(_ *testing.T, s *signedOrder) { s.Order.Pool.Stake++ }, "not the owner's over this order"},
		{"nonce", signed, func(_ *testing.T, s *signedOrder) { s.Order.Nonce++ }, "not the owner's over this order"},
		{"several signatures of one key", signed, func(t *testing.T, s *signedOrder) {
			s.Signature.Data = signedByGroup(t).Signature.Data
		}, "expected that of a single key"},
		{"one signature of a group", signedByGroup, func(t *testing.T, s *signedOrder) {
			s.Signature.Data = signed(t).Signature.Data
		}, "expected those of a multisig key"},
		{"one signature of a nested group", signedByGroup, func(t *testing.T, s *signedOrder) {
			multi(s).Signatures[1] = signed(t).Signature.Data
		}, "expected those of a multisig key"},
		{"too few signatures", signedByGroup, func(_ *testing.T, s *signedOrder) {
			multi(s).Bitarray.SetIndex(2, false)
			multi(s).Signatures = multi(s).Signatures[:1]
		}, "signature size is incorrect"},
		{"a bit without signature", signedByGroup, func(_ *testing.T, s *signedOrder) { multi(s).Bitarray.SetIndex(1, true) }, "data"},
		{"a signature without bit", signedByGroup, func(_ *testing.T, s *signedOrder) {
			multi(s).Signatures = append(multi(s).Signatures, multi(s).Signatures[0])
		}, "one for each bit"},
		{"bits missing", signedByGroup, func(_ *testing.T, s *signedOrder) { multi(s).Bitarray = nil }, "bitarray"},
		{"bits without bytes", signedByGroup, func(_ *testing.T, s *signedOrder) {
			multi(s).Bitarray.Elems, multi(s).Bitarray.ExtraBitsStored = nil, 11
		}, "bitarray"},
		{"too many bits", signedByGroup, func(_ *testing.T, s *signedOrder) { multi(s).Bitarray.ExtraBitsStored = 4 }, "bitarray"},
		{"nested signature broken", signedByGroup, func(_ *testing.T, s *signedOrder) {
			multi(s).Signatures[1].GetMulti().Signatures[0].GetSingle().Signature[3] ^= 1
		}, "unable to verify"},
		{"nested mode", signedByGroup, func(_ *testing.T, s *signedOrder) {
			multi(s).Signatures[1].GetMulti().Signatures[0].GetSingle().Mode = signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON
		}, "expected SIGN_MODE_DIRECT"},
		{"threshold of none", signedByGroup, func(t *testing.T, s *signedOrder) {
			repack(t, s, func(k *multisig.LegacyAminoPubKey) { k.Threshold = 0 })
		}, "threshold"},
		{"threshold over all", signedByGroup, func(t *testing.T, s *signedOrder) {
			repack(t, s, func(k *multisig.LegacyAminoPubKey) { k.Threshold = 4 })
		}, "threshold"},
		{"empty member", signedByGroup, func(t *testing.T, s *signedOrder) {
			repack(t, s, func(k *multisig.LegacyAminoPubKey) { k.PubKeys[1] = &codectypes.Any{} })
		}, "a key of the multisig key is missing"},
		{"33 keys", signedByGroup, func(t *testing.T, s *signedOrder) {
			repack(t, s, func(k *multisig.LegacyAminoPubKey) {
				for len(k.PubKeys) < 32 {
					k.PubKeys = append(k.PubKeys, k.PubKeys[0]) // with the nested two
				}
			})
		}, "more than 32 keys"},
		{"deep", signed, func(t *testing.T, s *signedOrder) {
			pub := key(1).PubKey()
			for range types.MaxSignDepth + 1 {
				pub = multisig.NewLegacyAminoPubKey(1, []cryptotypes.PubKey{pub})
			}
			packed, err := codectypes.NewAnyWithValue(pub)
			require.NoError(t, err)
			s.Signature.PublicKey = packed
		}, "nested deeper than 4"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := tc.of(t)
			owner := ownerOf(t, s)
			tc.malleate(t, &s)
			if s.Signature != nil && s.Signature.Data != nil {
				s = wire(t, s)
			}
			err := s.VerifySignature(chain, owner, registry, free)
			require.ErrorIs(t, err, types.ErrSignature)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestVerifySignatureBinds(t *testing.T) {
	s := wire(t, signed(t))
	owner := ownerOf(t, s)
	require.NoError(t, s.VerifySignature(chain, owner, registry, free))
	require.ErrorContains(t, s.VerifySignature("credence-2", owner, registry, free), "on this chain")
	require.ErrorContains(t, s.VerifySignature(chain, bytes.Repeat([]byte{7}, 20), registry, free), "expected the owner's")

	// The same content as another kind's, and as another purpose's.
	k := key(1)
	o := poolOrder()
	o.Owner = s.Order.Owner
	raw := sign(t, k.PubKey(), func([]byte) signing.SignatureData { return one(t, k, o.Encode()) })
	require.ErrorIs(t, wire(t, raw).VerifySignature(chain, owner, registry, free), types.ErrSignature)
}

// Gas is charged for each signature before anything is verified.
func TestVerifySignatureConsumes(t *testing.T) {
	params := authtypes.DefaultParams()
	for _, tc := range []struct {
		name string
		s    types.SignedOrder
		keys uint64
	}{{"one", signed(t), 1}, {"group", signedByGroup(t), 2}} {
		s := wire(t, tc.s)
		meter := storetypes.NewGasMeter(1_000_000)
		require.NoError(t, s.VerifySignature(chain, ownerOf(t, s), registry, func(sig signing.SignatureV2) error {
			return authante.DefaultSigVerificationGasConsumer(meter, sig, params)
		}))
		require.Equal(t, tc.keys*params.SigVerifyCostSecp256k1, meter.GasConsumed(), tc.name)
	}

	s := signed(t)
	s.Order.Nonce++ // no longer what was signed
	asked := 0
	err := s.VerifySignature(chain, ownerOf(t, s), registry, func(signing.SignatureV2) error { asked++; return errors.New("no") })
	require.ErrorIs(t, err, types.ErrSignature)
	require.ErrorContains(t, err, "no")
	require.NotContains(t, err.Error(), "on this chain", "nothing is verified that was not paid for")
	require.Equal(t, 1, asked)
}

// The keys of a match's orders are unpacked with the transaction.
func TestMatchUnpacksKeys(t *testing.T) {
	a, b, c, d := signed(t), signed(t), signed(t), signed(t)
	msg := types.MsgMatchOrders{App: &a, Datasets: []types.SignedOrder{b, {}}, Pool: c, Request: d}
	bz, err := msg.Marshal()
	require.NoError(t, err)
	var back types.MsgMatchOrders
	require.NoError(t, back.Unmarshal(bz))
	require.NoError(t, codectypes.UnpackInterfaces(back, registry))
	for _, s := range []types.SignedOrder{*back.App, back.Datasets[0], back.Pool, back.Request} {
		require.NotNil(t, s.Signature.PublicKey.GetCachedValue())
		require.NoError(t, s.VerifySignature(chain, ownerOf(t, s), registry, free))
	}
	back.Pool.Signature.PublicKey = &codectypes.Any{TypeUrl: "/x"}
	require.Error(t, codectypes.UnpackInterfaces(back, registry))
}
