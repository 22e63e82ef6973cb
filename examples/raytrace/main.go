// Command raytrace renders a scene file to a PNG picture, whole or one tile of a bag of
// tasks. Built for WASI it is an app for Credence; see README.md.
package main

import (
	"bytes"
	"errors"
	"image/png"
	"os"
	"strconv"

	"github.com/credence-chain/credence/examples/raytrace/render"
)

// Exit codes, the same for the same input everywhere.
const (
	exitUsage = 2 // flags or environment
	exitScene = 3 // the scene file
	exitWrite = 4 // the output
)

func main() {
	s, err := readSettings(os.Args[1:], os.Getenv)
	if err != nil {
		fail(exitUsage, err)
	}
	if s.help {
		os.Stdout.WriteString(usage)
		return
	}
	scene, err := readScene(s.scene)
	if err != nil {
		fail(exitScene, err)
	}
	from, to := s.Band(s.tile, s.tiles)
	if from == to {
		fail(exitUsage, errors.New("tile "+strconv.Itoa(s.tile)+" of "+strconv.Itoa(s.tiles)+" is empty: the picture has only "+strconv.Itoa(s.Height)+" rows"))
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&out, render.Render(scene, s.Options, from, to)); err != nil {
		fail(exitWrite, err)
	}
	if err := os.WriteFile(s.output(), out.Bytes(), 0o644); err != nil {
		fail(exitWrite, err)
	}
	os.Stdout.WriteString("rendered rows " + strconv.Itoa(from) + " to " + strconv.Itoa(to-1) + " of " + s.scene + " to " + s.output() + "\n")
}

func fail(code int, err error) {
	os.Stderr.WriteString("raytrace: " + err.Error() + "\n")
	os.Exit(code)
}

func readScene(path string) (*render.Scene, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.New("scene: " + err.Error())
	}
	scene, err := render.Parse(string(text))
	if err != nil {
		return nil, errors.New("scene " + path + ": " + err.Error())
	}
	return scene, nil
}
