package printer

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/cosmos/gogoproto/proto"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/printable"
)

// PrintJSON writes any value as indented JSON. Protobuf messages keep their own JSON form. Control characters are escaped, so that no text
// in it can act on a terminal.
func PrintJSON(out io.Writer, v any) error {
	text, err := FormatJSON(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(printable.JSON(out), string(text))
	return err
}

// FormatJSON returns a value as indented JSON. Of protobuf messages it writes every field, under the field's name in the definition.
func FormatJSON(v any) (json.RawMessage, error) {
	if m, ok := v.(proto.Message); ok {
		raw, err := credence.Codec().MarshalJSON(m)
		if err != nil {
			return nil, err
		}
		v = json.RawMessage(raw)
	}
	return json.MarshalIndent(v, "", "  ")
}

// PrintList writes messages as a JSON list under a name.
func PrintList[V any, M interface {
	*V
	proto.Message
}](out io.Writer, name string, list []V, more bool) error {
	items := make([]json.RawMessage, len(list))
	for i := range list {
		text, err := FormatJSON(M(&list[i]))
		if err != nil {
			return err
		}
		items[i] = text
	}
	return PrintJSON(out, map[string]any{name: items, "more": more})
}
