package nodetest

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	errorsmod "cosmossdk.io/errors"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/gogoproto/proto"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
)

// GasPrice is the node's minimum gas price. GasUsed is the gas that the simulation reports for each transaction.
const (
	GasPrice = "0.001ucred"
	GasUsed  = 100_000
)

// Sent is a transaction that the node accepted.
type Sent struct {
	Hash string
	Msgs []sdk.Msg
	Fee  sdk.Coins
	Gas  uint64
}

// Transactions holds the transactions that a node accepted, in order.
type Transactions struct {
	// Refuse, if set, returns the reason why the simulation of a transaction fails. nil accepts all.
	Refuse func(msgs []sdk.Msg) error

	node *Node
	list []Sent
	done map[string]*txtypes.GetTxResponse
}

// TakeTransactions makes a node simulate transactions, and include each at once in block Height+1. execute gives the answer to each
// message. Every account has the number 7. Signatures are not checked.
func TakeTransactions(t *testing.T, n *Node, execute func(msg sdk.Msg) proto.Message) *Transactions {
	t.Helper()
	taken := &Transactions{node: n, done: map[string]*txtypes.GetTxResponse{}}
	Answer(n, "/cosmos.auth.v1beta1.Query/AccountInfo", func(r *authtypes.QueryAccountInfoRequest) (*authtypes.QueryAccountInfoResponse, error) {
		return &authtypes.QueryAccountInfoResponse{Info: &authtypes.BaseAccount{Address: r.Address, AccountNumber: 7}}, nil
	})
	Answer(n, "/cosmos.base.node.v1beta1.Service/Config", func(*nodeservice.ConfigRequest) (*nodeservice.ConfigResponse, error) {
		return &nodeservice.ConfigResponse{MinimumGasPrice: GasPrice}, nil
	})
	Answer(n, "/cosmos.base.tendermint.v1beta1.Service/ABCIQuery", taken.simulate)
	Answer(n, "/cosmos.tx.v1beta1.Service/BroadcastTx", func(r *txtypes.BroadcastTxRequest) (*txtypes.BroadcastTxResponse, error) {
		sent, err := readTransaction(r.TxBytes)
		if err != nil {
			return nil, err
		}
		var data sdk.TxMsgData
		for _, msg := range sent.Msgs {
			answer, err := codectypes.NewAnyWithValue(execute(msg))
			if err != nil {
				return nil, err
			}
			data.MsgResponses = append(data.MsgResponses, answer)
		}
		raw, err := data.Marshal()
		if err != nil {
			return nil, err
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		if taken.done[sent.Hash] == nil {
			taken.list = append(taken.list, sent)
		}
		res := sdk.TxResponse{TxHash: sent.Hash, Height: Height + 1, GasUsed: GasUsed, Data: hex.EncodeToString(raw)}
		taken.done[sent.Hash] = &txtypes.GetTxResponse{TxResponse: &res}
		return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{TxHash: sent.Hash}}, nil
	})
	Answer(n, "/cosmos.tx.v1beta1.Service/GetTx", func(r *txtypes.GetTxRequest) (*txtypes.GetTxResponse, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		if res := taken.done[r.Hash]; res != nil {
			return res, nil
		}
		return nil, status.Errorf(codes.NotFound, "tx %s not found", r.Hash)
	})
	return taken
}

// simulate answers with the gas of a transaction, or with the reason why it would fail.
func (s *Transactions) simulate(r *cmtservice.ABCIQueryRequest) (*cmtservice.ABCIQueryResponse, error) {
	sent, err := readTransaction(r.Data)
	if err != nil {
		return nil, err
	}
	if s.Refuse != nil {
		if err := s.Refuse(sent.Msgs); err != nil {
			space, code, log := errorsmod.ABCIInfo(err, false)
			return &cmtservice.ABCIQueryResponse{Codespace: space, Code: code, Log: log}, nil
		}
	}
	return &cmtservice.ABCIQueryResponse{Value: fmt.Appendf(nil, `{"gas_info":{"gas_used":"%d"}}`, GasUsed)}, nil
}

// readTransaction decodes a transaction.
func readTransaction(raw []byte) (Sent, error) {
	var (
		tx   txtypes.TxRaw
		body txtypes.TxBody
		auth txtypes.AuthInfo
	)
	if err := tx.Unmarshal(raw); err != nil {
		return Sent{}, err
	}
	if err := credence.Codec().Unmarshal(tx.BodyBytes, &body); err != nil {
		return Sent{}, err
	}
	if err := credence.Codec().Unmarshal(tx.AuthInfoBytes, &auth); err != nil {
		return Sent{}, err
	}
	out := Sent{Hash: sender.TxHash(raw), Fee: auth.Fee.Amount, Gas: auth.Fee.GasLimit}
	for _, packed := range body.Messages {
		out.Msgs = append(out.Msgs, packed.GetCachedValue().(sdk.Msg))
	}
	return out, nil
}

// All returns the transactions so far.
func (s *Transactions) All() []Sent {
	s.node.mu.Lock()
	defer s.node.mu.Unlock()
	return append([]Sent(nil), s.list...)
}

// Only returns the message of the one transaction that was sent. The test fails if there is not exactly one.
func (s *Transactions) Only(t *testing.T) sdk.Msg {
	t.Helper()
	all := s.All()
	require.Len(t, all, 1)
	require.Len(t, all[0].Msgs, 1)
	return all[0].Msgs[0]
}
