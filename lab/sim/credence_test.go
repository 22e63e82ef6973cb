package sim

import (
	"testing"
)

func BenchmarkCredencePeace(b *testing.B) {
	w := Standard(1_000_000, b.N)
	Credence{}.Run(Trial{World: w, Population: Peace{}, Seed: 1})
}

func BenchmarkCredenceInformed(b *testing.B) {
	w := Standard(10_000, b.N)
	w.ReEntry = true
	Credence{}.Run(Trial{World: w, Population: Informed{}, Seed: 1})
}
