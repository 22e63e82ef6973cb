package render

import (
	"errors"
	"image"
	"math"
)

// Options say how large and how fine a picture is.
type Options struct {
	// Width and Height of the whole picture in pixels.
	Width, Height int
	// Samples is the side of the grid of rays in each pixel: 2 means 2 x 2 rays.
	Samples int
	// Depth is how many surfaces a ray may meet.
	Depth int
}

// Limits of Options.
const (
	MaxSide    = 8192
	MaxSamples = 16
	MaxDepth   = 32
)

// Check says what is out of range.
func (o Options) Check() error {
	switch {
	case o.Width < 1 || o.Width > MaxSide:
		return errors.New("width must be from 1 to 8192")
	case o.Height < 1 || o.Height > MaxSide:
		return errors.New("height must be from 1 to 8192")
	case o.Samples < 1 || o.Samples > MaxSamples:
		return errors.New("samples must be from 1 to 16")
	case o.Depth < 1 || o.Depth > MaxDepth:
		return errors.New("depth must be from 1 to 32")
	}
	return nil
}

// Band is the rows from (inclusive) to (exclusive) of tile i of n: the picture is cut
// into n bands from top to bottom, as even as can be.
func (o Options) Band(i, n int) (from, to int) {
	return o.Height * i / n, o.Height * (i + 1) / n
}

// Render draws the rows from (inclusive) to (exclusive). Bands put together are the whole
// picture, pixel for pixel.
func Render(s *Scene, o Options, from, to int) *image.NRGBA {
	t := newTracer(s, o.Samples)
	view := newView(&s.camera, o)
	img := image.NewNRGBA(image.Rect(0, 0, o.Width, to-from))
	at := 0
	for y := from; y < to; y++ {
		for x := range o.Width {
			r, g, b := display(view.pixel(t, x, y).scale(s.exposure))
			img.Pix[at], img.Pix[at+1], img.Pix[at+2], img.Pix[at+3] = r, g, b, 255
			at += 4
		}
	}
	return img
}

// view turns pixels into rays.
type view struct {
	Options
	from                 Vec
	forward, right, down Vec // to the next pixel at distance 1, but forward
	lens, focus          float64
}

func newView(c *camera, o Options) view {
	forward := c.at.sub(c.from).unit()
	right := forward.cross(Vec{0, 1, 0}).unit()
	down := forward.cross(right)
	step := 2 * tangent(c.fov/2) / float64(o.Height)
	v := view{Options: o, from: c.from, forward: forward, right: right.scale(step), down: down.scale(step)}
	if c.aperture > 0 {
		v.lens, v.focus = c.aperture/2, c.far
		if v.focus <= 0 {
			v.focus = c.at.sub(c.from).length()
		}
	}
	return v
}

// pixel is the mean of the rays of one pixel.
func (v *view) pixel(t *tracer, x, y int) Vec {
	t.sampler = newSampler(x, y)
	var sum Vec
	cell := 1 / float64(v.Samples)
	middleX, middleY := float64(v.Width/2), float64(v.Height/2)
	for i := range v.Samples {
		for j := range v.Samples {
			px := float64(x) + float64((float64(j)+0.5)*cell) - middleX
			py := float64(y) + float64((float64(i)+0.5)*cell) - middleY
			o, d := v.from, v.forward.along(px, v.right).along(py, v.down)
			if v.lens > 0 {
				lu, lv := t.sampler.disc()
				sharp := o.along(v.focus, d)
				o = o.along(lu*v.lens, v.right.unit()).along(lv*v.lens, v.down.unit())
				d = sharp.sub(o)
			}
			// One sun-bright ray among a few would leave a jagged edge.
			c := t.radiance(o, d.unit(), v.Depth, 1)
			if b := c.brightest(); b > 8 {
				c = c.scale(8 / b)
			}
			sum = sum.add(c)
		}
	}
	return sum.scale(cell * cell)
}

// tangent of an angle in degrees below 90, from the series of sine and cosine: the same
// bits everywhere.
func tangent(degrees float64) float64 {
	x := degrees * (math.Pi / 180)
	sin, cos, term := 0.0, 0.0, 1.0
	for i := range 24 {
		switch i % 4 {
		case 0:
			cos += term
		case 1:
			sin += term
		case 2:
			cos -= term
		case 3:
			sin -= term
		}
		term *= x / float64(i+1)
	}
	return sin / cos
}

// display turns light into the bytes of a screen: a filmic curve (K. Narkowicz's fit of
// ACES), then sRGB (I. Taylor's fit by square roots).
func display(c Vec) (r, g, b uint8) {
	return displayOne(c.X), displayOne(c.Y), displayOne(c.Z)
}

func displayOne(x float64) uint8 {
	if !(x > 0) { // NaN too
		return 0
	}
	x = min(x, 1e6)
	x = x * (float64(2.51*x) + 0.03) / (float64(x*(float64(2.43*x)+0.59)) + 0.14)
	x = clamp01(x)
	s1 := math.Sqrt(x)
	s2 := math.Sqrt(s1)
	s3 := math.Sqrt(s2)
	x = float64(0.662002687*s1) + float64(0.684122060*s2) - float64(0.323583601*s3) - float64(0.0225411470*x)
	return uint8(float64(clamp01(x)*255) + 0.5)
}
