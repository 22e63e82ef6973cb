package main

import "math"

type vec [3]float64

// Products that are added are converted to float64 first: Go then rounds them, where a processor could otherwise join both steps. So a
// native build gives the same bits as a WebAssembly one.

func (a vec) add(b vec, k float64) vec {
	return vec{a[0] + float64(k*b[0]), a[1] + float64(k*b[1]), a[2] + float64(k*b[2])}
}

func (a vec) dot(b vec) float64 {
	return float64(a[0]*b[0]) + float64(a[1]*b[1]) + float64(a[2]*b[2])
}

func (a vec) length() float64 { return math.Sqrt(a.dot(a)) }

// body is a point mass, in kilometres and seconds.
type body struct {
	name string
	gm   float64 // the constant of gravity times the mass
	at   vec
	v    vec
}

// kick changes the velocities by what all bodies pull for a time.
func kick(bodies []body, time float64) {
	for i := range bodies {
		a := &bodies[i]
		for j := range bodies[:i] {
			b := &bodies[j]
			way := b.at.add(a.at, -1)
			square := way.dot(way)
			pull := time / float64(square*math.Sqrt(square))
			a.v = a.v.add(way, float64(b.gm*pull))
			b.v = b.v.add(way, -float64(a.gm*pull))
		}
	}
}

// drift moves the bodies for a time.
func drift(bodies []body, time float64) {
	for i := range bodies {
		bodies[i].at = bodies[i].at.add(bodies[i].v, time)
	}
}

// inner and outer are the parts of a step of the fourth order that Yoshida (1990) and others found: outer, inner and outer steps of the
// second order. The method keeps the energy over any time, but for a small wave.
var (
	outer = 1 / (2 - math.Cbrt(2))
	inner = -math.Cbrt(2) / (2 - math.Cbrt(2))
)

// step moves the bodies on by a time.
func step(bodies []body, time float64) {
	for _, part := range [...]float64{outer, inner, outer} {
		t := float64(part * time)
		drift(bodies, t/2)
		kick(bodies, t)
		drift(bodies, t/2)
	}
}

// energy returns the energy of all bodies, times the constant of gravity.
func energy(bodies []body) float64 {
	sum := 0.0
	for i, a := range bodies {
		sum += float64(a.gm*a.v.dot(a.v)) / 2
		for _, b := range bodies[:i] {
			sum -= float64(a.gm*b.gm) / a.at.add(b.at, -1).length()
		}
	}
	return sum
}
