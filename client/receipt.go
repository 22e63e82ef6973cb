package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	queryv1 "cosmossdk.io/api/cosmos/base/query/v1beta1"
	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	"google.golang.org/protobuf/proto"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	gogoproto "github.com/cosmos/gogoproto/proto"

	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/credence-chain/credence/receipt"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// ReceiptOptions say how a receipt is made.
type ReceiptOptions struct {
	// Sources are base URLs that may have the result's manifest, in addition to the workers that gave the answer.
	Sources []string
	// Since is the height of a block that the verifier trusts. 0 means the earliest block that the node has: the receipt then serves
	// verifiers that trust any set of validators since that block.
	Since int64
}

// Receipt makes the receipt of a task whose answer is final, from the state of the latest block. It waits for the next two blocks: one
// has the hash of the state, the other the signatures. It verifies the receipt, except for the trust in its validators. A
// *receipt.Refusal says why the task has no receipt yet. If nobody serves the manifest, the receipt has none, and without is the error.
func Receipt(ctx context.Context, conn *Conn, task string, o ReceiptOptions) (r *receipt.Receipt, without error, err error) {
	res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: task})
	if err != nil {
		return nil, nil, err
	}
	var manifest []byte
	if t := ReportOf(res.Task); t.Accepted() {
		m, err := answerManifest(ctx, conn, t, o.Sources)
		if without = err; err == nil {
			manifest = m.Bytes()
		}
	}
	height, _, err := conn.Height(ctx)
	if err != nil {
		return nil, nil, err
	}
	if res.Task.Pruned > 0 { // a receipt proves the whole record, and the state before the pruning is the last that has it
		height = res.Task.Pruned - 1
	}
	begin, err := o.begin(ctx, conn)
	if err != nil {
		return nil, nil, err
	}
	r, err = receipt.Make(ctx, nodeSource{conn}, conn.ChainID(), task, height, begin, manifest)
	var refusal *receipt.Refusal
	if err != nil && res.Task.Pruned > 0 && !errors.As(err, &refusal) {
		err = fmt.Errorf("task %s was pruned at height %d: its receipt is made from the state of height %d, which this node gives no more; ask an archive node, "+
			"and take the receipts of other tasks before they are pruned: %w", task, res.Task.Pruned, height, err)
	}
	return r, without, err
}

// begin returns the block at which the receipt's chain of validator sets begins.
func (o ReceiptOptions) begin(ctx context.Context, conn *Conn) (receipt.Begin, error) {
	if o.Since != 0 {
		return receipt.Begin{Height: o.Since, Block: true}, nil
	}
	sync, err := conn.Comet().GetSyncing(ctx, &cmtv1.GetSyncingRequest{})
	if err != nil {
		return receipt.Begin{}, fmt.Errorf("earliest block: %w", err)
	}
	return receipt.Begin{Height: sync.EarliestBlockHeight}, nil
}

// FeedReceipt makes the receipt of the latest value of a feed, given by its id, as Receipt does for a task's answer. It does not use
// the option Sources.
func FeedReceipt(ctx context.Context, conn *Conn, feed string, o ReceiptOptions) (*receipt.FeedReceipt, error) {
	height, _, err := conn.Height(ctx)
	if err != nil {
		return nil, err
	}
	begin, err := o.begin(ctx, conn)
	if err != nil {
		return nil, err
	}
	return receipt.MakeFeed(ctx, nodeSource{conn}, conn.ChainID(), feed, height, begin)
}

// TrustOfNode asks a node for the hash of its current validators, and for its latest block and its hash. It returns what the node says,
// without proof.
func TrustOfNode(ctx context.Context, conn *Conn) (set, block receipt.Trust, validators []*cmttypes.Validator, err error) {
	res, err := conn.Comet().GetLatestBlock(ctx, &cmtv1.GetLatestBlockRequest{})
	if err != nil {
		return set, block, nil, fmt.Errorf("latest block: %w", err)
	}
	header, _, err := decodeBlock(res.Block)
	if err != nil {
		return set, block, nil, err
	}
	validators, err = nodeSource{conn}.Validators(ctx, header.Height)
	set.Hash, block.Height, block.Hash = [32]byte(header.ValidatorsHash), header.Height, [32]byte(header.Hash())
	return set, block, validators, err
}

// nodeSource is a receipt.Source over gRPC.
type nodeSource struct{ conn *Conn }

// blockPause is how often a node is asked whether a block has come.
const blockPause = 200 * time.Millisecond

func (s nodeSource) Block(ctx context.Context, height int64) (*cmttypes.Header, *cmttypes.Commit, error) {
	for {
		at, _, err := s.conn.Height(ctx)
		if err != nil {
			return nil, nil, err
		}
		if at >= height {
			break
		}
		select {
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("block %d has not come, the latest is %d: %w", height, at, ctx.Err())
		case <-time.After(blockPause):
		}
	}
	res, err := s.conn.Comet().GetBlockByHeight(ctx, &cmtv1.GetBlockByHeightRequest{Height: height})
	if err != nil {
		return nil, nil, err
	}
	return decodeBlock(res.Block)
}

