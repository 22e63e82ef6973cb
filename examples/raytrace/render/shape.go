package render

import "math"

type shapeKind uint8

const (
	sphereShape shapeKind = iota
	boxShape              // a: least corner, b: greatest corner
	discShape             // a: centre, b: normal; r: outer, inner: inner radius
	planeShape            // a: a point, b: normal
)

// shape is one body of a scene. A switch on the kind is faster here than an interface.
type shape struct {
	kind     shapeKind
	material int
	a, b     Vec
	r, inner float64
}

// nearer than this is the surface itself, met again through rounding.
const epsilon = 1e-6

// hit is the distance along the unit direction d from o to the nearest surface between
// epsilon and limit, or 0. Spheres are met in tree.cast itself.
func (s *shape) hit(o, d Vec, limit float64) float64 {
	switch s.kind {
	case boxShape:
		near, far := slabs(o, d, s.a, s.b)
		if near > far {
			return 0
		}
		if near > epsilon && near < limit {
			return near
		}
		if near <= epsilon && far > epsilon && far < limit {
			return far
		}
	default:
		den := d.dot(s.b)
		if math.Abs(den) < 1e-12 {
			return 0
		}
		t := s.a.sub(o).dot(s.b) / den
		if t <= epsilon || t >= limit {
			return 0
		}
		if s.kind == planeShape {
			return t
		}
		off := o.along(t, d).sub(s.a)
		if q := off.dot(off); q <= s.r*s.r && q >= s.inner*s.inner {
			return t
		}
	}
	return 0
}

func slabs(o, d, least, most Vec) (near, far float64) {
	x0, x1 := slab(o.X, d.X, least.X, most.X)
	y0, y1 := slab(o.Y, d.Y, least.Y, most.Y)
	z0, z1 := slab(o.Z, d.Z, least.Z, most.Z)
	return max(x0, y0, z0), min(x1, y1, z1)
}

func slab(o, d, least, most float64) (float64, float64) {
	if d == 0 {
		if o < least || o > most {
			return math.Inf(1), math.Inf(-1)
		}
		return math.Inf(-1), math.Inf(1)
	}
	a, b := (least-o)/d, (most-o)/d
	return min(a, b), max(a, b)
}

// normal points outwards at p on the surface.
func (s *shape) normal(p Vec) Vec {
	switch s.kind {
	case sphereShape:
		return p.sub(s.a).scale(1 / s.r)
	case boxShape:
		best, n := math.Inf(1), Vec{}
		for _, face := range [6]struct {
			off float64
			n   Vec
		}{
			{p.X - s.a.X, Vec{-1, 0, 0}}, {s.b.X - p.X, Vec{1, 0, 0}},
			{p.Y - s.a.Y, Vec{0, -1, 0}}, {s.b.Y - p.Y, Vec{0, 1, 0}},
			{p.Z - s.a.Z, Vec{0, 0, -1}}, {s.b.Z - p.Z, Vec{0, 0, 1}},
		} {
			if off := math.Abs(face.off); off < best {
				best, n = off, face.n
			}
		}
		return n
	}
	return s.b
}

// local is p as the patterns see it: from the body's own middle.
func (s *shape) local(p Vec) Vec {
	switch s.kind {
	case boxShape:
		return p.sub(s.a.add(s.b).scale(0.5))
	default:
		return p.sub(s.a)
	}
}

func (s *shape) bounds() (least, most Vec) {
	if s.kind == boxShape {
		return s.a, s.b
	}
	r := Vec{s.r, s.r, s.r}
	return s.a.sub(r), s.a.add(r)
}
