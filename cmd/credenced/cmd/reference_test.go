package cmd

import (
	"flag"
	"testing"

	"github.com/credence-chain/credence/cmd/internal/reference/reftest"
)

var rewrite = flag.Bool("rewrite", false, "write the reference instead of comparing it")

// docs/reference has the same text as --help.
func TestReference(t *testing.T) { reftest.Compare(t, "../../..", NewRoot(), *rewrite) }

// The man pages are well formed.
func TestManPages(t *testing.T) { reftest.ManPages(t, NewRoot()) }
