package types

import "github.com/credence-chain/credence/poco"

// Bounds of the parameters. They limit the size of records and the work of a block.
const (
	MaxSlots       = 1 << 10
	MaxPools       = 64
	MaxDuePerBlock = 10_000
	// MaxStake in ucred keeps sums of stakes far from 2^64.
	MaxStake = 1 << 56
	// MaxUnbondings is how many unbondings of one worker may wait at a time. It is enough to take stake out as work ends, and too
	// few for an owner to fill the queue in which the payments of all owners wait.
	MaxUnbondings = 8
	// MaxJailFloor bounds how many organisations are counted before a worker is jailed.
	MaxJailFloor = 32
)

// DefaultParams assume blocks of half a second. Unbonding and forgiveness take fourteen hours, and a notice eight minutes. A
// council that wants longer times sets them.
func DefaultParams() Params {
	return Params{
		UnbondingBlocks:   100_800,
		CoolingBlocks:     100,
		ForgivenessBlocks: 100_800,
		DuePerBlock:       100,
		MaxSlots:          64,
		MaxPools:          8,
		NoticeBlocks:      1_000,
		MaxCommissionBps:  5_000,
		MaxStake:          1_000_000_000_000, // a million CRED
		MinUnbond:         1_000_000,         // a CRED
		EvictBlocks:       200,               // more than market.wait_blocks (60) and the beacon's delay (a few blocks) together
		AbsenceQuota:      20,
		AbsenceBlocks:     7_200, // an hour
		JailFloor:         3,
	}
}

// AbsenceRule returns the rule of absences under the parameters.
func (p Params) AbsenceRule() poco.AbsenceRule {
	return poco.AbsenceRule{Quota: p.AbsenceQuota, Window: p.AbsenceBlocks, Cooling: p.CoolingBlocks}
}

// Validate checks the parameters; ErrInvalidParams names the one that is out of range.
func (p Params) Validate() error {
	for _, f := range []struct {
		name       string
		value, max int64
	}{
		// A height plus a period must stay far from 2^63.
		{"unbonding_blocks", p.UnbondingBlocks, 1 << 40},
		{"cooling_blocks", p.CoolingBlocks, 1 << 40},
		{"forgiveness_blocks", p.ForgivenessBlocks, 1 << 40},
		{"due_per_block", int64(p.DuePerBlock), MaxDuePerBlock},
		{"max_slots", int64(p.MaxSlots), MaxSlots},
		{"max_pools", int64(p.MaxPools), MaxPools},
		{"notice_blocks", p.NoticeBlocks, 1 << 40},
		{"evict_blocks", p.EvictBlocks, 1 << 40},
		{"absence_blocks", p.AbsenceBlocks, 1 << 40},
	} {
		if f.value < 1 || f.value > f.max {
			return ErrInvalidParams.Wrapf("%s: %d, expected 1 to %d", f.name, f.value, f.max)
		}
	}
	if p.MaxCommissionBps > MaxBPS {
		return ErrInvalidParams.Wrapf("max_commission_bps: %d, expected at most %d", p.MaxCommissionBps, MaxBPS)
	}
	if p.JailFloor > MaxJailFloor {
		return ErrInvalidParams.Wrapf("jail_floor: %d, expected at most %d", p.JailFloor, MaxJailFloor)
	}
	if p.MaxStake < 1 || p.MaxStake > MaxStake {
		return ErrInvalidParams.Wrapf("max_stake: %d ucred, expected 1 to %d", p.MaxStake, uint64(MaxStake))
	}
	if p.MinUnbond > MaxStake {
		return ErrInvalidParams.Wrapf("min_unbond: %d ucred, expected at most %d", p.MinUnbond, uint64(MaxStake))
	}
	if p.DefaultPool != "" {
		if err := ValidatePoolID(p.DefaultPool); err != nil {
			return ErrInvalidParams.Wrapf("default_pool: %s", err)
		}
	}
	return nil
}
