// Command dice-container is an app of which no two runs are alike: it rolls dice with the machine's random numbers. Packed
// into an image, it shows what becomes of such a program: workers that do not agree have no result, and nobody pays.
//
// With an argument, it rolls for that seed, so that all runs are alike.
package main

import (
	crypto "crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"log"
	"math/rand"
	"os"
)

// rolls is how many dice are rolled.
const rolls = 20

func main() {
	seed := seedOf(os.Args[1:])
	fmt.Fprintf(os.Stderr, "rolling with seed %d\n", seed)
	if err := os.WriteFile("/out/dice.txt", []byte(rollDice(seed)), 0o644); err != nil {
		log.Fatal(err)
	}
}

// seedOf is the first argument's, or another one in each run.
func seedOf(args []string) uint64 {
	if len(args) > 0 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(args[0])) // a hash never fails
		return h.Sum64()
	}
	var random [8]byte
	_, _ = crypto.Read(random[:]) // it never fails
	return binary.LittleEndian.Uint64(random[:])
}

func rollDice(seed uint64) string {
	r := rand.New(rand.NewSource(int64(seed)))
	text := ""
	for range rolls {
		text += fmt.Sprintf("%d ", 1+r.Intn(6))
	}
	return text + "\n"
}
