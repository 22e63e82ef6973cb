package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/examples/internal/wasitest"
	"github.com/credence-chain/credence/examples/raytrace/render"
)

// known holds the digests of the pictures at 96 x 54 pixels, 2 x 2 rays, depth 6. A digest is the SHA-256 of the decoded pixels, four
// bytes R G B A each, row by row. It depends neither on the version of Go nor on its PNG encoder. The native program and the WebAssembly
// module give the same digest on every processor.
var known = map[string]string{
	"gallery":     "993977397e906631e31cf5e4e57c103356404ee3372c24ae045fb2ce650a5bb7",
	"helix":       "594540ad2f53e130663b5aaa30bf17101733508f5ed67f3119eeb524b73b0260",
	"saturn":      "7075ac687edc2204ae9a09ee81a1c510cecc13ef630d5fc577d10c9ab364b746",
	"sphereflake": "c07b3fcbbb13e03b1e099164554e887e40714dd013f98d1f5cdf015738217ad0",
	"still-life":  "316ce9f84d6a5efad10defaa08c0b7c9948f3a5a614d9643b5d99583a092b6c9",
}

const width, height = 96, 54

func sceneText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("scenes", name+".scene"))
	require.NoError(t, err)
	return string(text)
}

func pixels(t *testing.T, path string) (digest string, rows int) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	decoded, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	img := image.NewNRGBA(decoded.Bounds())
	draw.Draw(img, img.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	sum := sha256.Sum256(img.Pix)
	return hex.EncodeToString(sum[:]), img.Bounds().Dy()
}

func TestEverySceneIsKnown(t *testing.T) {
	files, err := filepath.Glob("scenes/*.scene")
	require.NoError(t, err)
	require.Len(t, files, len(known))
}

func TestNativePicturesAreKnown(t *testing.T) {
	for name, want := range known {
		t.Run(name, func(t *testing.T) {
			scene, err := render.Parse(sceneText(t, name))
			require.NoError(t, err)
			o := render.Options{Width: width, Height: height, Samples: 2, Depth: 6}
			sum := sha256.Sum256(render.Render(scene, o, 0, height).Pix)
			require.Equal(t, want, hex.EncodeToString(sum[:]))
		})
	}
}

var size = []string{"-width", fmt.Sprint(width), "-height", fmt.Sprint(height)}

func TestModulePicturesAreKnown(t *testing.T) {
	app := wasitest.Build(t, ".")
	for name, want := range known {
		t.Run(name, func(t *testing.T) {
			got := app.Run(wasitest.Run{Args: size, In: map[string]string{name + ".scene": sceneText(t, name)}})
			require.Zero(t, got.Exit, got.Stderr)
			digest, rows := pixels(t, got.Out+"/image.png")
			require.Equal(t, height, rows)
			require.Equal(t, want, digest)
		})
	}

	t.Run("tiles of a bag", func(t *testing.T) {
		for _, names := range [][2]string{{"CREDENCE_TASK_INDEX", "CREDENCE_BAG_SIZE"}, {"IEXEC_TASK_INDEX", "IEXEC_BOT_SIZE"}} {
			all := t.TempDir()
			for i := range 4 {
				got := app.Run(wasitest.Run{
					Args: append([]string{"saturn.scene"}, size...),
					Env:  []string{fmt.Sprintf("%s=%d", names[0], i), names[1] + "=4"},
					In:   map[string]string{"saturn.scene": sceneText(t, "saturn"), "other": "not a scene"},
				})
				require.Zero(t, got.Exit, got.Stderr)
				name := fmt.Sprintf("tile-%03d.png", i)
				tile, err := os.ReadFile(filepath.Join(got.Out, name))
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(all, name), tile, 0o644))
			}
			require.Equal(t, known["saturn"], stitched(t, all))
		}
	})

	t.Run("bad input", func(t *testing.T) {
		ok := map[string]string{"a.scene": sceneText(t, "saturn")}
		for _, tc := range []struct {
			name string
			run  wasitest.Run
			exit uint32
			says string
		}{
			{"no scene", wasitest.Run{}, exitUsage, "/in is empty"},
			{"two files", wasitest.Run{In: map[string]string{"a": "", "b": ""}}, exitUsage, "several files in /in"},
			{"absent", wasitest.Run{Args: []string{"/in/nothing"}, In: ok}, exitScene, "/in/nothing"},
			{"not a scene", wasitest.Run{In: map[string]string{"a": "\x89PNG\r\n"}}, exitScene, "line 1: unknown word"},
			{"bad line", wasitest.Run{In: map[string]string{"a": "# scene\n\ncamera fov 400\n"}}, exitScene, "line 3: camera: fov"},
			{"unknown flag", wasitest.Run{Args: []string{"-size", "3"}, In: ok}, exitUsage, "unknown flag -size"},
			{"flag without value", wasitest.Run{Args: []string{"-width"}, In: ok}, exitUsage, "wants a value"},
			{"not a number", wasitest.Run{Args: []string{"-width=ten"}, In: ok}, exitUsage, `"ten" is not a whole number`},
			{"too wide", wasitest.Run{Args: []string{"-width", "9000"}, In: ok}, exitUsage, "width must be"},
			{"too fine", wasitest.Run{Args: []string{"-samples", "17"}, In: ok}, exitUsage, "samples must be"},
			{"tile outside", wasitest.Run{Args: []string{"-tile", "6/6"}, In: ok}, exitUsage, "tile 6 of 6"},
			{"bag index outside", wasitest.Run{Env: []string{"CREDENCE_TASK_INDEX=2", "CREDENCE_BAG_SIZE=2"}, In: ok}, exitUsage, "tile 2 of 2"},
			{"tile without rows", wasitest.Run{Args: []string{"-tile", "0/9", "-height", "4"}, In: ok}, exitUsage, "is empty"},
			{"output folder absent", wasitest.Run{Args: append([]string{"-out", "/nowhere"}, size...), In: ok}, exitWrite, "/nowhere"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := app.Run(tc.run)
				require.Equal(t, tc.exit, got.Exit, got.Stderr)
				require.Contains(t, got.Stderr, tc.says)
				require.Equal(t, 1, strings.Count(got.Stderr, "\n"), "one line says it all")
				left, err := os.ReadDir(got.Out)
				require.NoError(t, err)
				require.Empty(t, left)
			})
		}
		got := app.Run(wasitest.Run{Args: []string{"-help"}})
		require.Zero(t, got.Exit)
		require.Equal(t, usage, got.Stdout)
	})
}

// stitched joins the tiles in a folder with the host tool, and returns the digest of the picture.
func stitched(t *testing.T, dir string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "image.png")
	runStitch(t, out, dir)
	digest, rows := pixels(t, out)
	require.Equal(t, height, rows)
	return digest
}
