package plain

import "math"

// Of how many wrong results there are in one run, the mean says little. This file has the bound for a single run.
//
// A lie that passes with a chance of at most x is charged w = x/(1-x) otherwise. For a number t with x e^t < 1 let
//
//	k(x) = -ln((1 - x e^t)/(1-x)) / w
//
// Then x e^t + (1-x) e^(-k w) = 1, so that e^(t errors - k D) is a supermartingale in draw order, for any k that is at least k(x) of every
// plan. By Markov's inequality for it (Ville), with a chance of at least 1-delta, at all times,
//
//	errors <= (k D + ln(1/delta)) / t
//
// k(x) grows with x. With t = ln 2 there is a bound while x < 1/2: for plans of two replicas and more, where at most a fifth of 200
// organisations collude, x <= 39/199. For one replica and a lottery there is none.

// ConcentrationRate is k(x) for t = ln 2; infinite where x is a half or more.
func ConcentrationRate(x float64) float64 {
	if x >= 0.5 {
		return math.Inf(1)
	}
	if x <= 0 {
		return 1 // the limit: e^t - 1
	}
	return -math.Log((1-2*x)/(1-x)) * (1 - x) / x
}

// Concentration is how many wrong results a run may have whose debt is D, but for a chance of delta, when all plans have at least two
// replicas and at most 40 of 200 organisations collude.
func Concentration(debt, delta float64) float64 {
	return (ConcentrationRate(39./199)*debt + math.Log(1/delta)) / math.Ln2
}
