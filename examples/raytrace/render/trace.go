package render

import "math"

// tracer follows rays through a scene.
type tracer struct {
	*Scene
	tree      *tree
	lamps     []lamp  // with their bases
	occluders []shape // spheres that darken what is near them
	shadows   int     // shadow rays to each lamp
	sampler   sampler
}

// faint is the share of a pixel below which a ray is not followed.
const faint = 0.025

// maxOccluders bounds the spheres that darken their surroundings; the largest count.
const maxOccluders = 24

// newTracer prepares a scene. Where a pixel has several samples, their shadow rays go to
// different points of a lamp, so that one a sample is enough.
func newTracer(s *Scene, samples int) *tracer {
	t := &tracer{Scene: s, tree: buildTree(s.shapes), shadows: 1}
	if samples == 1 {
		t.shadows = 4
	}
	for _, l := range s.lamps {
		l.u, l.v = basis(l.at)
		t.lamps = append(t.lamps, l)
	}
	for _, s := range s.shapes {
		if s.kind == sphereShape && t.materials[s.material].ior == 0 {
			t.occluders = append(t.occluders, s)
		}
	}
	// A selection sort of the few that stay: stable, and no more than needed.
	for i := 0; i < len(t.occluders) && i < maxOccluders; i++ {
		for j := i + 1; j < len(t.occluders); j++ {
			if t.occluders[j].r > t.occluders[i].r {
				t.occluders[i], t.occluders[j] = t.occluders[j], t.occluders[i]
			}
		}
	}
	t.occluders = t.occluders[:min(len(t.occluders), maxOccluders)]
	return t
}

// radiance is the light that comes to o from direction d. share is how much of it ends
// up in the pixel: what hardly counts is not followed.
func (t *tracer) radiance(o, d Vec, depth int, share float64) Vec {
	s, dist := t.tree.nearest(o, d, 1e18)
	if s == nil {
		return t.skyColor(d)
	}
	p := o.along(dist, d)
	n := s.normal(p)
	entering := d.dot(n) < 0
	if !entering {
		n = n.scale(-1)
	}
	m := &t.materials[s.material]
	color := m.colorAt(s.local(p))

	var light Vec
	if m.ior > 0 {
		light = t.glass(m, color, p, d, n, dist, entering, depth, share)
	} else {
		light = t.opaque(m, color, p, d, n, depth, share)
	}
	light = light.along(m.glow, color)
	if t.haze > 0 {
		far := dist * t.haze
		far = float64(far * far)
		light = light.mix(t.skyColor(d), far/(1+far))
	}
	return light
}

func (t *tracer) opaque(m *material, color, p, d, n Vec, depth int, share float64) Vec {
	mirrored := m.reflect
	if m.reflect > 0 || m.coat {
		base := m.reflect
		if m.coat {
			base = max(base, 0.04)
		}
		mirrored = base + float64((1-base)*power(1-clamp01(-d.dot(n)), 5))
	}
	light := t.diffuse(m, color, p, d, n, share)
	if m.reflect > 0 {
		light = light.scale(1 - m.reflect)
	}
	if depth > 1 && share*mirrored > faint {
		seen := t.radiance(p.along(1e-6, n), d.reflect(n), depth-1, share*mirrored)
		if m.reflect > 0 {
			seen = seen.mul(color.mix(Vec{1, 1, 1}, (mirrored-m.reflect)/(1-m.reflect+1e-9)))
		}
		light = light.along(mirrored, seen)
	}
	return light
}

// diffuse is the light of sky and lamps that a dull or shiny surface scatters.
func (t *tracer) diffuse(m *material, color, p, d, n Vec, share float64) Vec {
	up := 0.5 + float64(0.5*n.Y)
	ambient := t.sky.ground.mix(t.sky.zenith.mix(t.sky.horizon, 0.5), up)
	open := 1.0
	if share > 0.1 {
		open = t.openness(p, n)
	}
	light := color.mul(ambient).scale(0.5 * open)
	from := p.along(1e-6, n)
	shadows := t.shadows
	if share < 0.5 {
		shadows = 1
	}
	for i := range t.lamps {
		l := &t.lamps[i]
		if l.sun && l.at.dot(n) < -l.size {
			continue // wholly below the horizon of the surface
		}
		var arrived, glint Vec
		for range shadows {
			dir, dist := l.aim(from, &t.sampler)
			cos := dir.dot(n)
			if cos <= 0 {
				continue
			}
			through := t.tree.light(from, dir, dist, t.materials)
			arrived = arrived.along(cos, through)
			if m.shine > 0 {
				half := dir.sub(d).unit()
				glint = glint.along(power(clamp01(half.dot(n)), m.shine), through)
			}
		}
		strength := l.color.scale(1 / float64(shadows))
		light = light.add(arrived.mul(strength).mul(color))
		if m.shine > 0 {
			light = light.along(0.6, glint.mul(strength))
		}
	}
	return light
}

