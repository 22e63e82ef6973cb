// Package proposers measures what proposers gain who withhold blocks whose seed they dislike (docs/protocol.md, section 7).
//
//	rotation.go       who proposes at which height and round: the engine's own validator set
//	game.go           what a coalition can still reach from a height, and what it does best
//	gain_test.go      plays it on the application: `make proposers` writes results/gain.txt
package proposers
