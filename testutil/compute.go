package testutil

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// These are the names of the parts that a Compute sets up.
const (
	Requester = "acme"             // organisation that requests
	Provider  = "studio"           // organisation that publishes AppRef
	Operator  = "grid"             // organisation that operates Pool
	Pool      = "open"             // pool of all workers
	AppRef    = "studio/paint:1.0" // the app
)

// These are the outcomes of the app that the actors of tests give, by name.
var (
	Truth   = poco.Outcome{Kind: poco.KindResult, Digest: sha256.Sum256([]byte("the right picture")), Fuel: 12_345}
	Lie     = poco.Outcome{Kind: poco.KindResult, Digest: sha256.Sum256([]byte("a forged picture")), Fuel: 12_345}
	Failed  = poco.Outcome{Kind: poco.KindAppFailed, Digest: sha256.Sum256([]byte("exit status 3")), Fuel: 99}
	NoInput = poco.Outcome{Kind: poco.KindInputUnavailable}
	Abstain = poco.Outcome{Kind: poco.KindAbstain}
)

// ComputeOptions describes the initial state of a Compute. A zero field gets the value in brackets.
type ComputeOptions struct {
	Seats     int    // validators: val-1 ... [4]
	Workers   int    // organisations with one worker each: lab-1 ... [7]
	Stake     uint64 // bonded by each worker, ucred [1 CRED]
	PoolStake uint64 // locked for each assignment, ucred [1000]
	Price     uint64 // of a replica, ucred [10]
	AppPrice  uint64 // of a result, ucred [50]
	Slots     uint32 // of each worker [8]
	// Commission is the part of Pool's operator, in ten thousandths [0].
	Commission uint32
	// Roles adds roles to the organisations of workers and seats, such as for a requester that also works.
	Roles map[string][]orgstypes.Role
	// Spares is the number of worker organisations, from the first, that have a second key; see Spare.
	Spares int
	// More organisations take part in the market, and Groups are funded multisig accounts.
	More   []Party
	Groups []Group
}

// Party is an organisation that takes part in the market through one member.
type Party struct {
	ID    string
	Roles []orgstypes.Role
}

// Group is a multisig account whose keys are all made from its name. Threshold of them sign.
type Group struct {
	Name      string
	Keys      int
	Threshold int
}

func (o *ComputeOptions) defaults() {
	set := func(p *uint64, v uint64) {
		if *p == 0 {
			*p = v
		}
	}
	set(&o.Stake, 1_000_000)
	set(&o.PoolStake, 1_000)
	set(&o.Price, 10)
	set(&o.AppPrice, 50)
	if o.Seats == 0 {
		o.Seats = 4
	}
	if o.Workers == 0 {
		o.Workers = 7
	}
	if o.Slots == 0 {
		o.Slots = 8
	}
}

// Compute is a chain with a market: a pool with an offer, an app, a requester, and workers. Each worker belongs to an organisation of its
// own, named lab-1, lab-2 and so on. Nothing runs by itself: the test chooses the answers of workers and court seats and signs them with
// their keys.
type Compute struct {
	*Chain
	Options ComputeOptions

	nonce uint64
	keys  map[string]*Account // address -> account that may sit on a bench
	names map[string]string   // address -> name
	sworn map[string]poco.Outcome
	files map[string]*taskstypes.OnchainFile // digest -> file that a reveal of the result brings
}

// NewCompute starts a chain and sets up its market by the messages that real participants would send.
func NewCompute(t testing.TB, o ComputeOptions, options ...Option) *Compute {
	t.Helper()
	o.defaults()
	c := &Compute{Chain: New(t, append(append(computeAccounts(o), withoutAudits()), options...)...), Options: o}
	c.learn()
	c.Deliver(c.Org(Operator).Member(), &workerstypes.MsgCreatePool{
		Operator: c.Org(Operator).Member().String(), Id: Pool, Runtime: contract.RuntimeWasm, Stake: o.PoolStake, Description: "everyone",
		MaxCommissionBps: o.Commission,
	})
	c.Queue(c.Org(Provider).Member(), &appstypes.MsgPublish{
		Owner: c.Org(Provider).Member().String(), Name: "paint", Version: "1.0", Description: "paints", Runtime: contract.RuntimeWasm,
		Digest: taskstypes.DigestText(sha256.Sum256([]byte("the module"))), Size_: 1_000, Price: o.AppPrice,
		Locators: []string{"http://artifacts.example"},
	})
	operator := c.Org(Operator).Member()
	c.Queue(operator, &markettypes.MsgPlaceOrder{Owner: operator.String(), Order: markettypes.Order{
		Owner: operator.String(), Nonce: 1, Pool: &markettypes.PoolOrder{
			Pool: Pool, Price: o.Price, MaxFuel: 1 << 40, Stake: o.PoolStake, CommissionBps: o.Commission,
		},
	}})
	for i := 1; i <= o.Workers; i++ {
		owner := c.Org(Lab(i)).Member()
		c.Queue(owner, &workerstypes.MsgRegister{
			Owner: owner.String(), Worker: c.WorkerKey(Lab(i)).String(), Endpoint: "http://" + Lab(i) + ".example",
			Slots: o.Slots, Pools: []string{Pool}, Stake: o.Stake,
		})
	}
	c.Next()
	for _, r := range c.Results() {
		require.Zero(t, r.Code, r.Log)
	}
	return c
}

// computeAccounts returns the options for the organisations and keys of a Compute. An import needs them too.
func computeAccounts(o ComputeOptions) []Option {
	o.defaults()
	options := []Option{
		WithSeats(o.Seats), WithOrg(Requester, orgstypes.ROLE_REQUESTER), WithOrg(Provider, orgstypes.ROLE_PROVIDER),
		WithOrg(Operator, orgstypes.ROLE_POOL_OPERATOR), WithAccounts("stranger"),
	}
	for i := 1; i <= o.Seats; i++ {
		if roles := o.Roles[SeatOrg(i)]; len(roles) > 0 {
			options = append(options, WithRoles(SeatOrg(i), roles...))
		}
	}
	for i := 1; i <= o.Workers; i++ {
		roles := append([]orgstypes.Role{orgstypes.ROLE_WORKER}, o.Roles[Lab(i)]...)
		options = append(options, WithOrg(Lab(i), roles...), WithAccounts(Lab(i)+"-key"))
	}
	for i := 1; i <= o.Spares; i++ {
		options = append(options, WithAccounts(Lab(i)+"-spare"))
	}
	for _, p := range o.More {
		options = append(options, WithOrg(p.ID, p.Roles...))
	}
	for _, g := range o.Groups {
		options = append(options, WithGroup(g.Name, g.Keys, g.Threshold))
	}
	return options
}

// Resume imports this chain's exported state into a new chain, which continues with the same clock. Options that are no state, such as
// callbacks, must be given again.
func (c *Compute) Resume(options ...Option) *Compute {
	c.T.Helper()
	return c.ResumeFrom(c.Export(), options...)
}

// ResumeFrom is Resume with state that this chain exported before.
func (c *Compute) ResumeFrom(exported servertypes.ExportedApp, options ...Option) *Compute {
	c.T.Helper()
	next := &Compute{Chain: Import(c.T, exported, append(append(computeAccounts(c.Options), WithKnown(c.known...)), options...)...), Options: c.Options, nonce: c.nonce}
	next.learn()
	next.sworn, next.now = c.sworn, c.now
	return next
}
