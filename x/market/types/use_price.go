package types

import (
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// IsPricedByUse says whether an order has a price by use, so that its price is only the most that is paid. Only pool orders can have one.
func (o Order) IsPricedByUse() bool { return o.Pool != nil && o.Pool.UsePrice != nil }

// validateUsePrice checks a price by use by itself: it has one rate, and its base is within the order's price.
func (o PoolOrder) validateUsePrice() error {
	if o.UsePrice == nil {
		return nil
	}
	use := o.UsePrice.ToPoco()
	if !use.IsSet() {
		return ErrPrice.Wrap("use_price: got an empty one, expected per_gfuel or per_second above 0, or no use_price")
	}
	if err := use.Validate(o.Price); err != nil {
		return ErrPrice.Wrap(err.Error())
	}
	return nil
}

// checkUse checks that a pool can be paid by this use (ErrRuntime) and is never paid less than its least price (ErrStale). The chain must
// know the use without measuring it: fuel is part of the answer where the runtime counts it, and the job declares the seconds where time
// ends a run.
func checkUse(pool workerstypes.Pool, use poco.UsePrice) error {
	if !use.IsSet() {
		return nil
	}
	runtime, err := contract.FindRuntime(pool.Runtime)
	if err != nil {
		return ErrRuntime.Wrap(err.Error())
	}
	switch {
	case use.Base < pool.MinPrice:
		return ErrStale.Wrapf("use_price.base: got %d, expected at least the min_price of %s, %d ucred", use.Base, pool.Id, pool.MinPrice)
	case use.PerGfuel > 0 && runtime.FuelSchedule == "":
		return ErrRuntime.Wrapf("use_price.per_gfuel: got %d, expected 0: the runtime %q of %s counts no fuel", use.PerGfuel, runtime.Name, pool.Id)
	case use.PerSecond > 0 && !runtime.LimitsTime():
		return ErrRuntime.Wrapf("use_price.per_second: got %d, expected 0: the runtime %q of %s ends no run by time", use.PerSecond, runtime.Name, pool.Id)
	}
	return nil
}

// pricedSeconds returns the seconds by which the pool order's rate is multiplied: the time after which an execution of the job is ended.
// It is 0 when the order has no rate for seconds, so that a deal pins them only if they have a price.
func (a Agreement) pricedSeconds() uint32 {
	if a.Pool.Order.Pool.UsePrice.ToPoco().PerSecond == 0 {
		return 0
	}
	runtime, err := contract.FindRuntime(a.App.Version.Runtime)
	if err != nil {
		return 0 // Check refuses the pool
	}
	return runtime.TaskSeconds(a.Request.Job.Execution.Contract().Seconds)
}
