package light

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
)

// primary is the node that is asked. The light client of the engine checks the proof of an answer, and not that it is an answer to the
// question: a true proof of another key, of an older height or of another transaction would pass. primary refuses such answers, and
// questions whose answers nobody can prove.
type primary struct{ rpcclient.Client }

// ABCIQueryWithOptions implements rpcclient.ABCIClient.
func (p primary) ABCIQueryWithOptions(ctx context.Context, path string, data cmtbytes.HexBytes, opts rpcclient.ABCIQueryOptions) (*ctypes.ResultABCIQuery, error) {
	res, err := p.Client.ABCIQueryWithOptions(ctx, path, data, opts)
	if err != nil {
		return nil, err
	}
	// What is refused has no proof, and the light client says why.
	if got := res.Response; !got.IsErr() {
		if !bytes.Equal(got.Key, data) {
			return nil, fmt.Errorf("abci_query: the node answers for the key %X, expected %X", got.Key, []byte(data))
		}
		if opts.Height > 0 && got.Height != opts.Height {
			return nil, fmt.Errorf("abci_query: the node answers for the height %d, expected %d", got.Height, opts.Height)
		}
	}
	return res, nil
}

// Tx implements rpcclient.SignClient.
func (p primary) Tx(ctx context.Context, hash []byte, prove bool) (*ctypes.ResultTx, error) {
	if !prove {
		return nil, errors.New("tx: prove is false, expected true: only what is proven is served")
	}
	res, err := p.Client.Tx(ctx, hash, true)
	if err != nil {
		return nil, err
	}
	for _, got := range [][]byte{res.Tx.Hash(), res.Proof.Data.Hash()} {
		if !bytes.Equal(got, hash) {
			return nil, fmt.Errorf("tx: the node answers with the transaction %X, expected %X", got, hash)
		}
	}
	return res, nil
}

// TxSearch implements rpcclient.SignClient.
func (primary) TxSearch(context.Context, string, bool, *int, *int, string) (*ctypes.ResultTxSearch, error) {
	return nil, errors.New("tx_search: nobody can prove that a list is complete: ask for each transaction with tx, by its hash")
}

// BlockSearch implements rpcclient.SignClient.
func (primary) BlockSearch(context.Context, string, *int, *int, string) (*ctypes.ResultBlockSearch, error) {
	return nil, errors.New("block_search: nobody can prove that a list is complete: ask for each block with block, by its height")
}
