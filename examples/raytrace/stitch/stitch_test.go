package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func writeTile(t *testing.T, path string, width, height int, c color.NRGBA) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, c)
		}
	}
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, png.Encode(f, img))
}

func TestStitch(t *testing.T) {
	dir := t.TempDir()
	red, blue := color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 255}
	// The tiles lie as downloaded results do: one folder for each task, in no order.
	writeTile(t, filepath.Join(dir, "task-b", "tile-000.png"), 3, 2, red)
	writeTile(t, filepath.Join(dir, "task-a", "tile-001.png"), 3, 1, blue)
	out := filepath.Join(t.TempDir(), "image.png")
	require.NoError(t, run(out, []string{dir}))
	f, err := os.Open(out)
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, 3, 3), img.Bounds())
	require.Equal(t, red, color.NRGBAModel.Convert(img.At(2, 1)))
	require.Equal(t, blue, color.NRGBAModel.Convert(img.At(0, 2)))
}

func TestStitchRefuses(t *testing.T) {
	dir := t.TempDir()
	grey := color.NRGBA{9, 9, 9, 255}
	path := func(name string) string { return filepath.Join(dir, name) }
	writeTile(t, path("a/tile-000.png"), 3, 1, grey)
	writeTile(t, path("b/tile-000.png"), 3, 1, grey)
	writeTile(t, path("c/tile-002.png"), 3, 1, grey)
	writeTile(t, path("d/tile-001.png"), 4, 1, grey)
	require.NoError(t, os.Mkdir(path("empty"), 0o755))
	require.NoError(t, os.Mkdir(path("e"), 0o755))
	require.NoError(t, os.WriteFile(path("e/tile-001.png"), []byte("this is not a picture"), 0o644))
	for _, tc := range []struct {
		args []string
		says string
	}{
		{nil, "no tiles"},
		{[]string{path("empty")}, "no tiles"},
		{[]string{path("nowhere")}, "no such file"},
		{[]string{path("a"), path("b")}, "tile 0 is there twice"},
		{[]string{path("a"), path("c")}, "tile 1 is missing"},
		{[]string{path("d")}, "tile 0 is missing"},
		{[]string{path("a"), path("d")}, "4 pixels wide"},
		{[]string{path("a"), path("e")}, "not a PNG"},
	} {
		err := run(filepath.Join(t.TempDir(), "out.png"), tc.args)
		require.ErrorContains(t, err, tc.says, "%v", tc.args)
	}
}
