// Command stitch joins the tiles of a bag of tasks into one picture.
//
//	stitch -out image.png tile-000.png tile-001.png ...
//	stitch -out image.png DIR                     every tile-*.png below DIR
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("out", "image.png", "picture to write")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: stitch [-out image.png] TILE.png... | DIR...")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "stitch:", err)
		os.Exit(1)
	}
}
