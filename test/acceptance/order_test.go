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

	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devnet"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// TestOrders trades orders as people do, with commands alone. Orders are signed off the chain and carried by a third account, with datasets
// and without. Offers are placed on the book and taken back. A pool passes to another operator.
func TestOrders(t *testing.T) {
	n := start(t, 5*time.Minute, devnet.Options{Workers: 3, EditGenesis: func(g devnet.Genesis) error {
		if err := windows(200, 120, 60)(g); err != nil {
			return err
		}
		// The laboratory may operate pools too, so that the pool can pass to it.
		return genesis.Edit(g.State, g.Codec, orgstypes.ModuleName, &orgstypes.GenesisState{}, func(s *orgstypes.GenesisState) error {
			i := slices.IndexFunc(s.Organisations, func(o orgstypes.Organisation) bool { return o.Id == "lab" })
			s.Organisations[i].Roles = orgstypes.SortRoles(append(s.Organisations[i].Roles, orgstypes.ROLE_POOL_OPERATOR))
			return nil
		})
	}})
	d := newTrader(n)
	app := n.publish("echo", echo(), appPrice)
	reads := d.signedWithDatasets(app) // its task runs while the others go on
	d.signed(app)
	d.book()
	d.handedOver()
	d.read(reads)
}

// trader runs commands, in a home of its own.
type trader struct {
	*network
	c   *command
	dir string
}

func newTrader(n *network) *trader {
	env := append(os.Environ(), devnet.EnvInfo+"="+filepath.Join(n.Info.State, devnet.InfoFile), "HOME="+n.t.TempDir())
	return &trader{network: n, c: &command{t: n.t, ctx: n.ctx, env: env}, dir: n.t.TempDir()}
}

func (d *trader) file(name string) string { return filepath.Join(d.dir, name) }

// do runs a command that succeeds.
func (d *trader) do(args ...string) string {
	d.t.Helper()
	out, status := d.c.run(args...)
	require.Zero(d.t, status, "%s\n%s", args, out)
	return out
}

// order runs a subcommand of `order` that succeeds.
func (d *trader) order(args ...string) string {
	d.t.Helper()
	return d.do(append([]string{"order"}, args...)...)
}

// refused runs a subcommand of `order` that fails, and checks the reason that it gives.
func (d *trader) refused(exit int, why string, args ...string) {
	d.t.Helper()
	out, status := d.c.run(append([]string{"order"}, args...)...)
	require.Equal(d.t, exit, status, out)
	require.Contains(d.t, out, why)
}

// says reads the output of a subcommand of `order` for programs. Its standard output is JSON and nothing else.
func (d *trader) says(into any, args ...string) {
	d.t.Helper()
	out, err := d.c.make(slices.Concat([]string{"order"}, args, []string{"--output", "json"})...).Output()
	require.NoError(d.t, err, args)
	require.NoError(d.t, json.Unmarshal(out, into), string(out))
}

// signs creates an order and signs it without a node.
func (d *trader) signs(name string, args ...string) string {
	d.t.Helper()
	d.order(slices.Concat([]string{"create"}, args, []string{"--out", d.file(name + ".json")})...)
	d.order("sign", d.file(name+".json"), "--offline", "--out", d.file(name+".signed.json"))
	return d.file(name + ".signed.json")
}

// inspected is the output of `order inspect`.
type inspected struct{ ID, Status, Filled, Left string }

// made is the output of `order match`.
type made struct {
	Deal struct{ ID string }
}

