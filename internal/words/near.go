package words

// Nearest returns the one of the words that was probably meant by a name; "" if none is near. Of two that are as near it is the first.
func Nearest(name string, among []string) (near string) {
	best := 3 // fewer than 3 letters may be wrong, missing or too many
	if len(name) < 4 {
		best = 2 // with two wrong letters of three it is another word
	}
	for _, word := range among {
		if d := editDistance(name, word); d < best {
			near, best = word, d
		}
	}
	return near
}

// editDistance returns how many letters have to be changed, added or taken away to make one word of another (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
