package encoding

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/tx/signing/aminojson"
)

// signatureType is the message in which a signed order carries its signature.
const signatureType = "cosmos.tx.signing.v1beta1.SignatureDescriptor"

// newTxConfig returns the SDK's transaction configuration with amino JSON signing that can sign every message of this project.
// Hardware wallets and multisig accounts sign in that mode. The SDK's own handler lacks two things:
//
//   - A submessage that is always there in Go, such as the resources of a job, may be missing in the bytes of a transaction.
//     It then means the same as an empty one. Amino JSON writes {} for it in any case. So the handler signs messages as the
//     chain reads them, not as they came.
//   - A signature within a message has a oneof, for which amino JSON has no rule. It is written as the base64 of its
//     protobuf encoding.
func newTxConfig(cdc codec.Codec, registry codectypes.InterfaceRegistry) (client.TxConfig, error) {
	encoder := aminojson.NewEncoder(aminojson.EncoderOptions{FileResolver: registry}).
		DefineTypeEncoding(signatureType, func(_ *aminojson.Encoder, m protoreflect.Message, w io.Writer) error {
			bz, err := proto.MarshalOptions{Deterministic: true}.Marshal(m.Interface())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(w, "%q", base64.StdEncoding.EncodeToString(bz))
			return err
		})
	handler := aminojson.NewSignModeHandler(aminojson.SignModeHandlerOptions{FileResolver: registry, Encoder: &encoder})
	return authtx.NewTxConfigWithOptions(cdc, authtx.ConfigOptions{
		ProtoDecoder:     decodeTx(cdc),
		EnabledSignModes: []signing.SignMode{signing.SignMode_SIGN_MODE_DIRECT, signing.SignMode_SIGN_MODE_DIRECT_AUX},
		CustomSignModes:  []txsigning.SignModeHandler{aminoHandler{SignModeHandler: handler, cdc: cdc, registry: registry}},
	})
}

// aminoHandler is the SDK's handler of amino JSON, on messages as the chain reads them.
type aminoHandler struct {
	*aminojson.SignModeHandler
	cdc      codec.Codec
	registry codectypes.InterfaceRegistry
}

// GetSignBytes implements the SDK's SignModeHandler.
func (h aminoHandler) GetSignBytes(ctx context.Context, signer txsigning.SignerData, data txsigning.TxData) ([]byte, error) {
	body := proto.CloneOf(data.Body)
	for i, packed := range body.Messages {
		msg, err := h.registry.Resolve(packed.TypeUrl)
		if err != nil {
			return nil, err
		}
		if err := h.cdc.Unmarshal(packed.Value, msg); err != nil {
			return nil, fmt.Errorf("message %d, %s: %w", i, packed.TypeUrl, err)
		}
		value, err := h.cdc.Marshal(msg)
		if err != nil {
			return nil, fmt.Errorf("message %d, %s: %w", i, packed.TypeUrl, err)
		}
		body.Messages[i] = &anypb.Any{TypeUrl: packed.TypeUrl, Value: value}
	}
	data.Body = body
	return h.SignModeHandler.GetSignBytes(ctx, signer, data)
}
