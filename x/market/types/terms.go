package types

import (
	"math"
	"math/bits"
	"sort"

	"github.com/credence-chain/credence/poco"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// MaxPrice bounds an order's price in ucred, so that the price of all seats of a task fits 64 bits.
const MaxPrice = math.MaxUint64 / (2 * dealstypes.MaxSeats)

// Prices are what the orders of a deal ask, in ucred.
type Prices struct {
	App     uint64 // for a result
	Dataset uint64 // for a result: the most that the datasets of one task cost
	Pool    uint64 // for a right replica; the most where there is a price by use
	// Use is the price by use of a right replica; nil when the price is Pool. Seconds are those that the job declares, when Use counts them.
	Use     *dealstypes.UsePrice
	Seconds uint32
	// Commission is the operator's share of a replica's price, in ten thousandths.
	Commission uint32
	// Stake is locked for each assignment.
	Stake uint64
	// Court says what is locked for the court.
	Court Court
}

// Court says what the seats of the court are paid.
type Court struct {
	Seats uint64 // active now
	Floor uint64 // the least that each is paid for a task: Params.FloorCourtFee
}

// courtFee returns what each seat is paid, in ucred: the price of a replica, because it does the same work, and at least the floor.
func (p Prices) courtFee() uint64 { return max(p.Pool, p.Court.Floor) }

// courtDeposit returns the part of a task's escrow that waits for a court: the fees of all seats, where the job's policy has a court that
// decides.
func (j Job) courtDeposit(p Prices) uint64 {
	if !j.policyRules().CourtDecides() {
		return 0
	}
	return satMul(p.Court.Seats, p.courtFee())
}

// Seats returns the number of replicas that the job's max_price pays for at these prices, but no more than its policy can need.
// ErrUnaffordable when they are too few. A max_price of 0 is no bound.
func (j Job) Seats(p Prices) (uint32, error) {
	seats, need := j.countSeats(p), j.Need()
	if seats < need {
		deposit, least := j.courtDeposit(p), satAdd(satAdd(p.App, p.Dataset), satMul(p.Pool, need))
		return 0, ErrUnaffordable.Wrapf("max_price: got %d, which pays the premium, the court's deposit %d, the app's price %d, the datasets' %d and %d replicas at the best price %d; expected at least %d for %d replicas",
			j.MaxPrice, deposit, p.App, p.Dataset, seats, p.Pool, satAdd(j.PriceOf(least), deposit), need)
	}
	return uint32(seats), nil
}

// countSeats is Seats without the refusal.
func (j Job) countSeats(p Prices) uint64 {
	most, fixed := j.mostSeats(), satAdd(p.App, p.Dataset)
	if j.MaxPrice == 0 {
		return most
	}
	switch work, pays := j.leaveForWork(j.courtDeposit(p)); {
	case !pays || fixed > work:
		return 0
	case p.Pool == 0:
		return most
	default:
		return min(most, (work-fixed)/p.Pool)
	}
}

// premiumOf returns the premium of a task that pays work for app, datasets and replicas. The budget of the error debt in money asks for it.
func (j Job) premiumOf(work uint64) uint64 {
	trust, err := poco.QuantiseTrust(j.Trust)
	if err != nil {
		return 0 // Validate refuses the job
	}
	return poco.PremiumFor(j.Policy, max(j.Value, work), trust)
}

// PriceOf returns the price of a task that pays work for app, datasets and replicas: work and its premium. It has no
// part of the court's deposit, which max_price has to cover too.
func (j Job) PriceOf(work uint64) uint64 { return satAdd(work, j.premiumOf(work)) }

// leaveForWork returns what max_price leaves for app, datasets and replicas beside the court's deposit: the largest work that costs, with
// its premium, at most the rest. pays is false when the rest cannot pay even the premium of the declared value.
func (j Job) leaveForWork(deposit uint64) (work uint64, pays bool) {
	if deposit > j.MaxPrice {
		return 0, false
	}
	rest := j.MaxPrice - deposit
	trust, err := poco.QuantiseTrust(j.Trust)
	if err != nil || !j.policyRules().Ledgers {
		return rest, true
	}
	declared := j.premiumOf(0)
	if declared > rest {
		return 0, false
	}
	// work + ceil(work/T) <= M exactly when work <= M T/(T+1).
	hi, lo := bits.Mul64(rest, trust)
	share, _ := bits.Div64(hi, lo, trust+1)
	return min(share, rest-declared), true
}

// PoolLimit returns the most that the job can pay for one replica at these prices of app and datasets, with such a court. An order of this
// price or less is affordable, and no order of a higher price is.
func (j Job) PoolLimit(app, dataset uint64, court Court) uint64 {
	affords := func(pool uint64) bool {
		return j.countSeats(Prices{App: app, Dataset: dataset, Pool: pool, Court: court}) >= j.Need()
	}
	// Both the deposit and the work grow with the price, so that all prices up to the limit are affordable, and none above it is.
	limit := uint64(sort.Search(int(min(j.MaxPrice, math.MaxInt)), func(pool int) bool { return !affords(uint64(pool) + 1) }))
	if j.MaxPoolPrice > 0 {
		limit = min(limit, j.MaxPoolPrice)
	}
	return limit
}

// NewTerms returns the terms of every task of a normal job: the parameters in force, the orders' prices, the pool's stake, and windows
// that are long enough for the work. ErrUnaffordable as from Seats; ErrPrice when a task's escrow exceeds 64 bits.
func NewTerms(p Params, j Job, category *Category, prices Prices, work poco.Work) (dealstypes.Terms, error) {
	prices.Court.Floor = p.FloorCourtFee(j.FuelLimit)
	seats, err := j.Seats(prices)
	if err != nil {
		return dealstypes.Terms{}, err
	}
	trust, err := poco.QuantiseTrust(j.Trust)
	if err != nil {
		return dealstypes.Terms{}, ErrTrust.Wrap(err.Error())
	}
	window := p.Window(work, category)
	courtFee := prices.courtFee()
	if j.policyRules().Court == poco.CourtNever {
		courtFee = 0
	}
	t := dealstypes.Terms{
		Policy: j.Policy, Trust: trust, AppPrice: prices.App, DatasetPrice: prices.Dataset, Price: prices.Pool,
		UsePrice: prices.Use, Seconds: prices.Seconds,
		CommissionBps: prices.Commission, Stake: poco.StakeUnder(j.Policy, prices.Stake, prices.Pool), CourtFee: courtFee,
		InformerBps: p.InformerBps, MinReplicas: j.MinReplicas, MaxSeats: seats, FuelLimit: j.FuelLimit,
		CommitBlocks: window, RevealBlocks: p.RevealBlocks,
		CourtBlocks: window, CourtRevealBlocks: p.RevealBlocks, AnswerBlocks: p.windowRates().Answer(work),
		WaitBlocks: p.WaitBlocks, RetryBlocks: p.RetryBlocks, MaxAttempts: p.MaxAttempts,
		StaticCredibility: j.StaticCredibility, AuditBlocks: p.auditWindow(j, window),
	}
	priced, err := t.Escrow() // still without the premium and the deposit
	if err != nil {
		return dealstypes.Terms{}, err
	}
	t.Value, t.CourtDeposit = max(j.Value, priced), j.courtDeposit(prices)
	t.Premium = poco.PremiumFor(j.Policy, t.Value, trust)
	if _, err := t.Escrow(); err != nil {
		return dealstypes.Terms{}, err
	}
	if err := t.Validate(); err != nil {
		return dealstypes.Terms{}, ErrInvalidParams.Wrap(err.Error())
	}
	return t, nil
}

// auditWindow returns the number of blocks in which an answer of a job can be challenged. It is the larger of the job's wish and the
// chain's least, plus the time to run the task, because a challenger has to run it first. It is 0 when both are 0, or when no court
// may judge.
func (p Params) auditWindow(j Job, commit int64) int64 {
	blocks := max(j.AuditBlocks, p.AuditBlocks)
	if blocks == 0 || j.policyRules().Court == poco.CourtNever {
		return 0
	}
	return min(maxBlocks, blocks+commit)
}

// LeaveOutCourt removes the audit and the court's fee from the terms, if two honest runs of the version may differ. No court can judge
// such a program. ErrInvalidVersion for an unknown runtime.
func LeaveOutCourt(t dealstypes.Terms, version appstypes.Version) (dealstypes.Terms, error) {
	can, err := version.CourtCanJudge()
	if err == nil && !can {
		t.AuditBlocks, t.CourtFee, t.CourtDeposit = 0, 0, 0
	}
	return t, err
}

// satMul and satAdd multiply and add, and return the largest number when the result does not fit.
func satMul(a, b uint64) uint64 {
	if b != 0 && a > math.MaxUint64/b {
		return math.MaxUint64
	}
	return a * b
}

func satAdd(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}
