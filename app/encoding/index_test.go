package encoding_test

import (
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app/encoding"
)

// TestIndexedEvents: each attribute is a field of an event that exists.
func TestIndexedEvents(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range encoding.IndexedEvents() {
		require.False(t, seen[name], name)
		seen[name] = true
		if !strings.HasPrefix(name, "credence.") {
			continue
		}
		dot := strings.LastIndex(name, ".")
		event := proto.MessageType(name[:dot])
		require.NotNil(t, event, "no event of this name: %s", name)
		var fields []string
		for _, p := range proto.GetProperties(event.Elem()).Prop {
			fields = append(fields, p.OrigName)
		}
		require.Contains(t, fields, name[dot+1:], "%s has no such field", event)
	}
	require.True(t, seen["credence.tasks.v1.EventCommitted.task"])
}
