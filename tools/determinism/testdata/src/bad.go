// Package src holds one of everything the check looks for.
package src

import (
	"math/rand"
	"time"
)

type box struct{ f float64 }

func bad(m map[string]int, ch chan int) int64 {
	go func() {}()
	select {
	case <-ch:
	default:
	}
	sum := 0
	for _, v := range m {
		sum += v
	}
	//determinism:ok the sum of integers does not depend on the order
	for _, v := range m {
		sum += v
	}
	//determinism:ok
	for range m {
		sum++
	}
	for _, v := range []int{1, 2} {
		sum += v
	}
	b := box{f: 2}
	return time.Now().Unix() + int64(rand.Int()) + int64(b.f*2) + int64(sum)
}
