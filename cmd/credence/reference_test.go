package main

import (
	"flag"
	"testing"

	"github.com/credence-chain/credence/cmd/internal/reference/reftest"
	"github.com/credence-chain/credence/internal/cli"
)

var rewrite = flag.Bool("rewrite", false, "write the reference instead of comparing it")

// docs/reference has the same text as --help.
func TestReference(t *testing.T) {
	before := cli.Program
	cli.Program = "credence"
	t.Cleanup(func() { cli.Program = before })
	reftest.Compare(t, "../..", rootCommand(), *rewrite)
}

// The man pages are well formed.
func TestManPages(t *testing.T) { reftest.ManPages(t, rootCommand()) }
