package types

import (
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// IsPricedByUse says whether an order's price is the most that is paid, and not what is paid: a pool order alone can say so.
func (o Order) IsPricedByUse() bool { return o.Pool != nil && o.Pool.UsePrice != nil }

// validateUsePrice checks a price by use by itself: one that is there has one rate, and a base within the price.
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

// checkUse checks that a pool's replicas can be paid by such a use, ErrRuntime, and never less than the pool's least price, ErrStale. The
// use has to be known to the chain without a measurement: counted fuel is a part of the answer, and time is declared where it ends a run.
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

// pricedSeconds returns the seconds that the pool order's price multiplies: those after which an execution of the job is ended. It is 0
// where the order asks for none, so that a deal pins them only for their price.
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
