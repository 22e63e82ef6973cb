//go:build dishonest

package cmd

import (
	"bytes"

	abci "github.com/cometbft/cometbft/abci/types"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
)

// A node that is built with the tag "dishonest" follows the chain and votes as every node does, and proposes blocks that nobody may accept.
// Tests build it.

// asProposer returns the application as the engine of this build sees it.
func asProposer(a *app.App) servertypes.Application { return &dishonestProposer{App: a} }

type dishonestProposer struct {
	*app.App
	last []byte // an earlier proof of this seat
}

// kinds are the ways in which it spoils a block. They take turns by the height.
var kinds = []struct {
	name  string
	spoil func(d *dishonestProposer, txs [][]byte) [][]byte
}{
	{"a proof with another bit", func(_ *dishonestProposer, txs [][]byte) [][]byte {
		proof := bytes.Clone(txs[0])
		proof[len(proof)-1] ^= 1
		return append([][]byte{proof}, txs[1:]...)
	}},
	{"no proof", func(_ *dishonestProposer, txs [][]byte) [][]byte { return txs[1:] }},
	{"the proof twice", func(_ *dishonestProposer, txs [][]byte) [][]byte { return append([][]byte{txs[0]}, txs...) }},
	{"a proof of an earlier block", func(d *dishonestProposer, txs [][]byte) [][]byte { return append([][]byte{d.last}, txs[1:]...) }},
	{"more gas than a block has", func(d *dishonestProposer, txs [][]byte) [][]byte {
		for range 20 {
			txs = append(txs, d.greedy())
		}
		return txs
	}},
}

// PrepareProposal spoils the block that an honest proposer would offer.
func (d *dishonestProposer) PrepareProposal(req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	res, err := d.App.PrepareProposal(req)
	if err != nil || len(res.Txs) == 0 {
		return res, err
	}
	kind := kinds[int(req.Height)%len(kinds)]
	proof := res.Txs[0]
	res.Txs = kind.spoil(d, res.Txs)
	d.last = proof
	d.Logger().Error("dishonest proposal", "kind", kind.name, "height", req.Height)
	return res, nil
}

// greedy returns a transaction that a block of 200,000,000 gas has room for, and not for twenty of it.
func (d *dishonestProposer) greedy() []byte {
	b := d.Encoding.TxConfig.NewTxBuilder()
	b.SetGasLimit(15_000_000)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1)))
	tx, err := d.Encoding.TxConfig.TxEncoder()(b.GetTx())
	if err != nil {
		panic(err)
	}
	return tx
}
