package keeper_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/retention"
	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

var addresses = address.NewBech32Codec("cred")

// keys holds the keys of the named accounts; making one costs more than most of what the tests are about.
var keys = map[string]*secp256k1.PrivKey{}

func key(name string) *secp256k1.PrivKey {
	if keys[name] == nil {
		keys[name] = secp256k1.GenPrivKeyFromSecret([]byte(name))
		raw := sdk.AccAddress(keys[name].PubKey().Address())
		text, err := addresses.BytesToString(raw)
		if err != nil {
			panic(err)
		}
		texts[name], raws[name], names[text] = text, raw, name
	}
	return keys[name]
}

var (
	texts = map[string]string{}
	raws  = map[string]sdk.AccAddress{}
	names = map[string]string{}
)

// account returns a named account: its address in text and raw.
func account(name string) (string, sdk.AccAddress) {
	key(name)
	return texts[name], raws[name]
}

func addr(name string) string { text, _ := account(name); return text }

// apps, pools, orgs, beacon and tasks stand in for the modules beside the market.
type apps struct {
	apps map[string]struct {
		appstypes.App
		appstypes.Version
	}
	datasets map[string]struct {
		appstypes.Dataset
		appstypes.DatasetVersion
	}
	orgs orgs
	read *int // datasets resolved are counted here
}

func (a apps) Resolve(_ context.Context, ref string) (appstypes.App, appstypes.Version, error) {
	found, ok := a.apps[ref]
	if !ok {
		return appstypes.App{}, appstypes.Version{}, appstypes.ErrNotFound.Wrapf("app version %q", ref)
	}
	if found.Description == "panics" {
		panic("injected")
	}
	return found.App, found.Version, nil
}

func (a apps) ResolveDataset(_ context.Context, ref string) (appstypes.Dataset, appstypes.DatasetVersion, error) {
	*a.read++
	found, ok := a.datasets[ref]
	if !ok {
		return appstypes.Dataset{}, appstypes.DatasetVersion{}, appstypes.ErrNotFound.Wrapf("dataset version %q", ref)
	}
	return found.Dataset, found.DatasetVersion, nil
}

// Draft lets Resolve find the app from now on. It refuses a context that writes to the state of the caller.
func (a apps) Draft(ctx context.Context, msg *appstypes.MsgPublish) (string, error) {
	if _, ok := sdk.UnwrapSDKContext(ctx).MultiStore().(storetypes.CacheMultiStore); !ok {
		return "", errors.New("a draft in the state itself")
	}
	org, err := a.orgs.Authorize(ctx, sdk.MustAccAddressFromBech32(msg.Owner), orgstypes.ROLE_PROVIDER)
	id := org + "/" + msg.Name
	found := a.apps[id+":"+msg.Version]
	found.App = appstypes.App{Id: id, Organisation: org, Owner: msg.Owner}
	found.Version = appstypes.Version{App: id, Version: msg.Version, Digest: msg.Digest, Size_: msg.Size_, Runtime: msg.Runtime, Price: msg.Price}
	a.apps[id+":"+msg.Version] = found
	return id + ":" + msg.Version, err
}

func (a apps) MayTrade(ctx context.Context, who sdk.AccAddress, id string) (string, error) {
	org, err := a.orgs.Authorize(ctx, who, orgstypes.ROLE_PROVIDER)
	if owner, _, _ := strings.Cut(id, "/"); err == nil && org != owner {
		err = fmt.Errorf("%s belongs to %s, not to %s", id, owner, org)
	}
	return org, err
}

// pools: the organisations that could be drawn are 25 unless eligible says otherwise.
type pools struct {
	pools    map[string]workerstypes.Pool
	eligible map[string]uint64
	orgs     orgs
}

func (p pools) GetPool(_ context.Context, id string) (workerstypes.Pool, error) {
	pool, ok := p.pools[id]
	if !ok {
		return pool, workerstypes.ErrPoolNotFound.Wrapf("%q", id)
	}
	return pool, nil
}

func (p pools) MayOperate(ctx context.Context, who sdk.AccAddress, pool workerstypes.Pool) (string, error) {
	if _, council := account("council"); pool.Operator == "" && who.Equals(council) {
		return "", nil
	}
	org, err := p.orgs.Authorize(ctx, who, orgstypes.ROLE_POOL_OPERATOR)
	if err == nil && org != pool.Operator {
		err = fmt.Errorf("%s is operated by %q", pool.Id, pool.Operator)
	}
	return org, err
}

func (p pools) Registered(_ context.Context, pool string) (uint64, error) {
	if n, ok := p.eligible[pool]; ok {
		return n, nil
	}
	return 25, nil
}

// Serves: an organisation with "serving" in its name has a worker in every pool.
func (p pools) Serves(_ context.Context, _, org string) (bool, error) {
	return strings.Contains(org, "serving"), nil
}

