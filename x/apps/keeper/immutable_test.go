package keeper_test

import (
	"context"
	"fmt"
	"maps"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/apps/types"
)

// asset is what the model knows of an app or dataset.
type asset struct {
	dataset             bool
	owner, org, pending string
	deprecated          bool
	apps                map[string]types.Version        // as published, but for the price
	versions            map[string]types.DatasetVersion // as published, but for the price
	prices              map[string]uint64
	byOrder             map[string]bool
}

// registry drives the message server with random messages of random signers, and says of each whether it must pass.
type registry struct {
	t      *testing.T
	f      *fixture
	assets map[string]*asset
	first  map[string]string // kind and digest -> reference published first
}

var (
	signers  = []string{alice, adam, bob, beth, ursula, mallory}
	names    = []string{"one", "two"}
	versions = []string{"1", "2", "3"}
	digests  = []string{digest, other}
	ids      = []string{"acme/one", "acme/two", "base/one", "base/two", "users/one"}
)

// org returns the organisation for which an account may act as a provider, or "".
func (m *registry) org(who string) string {
	org := m.f.orgs.of[who]
	if org == "users" || m.f.orgs.revoked[org] {
		return ""
	}
	return org
}

func (m *registry) mayChange(who string, a *asset) bool {
	return m.org(who) != "" && a.org == m.org(who)
}

func (m *registry) mayTransfer(who string, a *asset) bool {
	return m.mayChange(who, a) && (a.owner == who || m.org(a.owner) != a.org)
}

// expect checks that a message passed exactly if it should.
func (m *registry) expect(r *rapid.T, err error, pass bool, format string, args ...any) {
	if (err == nil) != pass {
		r.Fatalf("%s: got %v, expected to pass: %v", fmt.Sprintf(format, args...), err, pass)
	}
}

func pick(r *rapid.T, label string, from []string) string {
	return rapid.SampledFrom(from).Draw(r, label)
}

func (m *registry) publish(r *rapid.T) {
	who, name, version, digest := pick(r, "who", signers), pick(r, "name", names), pick(r, "version", versions), pick(r, "digest", digests)
	dataset, held := rapid.Bool().Draw(r, "dataset"), rapid.Bool().Draw(r, "held")
	price := rapid.Uint64().Draw(r, "price")
	id := m.org(who) + "/" + name
	heldID := ""
	if held {
		id = pick(r, "id", ids)
		heldID, name = id, ""
	}
	known := m.assets[id]
	pass := m.org(who) != ""
	if known == nil {
		pass = pass && !held
	} else {
		_, twice := known.prices[version]
		pass = pass && known.dataset == dataset && m.mayChange(who, known) && !twice
	}
	var err error
	if dataset {
		msg := publishDataset(who, name, version, digest)
		msg.Dataset, msg.Price = heldID, price
		_, err = m.f.srv.PublishDataset(m.f.ctx, msg)
	} else {
		msg := publish(who, name, version, digest)
		msg.App, msg.Price = heldID, price
		_, err = m.f.srv.Publish(m.f.ctx, msg)
	}
	m.expect(r, err, pass, "publish %s:%s dataset %v by %s", id, version, dataset, who)
	if !pass {
		return
	}
	if known == nil {
		known = &asset{
			dataset: dataset, owner: who, org: m.org(who), apps: map[string]types.Version{}, versions: map[string]types.DatasetVersion{},
			prices: map[string]uint64{}, byOrder: map[string]bool{},
		}
		m.assets[id] = known
	}
	known.prices[version] = price
	height := m.f.ctx.BlockHeight()
	locators := []string{"https://a.example/blobs"}
	if dataset {
		known.versions[version] = types.DatasetVersion{
			Dataset: id, Version: version, Digest: digest, Size_: 1000, Locators: locators, MediaType: "text/csv", Height: height,
		}
	} else {
		known.apps[version] = types.Version{
			App: id, Version: version, Digest: digest, Size_: 1000, Runtime: "wasm", Locators: locators, Height: height,
		}
	}
	// Heights only grow, and every publication of a run has its own: the first published is the first here.
	if key := fmt.Sprint(dataset, digest); m.first[key] == "" {
		m.first[key] = id + ":" + version
	}
}

func (m *registry) setPrice(r *rapid.T) {
	who, id, version := pick(r, "who", signers), pick(r, "id", ids), pick(r, "version", versions)
	price, byOrder := rapid.Uint64Range(0, 2).Draw(r, "price"), rapid.Bool().Draw(r, "by order")
	known := m.assets[id]
	pass := known != nil && m.mayChange(who, known) && (!byOrder || price == 0)
	if pass {
		_, pass = known.prices[version]
	}
	_, err := m.f.srv.SetPrice(m.f.ctx, &types.MsgSetPrice{Owner: who, Reference: id + ":" + version, Price: price, ByOrder: byOrder})
	m.expect(r, err, pass, "price of %s:%s by %s", id, version, who)
	if pass {
		known.prices[version], known.byOrder[version] = price, byOrder
	}
}

func (m *registry) deprecate(r *rapid.T) {
	who, id, deprecated := pick(r, "who", signers), pick(r, "id", ids), rapid.Bool().Draw(r, "deprecated")
	known := m.assets[id]
	pass := known != nil && m.mayChange(who, known)
	_, err := m.f.srv.Deprecate(m.f.ctx, &types.MsgDeprecate{Owner: who, App: id, Deprecated: deprecated})
	m.expect(r, err, pass, "deprecate %s by %s", id, who)
	if pass {
		known.deprecated = deprecated
	}
}

