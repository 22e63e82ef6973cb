package render

import (
	"errors"
	"strconv"
	"strings"
)

// Limits of a scene.
const (
	MaxShapes     = 20_000
	MaxSceneBytes = 4 << 20
)

// Parse reads a scene: one body or setting a line, words and numbers between spaces, "#"
// starts a comment. Errors name the line and what was expected there.
func Parse(text string) (*Scene, error) {
	if len(text) > MaxSceneBytes {
		return nil, errors.New("the scene has more than " + strconv.Itoa(MaxSceneBytes) + " bytes")
	}
	p := &parser{scene: emptyScene(), names: map[string]int{}}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if err := p.line(words); err != nil {
			return nil, errors.New("line " + strconv.Itoa(i+1) + ": " + err.Error())
		}
	}
	if len(p.scene.shapes) == 0 {
		return nil, errors.New("the scene shows nothing: no sphere, box, disc or plane")
	}
	return p.scene, nil
}

type parser struct {
	scene *Scene
	names map[string]int // materials; looked up only
}

func (p *parser) line(words []string) error {
	l := &line{keyword: words[0], words: words[1:]}
	s := p.scene
	switch l.keyword {
	case "camera":
		c := &s.camera
		l.keys = map[string]any{"from": &c.from, "at": &c.at, "fov": &c.fov, "aperture": &c.aperture, "focus": &c.far}
		if err := l.read(); err != nil {
			return err
		}
		if c.fov <= 0 || c.fov > 120 {
			return errors.New("camera: fov must be more than 0 and at most 120 degrees")
		}
		if d := c.at.sub(c.from); d.cross(Vec{0, 1, 0}).length() < 1e-9 {
			return errors.New("camera: from and at must not be the same or one above the other")
		}
		return nil
	case "sky":
		l.keys = map[string]any{"zenith": &s.sky.zenith, "horizon": &s.sky.horizon, "ground": &s.sky.ground, "stars": &s.sky.stars}
		return l.read()
	case "picture":
		l.keys = map[string]any{"exposure": &s.exposure, "haze": &s.haze}
		return l.read()
	case "sun":
		lamp := lamp{sun: true, color: Vec{3, 3, 3}, size: 0.02}
		l.keys = map[string]any{"toward": &lamp.at, "color": &lamp.color, "size": &lamp.size}
		err := l.read("toward")
		if lamp.at = lamp.at.unit(); err == nil && lamp.at == (Vec{}) {
			err = errors.New("sun: toward must not be 0 0 0")
		}
		s.lamps = append(s.lamps, lamp)
		return err
	case "lamp":
		lamp := lamp{color: Vec{1, 1, 1}}
		l.keys = map[string]any{"at": &lamp.at, "color": &lamp.color, "radius": &lamp.size}
		err := l.read("at")
		s.lamps = append(s.lamps, lamp)
		return err
	case "material":
		return p.material(l)
	case "sphere", "box", "disc", "plane":
		return p.shape(l)
	}
	return errors.New("unknown word " + strconv.Quote(l.keyword) +
		", expected camera, sky, picture, sun, lamp, material, sphere, box, disc or plane")
}

func (p *parser) material(l *line) error {
	if len(l.words) == 0 {
		return errors.New("material: a name is missing")
	}
	name := l.words[0]
	l.words = l.words[1:]
	if _, twice := p.names[name]; twice {
		return errors.New("material: " + strconv.Quote(name) + " is defined twice")
	}
	m := material{color: Vec{0.8, 0.8, 0.8}, scale: 1}
	var kind string
	var shine float64
	l.keys = map[string]any{
		"color": &m.color, "color2": &m.color2, "pattern": &kind, "scale": &m.scale, "reflect": &m.reflect,
		"coat": &m.coat, "glass": &m.ior, "shine": &shine, "glow": &m.glow,
	}
	if err := l.read(); err != nil {
		return err
	}
	if kind != "" {
		var ok bool
		if m.pattern, ok = patternNames[kind]; !ok {
			return errors.New("material: unknown pattern " + strconv.Quote(kind) + ", expected solid, checker, stripes, marble or bands")
		}
	}
	switch {
	case m.scale <= 0:
		return errors.New("material: scale must be more than 0")
	case m.reflect < 0 || m.reflect > 1:
		return errors.New("material: reflect must be from 0 to 1")
	case m.ior != 0 && (m.ior < 1 || m.ior > 4):
		return errors.New("material: glass is a refractive index from 1 to 4")
	case shine < 0 || shine > 10_000:
		return errors.New("material: shine must be from 0 to 10000")
	}
	m.shine = int(shine)
	m.finish()
	p.names[name] = len(p.scene.materials)
	p.scene.materials = append(p.scene.materials, m)
	return nil
}

