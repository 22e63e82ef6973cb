package order

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client/order"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func resources(cpu, memory, disk uint64, gpus uint32) appstypes.Resources {
	return appstypes.Resources{CpuMillis: cpu, MemoryBytes: memory, DiskBytes: disk, Gpus: gpus}
}

// Every flag sets its field of the order.
func TestOrderCreate(t *testing.T) {
	d := newDesk(t)
	alice := d.key("alice")
	common := []string{"--offline", "--from", "alice", "--nonce", "7", "--expiry", "500"}
	for _, tc := range []struct {
		args []string
		want markettypes.Order
	}{
		{[]string{"app", "studio/app:1", "--price", "0.01CRED", "--volume", "3", "--tag", "tee,gpu", "--only-dataset", "acme/cities", "--only-dataset-of", "acme", "--only-pool", "north", "--only-pool-of", alice, "--only-requester", "role:requester"},
			markettypes.Order{App: &markettypes.AppOrder{
				App: "studio/app:1", Price: 10_000, Volume: 3, Tags: []string{"gpu", "tee"},
				Datasets:   markettypes.Restriction{Ids: []string{"acme/cities"}, Audience: orgstypes.Audience{Organisations: []string{"acme"}}},
				Pools:      markettypes.Restriction{Ids: []string{"north"}, Audience: orgstypes.Audience{Accounts: []string{alice}}},
				Requesters: orgstypes.Audience{Roles: []orgstypes.Role{orgstypes.ROLE_REQUESTER}},
			}}},
		{[]string{"dataset", "acme/cities:1", "--price", "5ucred", "--volume", "3", "--only-app", "studio/app:1", "--only-pool", "north", "--only-requester", "lab"},
			markettypes.Order{Dataset: &markettypes.DatasetOrder{
				Dataset: "acme/cities:1", Price: 5, Volume: 3, Apps: markettypes.Restriction{Ids: []string{"studio/app:1"}},
				Pools: markettypes.Restriction{Ids: []string{"north"}}, Requesters: orgstypes.Audience{Organisations: []string{"lab"}},
			}}},
		{[]string{"pool", "north", "--price", "0.05CRED", "--volume", "9", "--max-fuel", "1G", "--category", "xs", "--trust", "99.9%", "--stake", "10CRED", "--commission", "2.5%", "--tag", "gpu", "--memory", "1GiB", "--disk", "1MiB", "--cpu", "0.5", "--gpus", "1", "--only-app", "studio/app", "--only-dataset", "acme/cities"},
			markettypes.Order{Pool: &markettypes.PoolOrder{
				Pool: "north", Price: 50_000, Volume: 9, MaxFuel: 1e9, Category: "xs", Trust: 1000, Stake: 10_000_000, CommissionBps: 250, Tags: []string{"gpu"},
				Resources: resources(500, 1<<30, 1<<20, 1),
				Apps:      markettypes.Restriction{Ids: []string{"studio/app"}}, Datasets: markettypes.Restriction{Ids: []string{"acme/cities"}},
			}}},
		{[]string{"pool", "north", "--base-price", "0.04CRED", "--price-per-gfuel", "500ucred", "--max-fuel", "100G", "--stake", "10CRED"},
			markettypes.Order{Pool: &markettypes.PoolOrder{
				Pool: "north", Price: 90_000, MaxFuel: 1e11, Stake: 10_000_000, UsePrice: &dealstypes.UsePrice{Base: 40_000, PerGfuel: 500},
			}}},
		{[]string{"pool", "north", "--price", "0.05CRED", "--price-per-second", "5ucred", "--max-fuel", "1G", "--stake", "10CRED"},
			markettypes.Order{Pool: &markettypes.PoolOrder{
				Pool: "north", Price: 50_000, MaxFuel: 1e9, Stake: 10_000_000, UsePrice: &dealstypes.UsePrice{PerSecond: 5},
			}}},
		{[]string{"request", "studio/app:1", "--trust", "99%", "--max-price", "1CRED", "--max-app-price", "1ucred", "--max-dataset-price", "2ucred", "--max-pool-price", "3ucred", "--value", "4ucred", "--fuel", "1G", "--policy", "court", "--min-replicas", "3", "--static-credibility", "--partial", "--dataset", "acme/aa:1", "--dataset", "acme/bb:1", "--datasets-per-task", "1", "--tag", "gpu", "--pool", "north", "--only-pool-of", "acme", "--beneficiary", alice, "--sponsor", alice, "--cpu", "2", "--args", "a,b", "--", "-c"},
			markettypes.Order{Request: &markettypes.Job{
				App: "studio/app:1", Trust: 100, MaxPrice: 1_000_000, MaxAppPrice: 1, MaxDatasetPrice: 2, MaxPoolPrice: 3, Value: 4, FuelLimit: 1e9,
				Policy: "court", MinReplicas: 3, StaticCredibility: true, Partial: true, Datasets: []string{"acme/aa:1", "acme/bb:1"}, DatasetsPerTask: 1, Size_: 2,
				Tags: []string{"gpu"}, Pool: "north", Pools: markettypes.Restriction{Audience: orgstypes.Audience{Organisations: []string{"acme"}}},
				Beneficiary: alice, Sponsor: alice, Resources: resources(2000, 0, 0, 0), Args: []string{"a", "b", "-c"},
			}}},
	} {
		t.Run(tc.args[0], func(t *testing.T) {
			tc.want.Owner, tc.want.Nonce, tc.want.Expiry = alice, 7, 500
			require.NoError(t, order.Validate(tc.want.Normal()))
			out := d.must(slices.Concat([]string{"create", tc.args[0], tc.args[1]}, common, tc.args[2:])...)
			got, err := order.Parse([]byte(out))
			require.NoError(t, err)
			require.Equal(t, tc.want.Normal().Encode(), got.Order.Encode(), out)
		})
	}
}

