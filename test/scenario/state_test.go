package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// textOfRaw matches the text form of values that the state holds raw: ids and digests in hexadecimal digits, addresses in bech32.
var textOfRaw = regexp.MustCompile(`[0-9a-f]{64}|cred1[02-9ac-hj-np-z]{38}`)

// reason matches a sentence for people that a record keeps: why a request met nothing. The sentence names a voucher in text form.
var reason = regexp.MustCompile(`voucher: [0-9a-f]{64} pays`)

// rawModules are the modules whose state holds no text of this form.
var rawModules = []string{
	dealstypes.StoreKey, markettypes.StoreKey, orgstypes.StoreKey, poatypes.StoreKey, taskstypes.StoreKey, voucherstypes.StoreKey,
}

// use is the number and the size of the entries of a store with one prefix.
type use struct{ entries, keys, values int }

// readStore calls visit with every entry of a module's store.
func readStore(t *testing.T, c *testutil.Compute, module string, visit func(key, value []byte)) {
	t.Helper()
	it := c.Ctx().KVStore(c.App.StoreKey(module)).Iterator(nil, nil)
	defer func() { require.NoError(t, it.Close()) }()
	for ; it.Valid(); it.Next() {
		visit(it.Key(), it.Value())
	}
}

// TestStateIsRaw: ids, addresses and digests are stored as bytes in every life of a task. It logs the size of the state.
func TestStateIsRaw(t *testing.T) {
	for _, script := range []string{"liar_first", "voucher", "datasets", "resting", "court_recalled"} {
		t.Run(script, func(t *testing.T) {
			s := playScript(t, "testdata/"+script+".txt", func(s *stage) {
				if s.chain == nil {
					return
				}
				for _, module := range rawModules {
					readStore(t, s.chain, module, func(key, value []byte) {
						require.NotRegexp(t, textOfRaw, string(key), "%s: a key", module)
						require.NotRegexp(t, textOfRaw, reason.ReplaceAllString(string(value), ""), "%s: the value of %x", module, key)
					})
				}
			})
			logUse(t, s.chain)
		})
	}
}

func logUse(t *testing.T, c *testutil.Compute) {
	t.Helper()
	for _, module := range []string{"apps", "deals", "market", "orgs", "poa", "tasks", "vouchers", "workers"} {
		uses := map[byte]use{}
		readStore(t, c, module, func(key, value []byte) {
			u := uses[key[0]]
			uses[key[0]] = use{u.entries + 1, u.keys + len(key), u.values + len(value)}
		})
		var prefixes []byte
		for p := range uses {
			prefixes = append(prefixes, p)
		}
		slices.Sort(prefixes)
		total := 0
		line := ""
		for _, p := range prefixes {
			u := uses[p]
			total += u.keys + u.values
			line += fmt.Sprintf(" %d: %d x (%d + %d)", p, u.entries, u.keys/u.entries, u.values/u.entries)
		}
		t.Logf("%s: %d bytes; of each prefix the entries, with the bytes of a key and a value:%s", module, total, line)
	}
}
