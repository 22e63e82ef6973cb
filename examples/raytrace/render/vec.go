package render

import "math"

// Vec is a point, a direction or a colour.
//
// Throughout this package a product that may be added to something, also by a caller, is
// written float64(a*b). The conversion forbids the compiler to fuse the two into one
// instruction that rounds once: WebAssembly has no such instruction, arm64 has, and the
// picture must be the same. TestNoFusedMultiplyAdd finds a product that was forgotten.
type Vec struct{ X, Y, Z float64 }

func (a Vec) add(b Vec) Vec       { return Vec{a.X + b.X, a.Y + b.Y, a.Z + b.Z} }
func (a Vec) sub(b Vec) Vec       { return Vec{a.X - b.X, a.Y - b.Y, a.Z - b.Z} }
func (a Vec) mul(b Vec) Vec       { return Vec{float64(a.X * b.X), float64(a.Y * b.Y), float64(a.Z * b.Z)} }
func (a Vec) scale(k float64) Vec { return Vec{float64(a.X * k), float64(a.Y * k), float64(a.Z * k)} }

// along is a + k*b.
func (a Vec) along(k float64, b Vec) Vec {
	return Vec{a.X + float64(k*b.X), a.Y + float64(k*b.Y), a.Z + float64(k*b.Z)}
}

func (a Vec) dot(b Vec) float64 {
	return float64(a.X*b.X) + float64(a.Y*b.Y) + float64(a.Z*b.Z)
}

func (a Vec) cross(b Vec) Vec {
	return Vec{
		float64(a.Y*b.Z) - float64(a.Z*b.Y),
		float64(a.Z*b.X) - float64(a.X*b.Z),
		float64(a.X*b.Y) - float64(a.Y*b.X),
	}
}

func (a Vec) length() float64 { return math.Sqrt(a.dot(a)) }

func (a Vec) unit() Vec {
	if l := a.length(); l > 0 {
		return a.scale(1 / l)
	}
	return a
}

// reflect mirrors the direction a at a surface with normal n.
func (a Vec) reflect(n Vec) Vec { return a.along(-2*a.dot(n), n) }

// mix goes from a (k = 0) to b (k = 1).
func (a Vec) mix(b Vec, k float64) Vec { return a.scale(1-k).along(k, b) }

func (a Vec) brightest() float64 { return max(a.X, a.Y, a.Z) }

// basis gives two unit vectors at right angles to n and each other.
func basis(n Vec) (Vec, Vec) {
	helper := Vec{1, 0, 0}
	if math.Abs(n.X) > 0.7 {
		helper = Vec{0, 1, 0}
	}
	u := n.cross(helper).unit()
	return u, n.cross(u)
}

func clamp01(x float64) float64 { return max(0, min(1, x)) }

func smooth(x float64) float64 {
	x = clamp01(x)
	return float64(x * x * (3 - float64(2*x)))
}

// power is x to the n-th by repeated squaring: the same bits everywhere, unlike math.Pow.
func power(x float64, n int) float64 {
	r := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			r = float64(r * x)
		}
		x = float64(x * x)
	}
	return r
}

func fraction(x float64) float64 { return x - math.Floor(x) }