func TestOrderCreateRefuses(t *testing.T) {
	d := newDesk(t)
	d.key("alice")
	d.must("create", "pool", "north", "--price", "1CRED", "--stake", "1CRED", "--from", "alice", "--out", d.path("there.json"))
	for _, tc := range []struct{ name, args, why string }{
		{"no owner", "pool north --price 1CRED --stake 1CRED", "--owner ADDRESS"},
		{"unknown owner", "pool north --price 1CRED --stake 1CRED --owner bob", `--owner "bob": neither an address`},
		{"no price", "pool north --stake 1CRED --from alice", "--price 0.05CRED"},
		{"price", "pool north --stake 1CRED --from alice --price x", `--price "x"`},
		{"no price of seconds", "pool north --stake 1CRED --from alice --price-per-second 1ucred", "--price 0.05CRED"},
		{"a base alone", "pool north --price 1CRED --stake 1CRED --from alice --base-price 1CRED", "--base-price: got a base without a rate"},
		{"two rates", "pool north --price 1CRED --stake 1CRED --from alice --price-per-gfuel 1ucred --price-per-second 1ucred", "use_price: got per_gfuel 1"},
		{"a rate in words", "pool north --stake 1CRED --from alice --price-per-gfuel much", "--price-per-gfuel: price"},
		{"no stake", "pool north --price 1CRED --from alice", "stake: missing, expected the pool's"},
		{"pool id", "pool North --price 1CRED --stake 1CRED --from alice", `pool: got "North"`},
		{"app id", "app studio/app --price 1CRED --from alice", `app: got "studio/app"`},
		{"commission", "pool north --price 1CRED --stake 1CRED --from alice --commission 101%", "up to 100%"},
		{"trust", "pool north --price 1CRED --stake 1CRED --from alice --trust 100%", "--trust"},
		{"expiry", "pool north --price 1CRED --stake 1CRED --from alice --expiry soon", "expected a height such as 5000"},
		{"relative expiry", "pool north --price 1CRED --stake 1CRED --from alice --expiry +5", "no node tells the height"},
		{"role", "app studio/app:1 --price 1CRED --from alice --only-requester role:king", `--only-requester "role:king": there is no such role`},
		{"address", "app studio/app:1 --price 1CRED --from alice --only-pool-of cred1abc", `--only-pool-of "cred1abc": not an address`},
		{"nothing to sell", "pool", "POOL: missing; expected order create pool POOL"},
		{"two at once", "pool north south", `"south": too many arguments`},
		{"flag misspelt", "pool north --prise 1CRED", "--prise: there is no such flag; did you mean --price?"},
		{"flag unlike any", "pool north --colour red", "--colour: there is no such flag\n"},
		{"volume in words", "pool north --volume many", `--volume "many": expected a whole number of at least 0`},
		{"volume below nothing", "pool north --volume -5", `--volume "-5": expected a whole number of at least 0`},
		{"no task", "request studio/app:1 --from alice --max-price 1CRED --bag 0", "--bag 0: expected at least one task"},
		{"no price at all", "request studio/app:1 --from alice --max-price 0", "leave it out for the recommended price"},
		{"no max price", "request studio/app:1 --from alice", "max_price: missing"},
		{"no cap of nothing", "request studio/app:1 --from alice --max-price 1CRED --max-app-price 0", "--max-app-price 0"},
		{"no store", "request studio/app:1 --from alice --max-price 1CRED --input " + d.path("there.json"), "no store is known"},
		{"there already", "pool north --price 1CRED --stake 1CRED --from alice --out " + d.path("there.json"), "--overwrite"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := d.run(append([]string{"create"}, strings.Fields(tc.args)...)...)
			require.ErrorContains(t, err, tc.why)
		})
	}
}

// An input that is already served may be named by its digest. Nothing is then uploaded.
func TestOrderInputs(t *testing.T) {
	d := newDesk(t)
	d.key("alice")
	require.NoError(t, os.WriteFile(d.path("data.csv"), []byte("a,b\n"), 0o600))
	out := d.must("create", "request", "studio/app:1", "--from", "alice", "--max-price", "1CRED", "--input", "in.csv="+d.path("data.csv"), "--locator", "https://store.example")
	got, err := order.Parse([]byte(out))
	require.NoError(t, err)
	require.Equal(t, []*dealstypes.Input{{
		Name: "in.csv", Size_: 4, Digest: "sha256:5be08c9684a1d25efcee09318204824278b08bbfb4aef973ffefd0b9d7478313", Locators: []string{"https://store.example"},
	}}, got.Order.Request.Inputs)
}
