// Package prefix finds records by a prefix of their ids. It bounds the work, so that no caller can make such a query expensive.
package prefix

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
)

// Bounds of a look-up.
const (
	// Min is the least number of hexadecimal digits of a prefix. With fewer, too many ids would begin with it.
	Min = 4
	// Digits is the number of digits of a whole id.
	Digits = 64
	// Most is the largest number of ids of one kind that a look-up returns.
	Most = 10
)

// Check returns InvalidArgument unless prefix is the beginning of an id: Min to Digits lower-case hexadecimal digits.
func Check(prefix string) error {
	if len(prefix) < Min || len(prefix) > Digits || strings.Trim(prefix, "0123456789abcdef") != "" {
		return status.Errorf(codes.InvalidArgument, "prefix %.80q: expected %d to %d lower-case hexadecimal digits", prefix, Min, Digits)
	}
	return nil
}

// Raw returns at most Most ids that begin with a prefix, in ascending order, of a map whose keys are raw 32-byte ids.
func Raw[V any](ctx context.Context, records collections.Map[[]byte, V], prefix string) ([]string, error) {
	first, err := hex.DecodeString(prefix + strings.Repeat("0", Digits-len(prefix)))
	if err != nil {
		return nil, err
	}
	last, err := hex.DecodeString(prefix + strings.Repeat("f", Digits-len(prefix)))
	if err != nil {
		return nil, err
	}
	return readKeys(ctx, records, new(collections.Range[[]byte]).StartInclusive(first).EndInclusive(last), hex.EncodeToString)
}

// Text returns at most Most ids that begin with a prefix, in ascending order, of a map whose keys are whole ids in text.
func Text[V any](ctx context.Context, records collections.Map[string, V], prefix string) ([]string, error) {
	rest := Digits - len(prefix)
	ranger := new(collections.Range[string]).StartInclusive(prefix + strings.Repeat("0", rest)).EndInclusive(prefix + strings.Repeat("f", rest))
	return readKeys(ctx, records, ranger, func(id string) string { return id })
}

// Merge merges lists of ids, and returns the first Most of them in ascending order.
func Merge(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return all[:min(len(all), Most)]
}

// End returns the end of the range of ids that begin with the prefix: it is greater than all of these, and smaller than every
// greater id that does not begin with it.
func End(prefix string) string { return prefix + "g" }

// readKeys reads the keys alone, because records may be large.
func readKeys[K, V any](ctx context.Context, records collections.Map[K, V], ranger collections.Ranger[K], format func(K) string) (out []string, err error) {
	it, err := records.Iterate(ctx, ranger)
	if err != nil {
		return nil, err
	}
	defer it.Close()
	for ; it.Valid() && len(out) < Most; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		out = append(out, format(key))
	}
	return out, nil
}
