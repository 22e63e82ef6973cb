package render

import "math"

// hash mixes three numbers into 32 well-stirred bits.
func hash(x, y, z int32) uint32 {
	h := uint32(x)*0x8da6b343 ^ uint32(y)*0xd8163841 ^ uint32(z)*0xcb1ab31f
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	h *= 0x846ca68b
	h ^= h >> 16
	return h
}

// whole is int32(x) where that is defined, and 0 elsewhere: what Go does with a number
// out of range differs between processors.
func whole(x float64) int32 {
	if x > -1e9 && x < 1e9 {
		return int32(x)
	}
	return 0
}

// unitFloat maps 32 bits to [0, 1).
func unitFloat(h uint32) float64 { return float64(float64(h) / (1 << 32)) }

// noise is smooth value noise in [0, 1] with one random value at each whole point.
func noise(p Vec) float64 {
	fx, fy, fz := math.Floor(p.X), math.Floor(p.Y), math.Floor(p.Z)
	x, y, z := whole(fx), whole(fy), whole(fz)
	u, v, w := smooth(p.X-fx), smooth(p.Y-fy), smooth(p.Z-fz)
	corner := func(dx, dy, dz int32) float64 { return unitFloat(hash(x+dx, y+dy, z+dz)) }
	lerp := func(a, b, k float64) float64 { return a + float64(k*(b-a)) }
	return lerp(
		lerp(lerp(corner(0, 0, 0), corner(1, 0, 0), u), lerp(corner(0, 1, 0), corner(1, 1, 0), u), v),
		lerp(lerp(corner(0, 0, 1), corner(1, 0, 1), u), lerp(corner(0, 1, 1), corner(1, 1, 1), u), v),
		w)
}

// turbulence sums four octaves of noise, in [0, 1].
func turbulence(p Vec) float64 {
	sum, k := 0.0, 0.5
	for range 4 {
		sum += float64(k * noise(p))
		p, k = p.scale(2.03), k/2
	}
	return sum
}

// wave is a smooth periodic function in [0, 1] of period 1, zero at whole numbers.
func wave(x float64) float64 { return smooth(1 - math.Abs(float64(2*fraction(x))-1)) }

// sampler gives the points of one pixel: a sequence that fills the square evenly (the R2
// sequence of M. Roberts, the generalised golden ratio), shifted from pixel to pixel.
type sampler struct {
	shiftU, shiftV float64
	next           int
}

func newSampler(x, y int) sampler {
	return sampler{
		shiftU: unitFloat(hash(int32(x), int32(y), 1)),
		shiftV: unitFloat(hash(int32(x), int32(y), 2)),
	}
}

func (s *sampler) square() (float64, float64) {
	i := float64(s.next)
	s.next++
	return fraction(s.shiftU + float64(i*0.7548776662466927)), fraction(s.shiftV + float64(i*0.5698402909980532))
}

// disc maps the next point to the unit disc, keeping areas, without sine or cosine.
func (s *sampler) disc() (float64, float64) {
	for {
		u, v := s.square()
		u, v = float64(2*u)-1, float64(2*v)-1
		if float64(u*u)+float64(v*v) <= 1 {
			return u, v
		}
	}
}
