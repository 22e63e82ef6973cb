package cmd

import (
	"flag"
	"testing"

	"github.com/credence-chain/credence/cmd/internal/reference/reftest"
)

var rewrite = flag.Bool("rewrite", false, "write the reference instead of comparing it")

// docs/reference says what --help says.
func TestReference(t *testing.T) { reftest.Compare(t, "../../..", NewRoot(), *rewrite) }

// The pages for man are well formed.
func TestManPages(t *testing.T) { reftest.ManPages(t, NewRoot()) }
