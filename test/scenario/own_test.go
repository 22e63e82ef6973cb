package scenario

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/testutil"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// own carries out a step of the owners of pools, apps, datasets and workers:
//
//	pool NAME [by=grid] [stake= price= commission= tags=] [invited] [requesters=]      a pool is opened
//	terms POOL [by=] stake= price= commission=  new terms are announced, in force after the notice
//	retire POOL [by=], invite POOL ORG [by=], evict POOL lab-3 [by=]
//	handover POOL to=ORG [by=], takeover POOL by=ORG
//	join lab-1 lab-2 ... pools=a,b [tags=]      their workers serve these pools, and no others
//	pause lab-3, resume lab-3                   workers take no more assignments, or take them again
//	app ORG/NAME price= [tags=] [byorder] [nondeterministic], dataset ORG/NAME price= [tags=] [byorder]
//	list REFERENCE price=                       the list price changes
//	deprecate ID, transfer ID to=ORG, accept ID by=ORG
func (s *stage) own(word string, w *words) ([]string, bool) {
	c := s.chain
	switch word {
	case "pool":
		by := c.Actor(w.text("by", testutil.Operator))
		c.Queue(by, &workerstypes.MsgCreatePool{
			Operator: by.String(), Id: w.next(), Runtime: contract.RuntimeWasm, Stake: w.amount("stake", s.options.PoolStake),
			MinPrice: w.amount("price", 0), MaxCommissionBps: uint32(w.amount("commission", 0)), Capabilities: w.list("tags"),
			Invited: w.flag("invited"), Requesters: w.audience(), Description: "a pool",
		})
	case "terms", "retire":
		id := w.next()
		pool, err := app.WorkersKeeper(c.App).GetPool(c.Ctx(), id)
		require.NoError(s.t, err)
		by := c.Actor(w.text("by", pool.Operator))
		msg := &workerstypes.MsgSetPool{
			Operator: by.String(), Id: id, Description: pool.Description, Invited: pool.Invited, Requesters: pool.Requesters, Retired: word == "retire",
		}
		if word == "terms" {
			msg.Terms = &workerstypes.PoolTerms{
				Stake: w.amount("stake", pool.Stake), MinPrice: w.amount("price", pool.MinPrice),
				MaxCommissionBps: uint32(w.amount("commission", uint64(pool.MaxCommissionBps))),
			}
		}
		c.Queue(by, msg)
	case "invite":
		by := c.Actor(w.text("by", testutil.Operator))
		c.Queue(by, &workerstypes.MsgInvite{Operator: by.String(), Pool: w.next(), Organisation: w.next()})
	case "evict":
		by := c.Actor(w.text("by", testutil.Operator))
		c.Queue(by, &workerstypes.MsgEvict{Operator: by.String(), Pool: w.next(), Worker: c.WorkerKey(w.next()).String()})
	case "handover":
		by := c.Actor(w.text("by", testutil.Operator))
		c.Queue(by, &workerstypes.MsgTransferPool{Operator: by.String(), Pool: w.next(), To: w.text("to", "")})
	case "takeover":
		by := c.Actor(w.text("by", ""))
		c.Queue(by, &workerstypes.MsgAcceptPool{Operator: by.String(), Pool: w.next()})
	case "join", "pause", "resume":
		pools, tags := w.list("pools"), w.list("tags")
		for len(w.plain) > 0 {
			s.update(w.next(), func(m *workerstypes.MsgUpdate) {
				if word == "join" {
					m.Pools, m.Capabilities = pools, tags
				} else {
					m.Paused = word == "pause"
				}
			})
		}
	case "app", "dataset":
		s.publish(word, w)
	case "list":
		ref := w.next()
		by := s.owner(ref, w)
		c.Queue(by, &appstypes.MsgSetPrice{Owner: by.String(), Reference: ref, Price: w.amount("price", 0), ByOrder: w.flag("byorder")})
	case "deprecate":
		id := w.next()
		by := s.owner(id, w)
		c.Queue(by, &appstypes.MsgDeprecate{Owner: by.String(), App: id, Deprecated: true})
	case "transfer":
		id := w.next()
		by := s.owner(id, w)
		c.Queue(by, &appstypes.MsgTransfer{Owner: by.String(), Id: id, To: c.Actor(w.text("to", "")).String()})
	case "accept":
		by := c.Actor(w.text("by", ""))
		c.Queue(by, &appstypes.MsgAcceptTransfer{To: by.String(), Id: w.next()})
	default:
		return nil, false
	}
	return s.wait(1), true
}

