package receipt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/credence-chain/credence/internal/ids"
)

// Source is a node from which receipts are made. Nothing that it says is believed: the receipt is verified before it is given out.
type Source interface {
	// Block of a height: its header, and the commit that it holds for the block before it. It waits for a block that is not
	// there yet.
	Block(ctx context.Context, height int64) (*cmttypes.Header, *cmttypes.Commit, error)
	// Validators of a height, in their order.
	Validators(ctx context.Context, height int64) ([]*cmttypes.Validator, error)
	// Record returns the value of a key in a store at a height, with its two proofs; a value of no bytes where there is none.
	Record(ctx context.Context, store string, key []byte, height int64) (Record, error)
	// Evidence that came with reveals of a task in the block of a height: with those that the chain refused as well, whoever sent them.
	// ErrNoBlock where the source has that block no more.
	Evidence(ctx context.Context, height int64, task [32]byte) ([][]byte, error)
}

// ErrNoBlock says that a source has a block no more. A receipt is then made without the evidence that was in it.
var ErrNoBlock = errors.New("the node has this block no more")

// Begin is where the path of a receipt begins; the zero value is the header with the app hash alone.
type Begin struct {
	// Height whose validators the verifier may trust; 0 for those of the receipt alone.
	Height int64
	// Block: the verifier may trust the block of the height itself, so that it is in the path whatever its validators.
	Block bool
}

// Make makes the receipt of a task from the state of a height, which has to be one at which the answer is final. The
// manifest may be empty. A *Refusal says why there is no receipt yet.
func Make(ctx context.Context, from Source, chain, taskID string, height int64, begin Begin, manifest []byte) (*Receipt, error) {
	id, err := ids.Parse(taskID)
	if err != nil {
		return nil, fmt.Errorf("task: %w", err)
	}
	r := &Receipt{Format: Format, Chain: chain, Task: taskID, Height: height, Manifest: manifest}
	if r.TaskRecord, err = from.Record(ctx, tasksStore, recordKey(tasksPrefix, id), height); err != nil {
		return nil, fmt.Errorf("record of the task: %w", err)
	}
	if len(r.TaskRecord.Value) == 0 {
		return nil, newRefusal(ReasonRecord, "the chain has no task %s at height %d", taskID, height)
	}
	t, err := readTask(r.TaskRecord.Value)
	if err != nil {
		return nil, newRefusal(ReasonRecord, "the record of the task cannot be read: %v", err)
	}
	if err := t.checkFinal(height); err != nil {
		return nil, err // before the rest is fetched
	}
	if r.DealRecord, err = from.Record(ctx, dealsStore, recordKey(dealsPrefix, t.deal), height); err != nil {
		return nil, fmt.Errorf("record of the deal: %w", err)
	}
	d, err := readDeal(r.DealRecord.Value)
	if err != nil {
		return nil, newRefusal(ReasonRecord, "the record of the deal cannot be read: %v", err)
	}
	if r.RequestRecord, err = from.Record(ctx, marketStore, recordKey(requestsPrefix, d.request), height); err != nil {
		return nil, fmt.Errorf("record of the request: %w", err)
	}
	if r.Path, err = makePath(ctx, from, begin, height+1); err != nil {
		return nil, err
	}
	if err := r.addShown(ctx, from); err != nil {
		return nil, err
	}
	last, err := readHeader(r.Path[len(r.Path)-1].Header)
	if err != nil {
		return nil, err
	}
	_, err = Verify(r, Trust{Hash: [32]byte(last.ValidatorsHash)}, Expected{Chain: chain})
	return r, err
}

// makePath returns the headers that lead from the validators, or the block, of one height to the header of another.
func makePath(ctx context.Context, from Source, begin Begin, height int64) (path []Link, err error) {
	end, err := makeLink(ctx, from, height)
	if err != nil {
		return nil, err
	}
	last, err := readHeader(end.Header)
	if err != nil {
		return nil, err
	}
	if begin.Height < 1 || begin.Height >= height {
		return []Link{end}, nil
	}
	set, at, anchor := []byte(nil), begin.Height, begin.Block // the set that signs at
	if !anchor {
		header, _, err := from.Block(ctx, at)
		if err != nil {
			return nil, fmt.Errorf("header of height %d, at which the path begins: %w", at, err)
		}
		set = header.ValidatorsHash
	}
	for anchor || !bytes.Equal(set, last.ValidatorsHash) {
		if len(path) == MaxPath-1 {
			return nil, fmt.Errorf("the set of validators changed more often since height %d than a receipt may say; name a later height", begin.Height)
		}
		if !anchor {
			if at, err = lastOf(ctx, from, set, at, height); err != nil {
				return nil, err
			}
		}
		link, err := makeLink(ctx, from, at)
		if err != nil {
			return nil, err
		}
		header, err := readHeader(link.Header)
		if err != nil {
			return nil, err
		}
		path, set, at, anchor = append(path, link), header.NextValidatorsHash, at+1, false
	}
	return append(path, end), nil
}

// lastOf returns a height at which the set of a hash signs, and after which it does not, between one height at which it signs
// and one at which another does. It asks for about log2 of the difference in blocks.
func lastOf(ctx context.Context, from Source, set []byte, low, high int64) (int64, error) {
	for high-low > 1 {
		middle := low + (high-low)/2
		header, _, err := from.Block(ctx, middle)
		if err != nil {
			return 0, fmt.Errorf("header of height %d: %w", middle, err)
		}
		if bytes.Equal(header.ValidatorsHash, set) {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}

// makeLink puts the header of a height together with its signatures, which the next block holds, and its validators.
func makeLink(ctx context.Context, from Source, height int64) (l Link, err error) {
	_, commit, err := from.Block(ctx, height+1)
	if err != nil {
		return l, fmt.Errorf("signatures of height %d: %w", height, err)
	}
	header, _, err := from.Block(ctx, height)
	if err != nil {
		return l, fmt.Errorf("header of height %d: %w", height, err)
	}
	validators, err := from.Validators(ctx, height)
	if err != nil {
		return l, fmt.Errorf("validators of height %d: %w", height, err)
	}
	if l.Header, err = header.ToProto().Marshal(); err != nil {
		return l, err
	}
	if l.Commit, err = commit.ToProto().Marshal(); err != nil {
		return l, err
	}
	for _, v := range validators {
		l.Validators = append(l.Validators, v.Bytes())
	}
	return l, nil
}
