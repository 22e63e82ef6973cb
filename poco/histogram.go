package poco

// Histogram counts declared fuel limits by their power of two. Its size is constant, so the median of a class is known without
// keeping its tasks. When a count would overflow its 16 bits all are halved, so recent limits weigh more.
type Histogram [64]uint16

// Note counts a declared limit.
func (h *Histogram) Note(limit uint64) {
	i := limitBucket(limit)
	if h[i] == ^uint16(0) {
		for j := range h {
			h[j] /= 2
		}
	}
	h[i]++
}

// Long says whether a declared limit is more than about twice the median so far: above the power of two that follows the
// median's. No limit is long before there is a median.
func (h *Histogram) Long(limit uint64) bool {
	total := uint64(0)
	for _, c := range h {
		total += uint64(c)
	}
	seen := uint64(0)
	for i, c := range h {
		seen += uint64(c)
		if 2*seen >= total && total > 0 {
			return limitBucket(limit) > i+1
		}
	}
	return false
}

func limitBucket(limit uint64) int {
	n := 0
	for limit > 1 {
		limit >>= 1
		n++
	}
	return n
}
