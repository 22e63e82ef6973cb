package main

import (
	"testing"

	"github.com/credence-chain/credence/cmd/internal/reference/reftest"
)

// docs/reference says what --help says.
func TestReference(t *testing.T) { reftest.Compare(t, "../..", rootCommand(), *rewrite) }

// The pages for man are well formed.
func TestManPages(t *testing.T) { reftest.ManPages(t, rootCommand()) }