// signedWithDatasets matches four kinds of orders that their owners signed. One of them is for a dataset without a list price, and another
// dataset is paid its own price. It returns the deal.
func (d *trader) signedWithDatasets(app string) (deal dealstypes.Deal) {
	for name, terms := range map[string][]string{"cities": {"--by-order"}, "roads": {"--price", "0.02CRED"}} {
		require.NoError(d.t, os.WriteFile(d.file(name+".csv"), []byte(name+"\n"), 0o600))
		d.do(append([]string{"publish", "dataset", d.file(name + ".csv"), "--version", "1"}, terms...)...)
	}
	cities := d.signs("cities", "dataset", "studio/cities:1", "--price", "0.01CRED", "--volume", "1", "--only-app", "studio/echo", "--only-requester", "lab")
	cheap := d.signs("echo", "app", app, "--price", "0.005CRED", "--volume", "1", "--only-dataset-of", "studio")
	pool := d.signs("pool", "pool", d.Info.Pool, "--price", "0.03CRED", "--volume", "2")
	ask := func(name string) string {
		return d.signs(name, "request", app, "--dataset", "studio/cities:1", "--dataset", "studio/roads:1", "--trust", "99%", "--max-price", "1CRED", "--fuel", "100M")
	}
	request, relayer := ask("reads"), d.Info.Workers[0].Organisation+"-owner"
	match := []string{"match", "--request", request, "--pool", pool, "--app", cheap, "--from", relayer}
	with := func(datasets ...string) (args []string) {
		args = slices.Clone(match)
		for _, file := range datasets {
			args = append(args, "--dataset", file)
		}
		return args
	}
	d.refused(cli.ExitFailed, "dataset studio/cities:1 has no list price", with()...)
	d.refused(cli.ExitFailed, "it is for studio/cities:1, expected an order for studio/roads:1", with(cities, cities)...)
	var of made
	d.says(&of, with(cities, "list")...)
	deal = d.deal(of.Deal.ID)
	require.Equal(d.t, d.Info.Account("requester").Address, deal.Requester)
	require.Equal(d.t, d.Info.Account(relayer).Address, deal.Relayer)
	require.Equal(d.t, []uint64{5_000, 30_000, 30_000}, []uint64{deal.Terms.AppPrice, deal.Terms.DatasetPrice, deal.Terms.Price})
	require.Len(d.t, deal.Datasets, 2)
	for i, want := range []struct {
		id    string
		price uint64
		file  string
	}{{"studio/cities", 10_000, cities}, {"studio/roads", 20_000, ""}} {
		require.Equal(d.t, want.id, deal.Datasets[i].Dataset)
		require.Equal(d.t, want.price, deal.Datasets[i].Price)
		if want.file == "" {
			require.Empty(d.t, deal.Datasets[i].Order, "the list price")
			continue
		}
		var of inspected
		d.says(&of, "inspect", want.file)
		require.Equal(d.t, inspected{deal.Datasets[i].Order, "filled", "1", "0"}, of)
	}
	// The volume of the order is used up for every requester.
	match[2], match[6] = ask("again"), "list"
	d.refused(cli.ExitRefused, "its volume of 1 is used up", with(cities, "list")...)
	return deal
}

// read checks the end of a deal with datasets: the program found the datasets, and their owners are paid.
func (d *trader) read(deal dealstypes.Deal) {
	task := d.ended(deal.Id)
	paid := map[string]uint64{}
	for _, p := range task.Settlement.Payments {
		paid[p.Party] += p.Amount
	}
	require.Equal(d.t, deal.Terms.AppPrice, paid["APP"])
	require.Equal(d.t, deal.Terms.DatasetPrice, paid["DATASET"])
	out := d.file("result")
	d.do("task", "fetch", deal.Id, "--out", out)
	said, err := os.ReadFile(filepath.Join(out, "result"))
	require.NoError(d.t, err)
	for _, variable := range []string{"CREDENCE_DATASET_1=/in/datasets/studio/cities", "CREDENCE_DATASET_2=/in/datasets/studio/roads"} {
		require.Contains(d.t, strings.Split(string(said), "\x00"), variable)
	}
}

