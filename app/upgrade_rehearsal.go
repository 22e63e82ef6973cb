//go:build rehearsal

package app

import "github.com/credence-chain/credence/app/upgrades/rehearsal"

// A program that is built with this tag carries out the first upgrade of the rehearsal. Tests of networks build one.
func init() { released = append(released, rehearsal.First()) }
