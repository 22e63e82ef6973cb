// Package densearray keeps sets of names in the state so that the i-th of n can be read at once. A uniform draw needs this:
// it picks a number below n and reads one entry, whatever n is.
//
// The items of an owner are at the positions 0 to n-1, without gaps. An item that is added goes to the end. When one is
// removed, the last item moves into its place. Each item's position is stored, so nothing is ever searched, and adding,
// removing and reading cost the same for any n. The order of the items follows from the history of additions and removals.
// It decides later draws, so it is part of the state and has to be exported.
package densearray

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
)

// An Array is one array of names for each owner O. A is the key of an entry, made of owner and position. P is the key of an
// item's position, made of owner and item.
type Array[O, A, P any] struct {
	// Lengths: owner -> number of items; 0 is not stored.
	Lengths collections.Map[O, uint64]
	// Items: (owner, position) -> item.
	Items collections.Map[A, string]
	// Positions: (owner, item) -> position.
	Positions collections.Map[P, uint64]
	// ItemKey and PositionKey make the keys of the two maps above.
	ItemKey     func(owner O, position uint64) A
	PositionKey func(owner O, item string) P
}

// Length returns how many items an owner has.
func (a Array[O, A, P]) Length(ctx context.Context, owner O) (uint64, error) {
	n, err := a.Lengths.Get(ctx, owner)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// Position returns the place of an item, and whether it is there.
func (a Array[O, A, P]) Position(ctx context.Context, owner O, item string) (position uint64, found bool, err error) {
	position, err = a.Positions.Get(ctx, a.PositionKey(owner, item))
	if errors.Is(err, collections.ErrNotFound) {
		return 0, false, nil
	}
	return position, err == nil, err
}

// ItemAt returns the item at a position; collections.ErrNotFound beyond the end.
func (a Array[O, A, P]) ItemAt(ctx context.Context, owner O, position uint64) (string, error) {
	return a.Items.Get(ctx, a.ItemKey(owner, position))
}

// SetPresent makes an item present or absent: it adds one that is missing, removes one that is there, and changes nothing when
// the item already is as wanted.
func (a Array[O, A, P]) SetPresent(ctx context.Context, owner O, item string, present bool) error {
	position, found, err := a.Position(ctx, owner, item)
	switch {
	case err != nil || found == present:
		return err
	case present:
		return a.appendItem(ctx, owner, item)
	}
	return a.removeAt(ctx, owner, item, position)
}

func (a Array[O, A, P]) appendItem(ctx context.Context, owner O, item string) error {
	n, err := a.Length(ctx, owner)
	if err != nil {
		return err
	}
	if err := a.setItem(ctx, owner, n, item); err != nil {
		return err
	}
	return a.Lengths.Set(ctx, owner, n+1)
}

func (a Array[O, A, P]) removeAt(ctx context.Context, owner O, item string, position uint64) error {
	n, err := a.Lengths.Get(ctx, owner)
	if err != nil {
		return err
	}
	last, err := a.ItemAt(ctx, owner, n-1)
	if err != nil {
		return err
	}
	// The last item takes the place. Where it is the removed item itself, the removals below undo this.
	if err := a.setItem(ctx, owner, position, last); err != nil {
		return err
	}
	if err := a.Items.Remove(ctx, a.ItemKey(owner, n-1)); err != nil {
		return err
	}
	if err := a.Positions.Remove(ctx, a.PositionKey(owner, item)); err != nil {
		return err
	}
	if n == 1 {
		return a.Lengths.Remove(ctx, owner)
	}
	return a.Lengths.Set(ctx, owner, n-1)
}

func (a Array[O, A, P]) setItem(ctx context.Context, owner O, position uint64, item string) error {
	if err := a.Items.Set(ctx, a.ItemKey(owner, position), item); err != nil {
		return err
	}
	return a.Positions.Set(ctx, a.PositionKey(owner, item), position)
}
