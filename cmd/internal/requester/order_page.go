package requester

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/cosmos/gogoproto/proto"
)

// pages reads page after page until the end, or until there are as many as asked for. It says whether there are more.
func pages[V any](limit int, read func(*query.PageRequest) ([]V, *query.PageResponse, error)) (out []V, more bool, err error) {
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

// jsonList writes messages as a list under a name.
func jsonList[V any, M interface {
	*V
	proto.Message
}](out io.Writer, name string, list []V, more bool) error {
	items := make([]json.RawMessage, len(list))
	for i := range list {
		text, err := jsonOf(M(&list[i]))
		if err != nil {
			return err
		}
		items[i] = text
	}
	return printJSON(out, map[string]any{name: items, "more": more})
}

func limitFlag(f *pflag.FlagSet, limit *int) {
	f.IntVar(limit, "limit", 100, "most that are listed")
}

func checkLimit(limit int) error {
	if limit < 1 {
		return fmt.Errorf("--limit %d: expected at least 1", limit)
	}
	return nil
}

// tellMore says that a list was cut.
func tellMore(out io.Writer, more bool, limit int) {
	if more {
		fmt.Fprintf(out, "... and more: these are the first %d; --limit lists others\n", limit)
	}
}
