package acceptance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/devnet"
)

// Two people sign off the chain, a third has what they signed matched; then the book, and taking back what is on it.
func TestOrders(t *testing.T) {
	n := start(t, 2*time.Minute, devnet.Options{Workers: 3})
	c := &command{t: t, ctx: n.ctx, env: append(os.Environ(), devnet.EnvInfo+"="+filepath.Join(n.Info.State, devnet.InfoFile))}
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	do := func(args ...string) string {
		t.Helper()
		out, status := c.run(append([]string{"order"}, args...)...)
		require.Zero(t, status, "%s\n%s", args, out)
		return out
	}
	refused := func(exit int, why string, args ...string) {
		t.Helper()
		out, status := c.run(append([]string{"order"}, args...)...)
		require.Equal(t, exit, status, out)
		require.Contains(t, out, why)
	}
	read := func(into any, args ...string) {
		t.Helper()
		out, err := c.make(slices.Concat([]string{"order"}, args, []string{"--output", "json"})...).Output()
		require.NoError(t, err, args)
		require.NoError(t, json.Unmarshal(out, into), string(out))
	}
	app := n.publish("echo", echo(), appPrice)

	// The operator and the requester sign; nothing of it is on the chain.
	do("create", "pool", n.Info.Pool, "--price", "0.04CRED", "--volume", "5", "--out", file("pool.json"))
	do("sign", file("pool.json"), "--offline", "--out", file("pool.signed.json"))
	do("create", "request", app, "--trust", "99%", "--max-price", "1CRED", "--fuel", "100M", "--expiry", "+1000", "--out", file("job.json"))
	do("sign", file("job.json"), "--offline", "--out", file("job.signed.json"))
	require.Contains(t, do("inspect", file("pool.signed.json")), "the chain has not seen it")
	match := []string{"match", "--pool", file("pool.signed.json"), "--request", file("job.signed.json"), "--from", n.Info.Workers[0].Organisation + "-owner"}
	require.Contains(t, do(append(match, "--dry-run")...), "would trade 1 task now")
	refused(client.ExitFailed, "signature", "match", "--pool", file("pool.json"), "--request", file("job.signed.json"), "--from", "provider")

	// A third has it matched, once.
	var made struct {
		Deal struct {
			ID, Requester, Relayer, Pool string
			PoolOrder                    string `json:"pool_order"`
		}
	}
	read(&made, match...)
	deal := n.deal(made.Deal.ID)
	require.Equal(t, n.Info.Account("requester").Address, deal.Requester)
	require.Equal(t, n.Info.Account("operator").Address, deal.PoolOwner)
	require.Equal(t, n.Info.Account(n.Info.Workers[0].Organisation+"-owner").Address, deal.Relayer)
	require.Equal(t, uint64(40_000), deal.Terms.Price)
	require.Equal(t, uint64(appPrice), deal.Terms.AppPrice)
	require.Equal(t, deal.PoolOrder, made.Deal.PoolOrder)
	refused(client.ExitFailed, "its volume of 1 is used up", match...)
	var seen struct{ ID, Status, Filled, Left string }
	read(&seen, "inspect", file("pool.signed.json"))
	require.Equal(t, []string{deal.PoolOrder, "signed", "1", "4"}, []string{seen.ID, seen.Status, seen.Filled, seen.Left})

	// What holds when it is proposed and not in the next block says why: nobody can lock so much.
	do("create", "pool", n.Info.Pool, "--price", "50000CRED", "--out", file("dear.json"))
	do("presign", file("dear.json"))
	do("create", "request", app, "--trust", "99%", "--max-price", "150000CRED", "--fuel", "100M", "--out", file("rich.json"))
	do("sign", file("rich.json"), "--out", file("rich.signed.json"))
	match[2], match[4] = file("dear.json"), file("rich.signed.json")
	require.Contains(t, do(append(match, "--dry-run")...), "the deal is not made unless")
	refused(client.ExitNoVerdict, "payer can not pay the escrow", match...)

	// The same offer on the book, and taken back: by itself, and with all that are older.
	book := func() []string {
		t.Helper()
		var list struct {
			Orders []struct{ ID string }
		}
		read(&list, "book")
		ids := []string{}
		for _, o := range list.Orders {
			ids = append(ids, o.ID)
		}
		return ids
	}
	standing := book()
	require.Len(t, standing, 1)
	cheap := file("cheap.json")
	do("create", "pool", n.Info.Pool, "--price", "0.01CRED", "--out", cheap)
	var placed struct{ ID string }
	read(&placed, "place", cheap)
	n.until("it is on the book", func() bool { return len(book()) == 2 })
	require.Equal(t, append([]string{placed.ID}, standing...), book(), "the cheapest first")
	require.Contains(t, do("book"), "0.01 CRED")
	require.Contains(t, do("list", "--pool", n.Info.Pool, "--status", "resting"), client.ShortDigest(placed.ID))
	do("cancel", cheap)
	require.Equal(t, standing, book())
	refused(client.ExitFailed, "already ended", "cancel", cheap)
	refused(client.ExitFailed, "", "place", cheap)

	do("create", "pool", n.Info.Pool, "--price", "0.02CRED", "--out", cheap, "--overwrite")
	signed, err := order.Read(cheap)
	require.NoError(t, err)
	do("place", cheap)
	below := strconv.FormatUint(signed.Order.Nonce+1, 10)
	do("cancel-below", "pool", below, "--from", "operator")
	require.Contains(t, do("book"), "no offers of executions")
	read(&seen, "inspect", file("pool.signed.json"))
	require.Equal(t, "cancelled", seen.Status)
	refused(client.ExitFailed, "cancelled all orders of the kind below "+below, "match", "--pool", file("pool.signed.json"), "--request", file("rich.signed.json"), "--from", "provider")
	require.Equal(t, 0, strings.Count(do("list", "--from", "operator"), "resting"))
}
