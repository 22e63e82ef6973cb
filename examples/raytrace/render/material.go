package render

import "math"

type pattern uint8

const (
	solid pattern = iota
	checker
	stripes
	marble
	bands
)

var patternNames = map[string]pattern{
	"solid": solid, "checker": checker, "stripes": stripes, "marble": marble, "bands": bands,
}

// material is what a surface looks like.
type material struct {
	color, color2 Vec
	pattern       pattern
	scale         float64 // size of the pattern
	reflect       float64 // share mirrored straight on, tinted by the colour
	coat          bool    // a clear varnish: mirrors more at a grazing angle
	ior           float64 // refractive index; 0: opaque
	shine         int     // exponent of the highlight; 0: dull
	glow          float64 // own light

	shade Vec // what it lets through to a shadow ray
}

// finish fills what follows from the rest.
func (m *material) finish() {
	if m.ior > 0 {
		m.shade = m.color.scale(0.85)
	}
}

// colorAt is the colour at the local point p.
func (m *material) colorAt(p Vec) Vec {
	if m.pattern == solid {
		return m.color
	}
	p = p.scale(1 / m.scale)
	var k float64
	switch m.pattern {
	case checker:
		// A touch off the whole numbers, so that a floor at y = 0 does not flicker.
		cell := math.Floor(p.X+1e-4) + math.Floor(p.Y+1e-4) + math.Floor(p.Z+1e-4)
		k = float64(2 * fraction(float64(cell/2)))
	case stripes:
		k = smooth(float64(8*(wave(p.X)-0.5)) + 0.5)
	case marble:
		k = wave(p.X + float64(0.6*p.Y) + float64(3*turbulence(p.scale(0.8))))
		k = k * k
	case bands:
		k = turbulence(Vec{float64(0.15 * p.X), p.Y + float64(0.35*noise(p.scale(0.7))), float64(0.15 * p.Z)})
		k = smooth(float64(2.6*(k-0.47)) + 0.5)
	}
	return m.color.mix(m.color2, k)
}
