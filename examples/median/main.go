// Command median is a price oracle: it takes the median of what several sources quote. Its answer updates a feed
// (docs/feeds.md).
//
// Each file below /in is what one source says: lines of a name and a price, such as "EUR/USD 1.0842". The program is given a
// name. It writes the median of the sources' prices to /out/value.txt, and what each of them said to /out/quotes.txt.
// Sources that quote no price, or none that is one, are left out; it fails when fewer than half are left.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// decimals of a price. Prices are whole numbers of units of 10^-decimals: every machine computes the same.
const decimals = 6

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: median NAME")
		os.Exit(2)
	}
	if err := run("/in", "/out", os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "median:", err)
		os.Exit(1)
	}
}

// run reads the quotes of a name, and writes their median.
func run(in, out, name string) error {
	files, err := os.ReadDir(in) // in the order of their names
	if err != nil {
		return err
	}
	var (
		prices []uint64
		quotes strings.Builder
		asked  int
	)
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		asked++
		text, err := os.ReadFile(filepath.Join(in, f.Name()))
		if err != nil {
			return err
		}
		price, err := findPrice(string(text), name)
		if err != nil {
			fmt.Fprintf(&quotes, "%s: %v\n", f.Name(), err)
			continue
		}
		prices = append(prices, price)
		fmt.Fprintf(&quotes, "%s: %s\n", f.Name(), formatPrice(price))
	}
	if len(prices) == 0 || 2*len(prices) < asked {
		return fmt.Errorf("%d of %d sources quote %s, expected half of them", len(prices), asked, name)
	}
	if err := os.WriteFile(filepath.Join(out, "value.txt"), []byte(formatPrice(median(prices))+"\n"), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "quotes.txt"), []byte(quotes.String()), 0o644)
}

// findPrice returns the price of a name in what a source says.
func findPrice(text, name string) (uint64, error) {
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == name {
			return parsePrice(fields[1])
		}
	}
	return 0, errors.New("no quote")
}

// parsePrice reads a price such as "1.0842" with at most so many decimals.
func parsePrice(text string) (uint64, error) {
	whole, part, _ := strings.Cut(text, ".")
	if len(part) > decimals {
		part = part[:decimals]
	}
	n, err := strconv.ParseUint(whole+part+strings.Repeat("0", decimals-len(part)), 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%q is no price", text)
	}
	return n, nil
}

func formatPrice(n uint64) string {
	text := fmt.Sprintf("%0*d", decimals+1, n)
	return text[:len(text)-decimals] + "." + text[len(text)-decimals:]
}

// median of prices; of an even number the lower of the two in the middle, so that it is one that was quoted.
func median(prices []uint64) uint64 {
	sorted := slices.Sorted(slices.Values(prices))
	return sorted[(len(sorted)-1)/2]
}
