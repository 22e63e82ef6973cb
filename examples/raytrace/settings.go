package main

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/credence-chain/credence/examples/raytrace/render"
)

const usage = `usage: raytrace [flags] [SCENE]

Renders SCENE, by default the only file in /in, to a PNG picture.

  -width N      width of the whole picture in pixels (480)
  -height N     height of the whole picture in pixels (270)
  -samples N    N x N rays for each pixel (2)
  -depth N      how many mirrors and glasses a ray may meet (6)
  -tile I/N     only tile I (from 0) of N horizontal bands; by default what
                CREDENCE_TASK_INDEX and CREDENCE_BAG_SIZE say
  -out DIR      folder of the output (/out): image.png, or tile-III.png of a bag
  -help         this text
`

// settings is what to do.
type settings struct {
	render.Options
	scene, out  string
	tile, tiles int
	help        bool
}

func (s *settings) output() string {
	if s.tiles == 1 {
		return s.out + "/image.png"
	}
	index := strconv.Itoa(s.tile)
	return s.out + "/tile-" + strings.Repeat("0", max(0, 3-len(index))) + index + ".png"
}

// readSettings understands the few flags above; the flag package would add a third of a
// megabyte to the module.
func readSettings(args []string, env func(string) string) (*settings, error) {
	s := &settings{
		Options: render.Options{Width: 480, Height: 270, Samples: 2, Depth: 6},
		out:     firstOf(env("IEXEC_OUT"), "/out"),
		tiles:   1,
	}
	if err := s.readBag(env); err != nil {
		return nil, err
	}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if !strings.HasPrefix(arg, "-") {
			if s.scene != "" {
				return nil, errors.New("more than one scene: " + s.scene + " and " + arg)
			}
			s.scene = arg
			continue
		}
		name, value, inline := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if name == "help" || name == "h" {
			s.help = true
			return s, nil
		}
		if !inline {
			if len(args) == 0 {
				return nil, errors.New("flag -" + name + " wants a value; see -help")
			}
			value, args = args[0], args[1:]
		}
		if err := s.set(name, value); err != nil {
			return nil, err
		}
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	return s, s.findScene(firstOf(env("IEXEC_IN"), "/in"))
}

func (s *settings) set(name, value string) (err error) {
	switch name {
	case "width":
		s.Width, err = number(name, value)
	case "height":
		s.Height, err = number(name, value)
	case "samples":
		s.Samples, err = number(name, value)
	case "depth":
		s.Depth, err = number(name, value)
	case "out":
		s.out = value
	case "tile":
		index, count, ok := strings.Cut(value, "/")
		if !ok {
			return errors.New("-tile " + value + ": expected I/N, such as 0/6")
		}
		return s.setTile("-tile", index, count)
	default:
		return errors.New("unknown flag -" + name + "; see -help")
	}
	return err
}

// readBag takes the tile from the bag of tasks this run belongs to, under the names of
// Credence or of iExec.
func (s *settings) readBag(env func(string) string) error {
	index, size := env("CREDENCE_TASK_INDEX"), env("CREDENCE_BAG_SIZE")
	if size == "" {
		index, size = firstOf(env("IEXEC_BOT_TASK_INDEX"), env("IEXEC_TASK_INDEX")), env("IEXEC_BOT_SIZE")
	}
	if size == "" {
		return nil
	}
	return s.setTile("bag of tasks", firstOf(index, "0"), size)
}

func (s *settings) setTile(what, index, count string) (err error) {
	if s.tile, err = number(what, index); err != nil {
		return err
	}
	if s.tiles, err = number(what, count); err != nil {
		return err
	}
	if s.tiles < 1 || s.tile >= s.tiles {
		return errors.New(what + ": tile " + index + " of " + count + ": the index counts from 0 and must be less than the number")
	}
	return nil
}

// findScene takes the only file of the input folder when no scene was named.
func (s *settings) findScene(in string) error {
	if s.scene != "" {
		if !strings.ContainsRune(s.scene, '/') {
			if _, err := os.Stat(s.scene); err != nil {
				s.scene = in + "/" + s.scene
			}
		}
		return nil
	}
	entries, err := os.ReadDir(in)
	if err != nil {
		return errors.New("no scene given, and no input folder: " + err.Error())
	}
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		if s.scene != "" {
			return errors.New("several files in " + in + ", name the scene as an argument")
		}
		s.scene = in + "/" + entry.Name()
	}
	if s.scene == "" {
		return errors.New("no scene given, and " + in + " is empty")
	}
	return nil
}

func number(name, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0, errors.New(name + ": " + strconv.Quote(value) + " is not a whole number from 0 to 1000000")
	}
	return n, nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
