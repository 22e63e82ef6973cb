package receipt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/credence-chain/credence/internal/ids"
)

// Source is a node from which receipts are made. Its answers are not trusted: a receipt is verified before it is returned.
type Source interface {
	// Block returns the header of a height, and the commit in that block, which is for the block before. It waits for a block that
	// does not exist yet.
	Block(ctx context.Context, height int64) (*cmttypes.Header, *cmttypes.Commit, error)
	// Validators returns the validators of a height, in their order.
	Validators(ctx context.Context, height int64) ([]*cmttypes.Validator, error)
	// Record returns the value of a key in a store at a height, with its two proofs. The value is empty if the key does not exist.
	Record(ctx context.Context, store string, key []byte, height int64) (Record, error)
	// Evidence returns the evidence that came with reveals of a task in the block of a height, including reveals that the chain
	// refused, from any sender. It returns ErrNoBlock if the source no longer has that block.
	Evidence(ctx context.Context, height int64, task [32]byte) ([][]byte, error)
}

// ErrNoBlock says that a source no longer has a block. A receipt is then made without the evidence in this block.
var ErrNoBlock = errors.New("the node has this block no more")

// Begin says where the path of a receipt begins. With the zero value the path is only the header with the app hash.
type Begin struct {
	// Height is the height whose validators the verifier may trust; 0 means only the validators of the last header.
	Height int64
	// Block says that the verifier may trust the block at Height itself, so that its header is in the path whether the validators
	// change or not.
	Block bool
}

// Make makes the receipt of a task from the state of a height at which the answer is final. The manifest may be empty. If there can
// be no receipt yet, the error is a *Refusal that says why.
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

// lastOf returns a height from low on at which the set with a hash signs, while another set signs at the next height. The set signs
// at low, and another set signs at high. It asks the source for about log2(high - low) blocks.
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

// makeLink combines the header of a height with its validators and its signatures, which the next block holds.
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
