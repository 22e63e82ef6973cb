package render

import (
	"cmp"
	"math"
	"slices"
)

// tree is a bounding-volume hierarchy over the bounded shapes, planes apart.
type tree struct {
	nodes  []node
	shapes []shape // in the order of the leaves
	planes []shape
}

// node is a leaf of count shapes from first on, or (count 0) has two children: the next
// node, and second.
type node struct {
	least, most          Vec
	first, count, second int32
	axis                 uint8
}

const leafSize = 8

func buildTree(shapes []shape) *tree {
	t := &tree{}
	for _, s := range shapes {
		if s.kind == planeShape {
			t.planes = append(t.planes, s)
		} else {
			t.shapes = append(t.shapes, s)
		}
	}
	if len(t.shapes) > 0 {
		t.split(0, len(t.shapes))
	}
	return t
}

func (t *tree) split(from, to int) {
	inf := math.Inf(1)
	n := node{least: Vec{inf, inf, inf}, most: Vec{-inf, -inf, -inf}}
	for i := from; i < to; i++ {
		least, most := t.shapes[i].bounds()
		n.least = Vec{min(n.least.X, least.X), min(n.least.Y, least.Y), min(n.least.Z, least.Z)}
		n.most = Vec{max(n.most.X, most.X), max(n.most.Y, most.Y), max(n.most.Z, most.Z)}
	}
	at := len(t.nodes)
	t.nodes = append(t.nodes, n)
	if to-from <= leafSize {
		t.nodes[at].first, t.nodes[at].count = int32(from), int32(to-from)
		return
	}
	size := n.most.sub(n.least)
	axis := uint8(0)
	if size.Y > size.X && size.Y >= size.Z {
		axis = 1
	} else if size.Z > size.X {
		axis = 2
	}
	slices.SortStableFunc(t.shapes[from:to], func(a, b shape) int {
		return cmp.Compare(a.middle(axis), b.middle(axis))
	})
	half := (from + to) / 2
	t.split(from, half)
	t.nodes[at].axis, t.nodes[at].second = axis, int32(len(t.nodes))
	t.split(half, to)
}

func (s *shape) middle(axis uint8) float64 {
	least, most := s.bounds()
	return least.add(most).part(axis)
}

func (a Vec) part(axis uint8) float64 {
	switch axis {
	case 0:
		return a.X
	case 1:
		return a.Y
	}
	return a.Z
}

// nearest is the first shape the ray meets within limit, or nil.
func (t *tree) nearest(o, d Vec, limit float64) (*shape, float64) {
	found, dist, _ := t.cast(o, d, limit, nil)
	return found, dist
}

// light is how much comes through from o to the distance limit: nothing past an opaque
// body, the share that materials let through otherwise.
func (t *tree) light(o, d Vec, limit float64, materials []material) Vec {
	_, _, through := t.cast(o, d, limit, materials)
	return through
}

// cast follows a ray: to the nearest surface, or with materials given to the first opaque
// one, multiplying what the others let through. Nine tenths of the time are spent here,
// so the tests of boxes and spheres are written out instead of called.
func (t *tree) cast(o, d Vec, limit float64, materials []material) (found *shape, dist float64, through Vec) {
	through = Vec{1, 1, 1}
	for i := range t.planes {
		s := &t.planes[i]
		if at := s.hit(o, d, limit); at == 0 {
			continue
		} else if materials == nil {
			found, limit = s, at
		} else if through = through.mul(materials[s.material].shade); through == (Vec{}) {
			return nil, 0, through
		}
	}
	if len(t.nodes) == 0 {
		return found, limit, through
	}
	ox, oy, oz := o.X, o.Y, o.Z
	dx, dy, dz := d.X, d.Y, d.Z
	ix, iy, iz := 1/(dx+0), 1/(dy+0), 1/(dz+0) // plus zero: with minus zero the comparisons below would miss a box
	var stack [64]int32
	depth := 1 // stack[0] is the root
	for depth > 0 {
		depth--
		at := stack[depth]
		n := &t.nodes[at]

		// The box. A NaN from 0 times infinity, a ray in the plane of a face, makes a
		// comparison false and at worst visits the box for nothing.
		near, far := 0.0, limit
		a, b := (n.least.X-ox)*ix, (n.most.X-ox)*ix
		if a > b {
			a, b = b, a
		}
		if a > near {
			near = a
		}
		if b < far {
			far = b
		}
		a, b = (n.least.Y-oy)*iy, (n.most.Y-oy)*iy
		if a > b {
			a, b = b, a
		}
		if a > near {
			near = a
		}
		if b < far {
			far = b
		}
		a, b = (n.least.Z-oz)*iz, (n.most.Z-oz)*iz
		if a > b {
			a, b = b, a
		}
		if a > near {
			near = a
		}
		if b < far {
			far = b
		}
		if near > far {
			continue
		}

		if n.count == 0 {
			first, second := at+1, n.second
			if n.axis == 0 && dx < 0 || n.axis == 1 && dy < 0 || n.axis == 2 && dz < 0 {
				first, second = second, first
			}
			stack[depth], stack[depth+1] = second, first
			depth += 2
			continue
		}
		shapes := t.shapes[n.first : n.first+n.count]
		for i := range shapes {
			s := &shapes[i]
			var at float64
			if s.kind == sphereShape {
				cx, cy, cz := ox-s.a.X, oy-s.a.Y, oz-s.a.Z
				b := float64(cx*dx) + float64(cy*dy) + float64(cz*dz)
				disc := float64(b*b) - (float64(cx*cx) + float64(cy*cy) + float64(cz*cz)) + float64(s.r*s.r)
				if disc < 0 {
					continue
				}
				root := math.Sqrt(disc)
				if at = -b - root; at <= epsilon {
					at = root - b
				}
				if at <= epsilon || at >= limit {
					continue
				}
			} else if at = s.hit(o, d, limit); at == 0 {
				continue
			}
			if materials == nil {
				found, limit = s, at
			} else if through = through.mul(materials[s.material].shade); through == (Vec{}) {
				return nil, 0, through
			}
		}
	}
	return found, limit, through
}
