package plain

import "math"

// The mean says little about the number of wrong results in one run. This file has the bound for a single run.
//
// A lie that passes with a chance of at most x is charged w = x/(1-x) if it does not pass. For a number t with x e^t < 1 let
//
//	k(x) = -ln((1 - x e^t)/(1-x)) / w
//
// Then x e^t + (1-x) e^(-k w) = 1. So e^(t errors - k D) is a supermartingale in draw order, for any k that is at least k(x) of
// every plan. By Ville's inequality (Markov's for such processes), with a chance of at least 1-delta, at all times,
//
//	errors <= (k D + ln(1/delta)) / t
//
// k(x) grows with x. With t = ln 2 there is a bound only for x < 1/2. Plans of two or more replicas have x <= 39/199, if at most a
// fifth of 200 organisations collude. For one replica and a lottery there is no bound.

// ConcentrationRate returns k(x) for t = ln 2. It is infinite if x is a half or more.
func ConcentrationRate(x float64) float64 {
	if x >= 0.5 {
		return math.Inf(1)
	}
	if x <= 0 {
		return 1 // the limit: e^t - 1
	}
	return -math.Log((1-2*x)/(1-x)) * (1 - x) / x
}

// Concentration returns the largest number of wrong results in a run with the debt D. A run exceeds it with a chance of at most
// delta, if all plans have at least two replicas and at most 40 of 200 organisations collude.
func Concentration(debt, delta float64) float64 {
	return (ConcentrationRate(39./199)*debt + math.Log(1/delta)) / math.Ln2
}
