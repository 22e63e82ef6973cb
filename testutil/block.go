package testutil

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
)

// Height returns the height of the last block, 0 before the first.
func (c *Chain) Height() int64 { return c.height }

// Now returns the time of the last block.
func (c *Chain) Now() time.Time { return c.now }

// Next makes a block of the queued transactions and returns the application's answer. The first entry of TxResults is the beacon's proof,
// which is no transaction. Results leaves it out.
func (c *Chain) Next() *abci.ResponseFinalizeBlock {
	c.T.Helper()
	res, err := c.TryNext()
	require.NoError(c.T, err, "block %d", c.height)
	return res
}

// TryNext is Next, for tests that expect the block itself to fail.
func (c *Chain) TryNext() (*abci.ResponseFinalizeBlock, error) {
	c.T.Helper()
	return c.execute(c.block())
}

// execute executes and commits a block.
func (c *Chain) execute(req *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	c.T.Helper()
	res, err := c.App.FinalizeBlock(req)
	if err != nil {
		return nil, err
	}
	_, err = c.App.Commit()
	require.NoError(c.T, err)
	c.height, c.now = req.Height, req.Time
	c.sets[c.height+2] = apply(c.sets[c.height+1], res.ValidatorUpdates)
	delete(c.sets, c.height-2)
	c.Blocks, c.LastBlock = append(c.Blocks, req), res
	c.answers[req.Height] = c.digest(res)
	return res, nil
}

// Follow executes a block that another chain of the same genesis made.
func (c *Chain) Follow(req *abci.RequestFinalizeBlock) *abci.ResponseFinalizeBlock {
	c.T.Helper()
	res, err := c.execute(req)
	require.NoError(c.T, err, "block %d", req.Height)
	return res
}

// block builds the next block and empties the queue.
func (c *Chain) block() *abci.RequestFinalizeBlock {
	height, now := c.height+1, c.now.Add(BlockTime)
	proposer := c.Proposer()
	req := &abci.RequestFinalizeBlock{
		Height: height, Time: now, ProposerAddress: proposer.ConsAddress(),
		Txs:  append([][]byte{beacontypes.ProofTx(c.proof(proposer, height))}, c.queue...),
		Hash: hash(c.chainID, fmt.Sprint(height)),
	}
	for _, v := range c.sets[height-1] {
		flag := cmtproto.BlockIDFlagCommit
		if s := c.seatByAddress(v.Address); s != nil && c.absent[s.OrgID] {
			flag = cmtproto.BlockIDFlagAbsent
		}
		req.DecidedLastCommit.Votes = append(req.DecidedLastCommit.Votes, abci.VoteInfo{Validator: v, BlockIdFlag: flag})
	}
	for _, s := range c.accused {
		req.Misbehavior = append(req.Misbehavior, abci.Misbehavior{
			Type: abci.MisbehaviorType_DUPLICATE_VOTE, Height: c.height, Time: c.now,
			Validator: abci.Validator{Address: s.ConsAddress(), Power: 1},
		})
	}
	c.queue, c.pending, c.accused = nil, map[string]uint64{}, nil
	return req
}

// proof signs the beacon's message for the next block with the current beacon key of the proposer's seat.
func (c *Chain) proof(proposer *Seat, height int64) []byte {
	c.T.Helper()
	if c.takeovers[height] != nil { // only the upgraded application may know where its seed is
		proof, err := beacontypes.ProofOf(c.Propose())
		require.NoError(c.T, err)
		return proof
	}
	seed, err := app.BeaconKeeper(c.App).Seed(c.Ctx())
	require.NoError(c.T, err)
	_, pubkey, found, err := app.PoaKeeper(c.App).BeaconKey(c.Ctx(), proposer.ConsAddress())
	require.NoError(c.T, err)
	require.True(c.T, found, "the proposer %s is no seat", proposer.OrgID)
	proof, has := signer{c}.SignAs(pubkey, beacontypes.ProofMessage(c.chainID, seed, height))
	require.True(c.T, has, "no key of the test is the beacon key of %s", proposer.OrgID)
	return proof
}

