// Package render is a small ray tracer: spheres, boxes, discs and planes, mirrors and
// glass, soft shadows, anti-aliasing. It gives the same pixels on every machine: it uses
// only operations whose result IEEE 754 fixes to the last bit, nothing of the platform's
// mathematics library but the square root and floor, no goroutines and no map order.
package render

// Scene is everything there is to see.
type Scene struct {
	camera   camera
	sky      sky
	lamps    []lamp
	exposure float64
	haze     float64 // reciprocal of the distance at which half fades into the sky

	materials []material
	shapes    []shape
}

type camera struct {
	from, at      Vec
	fov           float64 // vertical, degrees
	aperture, far float64 // lens diameter, distance of sharpest focus; 0: pin-hole
}

type sky struct {
	zenith, horizon, ground Vec
	stars                   float64
}

// lamp is a ball of light at a place, or the sun: far away in a direction.
type lamp struct {
	sun   bool
	at    Vec // place, or unit direction towards the sun
	color Vec
	size  float64 // radius, or for the sun its apparent radius as a tangent
	u, v  Vec     // unit vectors across the direction of the sun
}

func emptyScene() *Scene {
	return &Scene{
		camera:   camera{from: Vec{0, 1, 5}, at: Vec{0, 1, 0}, fov: 40},
		sky:      sky{zenith: Vec{0.25, 0.45, 0.85}, horizon: Vec{0.85, 0.9, 0.95}, ground: Vec{0.3, 0.28, 0.25}},
		exposure: 1,
	}
}