// owner returns the account that acts for an asset. It belongs to the organisation with which the asset's name begins, unless by names
// another.
func (s *stage) owner(ref string, w *words) *testutil.Account {
	org := ref
	if i := strings.IndexByte(ref, '/'); i >= 0 {
		org = ref[:i]
	}
	return s.chain.Actor(w.text("by", org))
}

func (s *stage) publish(word string, w *words) {
	id := w.next()
	by := s.owner(id, w)
	_, name, _ := strings.Cut(id, "/")
	digest := taskstypes.DigestText(sha256.Sum256([]byte(word + id)))
	locators := []string{"http://artifacts.example"}
	if word == "dataset" {
		s.chain.Queue(by, &appstypes.MsgPublishDataset{
			Owner: by.String(), Name: name, Version: "1.0", Digest: digest, Size_: 100, Locators: locators, Price: w.amount("price", 0),
			ByOrder: w.flag("byorder"), Tags: w.list("tags"), Description: "data",
		})
		return
	}
	requirements := w.resources()
	s.chain.Queue(by, &appstypes.MsgPublish{
		Owner: by.String(), Name: name, Version: "1.0", Digest: digest, Size_: 100, Runtime: contract.RuntimeWasm, Locators: locators,
		Price: w.amount("price", 0), ByOrder: w.flag("byorder"), Tags: w.list("tags"), Nondeterministic: w.flag("nondeterministic"),
		Requirements: &requirements, Description: "an app",
	})
}

// update sends a worker's present settings with an edit.
func (s *stage) update(lab string, edit func(*workerstypes.MsgUpdate)) {
	owner, key := s.chain.Org(lab).Member(), s.chain.WorkerKey(lab)
	worker, err := app.WorkersKeeper(s.chain.App).GetWorker(s.chain.Ctx(), key.String())
	require.NoError(s.t, err)
	msg := &workerstypes.MsgUpdate{
		Owner: owner.String(), Worker: key.String(), Endpoint: worker.Endpoint, Slots: worker.Slots,
		Pools: worker.Pools, Paused: worker.Paused, Capabilities: worker.Capabilities,
	}
	edit(msg)
	s.chain.Queue(owner, msg)
}

func (s *stage) sortedNames() []string { return slices.Sorted(maps.Keys(s.known)) }

// callbackFunc is a hook that a request may name.
type callbackFunc func(ctx context.Context, d dealstypes.Deal, r dealstypes.TaskResult) error

func (f callbackFunc) OnResult(ctx context.Context, d dealstypes.Deal, r dealstypes.TaskResult) error {
	return f(ctx, d, r)
}

// callbacks registers the callbacks of the scripts. Each has the stranger give the beneficiary 7 ucred. Some of them then fail.
func callbacks(a *app.App) {
	for name, then := range map[string]func(sdk.Context) error{
		"thanks":  func(sdk.Context) error { return nil },
		"reverts": func(sdk.Context) error { return errors.New("no") },
		"panics":  func(sdk.Context) error { panic("no") },
		"burns": func(ctx sdk.Context) error {
			for {
				ctx.GasMeter().ConsumeGas(1_000, "burning")
			}
		},
	} {
		app.DealsKeeper(a).SetCallback(name, callbackFunc(func(ctx context.Context, d dealstypes.Deal, _ dealstypes.TaskResult) error {
			to, err := sdk.AccAddressFromBech32(d.Beneficiary)
			if err != nil {
				return err
			}
			sdkCtx := sdk.UnwrapSDKContext(ctx)
			coins := sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 7))
			if err := app.BankKeeper(a).SendCoins(sdkCtx, testutil.NewAccount("stranger").Addr, to, coins); err != nil {
				return err
			}
			return then(sdkCtx)
		}))
	}
}
