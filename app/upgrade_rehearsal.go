//go:build rehearsal

package app

import "github.com/credence-chain/credence/app/upgrades/rehearsal"

// A program that is built with this tag carries out the first upgrade of the rehearsal. A rehearsal on a network starts it in place of the program before.
func init() { released = append(released, rehearsal.First()) }
