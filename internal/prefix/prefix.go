// Package prefix finds records by the beginning of their id, at a cost that no caller chooses.
package prefix

import (
	"context"
	"encoding/hex"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
)

// Bounds of what is looked up.
const (
	// Min is how many hexadecimal digits a prefix has at least: with fewer, too much would begin so.
	Min = 4
	// Digits are those of a whole id.
	Digits = 64
	// Most is how many ids are returned of one kind.
	Most = 10
)

// Check refuses what is no beginning of an id, as InvalidArgument: it has Min to Digits lower-case hexadecimal digits.
func Check(prefix string) error {
	if len(prefix) < Min || len(prefix) > Digits || strings.Trim(prefix, "0123456789abcdef") != "" {
		return status.Errorf(codes.InvalidArgument, "prefix %.80q: expected %d to %d lower-case hexadecimal digits", prefix, Min, Digits)
	}
	return nil
}

// Raw lists the ids of a map of raw 32-byte ids that begin with a prefix, in ascending order, Most at most.
func Raw[V any](ctx context.Context, records collections.Map[[]byte, V], prefix string) ([]string, error) {
	first, err := hex.DecodeString(prefix + strings.Repeat("0", Digits-len(prefix)))
	if err != nil {
		return nil, err
	}
	last, err := hex.DecodeString(prefix + strings.Repeat("f", Digits-len(prefix)))
	if err != nil {
		return nil, err
	}
	return keys(ctx, records, new(collections.Range[[]byte]).StartInclusive(first).EndInclusive(last), hex.EncodeToString)
}

// Text lists the ids of a map of ids in hexadecimal digits that begin with a prefix, in ascending order, Most at most.
func Text[V any](ctx context.Context, records collections.Map[string, V], prefix string) ([]string, error) {
	ranger := new(collections.Range[string]).StartInclusive(prefix).EndExclusive(End(prefix))
	return keys(ctx, records, ranger, func(id string) string { return id })
}

// End is greater than every id that begins with the prefix, and smaller than every greater id that does not.
func End(prefix string) string { return prefix + "g" }

// keys reads keys alone: records may be large.
func keys[K, V any](ctx context.Context, records collections.Map[K, V], ranger collections.Ranger[K], format func(K) string) (out []string, err error) {
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
