package sender

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	txv1 "cosmossdk.io/api/cosmos/tx/v1beta1"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// TxResult is a transaction that was included and succeeded.
type TxResult struct {
	// Hash of the transaction, upper-case hex.
	Hash string
	// Height of its block.
	Height int64
	// GasUsed by the transaction.
	GasUsed int64

	responses []*codectypes.Any
}

// Response reads the answer to message number i of the transaction into out, such as *MsgSubmitTaskResponse.
func (r *TxResult) Response(i int, out proto.Message) error {
	if i < 0 || i >= len(r.responses) {
		return fmt.Errorf("transaction %s: no answer %d, it has %d", r.Hash, i, len(r.responses))
	}
	if got, want := r.responses[i].TypeUrl, "/"+proto.MessageName(out); got != want {
		return fmt.Errorf("transaction %s: answer %d is a %s, expected %s", r.Hash, i, got, want)
	}
	return proto.Unmarshal(r.responses[i].Value, out)
}

// FindTx returns the result of a transaction. It returns nil and no error if no block has it yet. A *TxError says that a block has it
// and it failed. FindTx does not decode the messages, so that they may be of any type.
func FindTx(ctx context.Context, conn Conn, hash string) (*TxResult, error) {
	res, err := txv1.NewServiceClient(conn).GetTx(ctx, &txv1.GetTxRequest{Hash: hash})
	if status.Code(err) == codes.NotFound || err != nil && strings.Contains(status.Convert(err).Message(), "not found") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up transaction %s: %w", hash, err)
	}
	r := res.GetTxResponse()
	if r.GetCode() != 0 {
		return nil, &TxError{Codespace: r.Codespace, Code: r.Code, Log: r.RawLog, Hash: r.Txhash, Height: r.Height}
	}
	data, err := hex.DecodeString(r.GetData())
	if err != nil {
		return nil, fmt.Errorf("transaction %s: data: %w", hash, err)
	}
	var msgs sdk.TxMsgData
	if err := proto.Unmarshal(data, &msgs); err != nil {
		return nil, fmt.Errorf("transaction %s: data: %w", hash, err)
	}
	return &TxResult{Hash: r.GetTxhash(), Height: r.GetHeight(), GasUsed: r.GetGasUsed(), responses: msgs.MsgResponses}, nil
}
