package types

import (
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	multisigtypes "github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
)

// Bounds of a multisig key that signs orders: the number of its keys, with those of nested keys, and the depth of nesting.
const (
	MaxSignKeys  = 32
	MaxSignDepth = 4
)

// VerifySignature checks the owner's signature over the order's sign bytes; ErrSignature otherwise.
//
// The descriptor has the public key, and the key's address must be the owner's. So an owner needs no account on the chain yet. Every type
// of key that the chain knows may sign, also multisig keys that are nested up to MaxSignDepth. The sign mode must be SIGN_MODE_DIRECT,
// because one way to sign an order's bytes is enough. The sequence must be 0, because an order has a nonce instead.
//
// consume gets the key and the whole signature before anything is verified, so that it can charge gas for each. If it returns an error,
// the signature is refused.
func (s SignedOrder) VerifySignature(chainID string, owner sdk.AccAddress, reg codectypes.AnyUnpacker, consume func(signing.SignatureV2) error) error {
	switch {
	case s.Order == nil:
		return ErrSignature.Wrap("order: missing, expected the order that was signed")
	case s.Signature == nil:
		return ErrSignature.Wrap("signature: missing")
	case s.Signature.Sequence != 0:
		return ErrSignature.Wrapf("signature.sequence: got %d, expected 0", s.Signature.Sequence)
	}
	key, err := signerKey(s.Signature.PublicKey, reg)
	if err != nil {
		return ErrSignature.Wrapf("signature.public_key: %s", err)
	}
	if address := sdk.AccAddress(key.Address()); !address.Equals(owner) {
		return ErrSignature.Wrapf("signature.public_key: its account is %s, expected the owner's, %s", address, owner)
	}
	if err := checkSignature(key, s.Signature.Data); err != nil {
		return ErrSignature.Wrapf("signature.data: %s", err)
	}
	data := signing.SignatureDataFromProto(s.Signature.Data)
	if err := consume(signing.SignatureV2{PubKey: key, Data: data}); err != nil {
		return ErrSignature.Wrap(err.Error())
	}
	return verifySignature(key, s.Order.SignBytes(chainID), data)
}

// verifySignature verifies a signature that has the shape of its key.
func verifySignature(key cryptotypes.PubKey, signBytes []byte, data signing.SignatureData) error {
	if multi, ok := data.(*signing.MultiSignatureData); ok {
		get := func(signing.SignMode) ([]byte, error) { return signBytes, nil }
		if err := key.(multisigtypes.PubKey).VerifyMultisignature(get, multi); err != nil {
			return ErrSignature.Wrapf("signature.data: %s", err)
		}
		return nil
	}
	if !key.VerifySignature(signBytes, data.(*signing.SingleSignatureData).Signature) {
		return ErrSignature.Wrap("signature.data: it is not the owner's over this order on this chain")
	}
	return nil
}

// signerKey unpacks a public key and checks that no key within it is missing, because the SDK's multisig key panics when one is.
func signerKey(packed *codectypes.Any, reg codectypes.AnyUnpacker) (cryptotypes.PubKey, error) {
	var key cryptotypes.PubKey
	if err := reg.UnpackAny(packed, &key); err != nil {
		return nil, err
	}
	if key == nil {
		return nil, text("missing")
	}
	left := MaxSignKeys
	return key, checkKeys(key, 0, &left)
}

func checkKeys(key cryptotypes.PubKey, depth int, left *int) error {
	many, ok := key.(*multisig.LegacyAminoPubKey)
	if !ok {
		if *left--; *left < 0 {
			return text("more than 32 keys")
		}
		return nil
	}
	if depth == MaxSignDepth {
		return text("nested deeper than 4")
	}
	if many.Threshold < 1 || int(many.Threshold) > len(many.PubKeys) {
		return text("threshold: expected 1 to the number of keys")
	}
	for _, packed := range many.PubKeys {
		var inner cryptotypes.PubKey
		if packed != nil {
			inner, _ = packed.GetCachedValue().(cryptotypes.PubKey)
		}
		if inner == nil {
			return text("a key of the multisig key is missing")
		}
		if err := checkKeys(inner, depth+1, left); err != nil {
			return err
		}
	}
	return nil
}

// checkSignature checks that a signature has the shape of its key at each level, because the SDK panics when it has not. Each bit that is
// set must have one signature and there must be no others, so that gas is charged for every signature and all are verified.
func checkSignature(key cryptotypes.PubKey, data *signing.SignatureDescriptor_Data) error {
	if data == nil {
		return text("missing")
	}
	many, isMulti := key.(*multisig.LegacyAminoPubKey)
	switch sum := data.Sum.(type) {
	case *signing.SignatureDescriptor_Data_Single_:
		switch {
		case isMulti:
			return text("one signature, expected those of a multisig key")
		case sum.Single == nil || len(sum.Single.Signature) == 0:
			return text("missing")
		case sum.Single.Mode != signing.SignMode_SIGN_MODE_DIRECT:
			return text("mode: " + sum.Single.Mode.String() + ", expected SIGN_MODE_DIRECT")
		}
		return nil
	case *signing.SignatureDescriptor_Data_Multi_:
		if !isMulti {
			return text("several signatures, expected that of a single key")
		}
		return checkMultisignature(many, sum.Multi)
	}
	return text("missing")
}

func checkMultisignature(key *multisig.LegacyAminoPubKey, multi *signing.SignatureDescriptor_Data_Multi) error {
	keys := key.GetPubKeys()
	if multi == nil || multi.Bitarray.Count() != len(keys) || len(multi.Bitarray.Elems) != (len(keys)+7)/8 {
		return text("bitarray: expected a bit for each key of the multisig key")
	}
	next := 0
	for i, inner := range keys {
		if !multi.Bitarray.GetIndex(i) {
			continue
		}
		if next == len(multi.Signatures) {
			break
		}
		if err := checkSignature(inner, multi.Signatures[next]); err != nil {
			return err
		}
		next++
	}
	if set := multi.Bitarray.NumTrueBitsBefore(len(keys)); set != len(multi.Signatures) {
		return text("signatures: expected one for each bit that is set")
	}
	return nil
}
