package load

import (
	"context"
	"sync"
	"time"

	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
)

// sendGas returns the gas limit of a transaction with n sends.
func sendGas(n int) uint64 { return 70_000 + 35_000*uint64(n) }

// Sends are bank sends of one ucred between the accounts.
type Sends struct {
	mu       sync.Mutex
	underWay map[string]operation // by hash of their transaction
	open     int
	result   Result
}

// operation has the operations of one transaction that are under way.
type operation struct {
	count int
	sent  time.Time
}

// NewSends returns the work.
func NewSends() *Sends {
	return &Sends{underWay: map[string]operation{}, result: Result{Endings: map[string]int{}}}
}

// Name implements Work.
func (*Sends) Name() string { return "send" }

// ByMembers implements Work.
func (*Sends) ByMembers() bool { return false }

// Messages implements Work.
func (*Sends) Messages(keys []client.Key, account, i, count int) (msgs []sdk.Msg) {
	for j := range count {
		to := (account + 1 + (i+j)%(len(keys)-1)) % len(keys)
		msgs = append(msgs, &banktypes.MsgSend{FromAddress: keys[account].Address(), ToAddress: keys[to].Address(), Amount: coins(1)})
	}
	return msgs
}

// Gas implements Work.
func (*Sends) Gas(msgs []sdk.Msg) uint64 { return sendGas(len(msgs)) }

// Sent implements Work.
func (s *Sends) Sent(tx *sender.SignedTx, _ []sdk.Msg, count int, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay[tx.Hash] = operation{count, at}
	s.open += count
}

// Lost implements Work.
func (s *Sends) Lost(tx *sender.SignedTx, _ []sdk.Msg) { s.take(tx.Hash) }

func (s *Sends) take(hash string) (operation, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	op, found := s.underWay[hash]
	delete(s.underWay, hash)
	s.open -= op.count
	return op, found
}

// Read implements Work.
func (s *Sends) Read(ctx context.Context, conn *client.Conn, height int64, seen time.Time) error {
	txs, err := readTxs(ctx, conn, height)
	if err != nil {
		return err
	}
	for _, tx := range txs {
		op, ours := s.take(tx.hash)
		if !ours {
			continue
		}
		s.mu.Lock()
		if tx.refusal == "" {
			s.result.noteAccepted(op.count, seen.Sub(op.sent))
		} else {
			s.result.noteRefused(op.count, tx.refusal)
		}
		s.mu.Unlock()
	}
	return nil
}

// executed is a transaction of a block.
type executed struct {
	hash    string
	refusal string // codespace and code of what refused it, such as "sdk/5"; empty when it succeeded
}

func readTxs(ctx context.Context, conn *client.Conn, height int64) (out []executed, err error) {
	block, err := conn.Comet().GetBlockByHeight(ctx, &cmtv1.GetBlockByHeightRequest{Height: height})
	if err != nil {
		return nil, err
	}
	results, err := conn.Comet().GetBlockResults(ctx, &cmtv1.GetBlockResultsRequest{Height: height})
	if err != nil {
		return nil, err
	}
	for i, bytes := range block.GetSdkBlock().GetData().GetTxs() {
		if i < len(results.TxsResults) {
			tx := executed{hash: sender.TxHash(bytes)}
			if r := results.TxsResults[i]; r.Code != 0 {
				tx.refusal = refusalOf(r.Codespace, r.Code)
			}
			out = append(out, tx)
		}
	}
	return out, nil
}

// UnderWay implements Work.
func (s *Sends) UnderWay() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// Result implements Work.
func (s *Sends) Result() Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.result
}