// openness is how much of the sky a point sees past the spheres near it: for each, the
// share its disc takes of the half-sphere above the point, which is smooth and free of
// noise, where sampling would be neither.
func (t *tracer) openness(p, n Vec) float64 {
	open := 1.0
	for i := range t.occluders {
		o := &t.occluders[i]
		to := o.a.sub(p)
		square := to.dot(to)
		if square > 36*o.r*o.r || square <= o.r*o.r*1.0001 {
			continue
		}
		if cos := to.dot(n); cos > 0 {
			open *= 1 - min(1, cos*o.r*o.r/(square*math.Sqrt(square)))
		}
	}
	return open
}

// aim is a direction from p to a point of the lamp, and the distance to it.
func (l *lamp) aim(p Vec, s *sampler) (Vec, float64) {
	u, v := s.disc()
	if l.sun {
		return l.at.along(u*l.size, l.u).along(v*l.size, l.v).unit(), 1e18
	}
	to := l.at.sub(p)
	a, b := basis(to.unit())
	to = to.along(u*l.size, a).along(v*l.size, b)
	dist := to.length()
	return to.scale(1 / dist), dist
}

func (t *tracer) glass(m *material, color, p, d, n Vec, dist float64, entering bool, depth int, share float64) Vec {
	if depth <= 1 {
		return t.skyColor(d).mul(color)
	}
	ratio := m.ior
	if entering {
		ratio = 1 / m.ior
	}
	cos := -d.dot(n)
	mirrored := 1.0 // total reflection, unless the ray gets out
	sin2 := float64(ratio * ratio * (1 - float64(cos*cos)))
	var bent Vec
	if sin2 < 1 {
		cosOut := math.Sqrt(1 - sin2)
		bent = d.scale(ratio).along(float64(ratio*cos)-cosOut, n).unit()
		f := (1 - m.ior) / (1 + m.ior)
		f = float64(f * f)
		// Schlick's formula wants the greater of the two angles.
		if !entering {
			cos = cosOut
		}
		mirrored = f + float64((1-f)*power(1-clamp01(cos), 5))
	}
	var light Vec
	if share*mirrored > faint {
		light = t.radiance(p.along(1e-6, n), d.reflect(n), depth-1, share*mirrored).scale(mirrored)
	}
	if mirrored < 1 && share*(1-mirrored) > faint {
		light = light.along(1-mirrored, t.radiance(p.along(-1e-6, n), bent, depth-1, share*(1-mirrored)))
	}
	if !entering {
		// Colour by the way through the glass, thicker is darker, without exp.
		k := dist / (0.4 + dist)
		light = light.mul(Vec{1, 1, 1}.mix(color, k))
	}
	if entering && m.shine > 0 {
		for i := range t.lamps {
			dir, _ := t.lamps[i].aim(p, &t.sampler)
			half := dir.sub(d).unit()
			light = light.along(power(clamp01(half.dot(n)), m.shine), t.lamps[i].color)
		}
	}
	return light
}

func (t *tracer) skyColor(d Vec) Vec {
	var c Vec
	if d.Y >= 0 {
		k := 1 - d.Y
		k = 1 - float64(k*k*k)
		c = t.sky.horizon.mix(t.sky.zenith, k)
	} else {
		c = t.sky.horizon.mix(t.sky.ground, smooth(-6*d.Y))
	}
	for i := range t.lamps {
		l := &t.lamps[i]
		if !l.sun {
			continue
		}
		cos := clamp01(d.dot(l.at))
		glow := float64(0.12*power(cos, 6)) + float64(0.3*power(cos, 60))
		if edge := 1 - float64(l.size*l.size*0.5); cos > edge {
			glow += 3
		}
		c = c.along(glow, l.color)
	}
	if t.sky.stars > 0 {
		c = c.along(t.sky.stars, starlight(d))
	}
	return c
}

// starlight puts a star in some cells of a grid of directions.
func starlight(d Vec) Vec {
	p := d.scale(160)
	x, y, z := math.Floor(p.X), math.Floor(p.Y), math.Floor(p.Z)
	h := hash(whole(x), whole(y), whole(z))
	if h%41 != 0 {
		return Vec{}
	}
	off := p.sub(Vec{x + 0.5, y + 0.5, z + 0.5})
	k := 1 - off.length()/0.33
	if k <= 0 {
		return Vec{}
	}
	warm := unitFloat(hash(whole(x), whole(y), 7))
	return Vec{0.8 + float64(0.2*warm), 0.9, 1.1 - float64(0.3*warm)}.scale(k * float64(h>>8&3+1) * 0.5)
}
