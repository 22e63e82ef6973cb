package order

import (
	"errors"
	"fmt"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	multisigtypes "github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/credence-chain/credence/x/market/types"
)

// Key signs for one account; client.Key implements it.
type Key interface {
	// Address returns the account's bech32 address.
	Address() string
	// PubKey returns the account's public key.
	PubKey() cryptotypes.PubKey
	// Sign signs a message. The key hashes it; callers pass the message unhashed.
	Sign(bytes []byte) ([]byte, error)
}

// ErrKey says that a key is not the one that must sign the order.
var ErrKey = errors.New("the key does not fit the order")

// Validate checks an order in its normal form by the default parameters of the chain. A chain with other parameters may still refuse it.
func Validate(o types.Order) error { return o.Validate(accounts, types.DefaultParams()) }

// ID returns the id that the order has on a chain, in hex.
func ID(o types.Order, chainID string) string { return types.FormatID(o.ID(chainID)) }

// Sign signs an order for a chain with its owner's key. It signs and returns the normal form of the order. ErrKey says that the key is
// not the owner's.
func Sign(o types.Order, chainID string, key Key) (types.SignedOrder, error) {
	if o.Owner != key.Address() {
		return types.SignedOrder{}, fmt.Errorf("%w: owner is %s, the key's account %s", ErrKey, o.Owner, key.Address())
	}
	return SignPart(o, chainID, key)
}

// SignPart signs an order with one of the keys of a multisig owner. Its result is only an input of Assemble.
func SignPart(o types.Order, chainID string, key Key) (types.SignedOrder, error) {
	if chainID == "" {
		return types.SignedOrder{}, errors.New("chain id: missing, expected the chain that the order is for")
	}
	o = o.Normal()
	if err := Validate(o); err != nil {
		return types.SignedOrder{}, err
	}
	signature, err := key.Sign(o.SignBytes(chainID))
	if err != nil {
		return types.SignedOrder{}, fmt.Errorf("sign for %s: %w", key.Address(), err)
	}
	return sealOrder(o, signing.SignatureV2{
		PubKey: key.PubKey(),
		Data:   &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT, Signature: signature},
	})
}

func sealOrder(o types.Order, signature signing.SignatureV2) (types.SignedOrder, error) {
	key, err := codectypes.NewAnyWithValue(signature.PubKey)
	if err != nil {
		return types.SignedOrder{}, err
	}
	return types.SignedOrder{Order: &o, Signature: &signing.SignatureDescriptor{
		PublicKey: key, Data: signing.SignatureDataToProto(signature.Data),
	}}, nil
}

// Assemble makes the signature of a multisig owner from parts that its keys signed with SignPart. Every part must be signed by one of
// the owner's keys, for the same order and chain. There must be at least as many parts as the threshold of the multisig key.
func Assemble(o types.Order, chainID string, key cryptotypes.PubKey, parts ...types.SignedOrder) (types.SignedOrder, error) {
	many, ok := key.(*multisig.LegacyAminoPubKey)
	if !ok {
		return types.SignedOrder{}, fmt.Errorf("%w: expected a multisig key, got %s", ErrKey, key.Type())
	}
	if owner := accountText(many.Address()); o.Owner != owner {
		return types.SignedOrder{}, fmt.Errorf("%w: owner is %s, the multisig key's account %s", ErrKey, o.Owner, owner)
	}
	o = o.Normal()
	members := many.GetPubKeys()
	signatures := multisigtypes.NewMultisig(len(members))
	given := map[string]bool{}
	for i, part := range parts {
		signature, err := partOf(o, chainID, part)
		if err != nil {
			return types.SignedOrder{}, fmt.Errorf("signature %d: %w", i+1, err)
		}
		if err := multisigtypes.AddSignatureV2(signatures, signature, members); err != nil {
			return types.SignedOrder{}, fmt.Errorf("signature %d: %w: %s is none of the multisig key's", i+1, ErrKey, accountText(signature.PubKey.Address()))
		}
		given[accountText(signature.PubKey.Address())] = true
	}
	if len(given) < int(many.Threshold) {
		return types.SignedOrder{}, fmt.Errorf("signatures: got %d, expected those of %d of the %d keys", len(given), many.Threshold, len(members))
	}
	signed, err := sealOrder(o, signing.SignatureV2{PubKey: many, Data: signatures})
	if err != nil {
		return types.SignedOrder{}, err
	}
	return signed, Verify(signed, chainID)
}

