package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// run joins the tiles that args name, files or folders to be searched, in the order of
// the numbers in their names.
func run(out string, args []string) error {
	tiles, err := find(args)
	if err != nil {
		return err
	}
	picture, err := join(tiles)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return err
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}

type tile struct {
	path  string
	index int
}

// find lists the tiles by number. A number that is missing or there twice is an error:
// a picture with a hole in it should not pass unseen. Tiles after the last one found
// cannot be missed here; join's caller knows how many there should be.
func find(args []string) ([]tile, error) {
	var tiles []tile
	for _, arg := range args {
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			index, ok := tileIndex(path)
			if !ok && path == arg {
				return fmt.Errorf("%s: expected a name like tile-003.png", path)
			}
			if ok {
				tiles = append(tiles, tile{path, index})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(tiles) == 0 {
		return nil, errors.New("no tiles: name tile-000.png ... or a folder that holds them")
	}
	slices.SortFunc(tiles, func(a, b tile) int { return cmp.Compare(a.index, b.index) })
	for i, t := range tiles {
		if i > 0 && tiles[i-1].index == t.index {
			return nil, fmt.Errorf("tile %d is there twice: %s and %s", t.index, tiles[i-1].path, t.path)
		}
		if t.index != i {
			return nil, fmt.Errorf("tile %d is missing", i)
		}
	}
	return tiles, nil
}

func tileIndex(path string) (int, bool) {
	digits, ok := strings.CutPrefix(filepath.Base(path), "tile-")
	if !ok {
		return 0, false
	}
	digits, ok = strings.CutSuffix(digits, ".png")
	index, err := strconv.Atoi(digits)
	return index, ok && err == nil && index >= 0
}

func join(tiles []tile) (image.Image, error) {
	var parts []image.Image
	height := 0
	for _, t := range tiles {
		data, err := os.ReadFile(t.path)
		if err != nil {
			return nil, err
		}
		part, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.path, err)
		}
		if len(parts) > 0 && part.Bounds().Dx() != parts[0].Bounds().Dx() {
			return nil, fmt.Errorf("%s is %d pixels wide, %s is %d", t.path, part.Bounds().Dx(), tiles[0].path, parts[0].Bounds().Dx())
		}
		parts = append(parts, part)
		height += part.Bounds().Dy()
	}
	picture := image.NewNRGBA(image.Rect(0, 0, parts[0].Bounds().Dx(), height))
	y := 0
	for _, part := range parts {
		b := part.Bounds()
		draw.Draw(picture, image.Rect(0, y, b.Dx(), y+b.Dy()), part, b.Min, draw.Src)
		y += b.Dy()
	}
	return picture, nil
}