// orgs: accounts belong to organisations, which hold every role unless they are revoked; an account of none may request.
type orgs struct {
	of      map[string]string
	revoked map[string]bool
}

func (o orgs) OrgOf(_ context.Context, a sdk.AccAddress) (string, bool, error) {
	org, found := o.of[string(a)]
	return org, found, nil
}

func (o orgs) Authorize(_ context.Context, a sdk.AccAddress, role orgstypes.Role) (string, error) {
	org := o.of[string(a)]
	if org == "" && role != orgstypes.ROLE_REQUESTER || o.revoked[org] {
		return "", orgstypes.ErrRole.Wrapf("%s", role)
	}
	return org, nil
}

func (o orgs) ActiveRoles(_ context.Context, org string) ([]orgstypes.Role, error) {
	if o.revoked[org] {
		return nil, nil
	}
	return []orgstypes.Role{orgstypes.ROLE_REQUESTER, orgstypes.ROLE_PROVIDER, orgstypes.ROLE_POOL_OPERATOR}, nil
}

type beacon struct{}

func (beacon) Seed(ctx context.Context) ([]byte, error) {
	seed := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(sdk.UnwrapSDKContext(ctx).BlockHeight())))
	return seed[:], nil
}

// tasks records what was opened; fail says what to do instead.
type tasks struct {
	opened []string
	fail   func(deal dealstypes.Deal, index uint64) error
	policy retention.Policy
	// results are the digests of accepted results, by the ids of tasks.
	results map[string]string
	// exits are the exit statuses on chain, by the ids of tasks.
	exits map[string]string
}

func (s *tasks) Pruning(context.Context) (retention.Policy, error) { return s.policy, nil }

func (s *tasks) OpenTask(_ context.Context, deal dealstypes.Deal, index uint64) error {
	if s.fail != nil {
		if err := s.fail(deal, index); err != nil {
			return err
		}
	}
	s.opened = append(s.opened, fmt.Sprintf("%s/%d", deal.Id, index))
	return nil
}

// setResult gives the only task of a request a result.
func (s *tasks) setResult(request string) {
	if s.results == nil {
		s.results = map[string]string{}
	}
	id, _ := ids.Parse(request)
	s.results[ids.Format(poco.OnlyTask(id))] = digest
}

func (s *tasks) Result(_ context.Context, task string) (digest string, found bool, err error) {
	digest, found = s.results[task]
	return digest, found, nil
}

func (s *tasks) OnchainOf(_ context.Context, task string) (data []byte, found bool, err error) {
	exit, found := s.exits[task]
	return []byte(exit), found, nil
}

// hook is a callback of another module.
type hook func(ctx context.Context, deal dealstypes.Deal, result dealstypes.TaskResult) error

func (h hook) OnResult(ctx context.Context, deal dealstypes.Deal, result dealstypes.TaskResult) error {
	return h(ctx, deal, result)
}

// counted counts what is read from and written to the module's store.
type counted struct {
	store.KVStoreService
	reads, writes *int
}

func (c counted) OpenKVStore(ctx context.Context) store.KVStore {
	return countedStore{c.KVStoreService.OpenKVStore(ctx), c.reads, c.writes}
}

type countedStore struct {
	store.KVStore
	reads, writes *int
}

func (c countedStore) Get(k []byte) ([]byte, error) { *c.reads++; return c.KVStore.Get(k) }
func (c countedStore) Has(k []byte) (bool, error)   { *c.reads++; return c.KVStore.Has(k) }
func (c countedStore) Set(k, v []byte) error        { *c.writes++; return c.KVStore.Set(k, v) }
func (c countedStore) Delete(k []byte) error        { *c.writes++; return c.KVStore.Delete(k) }
func (c countedStore) Iterator(s, e []byte) (store.Iterator, error) {
	*c.reads++
	it, err := c.KVStore.Iterator(s, e)
	return countedIterator{it, c.reads}, err
}

type countedIterator struct {
	store.Iterator
	reads *int
}

func (c countedIterator) Next() { *c.reads++; c.Iterator.Next() }

// sorted returns the keys of a map in order.
func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

type sdkContext = sdk.Context

// errAny stands for an error of another module.
var errAny = fmt.Errorf("any error")

type bookKey = collections.Quad[string, uint64, int64, []byte]

// queueKey is the key of a queue by height, as the keeper has it.
type queueKey = collections.Pair[int64, []byte]

// council says whether the chain is paused, and how many seats its court has.
type council struct {
	paused bool
	seats  uint64
}

func (c *council) IsPaused(context.Context) (bool, error) { return c.paused, nil }

func (c *council) ActiveCount(context.Context) (uint64, error) { return c.seats, nil }