// partOf checks the signature of one key over the order, and returns it.
func partOf(o types.Order, chainID string, part types.SignedOrder) (signing.SignatureV2, error) {
	if part.Signature == nil || part.Order == nil {
		return signing.SignatureV2{}, errors.New("signature: missing")
	}
	if string(part.Order.Normal().Encode()) != string(o.Encode()) {
		return signing.SignatureV2{}, errors.New("order: it is another than the one to sign")
	}
	key, err := SignerKey(part)
	if err != nil {
		return signing.SignatureV2{}, err
	}
	// The signature is checked as if the key's account owned the order. The sign bytes still name the multisig owner.
	if err := part.VerifySignature(chainID, []byte(key.Address()), keys(), chargeNothing); err != nil {
		return signing.SignatureV2{}, err
	}
	return signing.SignatureV2{PubKey: key, Data: signing.SignatureDataFromProto(part.Signature.Data)}, nil
}

// Verify checks the owner's signature of an order for a chain, as the chain does. The error for a wrong signature wraps
// types.ErrSignature.
func Verify(s types.SignedOrder, chainID string) error {
	if s.Order == nil {
		return types.ErrSignature.Wrap("order: missing, expected the order that was signed")
	}
	owner, err := accounts.StringToBytes(s.Order.Owner)
	if err != nil {
		return types.ErrOrder.Wrapf("owner: %q: %s", s.Order.Owner, err)
	}
	return s.VerifySignature(chainID, owner, keys(), chargeNothing)
}

// chargeNothing stands in for the chain's gas charge of a signature.
func chargeNothing(signing.SignatureV2) error { return nil }

// SignerKey returns the public key that a signature names. It does not verify the signature.
func SignerKey(s types.SignedOrder) (cryptotypes.PubKey, error) {
	if s.Signature == nil || s.Signature.PublicKey == nil {
		return nil, errors.New("signature.public_key: missing")
	}
	var key cryptotypes.PubKey
	if err := keys().UnpackAny(s.Signature.PublicKey, &key); err != nil {
		return nil, fmt.Errorf("signature.public_key: %w", err)
	}
	if !isWhole(key) {
		return nil, errors.New("signature.public_key: a key of the multisig key is missing")
	}
	return key, nil
}

// isWhole says whether a multisig key has all of its keys. Computing the address of a key that has not panics.
func isWhole(key cryptotypes.PubKey) bool {
	many, ok := key.(*multisig.LegacyAminoPubKey)
	if !ok {
		return key != nil
	}
	for _, packed := range many.PubKeys {
		if packed == nil {
			return false
		}
		if inner, ok := packed.GetCachedValue().(cryptotypes.PubKey); !ok || !isWhole(inner) {
			return false
		}
	}
	return true
}

// Signers returns the accounts that signed: the owner or, for a multisig key, the accounts of the keys that signed. It does not verify
// the signatures; Verify does.
func Signers(s types.SignedOrder) ([]string, error) {
	key, err := SignerKey(s)
	if err != nil {
		return nil, err
	}
	many, ok := key.(*multisig.LegacyAminoPubKey)
	multi := s.Signature.GetData().GetMulti()
	if !ok || multi == nil || multi.Bitarray == nil {
		return []string{accountText(key.Address())}, nil
	}
	var out []string
	for i, member := range many.GetPubKeys() {
		if multi.Bitarray.GetIndex(i) {
			out = append(out, accountText(member.Address()))
		}
	}
	return out, nil
}
