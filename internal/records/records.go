// Package records reads records of the state that need not be there, and queues from their front.
package records

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
)

// Find reads the record of a key, or says that there is none.
func Find[K, V any](ctx context.Context, m collections.Map[K, V], key K) (v V, found bool, err error) {
	v, err = m.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return v, false, nil
	}
	return v, err == nil, err
}

// FindItem reads an item, or says that there is none.
func FindItem[V any](ctx context.Context, item collections.Item[V]) (v V, found bool, err error) {
	v, err = item.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return v, false, nil
	}
	return v, err == nil, err
}

// Entry is a key with its value.
type Entry[K, V any] struct {
	Key   K
	Value V
}

// First reads the first entry of a range, of all entries when it is nil, or says that there is none.
func First[K, V any](ctx context.Context, m collections.Map[K, V], rng collections.Ranger[K]) (e Entry[K, V], found bool, err error) {
	it, err := m.Iterate(ctx, rng)
	if err != nil {
		return e, false, err
	}
	defer it.Close()
	if !it.Valid() {
		return e, false, nil
	}
	kv, err := it.KeyValue()
	return Entry[K, V]{kv.Key, kv.Value}, err == nil, err
}

// FirstKey reads the first key of a range of a set, or says that there is none.
func FirstKey[K any](ctx context.Context, set collections.KeySet[K], rng collections.Ranger[K]) (key K, found bool, err error) {
	it, err := set.Iterate(ctx, rng)
	if err != nil {
		return key, false, err
	}
	defer it.Close()
	if !it.Valid() {
		return key, false, nil
	}
	key, err = it.Key()
	return key, err == nil, err
}

// Collect appends the values of a walk to a list.
func Collect[K, V any](list *[]V) func(K, V) (stop bool, err error) {
	return func(_ K, v V) (bool, error) {
		*list = append(*list, v)
		return false, nil
	}
}