// signed has a third account match two orders that their owners signed off the chain. A second match of the same orders is refused.
func (d *trader) signed(app string) {
	// The operator and the requester sign. Neither order is on the chain.
	d.order("create", "pool", d.Info.Pool, "--price", "0.04CRED", "--volume", "5", "--out", d.file("offer.json"))
	d.order("sign", d.file("offer.json"), "--offline", "--out", d.file("offer.signed.json"))
	job := d.signs("job", "request", app, "--trust", "99%", "--max-price", "1CRED", "--fuel", "100M", "--expiry", "+1000")
	require.Contains(d.t, d.order("inspect", d.file("offer.signed.json")), "not yet; the chain has not seen it")
	relayer := d.Info.Workers[0].Organisation + "-owner"
	match := []string{"match", "--pool", d.file("offer.signed.json"), "--request", job, "--from", relayer}
	require.Contains(d.t, d.order(append(match, "--dry-run")...), "would trade 1 task now")
	d.refused(cli.ExitFailed, "it has no signature, and the chain does not know it", "match", "--pool", d.file("offer.json"), "--request", job, "--from", "provider")

	// A third account has the orders matched, once.
	var of made
	d.says(&of, match...)
	deal := d.deal(of.Deal.ID)
	require.Equal(d.t, d.Info.Account("requester").Address, deal.Requester)
	require.Equal(d.t, d.Info.Account("operator").Address, deal.PoolOwner)
	require.Equal(d.t, d.Info.Account(relayer).Address, deal.Relayer)
	require.Equal(d.t, uint64(40_000), deal.Terms.Price)
	require.Equal(d.t, uint64(appPrice), deal.Terms.AppPrice)
	d.refused(cli.ExitRefused, "its volume of 1 is used up", match...)
	var seen inspected
	d.says(&seen, "inspect", d.file("offer.signed.json"))
	require.Equal(d.t, inspected{deal.PoolOrder, "signed", "1", "4"}, seen)

	// The match holds when it is proposed, but not in the next block, because the payer cannot lock the escrow. The command says why.
	d.order("create", "pool", d.Info.Pool, "--price", "50000CRED", "--out", d.file("dear.json"))
	d.order("presign", d.file("dear.json"))
	rich := d.signs("rich", "request", app, "--trust", "99%", "--max-price", "250000CRED", "--fuel", "100M")
	match[2], match[4] = d.file("dear.json"), rich
	require.Contains(d.t, d.order(append(match, "--dry-run")...), "the deal is not made unless")
	d.refused(cli.ExitNoVerdict, "payer can not pay the escrow", match...)
}

// book places offers and takes them back: one by itself, and one with all older offers.
func (d *trader) book() {
	book := func() []string {
		d.t.Helper()
		var list struct{ Orders []struct{ ID string } }
		d.says(&list, "book")
		ids := []string{}
		for _, o := range list.Orders {
			ids = append(ids, o.ID)
		}
		return ids
	}
	standing := book()
	require.Len(d.t, standing, 1)
	cheap := d.file("cheap.json")
	d.order("create", "pool", d.Info.Pool, "--price", "0.01CRED", "--out", cheap)
	var placed struct{ ID string }
	d.says(&placed, "place", cheap)
	d.until("it is on the book", func() bool { return len(book()) == 2 })
	require.Equal(d.t, append([]string{placed.ID}, standing...), book(), "the cheapest first")
	require.Contains(d.t, d.order("book"), "0.01 CRED")
	require.Contains(d.t, d.order("list", "--pool", d.Info.Pool, "--status", "resting"), placed.ID)
	require.Contains(d.t, d.order("inspect", placed.ID), "0.01 CRED a right replica")
	d.order("cancel", placed.ID)
	require.Equal(d.t, standing, book())
	d.refused(cli.ExitRefused, "already ended", "cancel", cheap)
	d.refused(cli.ExitRefused, "", "place", cheap)

	d.order("create", "pool", d.Info.Pool, "--price", "0.02CRED", "--out", cheap, "--overwrite")
	signed, err := order.Read(cheap)
	require.NoError(d.t, err)
	d.order("place", cheap)
	below := strconv.FormatUint(signed.Order.Nonce+1, 10)
	d.order("cancel-below", "pool", below, "--from", "operator")
	require.Contains(d.t, d.order("book"), "no offers of executions")
	var seen inspected
	d.says(&seen, "inspect", d.file("offer.signed.json"))
	require.Equal(d.t, "cancelled", seen.Status)
	d.refused(cli.ExitRefused, "cancelled all orders of the kind below "+below, "match", "--pool", d.file("offer.signed.json"), "--request", d.file("rich.signed.json"), "--from", "provider")
	require.Equal(d.t, 0, strings.Count(d.order("list", "--from", "operator"), "resting"))
}

