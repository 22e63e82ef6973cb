package iexec

import (
	"fmt"
	"math/big"
)

// Amount is money in the smallest unit.
type Amount = *big.Int

// Terms are the conditions that a deal pins for all its tasks. Prices are per task, in the smallest unit, never negative.
type Terms struct {
	App, Dataset, Pool Amount // prices; Dataset counts as 0 when NoDataset is set

	Trust            *big.Int // demanded trust t: credibility 1-1/t; 0 means 1
	WorkerPercent    uint64   // worker stake, per cent of the pool price, no upper bound
	SchedulerPercent uint64   // scheduler's share of the pot, 0..100
	Volume           uint64   // tasks of the deal, at least 1
	Sponsored        bool     // a sponsor pays in the requester's stead
	NoDataset        bool     // the deal uses no dataset
	Period           uint64   // category time T, seconds, at least 1
}

// Validate reports the first field that is out of range as ErrTerms.
func (t Terms) Validate() error {
	prices := []struct {
		name  string
		price *big.Int
	}{{"app price", t.App}, {"dataset price", t.Dataset}, {"pool price", t.Pool}, {"trust", t.Trust}}
	for _, p := range prices {
		if p.price == nil || p.price.Sign() < 0 || p.price.BitLen() > wordBits {
			return fmt.Errorf("%w: %s is %v, expected 0 to 2^256-1", ErrTerms, p.name, p.price)
		}
	}
	if t.SchedulerPercent > 100 {
		return fmt.Errorf("%w: scheduler ratio is %d %%, expected at most 100", ErrTerms, t.SchedulerPercent)
	}
	if t.Volume == 0 {
		return fmt.Errorf("%w: volume is 0, expected at least 1", ErrTerms)
	}
	if t.Period == 0 || t.Period > maxPeriod {
		return fmt.Errorf("%w: category time is %d s, expected 1 to %d", ErrTerms, t.Period, uint64(maxPeriod))
	}
	return nil
}

// maxPeriod keeps every deadline sum far inside 64 bits.
const maxPeriod = 1 << 40

// EffectiveTrust is max(trust, 1), the number that the consensus test uses.
func (t Terms) EffectiveTrust() *big.Int {
	if t.Trust.Sign() == 0 {
		return big.NewInt(1)
	}
	return t.Trust
}

// DatasetPrice is the dataset's price, 0 when the deal has no dataset.
func (t Terms) DatasetPrice() *big.Int {
	if t.NoDataset {
		return new(big.Int)
	}
	return t.Dataset
}

// Price returns what one task costs its payer.
func (t Terms) Price() *big.Int {
	sum := new(big.Int).Add(t.App, t.DatasetPrice())
	return sum.Add(sum, t.Pool)
}

// WorkerStake is what each contributor locks: floor(pool price * ratio / 100).
func (t Terms) WorkerStake() *big.Int { return percentOf(t.Pool, t.WorkerPercent) }

// PoolStake is what the scheduler locks per task: floor(pool price * 30 / 100).
func (t Terms) PoolStake() *big.Int { return percentOf(t.Pool, PoolStakePercent) }

// Payer is the party whose money pays for the tasks.
func (t Terms) Payer() Party {
	if t.Sponsored {
		return Sponsor
	}
	return Requester
}

// Match returns the money that matching the deal's orders locks: the price and the pool stake of every task of its volume. The
// stake is rounded down per task, then multiplied.
func (t Terms) Match() []Move {
	volume := new(big.Int).SetUint64(t.Volume)
	var out moves
	out.lockMoney(t.Payer(), new(big.Int).Mul(t.Price(), volume))
	out.lockMoney(Scheduler, new(big.Int).Mul(t.PoolStake(), volume))
	return out.list
}