// decodeBlock takes the header and the last commit out of what a node sent.
func decodeBlock(sent proto.Message) (*cmttypes.Header, *cmttypes.Commit, error) {
	encoded, err := proto.Marshal(sent)
	if err != nil {
		return nil, nil, err
	}
	var block cmtproto.Block
	if err := gogoproto.Unmarshal(encoded, &block); err != nil {
		return nil, nil, fmt.Errorf("block of the node: %w", err)
	}
	header, err := cmttypes.HeaderFromProto(&block.Header)
	if err != nil {
		return nil, nil, fmt.Errorf("block of the node: %w", err)
	}
	if len(header.ValidatorsHash) != 32 {
		return nil, nil, errors.New("block of the node: it names no validators")
	}
	commit := &cmttypes.Commit{}
	if block.LastCommit != nil && block.LastCommit.Height > 0 {
		if commit, err = cmttypes.CommitFromProto(block.LastCommit); err != nil {
			return nil, nil, fmt.Errorf("block of the node: %w", err)
		}
	}
	return &header, commit, nil
}

// validatorsPage is the most validators that a node returns at once.
const validatorsPage = 100

func (s nodeSource) Validators(ctx context.Context, height int64) (all []*cmttypes.Validator, err error) {
	for {
		res, err := s.conn.Comet().GetValidatorSetByHeight(ctx, &cmtv1.GetValidatorSetByHeightRequest{
			Height: height, Pagination: &queryv1.PageRequest{Offset: uint64(len(all)), Limit: validatorsPage},
		})
		if err != nil {
			return nil, err
		}
		for _, v := range res.Validators {
			key, err := validatorKey(v.PubKey.GetTypeUrl(), v.PubKey.GetValue())
			if err != nil {
				return nil, err
			}
			comet, err := cryptocodec.ToCmtPubKeyInterface(key)
			if err != nil {
				return nil, err
			}
			all = append(all, cmttypes.NewValidator(comet, v.VotingPower))
		}
		if len(res.Validators) == 0 || uint64(len(all)) >= res.Pagination.GetTotal() {
			return all, nil
		}
	}
}

// validatorKey reads the key of a validator, which must be an Ed25519 key.
func validatorKey(typeURL string, value []byte) (cryptotypes.PubKey, error) {
	if want := "/" + gogoproto.MessageName(&ed25519.PubKey{}); typeURL != want {
		return nil, fmt.Errorf("a validator's key is of the type %q, expected %q", typeURL, want)
	}
	key := new(ed25519.PubKey)
	return key, key.Unmarshal(value)
}

func (s nodeSource) Record(ctx context.Context, store string, key []byte, height int64) (r receipt.Record, err error) {
	res, err := s.conn.Comet().ABCIQuery(ctx, &cmtv1.ABCIQueryRequest{Path: "/store/" + store + "/key", Data: key, Height: height, Prove: true})
	if err != nil {
		return r, err
	}
	if res.Code != 0 {
		return r, fmt.Errorf("the node does not prove it: %s", res.Log)
	}
	ops := res.ProofOps.GetOps()
	if len(ops) != 2 {
		return r, fmt.Errorf("the node proves it by %d proofs, expected 2", len(ops))
	}
	return receipt.Record{Value: res.Value, Proof: ops[0].Data, StoreProof: ops[1].Data}, nil
}

// Evidence implements receipt.Source. It finds the evidence of a task's reveals in the transactions of a block.
func (s nodeSource) Evidence(ctx context.Context, height int64, task [32]byte) (all [][]byte, err error) {
	res, err := s.conn.Comet().GetBlockByHeight(ctx, &cmtv1.GetBlockByHeightRequest{Height: height})
	if err != nil {
		return nil, s.explainNoBlock(ctx, height, err)
	}
	id := taskstypes.IDText(task)
	for _, raw := range res.GetBlock().GetData().GetTxs() {
		all = append(all, evidenceIn(raw, id)...)
	}
	return all, nil
}

// explainNoBlock returns an error that wraps receipt.ErrNoBlock if the node has pruned the block, and why otherwise.
func (s nodeSource) explainNoBlock(ctx context.Context, height int64, why error) error {
	sync, err := s.conn.Comet().GetSyncing(ctx, &cmtv1.GetSyncingRequest{})
	if err != nil || sync.EarliestBlockHeight <= height {
		return why
	}
	return fmt.Errorf("%w: block %d, the earliest is %d", receipt.ErrNoBlock, height, sync.EarliestBlockHeight)
}

// evidenceIn returns the evidence of a transaction's reveals of a task. A transaction that cannot be read has none.
func evidenceIn(raw []byte, task string) (all [][]byte) {
	var tx txtypes.TxRaw
	var body txtypes.TxBody
	if tx.Unmarshal(raw) != nil || body.Unmarshal(tx.BodyBytes) != nil {
		return nil
	}
	for _, one := range body.Messages {
		var reveal taskstypes.MsgReveal
		if one.TypeUrl == "/"+gogoproto.MessageName(&reveal) && reveal.Unmarshal(one.Value) == nil && reveal.Task == task && len(reveal.Evidence) > 0 {
			all = append(all, reveal.Evidence)
		}
	}
	return all
}
