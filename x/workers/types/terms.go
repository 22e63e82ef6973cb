package types

// Validate checks terms by themselves; ErrTerms names the field, its value and what was expected.
func (t PoolTerms) Validate() error {
	if t.Stake == 0 || t.Stake > MaxStake {
		// Without a stake there is nothing to slash, and lying may pay.
		return ErrTerms.Wrapf("stake: %d ucred, expected 1 to %d", t.Stake, uint64(MaxStake))
	}
	if t.MaxCommissionBps > MaxBPS {
		return ErrTerms.Wrapf("max_commission_bps: %d, expected at most %d", t.MaxCommissionBps, MaxBPS)
	}
	return nil
}

// ValidateChange checks terms that are to follow others, within the parameters. The stake never falls, so that every worker that
// can be drawn can lock the stake of any standing deal. A value that is in force already may stay, even if it is outside the
// parameters now.
func (t PoolTerms) ValidateChange(from PoolTerms, params Params) error {
	if err := t.Validate(); err != nil {
		return err
	}
	if t.Stake < from.Stake {
		return ErrTerms.Wrapf("stake: %d ucred, expected at least the %d in force: it never falls", t.Stake, from.Stake)
	}
	if t.Stake > from.Stake && t.Stake > params.MaxStake {
		return ErrTerms.Wrapf("stake: %d ucred, expected at most %d", t.Stake, params.MaxStake)
	}
	if t.MaxCommissionBps > from.MaxCommissionBps && t.MaxCommissionBps > params.MaxCommissionBps {
		return ErrTerms.Wrapf("max_commission_bps: %d, expected at most %d", t.MaxCommissionBps, params.MaxCommissionBps)
	}
	return nil
}

// Terms returns the terms in a pool's own fields.
func (p Pool) Terms() PoolTerms {
	return PoolTerms{Stake: p.Stake, MinPrice: p.MinPrice, MaxCommissionBps: p.MaxCommissionBps}
}

// Raises says whether terms with a larger stake were announced.
func (p Pool) Raises() bool { return p.Next != nil && p.Next.Stake > p.Stake }

// InForce returns the pool with the terms of a height. The announced terms are in force once their height has come and the
// pass over the pool's workers, if there is one, has ended.
func (p Pool) InForce(height int64, recheck *Recheck) Pool {
	if p.Next == nil || height < p.NextHeight || recheck != nil {
		return p
	}
	p.Stake, p.MinPrice, p.MaxCommissionBps = p.Next.Stake, p.Next.MinPrice, p.Next.MaxCommissionBps
	p.Next, p.NextHeight = nil, 0
	return p
}

// Asks returns the free stake, in ucred, that a worker of the pool needs in order to be drawn. This is the stake in force or, once
// the pass has reached the worker, the larger stake that was announced. It does not depend on the height, so no worker's place
// changes in the block in which new terms come into force.
func (p Pool) Asks(worker string, recheck *Recheck) uint64 {
	if !p.Raises() || recheck.Ahead(worker) {
		return p.Stake
	}
	return p.Next.Stake
}

// Begun says whether the pass has reached any worker.
func (r *Recheck) Begun() bool { return r != nil && r.Worker != "" }

// Ahead says whether there is a pass that has yet to reach a worker.
func (r *Recheck) Ahead(worker string) bool { return r != nil && worker > r.Worker }
