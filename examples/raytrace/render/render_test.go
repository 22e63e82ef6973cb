package render

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const tiny = `
material a color 0.8 0.2 0.1 coat shine 50
material g color 0.9 1 0.9 glass 1.5 shine 90
material f color 1 1 1 color2 0 0 0 pattern checker reflect 0.2
sun toward 1 1 1
lamp at -2 3 2 radius 0.5
plane at 0 0 0 normal 0 1 0 material f
sphere at 0 1 0 radius 1 material a
sphere at 1 0.5 1 radius 0.5 material g
box from -2 0 0 to -1 1 1 material a
disc at 0 0.1 2 normal 0 1 0 inner 0.3 radius 0.5 material a
`

func scene(t require.TestingT, text string) *Scene {
	s, err := Parse(text)
	require.NoError(t, err)
	return s
}

// Bands put together are the whole picture. So a bag of tasks renders the same picture as one task.
func TestBandsAreThePicture(t *testing.T) {
	o := Options{Width: 40, Height: 23, Samples: 2, Depth: 5}
	whole := Render(scene(t, tiny), o, 0, o.Height)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "tiles")
		i := rapid.IntRange(0, n-1).Draw(t, "tile")
		from, to := o.Band(i, n)
		band := Render(scene(t, tiny), o, from, to)
		if !bytes.Equal(band.Pix, whole.Pix[from*whole.Stride:to*whole.Stride]) {
			t.Fatalf("tile %d of %d differs from rows %d to %d", i, n, from, to)
		}
		if next, _ := o.Band(i+1, n); i+1 < n && next != to {
			t.Fatalf("a gap after tile %d of %d", i, n)
		}
	})
}

// A ray in the plane of a box's face hits a shape that touches that face. The sign of a zero in the ray's direction changes nothing.
func TestRayInTheFaceOfABox(t *testing.T) {
	for _, side := range []float64{1, -1} {
		for _, zero := range []float64{0, math.Copysign(0, -1)} {
			for turn := range 3 {
				axes := func(x, y, z float64) Vec {
					v := [3]float64{x, y, z}
					return Vec{v[turn], v[(turn+1)%3], v[(turn+2)%3]}
				}
				tree := buildTree([]shape{{kind: sphereShape, a: axes(0, 0, side), r: 1}})
				s, at := tree.nearest(axes(-2, 0, 0), axes(1, zero, zero), 1e9)
				require.NotNil(t, s, "side %v, direction of %v, turned %d times", side, zero, turn)
				require.Equal(t, 2.0, at)
			}
		}
	}
}

// The tree finds the same nearest shape as a trial of every shape.
func TestTreeFindsTheNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.Float64Range(-3, 3)
		vec := func(label string) Vec {
			return Vec{unit.Draw(t, label), unit.Draw(t, label), unit.Draw(t, label)}
		}
		var shapes []shape
		for range rapid.IntRange(1, 40).Draw(t, "shapes") {
			s := shape{kind: shapeKind(rapid.IntRange(0, 3).Draw(t, "kind")), a: vec("a"), b: vec("b").unit(), r: rapid.Float64Range(0.1, 1).Draw(t, "r")}
			if s.b == (Vec{}) {
				s.b = Vec{0, 1, 0}
			}
			if s.kind == boxShape {
				s.b = s.a.add(Vec{s.r, s.r, s.r})
			}
			shapes = append(shapes, s)
		}
		o, d := vec("origin"), vec("direction").unit()
		if d == (Vec{}) {
			t.Skip()
		}
		single := make([]*tree, len(shapes)) // a tree of one shape has no choice to get wrong
		for i := range shapes {
			single[i] = buildTree(shapes[i : i+1])
		}
		nearest := func(o Vec) float64 {
			least := math.Inf(1)
			for _, tree := range single {
				if _, at := tree.nearest(o, d, 1e9); at < 1e9 && at < least {
					least = at
				}
			}
			return least
		}
		want := nearest(o)
		// Rounding decides whether a ray that only grazes a shape hits it. The neighbours of such a ray see something else, and the case
		// is skipped.
		for _, by := range []Vec{{1e-6, 0, 0}, {-1e-6, 0, 0}, {0, 1e-6, 0}, {0, -1e-6, 0}, {0, 0, 1e-6}, {0, 0, -1e-6}} {
			if near := nearest(o.add(by)); near != want && !(math.Abs(near-want) < 1e-3) {
				t.Skip()
			}
		}
		tree := buildTree(shapes)
		s, got := tree.nearest(o, d, 1e9)
		if s == nil && !math.IsInf(want, 1) || s != nil && got != want {
			t.Fatalf("tree finds %v, trying all finds %v", got, want)
		}
		dark := tree.light(o, d, 1e9, []material{{}}) == Vec{}
		if dark != (s != nil) {
			t.Fatalf("shadow %t, hit %t", dark, s != nil)
		}
	})
}

