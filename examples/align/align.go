package main

// Penalties and scores are in halves, so that all arithmetic is in integers: a gap costs 10 for its first residue and 0.5 for each other.
const (
	half      = 2
	gapOpen   = 10 * half
	gapExtend = 1
)

// none is less than any score, and far from the least integer.
const none = -1 << 30

// Alignment is the best local alignment of two sequences.
type Alignment struct {
	// Score is in halves.
	Score int
	// FromA and FromB are where the aligned parts begin, from 1.
	FromA, FromB int
	// RowA and RowB are the aligned parts, with '-' for gaps. Both have the same length.
	RowA, RowB string
}

// The ways in which an alignment can end: two residues beside each other, a residue of A beside a gap, one of B beside a gap.
const (
	pair = iota
	gapB
	gapA
	ways
)

// cell has, for each way, the best score of an alignment that ends here so, and how the alignment went on before it.
type cell struct {
	best [ways]int
	from [ways]int8
}

// begin says that an alignment begins in its cell.
const begin = -1

// align finds the best local alignment by the method of Smith and Waterman (1981), with affine gaps as by Gotoh (1982).
func align(a, b string) Alignment {
	table := make([][]cell, len(a)+1)
	for i := range table {
		table[i] = make([]cell, len(b)+1)
		for j := range table[i] {
			table[i][j].best = [ways]int{none, none, none}
		}
	}
	top, topI, topJ := 0, 0, 0
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			c := &table[i][j]
			before, from := choose(table[i-1][j-1].best, [ways]int{})
			if before <= 0 {
				before, from = 0, begin
			}
			c.best[pair], c.from[pair] = before+half*score(a[i-1], b[j-1]), from
			c.best[gapB], c.from[gapB] = choose(table[i-1][j].best, [ways]int{gapOpen, gapExtend, gapOpen})
			c.best[gapA], c.from[gapA] = choose(table[i][j-1].best, [ways]int{gapOpen, gapOpen, gapExtend})
			if c.best[pair] > top { // no best alignment ends with a gap
				top, topI, topJ = c.best[pair], i, j
			}
		}
	}
	return trace(table, a, b, topI, topJ)
}

// choose returns the best score less its cost, and its way. Of equals the first way wins, so that all machines choose the same.
func choose(best, cost [ways]int) (int, int8) {
	at := 0
	for way := range best {
		if best[way]-cost[way] > best[at]-cost[at] {
			at = way
		}
	}
	return best[at] - cost[at], int8(at)
}

// trace follows an alignment back from its last pair.
func trace(table [][]cell, a, b string, i, j int) Alignment {
	out := Alignment{Score: max(0, table[i][j].best[pair])}
	var rowA, rowB []byte
	for way := int8(pair); way != begin && i > 0 && j > 0; {
		from := table[i][j].from[way]
		x, y := byte('-'), byte('-')
		if way != gapA {
			i--
			x = a[i]
		}
		if way != gapB {
			j--
			y = b[j]
		}
		rowA, rowB = append(rowA, x), append(rowB, y)
		way = from
	}
	out.FromA, out.FromB = i+1, j+1
	out.RowA, out.RowB = reverse(rowA), reverse(rowB)
	return out
}

func reverse(row []byte) string {
	for i, j := 0, len(row)-1; i < j; i, j = i+1, j-1 {
		row[i], row[j] = row[j], row[i]
	}
	return string(row)
}
