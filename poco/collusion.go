package poco

// This file has the numbers behind a plan: the bound on colluders (Faction), the chance that a lie passes (Collusion), and the
// charge that keeps errors and charges equal on average (Charge). Every step is rounded against the liar.

// LotterySteps is the resolution of the lottery: an additional replica is drawn with probability j/LotterySteps.
const LotterySteps = 16

// MaxReplicas bounds n: when a plan would need more replicas, it is the court.
const MaxReplicas = 24

// Faction returns F_c = max(2, ceil(q * registered)), the bound on colluding organisations among those registered
// for a class, with q = qNum/qDen (protocol section 3). It is never reduced by exclusion, load or decline.
func Faction(qNum, qDen, registered uint64) uint64 {
	// registered is a count of organisations; the product stays far from 2^64.
	f := (registered*qNum + qDen - 1) / qDen
	return max(2, f)
}

// Collusion returns x, the chance that all blind seats of a plan collude, given that the first does:
//
//	x_n = product over j = 1..n-1 of (F-j)/(M-j)      x = (1-a) x_n + a x_(n+1)      min(1, factor * x)
//
// F is the faction, M the number of organisations that the wave-2 draw counts on (the first among them), a = lottery/16, and
// factor the beacon's, ProposerChoices (protocol section 7). Every step is rounded up. One means certain.
func Collusion(faction, eligible, n, lottery, factor uint64) Q64 {
	x := allCollude(faction, eligible, n).MulDivUp(LotterySteps-lottery, LotterySteps)
	if lottery > 0 {
		x = x.Add(allCollude(faction, eligible, n+1).MulDivUp(lottery, LotterySteps))
	}
	x = x.MulDivUp(factor, 1)
	if x.Cmp(One) > 0 {
		return One
	}
	return x
}

func allCollude(faction, eligible, n uint64) Q64 {
	x := One
	for j := uint64(1); j < n; j++ {
		if j >= eligible {
			return One // more seats than organisations: such a set cannot be drawn, so it proves nothing
		}
		if j >= faction {
			return Q64{}
		}
		if faction < eligible {
			x = x.MulDivUp(faction-j, eligible-j)
		}
	}
	return x
}

// Charge returns w = x/(1-x), rounded up: the charge on the ledger when a lie of the first seat is not accepted. MaxQ64 when
// x is one.
func Charge(x Q64) Q64 {
	if x.Cmp(One) >= 0 {
		return MaxQ64
	}
	rest := One.Sub(x) // in (0, 1], so one of its words is zero
	if rest == One {
		return Q64{}
	}
	n := Q64{Hi: x.Lo} // x * 2^64, in units of 2^-64
	return n.MulDivUp(1, rest.Lo)
}
