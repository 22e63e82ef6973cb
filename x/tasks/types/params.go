package types

import (
	errorsmod "cosmossdk.io/errors"

	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco"
)

// maxBlocks bounds parameters that count blocks, so that a height plus a period stays far from 2^63.
const maxBlocks = 1 << 40

// DefaultParams are the values with which the protocol was simulated: a fifth of the organisations colludes, and each ledger has
// an allowance of a quarter of a wrong result.
func DefaultParams() Params {
	return Params{
		QNum:         1,
		QDen:         5,
		Allowance:    poco.QuarterQ64.Bytes(),
		WindowBlocks: 600,
		DuePerBlock:  200,
		CourtStrikes: 3,
		// This is what an executor can do that runs one task at a time. The flag --slots of the court's executors bounds it.
		CourtSlots:        1,
		CourtFuelPerBlock: 20_000_000, // x/market's windows are computed with the same number
		CourtRecalls:      4,
		AppConvictions:    5,
		AppWindowBlocks:   172_800, // a day of half seconds
		PatrolPerMille:    5,
		ChallengeBond:     1_000,
		// A month of half seconds. A block can prune more tasks than end in a block on average, so that a backlog shrinks.
		PruneBlocks:    5_184_000,
		PrunesPerBlock: 400,
		ValueAllowance: poco.DefaultAllowances.Value,
	}
}

// Allowances returns the allowances with which each ledger begins.
func (p Params) Allowances() (poco.Allowances, error) {
	e0, err := poco.Q64FromBytes(p.Allowance)
	return poco.Allowances{Errors: e0, Value: p.ValueAllowance}, err
}

// Validate returns an error about the first parameter that is out of range.
func (p Params) Validate() error {
	return steps.Run(p.checkFaction, p.checkAllowances, p.checkNumbers, p.checkRecalls, p.checkPruning)
}

// checkFaction checks the share of the organisations that may collude.
func (p Params) checkFaction() error {
	if p.QDen == 0 || p.QDen > 1_000_000 || 2*p.QNum >= p.QDen {
		return errorsmod.Wrapf(ErrInvalidParams, "q_num/q_den: got %d/%d, expected a fraction below one half with a denominator of at most 1000000", p.QNum, p.QDen)
	}
	return nil
}

// checkAllowances checks the allowances with which each ledger begins.
func (p Params) checkAllowances() error {
	start, err := p.Allowances()
	switch {
	case err != nil:
		return errorsmod.Wrapf(ErrInvalidParams, "allowance: %v", err)
	case start.Errors.Cmp(poco.QuarterQ64) > 0:
		return errorsmod.Wrapf(ErrInvalidParams, "allowance: got %s, expected at most 0.25", start.Errors)
	case p.ValueAllowance < 1:
		return errorsmod.Wrapf(ErrInvalidParams, "value_allowance: got 0 ucred, expected at least 1: with none the court judges every task of a new ledger")
	}
	return nil
}

// checkNumbers checks the parameters whose bounds do not depend on other parameters.
func (p Params) checkNumbers() error {
	for _, f := range []struct {
		name               string
		value, least, most int64
	}{
		{"window_blocks", p.WindowBlocks, 1, maxBlocks},
		{"due_per_block", int64(p.DuePerBlock), 1, 10_000},
		{"court_strikes", int64(p.CourtStrikes), 1, 100},
		{"court_slots", int64(p.CourtSlots), 1, 1_000},
		{"app_convictions", int64(p.AppConvictions), 2, 100},
		{"app_window_blocks", p.AppWindowBlocks, 1, maxBlocks},
		{"patrol_per_mille", int64(p.PatrolPerMille), 0, 1_000},
		{"prune_blocks", p.PruneBlocks, 0, maxBlocks}, // 0 for never
	} {
		if f.value < f.least || f.value > f.most {
			return errorsmod.Wrapf(ErrInvalidParams, "%s: got %d, expected %d to %d", f.name, f.value, f.least, f.most)
		}
	}
	if p.CourtFuelPerBlock < 1 {
		return errorsmod.Wrapf(ErrInvalidParams, "court_fuel_per_block: got 0, expected at least 1")
	}
	return nil
}

// checkRecalls checks that a seat which stays silent is jailed before its task is given up.
func (p Params) checkRecalls() error {
	if p.CourtRecalls < p.CourtStrikes || p.CourtRecalls > 100 {
		return errorsmod.Wrapf(ErrInvalidParams, "court_recalls: got %d, expected court_strikes = %d to 100, so that a seat that stays silent is jailed before its task is given up", p.CourtRecalls, p.CourtStrikes)
	}
	return nil
}

// checkPruning checks how many tasks a block prunes, if tasks are pruned.
func (p Params) checkPruning() error {
	if p.PruneBlocks > 0 && (p.PrunesPerBlock < 1 || p.PrunesPerBlock > 10_000) {
		return errorsmod.Wrapf(ErrInvalidParams, "prunes_per_block: got %d, expected 1 to 10000", p.PrunesPerBlock)
	}
	return nil
}