func (p *parser) shape(l *line) error {
	var s shape
	var name string
	var need []string
	switch l.keyword {
	case "sphere":
		s.kind, need = sphereShape, []string{"at", "radius", "material"}
		l.keys = map[string]any{"at": &s.a, "radius": &s.r, "material": &name}
	case "box":
		s.kind, need = boxShape, []string{"from", "to", "material"}
		l.keys = map[string]any{"from": &s.a, "to": &s.b, "material": &name}
	case "disc":
		s.kind, need = discShape, []string{"at", "normal", "radius", "material"}
		l.keys = map[string]any{"at": &s.a, "normal": &s.b, "radius": &s.r, "inner": &s.inner, "material": &name}
	case "plane":
		s.kind, need = planeShape, []string{"at", "normal", "material"}
		l.keys = map[string]any{"at": &s.a, "normal": &s.b, "material": &name}
	}
	if err := l.read(need...); err != nil {
		return err
	}
	switch s.kind {
	case boxShape:
		least := Vec{min(s.a.X, s.b.X), min(s.a.Y, s.b.Y), min(s.a.Z, s.b.Z)}
		s.b = Vec{max(s.a.X, s.b.X), max(s.a.Y, s.b.Y), max(s.a.Z, s.b.Z)}
		s.a = least
	case discShape, planeShape:
		if s.b = s.b.unit(); s.b == (Vec{}) {
			return errors.New(l.keyword + ": normal must not be 0 0 0")
		}
	}
	if (s.kind == sphereShape || s.kind == discShape) && s.r <= 0 {
		return errors.New(l.keyword + ": radius must be more than 0")
	}
	var ok bool
	if s.material, ok = p.names[name]; !ok {
		return errors.New(l.keyword + ": material " + strconv.Quote(name) + " is not defined above")
	}
	if len(p.scene.shapes) == MaxShapes {
		return errors.New("more than " + strconv.Itoa(MaxShapes) + " shapes")
	}
	p.scene.shapes = append(p.scene.shapes, s)
	return nil
}

// line reads "key value..." pairs into the places that keys names: *float64 takes one
// number, *Vec three, *string a word, *bool nothing.
type line struct {
	keyword string
	words   []string
	keys    map[string]any
}

func (l *line) read(need ...string) error {
	given := map[string]bool{}
	for len(l.words) > 0 {
		key := l.words[0]
		l.words = l.words[1:]
		place, ok := l.keys[key]
		if !ok {
			return errors.New(l.keyword + ": unknown word " + strconv.Quote(key))
		}
		if given[key] {
			return errors.New(l.keyword + ": " + key + " is given twice")
		}
		given[key] = true
		if err := l.value(key, place); err != nil {
			return err
		}
	}
	for _, key := range need {
		if !given[key] {
			return errors.New(l.keyword + ": " + key + " is missing")
		}
	}
	return nil
}

func (l *line) value(key string, place any) (err error) {
	switch place := place.(type) {
	case *bool:
		*place = true
	case *string:
		if len(l.words) == 0 {
			return errors.New(l.keyword + ": " + key + " wants a word")
		}
		*place, l.words = l.words[0], l.words[1:]
	case *float64:
		*place, err = l.number(key)
	case *Vec:
		for _, part := range []*float64{&place.X, &place.Y, &place.Z} {
			if *part, err = l.number(key); err != nil {
				return err
			}
		}
	}
	return err
}

func (l *line) number(key string) (float64, error) {
	if len(l.words) == 0 {
		return 0, errors.New(l.keyword + ": " + key + " wants more numbers")
	}
	x, err := strconv.ParseFloat(l.words[0], 64)
	// Also refuses NaN, and what would overflow when squared.
	if err != nil || !(x >= -1e9 && x <= 1e9) {
		return 0, errors.New(l.keyword + ": " + key + ": " + strconv.Quote(l.words[0]) + " is not a number from -1e9 to 1e9")
	}
	l.words = l.words[1:]
	return x, nil
}