// Closed forms tell where a ray hits a ball and how it is mirrored.
func TestGeometry(t *testing.T) {
	ball := buildTree([]shape{{kind: sphereShape, a: Vec{0, 0, -5}, r: 2}})
	s, at := ball.nearest(Vec{}, Vec{0, 0, -1}, 100)
	require.NotNil(t, s)
	require.Equal(t, 3.0, at)
	require.Equal(t, Vec{0, 0, 1}, s.normal(Vec{0, 0, -3}))
	_, at = ball.nearest(Vec{0, 0, -5}, Vec{0, 0, -1}, 100)
	require.Equal(t, 2.0, at, "from inside")
	s, _ = ball.nearest(Vec{}, Vec{0, 0, -1}, 2.9)
	require.Nil(t, s, "beyond the limit")
	require.Equal(t, Vec{1, 1, 0}, Vec{1, -1, 0}.reflect(Vec{0, 1, 0}))
	for _, degrees := range []float64{1, 20, 30, 45, 60} {
		require.InEpsilon(t, math.Tan(degrees*math.Pi/180), tangent(degrees), 1e-14)
	}
	require.Equal(t, 243.0, power(3, 5))
}

func TestDisplay(t *testing.T) {
	require.EqualValues(t, 0, displayOne(0))
	require.EqualValues(t, 0, displayOne(-1))
	require.EqualValues(t, 0, displayOne(math.NaN()))
	require.EqualValues(t, 255, displayOne(1e300))
	require.EqualValues(t, 255, displayOne(math.Inf(1)))
	for last, x := uint8(0), 0.0; x < 2; x += 0.001 {
		now := displayOne(x)
		require.GreaterOrEqual(t, now, last, "brighter light is never darker")
		last = now
	}
}

func TestParseRefuses(t *testing.T) {
	ok := "material m\nsphere at 0 0 0 radius 1 material m\n"
	for text, expErr := range map[string]string{
		"":                                            "shows nothing",
		"# only a comment":                            "shows nothing",
		ok + "sphere":                                 "line 3: sphere: at is missing",
		ok + "ball at 0 0 0":                          `line 3: unknown word "ball"`,
		ok + "camera form 1 2 3":                      `unknown word "form"`,
		ok + "camera from 1 2":                        "camera: from wants more numbers",
		ok + "camera from 1 2 x":                      `"x" is not a number`,
		ok + "camera from 1 2 NaN":                    "is not a number",
		ok + "camera from 1 2 1e30":                   "is not a number",
		ok + "camera fov 50 fov 40":                   "fov is given twice",
		ok + "camera fov 0":                           "fov must be",
		ok + "camera from 0 1 0":                      "one above the other",
		ok + "material m":                             "defined twice",
		ok + "material":                               "a name is missing",
		ok + "material x pattern plaid":               `unknown pattern "plaid"`,
		ok + "material x reflect 1.1":                 "reflect must be",
		ok + "material x glass 0.5":                   "refractive index",
		ok + "material x scale 0":                     "scale must be",
		ok + "material x pattern":                     "wants a word",
		ok + "sphere at 0 0 0 radius 1 material n":    `material "n" is not defined`,
		ok + "sphere at 0 0 0 radius 0 material m":    "radius must be",
		ok + "plane at 0 0 0 normal 0 0 0 material m": "normal must not be",
		ok + "sun color 1 1 1":                        "toward is missing",
		ok + "sun toward 0 0 0":                       "toward must not be",
		strings.Repeat("#", MaxSceneBytes+1):          "more than",
	} {
		_, err := Parse(text)
		require.ErrorContains(t, err, expErr, "scene: %.80s", text)
	}
	_, err := Parse(ok)
	require.NoError(t, err)
}

// Any scene renders, and two runs give the same picture.
func TestAnySceneRenders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.SampledFrom([]string{"0", "1", "-1", "0.5", "1e9", "-1e9", "1e-9", "3"})
		n := func() string { return number.Draw(t, "n") }
		text := "material m color " + n() + " " + n() + " " + n() + " pattern marble color2 1 0 0 glow " + n() + "\nmaterial g glass 1.5\n" +
			"lamp at " + n() + " " + n() + " " + n() + " radius " + n() + "\nsun toward 1 0 1 size " + n() + "\npicture haze " + n() + " exposure " + n() + "\n"
		for range 4 {
			material := rapid.SampledFrom([]string{"m", "g"}).Draw(t, "material")
			text += "box from " + n() + " " + n() + " " + n() + " to " + n() + " " + n() + " " + n() + " material " + material + "\n"
			text += "sphere at " + n() + " " + n() + " " + n() + " radius 3 material " + material + "\n"
		}
		o := Options{Width: 5, Height: 4, Samples: 1, Depth: 4}
		a := Render(scene(t, text), o, 0, 4)
		b := Render(scene(t, text), o, 0, 4)
		if !bytes.Equal(a.Pix, b.Pix) {
			t.Fatal("two runs differ")
		}
	})
}

// A compiler for arm64 and others could fuse a product and a sum into one operation that rounds once. The conversions in this package
// forbid it. The compiler's own listing shows that none was forgotten.
func TestNoFusedMultiplyAdd(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for arm64")
	}
	cmd := exec.Command("go", "build", "-gcflags=-S", "-o", filepath.Join(t.TempDir(), "p.a"), ".")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	listing, err := cmd.CombinedOutput()
	require.NoError(t, err, "%.2000s", listing)
	require.Contains(t, string(listing), "FMULD", "the listing must be one of arm64")
	fused := regexp.MustCompile(`(?m)^.*\bFN?M(ADD|SUB)D\b.*$`).FindAllString(string(listing), 5)
	require.Empty(t, fused)
}