// NextN makes n blocks.
func (c *Chain) NextN(n int) {
	c.T.Helper()
	for range n {
		c.Next()
	}
}

// Until makes blocks until the last one's height is height.
func (c *Chain) Until(height int64) {
	c.T.Helper()
	for c.height < height {
		c.Next()
	}
}

// Results returns the results of the last block's transactions, in order, without the beacon's proof.
func (c *Chain) Results() []*abci.ExecTxResult { return c.LastBlock.TxResults[1:] }

// Proposer returns the seat that proposes the next block.
func (c *Chain) Proposer() *Seat {
	set := c.sets[c.height+1]
	return c.seatByAddress(set[int(c.height)%len(set)].Address)
}

// Validators returns the organisations whose seats are in the engine's validator set at the next block, sorted.
func (c *Chain) Validators() (orgs []string) {
	for _, v := range c.sets[c.height+1] {
		orgs = append(orgs, c.seatByAddress(v.Address).OrgID)
	}
	slices.Sort(orgs)
	return orgs
}

// Absent makes seats miss every vote from now on, until Present.
func (c *Chain) Absent(orgs ...string) {
	for _, o := range orgs {
		c.absent[o] = true
	}
}

// Present makes seats vote again.
func (c *Chain) Present(orgs ...string) {
	for _, o := range orgs {
		delete(c.absent, o)
	}
}

// Accuse puts evidence into the next block that a seat signed two blocks at the last height.
func (c *Chain) Accuse(org string) { c.AccuseKey(c.Seat(org)) }

// AccuseKey is Accuse for a consensus key, which the seat may have replaced.
func (c *Chain) AccuseKey(s *Seat) { c.accused = append(c.accused, s) }

// Propose asks the application for a block of the waiting transactions, as the engine would.
func (c *Chain) Propose(waiting ...[]byte) [][]byte {
	c.T.Helper()
	res, err := c.App.PrepareProposal(&abci.RequestPrepareProposal{
		Height: c.height + 1, Time: c.now.Add(BlockTime), ProposerAddress: c.Proposer().ConsAddress(),
		MaxTxBytes: c.params.Block.MaxBytes, Txs: waiting,
	})
	require.NoError(c.T, err)
	return res.Txs
}

// Judge asks the application whether it votes for a block of these transactions. The first one is the beacon's proof.
func (c *Chain) Judge(txs ...[]byte) bool {
	c.T.Helper()
	res, err := c.App.ProcessProposal(&abci.RequestProcessProposal{
		Height: c.height + 1, Time: c.now.Add(BlockTime), ProposerAddress: c.Proposer().ConsAddress(), Txs: txs,
		Hash: hash(c.chainID, fmt.Sprint(c.height+1)),
	})
	require.NoError(c.T, err)
	return res.Status == abci.ResponseProcessProposal_ACCEPT
}

func (c *Chain) seatByAddress(addr []byte) *Seat {
	for _, s := range c.known {
		if string(s.ConsAddress()) == string(addr) {
			return s
		}
	}
	return nil
}

// apply returns a validator set after updates, in order of address.
func apply(set []abci.Validator, updates []abci.ValidatorUpdate) []abci.Validator {
	out := slices.Clone(set)
	for _, u := range updates {
		addr := consAddress(u.PubKey.GetEd25519())
		out = slices.DeleteFunc(out, func(v abci.Validator) bool { return string(v.Address) == string(addr) })
		if u.Power > 0 {
			out = append(out, abci.Validator{Address: addr, Power: u.Power})
		}
	}
	slices.SortFunc(out, func(a, b abci.Validator) int { return slices.Compare(a.Address, b.Address) })
	return out
}

// signer lets the application propose with the keys of every seat.
type signer struct{ c *Chain }

func (s signer) SignAs(pubkey, msg []byte) ([]byte, bool) {
	for _, seat := range s.c.known {
		if bytes.Equal(seat.Beacon.PublicKey(), pubkey) {
			return seat.Beacon.Sign(msg), true
		}
	}
	return nil, false
}
