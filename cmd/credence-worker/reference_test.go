package main

import (
	"testing"

	"github.com/credence-chain/credence/cmd/internal/reference/reftest"
)

// docs/reference has the same text as --help.
func TestReference(t *testing.T) { reftest.Compare(t, "../..", rootCommand(), *rewrite) }

// The man pages are well formed.
func TestManPages(t *testing.T) { reftest.ManPages(t, rootCommand()) }
