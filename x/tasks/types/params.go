package types

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/credence-chain/credence/poco"
)

// DefaultParams are the values the protocol was simulated with: a fifth of the organisations colluding, an allowance
// of a quarter of a wrong result per ledger.
func DefaultParams() Params {
	return Params{
		QNum:         1,
		QDen:         5,
		Allowance:    poco.QuarterQ64.Bytes(),
		WindowBlocks: 600,
		DuePerBlock:  200,
		CourtStrikes: 3,
		// What an executor that executes one task at a time can do; --slots of the court's executors bounds it.
		CourtSlots:        1,
		CourtFuelPerBlock: 20_000_000, // as x/market's windows reckon with
		CourtRecalls:      4,
		AppConvictions:    5,
		AppWindowBlocks:   172_800, // a day of half seconds
		PatrolPerMille:    5,
		ChallengeBond:     1_000,
		// A month of half seconds. A block can prune more than many blocks end on average, so that what was carried over is caught up with.
		PruneBlocks:    5_184_000,
		PrunesPerBlock: 400,
		ValueAllowance: poco.DefaultAllowances.Value,
	}
}

// Allowances returns what each ledger begins with.
func (p Params) Allowances() (poco.Allowances, error) {
	e0, err := poco.Q64FromBytes(p.Allowance)
	return poco.Allowances{Errors: e0, Value: p.ValueAllowance}, err
}

// Validate names the first parameter out of range.
func (p Params) Validate() error {
	start, err := p.Allowances()
	switch {
	case p.QDen == 0 || p.QDen > 1_000_000 || 2*p.QNum >= p.QDen:
		return errorsmod.Wrapf(ErrInvalidParams, "q_num/q_den: got %d/%d, expected a fraction below one half with a denominator of at most 1000000", p.QNum, p.QDen)
	case err != nil:
		return errorsmod.Wrapf(ErrInvalidParams, "allowance: %v", err)
	case start.Errors.Cmp(poco.QuarterQ64) > 0:
		return errorsmod.Wrapf(ErrInvalidParams, "allowance: got %s, expected at most 0.25", start.Errors)
	case p.ValueAllowance < 1:
		return errorsmod.Wrapf(ErrInvalidParams, "value_allowance: got 0 ucred, expected at least 1: with none the court judges every task of a new ledger")
	case p.WindowBlocks < 1:
		return errorsmod.Wrapf(ErrInvalidParams, "window_blocks: got %d, expected at least 1", p.WindowBlocks)
	case p.DuePerBlock < 1 || p.DuePerBlock > 10_000:
		return errorsmod.Wrapf(ErrInvalidParams, "due_per_block: got %d, expected 1 to 10000", p.DuePerBlock)
	case p.CourtStrikes < 1:
		return errorsmod.Wrapf(ErrInvalidParams, "court_strikes: got 0, expected at least 1")
	case p.CourtSlots < 1 || p.CourtSlots > 1_000:
		return errorsmod.Wrapf(ErrInvalidParams, "court_slots: got %d, expected 1 to 1000", p.CourtSlots)
	case p.CourtFuelPerBlock < 1:
		return errorsmod.Wrapf(ErrInvalidParams, "court_fuel_per_block: got 0, expected at least 1")
	case p.CourtRecalls < p.CourtStrikes || p.CourtRecalls > 100:
		return errorsmod.Wrapf(ErrInvalidParams, "court_recalls: got %d, expected court_strikes = %d to 100, so that a seat that stays silent is jailed before its task is given up", p.CourtRecalls, p.CourtStrikes)
	case p.AppConvictions < 2 || p.AppConvictions > 100:
		return errorsmod.Wrapf(ErrInvalidParams, "app_convictions: got %d, expected 2 to 100", p.AppConvictions)
	case p.PatrolPerMille > 1_000:
		return errorsmod.Wrapf(ErrInvalidParams, "patrol_per_mille: got %d, expected at most 1000", p.PatrolPerMille)
	case p.PruneBlocks < 0:
		return errorsmod.Wrapf(ErrInvalidParams, "prune_blocks: got %d, expected a number of blocks, or 0 for never", p.PruneBlocks)
	case p.PruneBlocks > 0 && (p.PrunesPerBlock < 1 || p.PrunesPerBlock > 10_000):
		return errorsmod.Wrapf(ErrInvalidParams, "prunes_per_block: got %d, expected 1 to 10000", p.PrunesPerBlock)
	case p.AppWindowBlocks < 1:
		return errorsmod.Wrapf(ErrInvalidParams, "app_window_blocks: got %d, expected at least 1", p.AppWindowBlocks)
	}
	return nil
}
