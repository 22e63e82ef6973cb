package printer

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// ReadPages reads one page after another until the end, or until there are limit entries. It also returns whether there are more.
func ReadPages[V any](limit int, read func(*query.PageRequest) ([]V, *query.PageResponse, error)) (out []V, more bool, err error) {
	var key []byte
	for {
		page, next, err := read(&query.PageRequest{Key: key, Limit: 100})
		if err != nil {
			return nil, false, err
		}
		out = append(out, page...)
		last := next == nil || len(next.NextKey) == 0
		if len(out) > limit || len(out) == limit && !last {
			return out[:limit], true, nil
		}
		if last {
			return out, false, nil
		}
		key = next.NextKey
	}
}

// AddLimit adds the flag --limit.
func AddLimit(f *pflag.FlagSet, limit *int) {
	f.IntVar(limit, "limit", 100, "most that are listed")
}

// CheckLimit refuses a limit with which nothing would be listed.
func CheckLimit(limit int) error {
	if limit < 1 {
		return fmt.Errorf("--limit %d: expected at least 1", limit)
	}
	return nil
}

// PrintMore says that a list was cut off.
func PrintMore(out io.Writer, more bool, limit int) {
	if more {
		fmt.Fprintf(out, "... and more: these are the first %d; --limit lists others\n", limit)
	}
}