func (m *registry) transfer(r *rapid.T) {
	who, id, to := pick(r, "who", signers), pick(r, "id", ids), pick(r, "to", append([]string{""}, signers...))
	known := m.assets[id]
	pass := known != nil && m.mayTransfer(who, known)
	if pass && to == "" {
		pass = known.pending != ""
	} else if pass {
		pass = m.org(to) != "" && (to != known.owner || m.org(to) != known.org)
	}
	_, err := m.f.srv.Transfer(m.f.ctx, &types.MsgTransfer{Owner: who, Id: id, To: to})
	m.expect(r, err, pass, "transfer %s by %s to %s", id, who, to)
	if pass {
		known.pending = to
	}
}

func (m *registry) accept(r *rapid.T) {
	who, id := pick(r, "who", signers), pick(r, "id", ids)
	known := m.assets[id]
	pass := known != nil && known.pending == who && m.org(who) != ""
	_, err := m.f.srv.AcceptTransfer(m.f.ctx, &types.MsgAcceptTransfer{To: who, Id: id})
	m.expect(r, err, pass, "accept %s by %s", id, who)
	if pass {
		known.owner, known.org, known.pending = who, m.org(who), ""
	}
}

// govern revokes an organisation or restores it, or moves an account.
func (m *registry) govern(r *rapid.T) {
	if rapid.Bool().Draw(r, "revoke") {
		m.f.orgs.revoked[pick(r, "org", []string{"acme", "base"})] = rapid.Bool().Draw(r, "revoked")
		return
	}
	m.f.orgs.of[pick(r, "who", signers[:4])] = pick(r, "org", []string{"acme", "base", "users"})
}

// reload exports the state and takes it over into a new chain.
func (m *registry) reload(r *rapid.T) {
	g, err := m.f.k.ExportGenesis(m.f.ctx)
	if err != nil {
		r.Fatal(err)
	}
	n := newFixture(m.t)
	n.ctx = n.ctx.WithBlockHeight(m.f.ctx.BlockHeight())
	maps.Copy(n.orgs.of, m.f.orgs.of)
	maps.Copy(n.orgs.revoked, m.f.orgs.revoked)
	if err := n.k.InitGenesis(n.ctx, *g); err != nil {
		r.Fatal(err)
	}
	m.f = n
}

// check compares the whole state with the model.
func (m *registry) check(r *rapid.T) {
	m.f.ctx = m.f.ctx.WithBlockHeight(m.f.ctx.BlockHeight() + 1)
	of := map[string][]string{}
	count, datasetCount := 0, 0
	for _, id := range ids {
		a, known := m.assets[id]
		got, err := m.f.k.GetAsset(m.f.ctx, id)
		if !known {
			require.ErrorIs(r, err, types.ErrNotFound)
			continue
		}
		require.NoError(r, err)
		got.Description = ""
		require.Equal(r, types.Asset{
			ID: id, Organisation: a.org, Owner: a.owner, PendingOwner: a.pending, Deprecated: a.deprecated, Dataset: a.dataset,
		}, got)
		of[a.owner] = append(of[a.owner], id)
		for version, v := range a.apps {
			count++
			v.Price, v.ByOrder = a.prices[version], a.byOrder[version]
			_, stored, err := m.f.k.Resolve(m.f.ctx, id+":"+version)
			require.NoError(r, err)
			require.Equal(r, v, stored)
		}
		for version, v := range a.versions {
			datasetCount++
			v.Price, v.ByOrder = a.prices[version], a.byOrder[version]
			_, stored, err := m.f.k.ResolveDataset(m.f.ctx, id+":"+version)
			require.NoError(r, err)
			require.Equal(r, v, stored)
		}
	}
	require.Equal(r, count, entries(r, m.f.ctx, m.f.k.Versions.Walk))
	require.Equal(r, datasetCount, entries(r, m.f.ctx, m.f.k.DatasetVersions.Walk))
	for _, who := range signers {
		listed := m.f.owned(m.t, who)
		sort.Strings(listed)
		require.Equal(r, of[who], listed)
	}
	for _, d := range digests {
		if want := m.first[fmt.Sprint(false, d)]; want != "" {
			_, v, err := m.f.k.Resolve(m.f.ctx, d)
			require.NoError(r, err)
			require.Equal(r, want, v.Reference())
		}
		if want := m.first[fmt.Sprint(true, d)]; want != "" {
			_, v, err := m.f.k.ResolveDataset(m.f.ctx, d)
			require.NoError(r, err)
			require.Equal(r, want, v.Reference())
		}
	}
}

// TestVersionsAreImmutable: over random sequences of all messages by anybody, with organisations revoked and accounts
// changing sides, what was published stays as it was but for its price; every message passes exactly if it may; names,
// owners, lists and digests agree with a model, and a new chain from the exported state goes on as the old one.
func TestVersionsAreImmutable(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := &registry{t: t, f: newFixture(t), assets: map[string]*asset{}, first: map[string]string{}}
		r.Repeat(map[string]func(*rapid.T){
			"publish": m.publish, "publish again": m.publish, "price": m.setPrice, "deprecate": m.deprecate,
			"transfer": m.transfer, "accept": m.accept, "govern": m.govern, "reload": m.reload, "": m.check,
		})
	})
}

type versionKey = collections.Pair[string, string]

// entries counts what a walk sees.
func entries[V any](r *rapid.T, ctx sdk.Context, walk func(ctx context.Context, ranger collections.Ranger[versionKey], f func(versionKey, V) (bool, error)) error) (n int) {
	require.NoError(r, walk(ctx, nil, func(versionKey, V) (bool, error) { n++; return false, nil }))
	return n
}