// tx has an account's transaction included. It returns the chain's objection, or "" if there is none. The command waits for the block, and
// its exit status tells the two cases apart.
func (d *trader) tx(from string, args ...string) string {
	d.t.Helper()
	out, status := d.c.run(slices.Concat([]string{"tx"}, args, []string{
		"--from", from, "--keyring-backend", "test", "--chain-id", d.Info.ChainID, "--node", "tcp" + strings.TrimPrefix(d.Info.RPC, "http"),
		"--gas", "1000000", "--yes",
	})...)
	if status == 0 {
		return ""
	}
	require.Equal(d.t, cli.ExitRefused, status, out)
	return out
}

// handedOver passes a pool from the exchange to the laboratory. The offers of the former operator end, and only the new operator makes
// others.
func (d *trader) handedOver() {
	for _, name := range []string{"operator", "requester"} {
		key, err := os.ReadFile(d.Info.Account(name).KeyFile)
		require.NoError(d.t, err)
		d.do("keys", "import-hex", name, strings.TrimSpace(string(key)), "--keyring-backend", "test")
	}
	pool := func() workerstypes.Pool {
		d.t.Helper()
		res, err := d.conn.Workers().Pool(d.ctx, &workerstypes.QueryPoolRequest{Id: "swift"})
		require.NoError(d.t, err)
		return res.Pool
	}
	_, err := d.send(d.key("operator"), &workerstypes.MsgCreatePool{Operator: d.Info.Account("operator").Address, Id: "swift", Runtime: "wasm", Stake: devnet.Stake})
	require.NoError(d.t, err)
	offers := func(price, from string) {
		d.t.Helper()
		file := d.file(from + ".json")
		d.order("create", "pool", "swift", "--price", price, "--from", from, "--out", file)
		d.order("place", file)
		d.until("it is on the book", func() bool {
			res, err := d.conn.Market().Book(d.ctx, &markettypes.QueryBookRequest{Pool: "swift"})
			require.NoError(d.t, err)
			return slices.ContainsFunc(res.Orders, func(r markettypes.OrderRecord) bool { return r.Order.Owner == d.Info.Account(from).Address })
		})
	}
	offers("0.03CRED", "operator")

	require.Empty(d.t, d.tx("operator", "workers", "transfer-pool", "swift", "--to", "lab"))
	require.Equal(d.t, []string{"exchange", "lab"}, []string{pool().Operator, pool().PendingOperator})
	require.Contains(d.t, d.tx("operator", "workers", "accept-pool", "swift"), `it is offered to "lab", not to "exchange"`)
	require.Empty(d.t, d.tx("requester", "workers", "accept-pool", "swift"))
	require.Equal(d.t, []string{"lab", ""}, []string{pool().Operator, pool().PendingOperator})

	require.Contains(d.t, d.order("inspect", d.file("operator.json")), "stale; 0 tasks met, no bound; the pool is of organisation lab now")
	d.refused(cli.ExitFailed, "pool swift is of organisation lab", "create", "pool", "swift", "--price", "0.03CRED", "--from", "operator")
	offers("0.02CRED", "requester")
	book := d.order("book", "--pool", "swift")
	require.Contains(d.t, book, "0.02 CRED")
	require.NotContains(d.t, book, "0.03 CRED", "who may not offer it any more is left out")
}
