package encoding

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256r1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
)

// decodeTx reads transactions as the SDK does. It refuses transactions with which the SDK's own checks would panic: no fee section,
// a granter that is no address, an empty mode of signing, or a key of a wrong length.
func decodeTx(cdc codec.Codec) sdk.TxDecoder {
	decode := authtx.DefaultTxDecoder(cdc)
	return func(bytes []byte) (sdk.Tx, error) {
		tx, err := decode(bytes)
		if err != nil {
			return nil, err
		}
		if whole, is := tx.(interface{ GetProtoTx() *txtypes.Tx }); is {
			if err := checkAuthInfo(whole.GetProtoTx().AuthInfo); err != nil {
				return nil, err
			}
		}
		return tx, nil
	}
}

// checkAuthInfo returns an error that names the first part of an envelope that the SDK's checks cannot read.
func checkAuthInfo(info *txtypes.AuthInfo) error {
	if info.Fee == nil {
		return errorsmod.Wrap(sdkerrors.ErrTxDecode, "auth_info.fee: got none, expected a fee with a gas limit")
	}
	if info.Fee.Granter != "" {
		if _, err := Addresses().StringToBytes(info.Fee.Granter); err != nil {
			return errorsmod.Wrapf(sdkerrors.ErrTxDecode, "auth_info.fee.granter: %.80q: %s", info.Fee.Granter, err)
		}
	}
	for i, s := range info.SignerInfos {
		if s.ModeInfo != nil {
			if err := checkMode(s.ModeInfo); err != nil {
				return errorsmod.Wrapf(err, "auth_info.signer_infos[%d].mode_info", i)
			}
		}
		if err := checkKey(s.PublicKey); err != nil {
			return errorsmod.Wrapf(err, "auth_info.signer_infos[%d].public_key", i)
		}
	}
	return nil
}

// checkMode refuses a mode of signing that is neither single nor multi, also inside a multi.
func checkMode(mode *txtypes.ModeInfo) error {
	switch m := mode.GetSum().(type) {
	case *txtypes.ModeInfo_Single_:
		if m.Single != nil {
			return nil
		}
	case *txtypes.ModeInfo_Multi_:
		if m.Multi != nil {
			for _, inner := range m.Multi.ModeInfos {
				if err := checkMode(inner); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return errorsmod.Wrap(sdkerrors.ErrTxDecode, "got nothing, expected single or multi")
}

// checkKey refuses a key of a wrong length, also inside a multisig key.
func checkKey(key *codectypes.Any) error {
	if key == nil {
		return nil
	}
	length, want := 0, 0
	switch k := key.GetCachedValue().(type) {
	case *secp256k1.PubKey:
		length, want = len(k.Key), secp256k1.PubKeySize
	case *ed25519.PubKey:
		length, want = len(k.Key), ed25519.PubKeySize
	case *secp256r1.PubKey:
		if k.Key == nil {
			return errorsmod.Wrap(sdkerrors.ErrTxDecode, "got an empty key")
		}
	case *multisig.LegacyAminoPubKey:
		for _, inner := range k.PubKeys {
			if err := checkKey(inner); err != nil {
				return err
			}
		}
	}
	if length != want {
		return errorsmod.Wrapf(sdkerrors.ErrTxDecode, "got %d bytes, expected %d", length, want)
	}
	return nil
}
