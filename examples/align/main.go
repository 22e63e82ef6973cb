// Command align finds the best local alignment of two proteins. It reads two files of FASTA below /in, or the two that its arguments name,
// and prints the alignment.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(names []string, out io.Writer) error {
	if len(names) == 0 {
		found, err := filepath.Glob("/in/*") // sorted
		if err != nil {
			return err
		}
		names = found
	}
	if len(names) != 2 {
		return fmt.Errorf("got %d files, expected two proteins in FASTA", len(names))
	}
	var ids, sequences [2]string
	for i, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if ids[i], sequences[i], err = parseFASTA(string(data)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return report(out, ids, align(sequences[0], sequences[1]))
}

// parseFASTA returns the first word of the title, and the residues.
func parseFASTA(text string) (id, sequence string, err error) {
	title, body, _ := strings.Cut(text, "\n")
	if words := strings.Fields(title); len(words) > 0 {
		id = strings.TrimPrefix(words[0], ">")
	}
	if !strings.HasPrefix(title, ">") || id == "" {
		return "", "", errors.New("line 1: expected > and a name")
	}
	for number, line := range strings.Split(body, "\n") {
		for _, r := range strings.TrimSpace(line) {
			if !strings.ContainsRune(residues, r) {
				return "", "", fmt.Errorf("line %d: %q is no amino acid, expected one of %s", number+2, r, residues)
			}
			sequence += string(r)
		}
	}
	if sequence == "" {
		return "", "", errors.New("it has no residues")
	}
	return id, sequence, nil
}

// width is how many columns of the alignment stand in a line.
const width = 50

// report prints an alignment: | is the same residue, : a likely exchange.
func report(out io.Writer, ids [2]string, a Alignment) error {
	signs := make([]byte, len(a.RowA))
	same, similar, gaps := 0, 0, 0
	for i := range signs {
		x, y := a.RowA[i], a.RowB[i]
		signs[i] = ' '
		switch {
		case x == '-' || y == '-':
			gaps++
		case x == y:
			same++
			similar++
			signs[i] = '|'
		case score(x, y) > 0:
			similar++
			signs[i] = ':'
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "score      %d.%d\nidentity   %d of %d\nsimilarity %d of %d\ngaps       %d\n",
		a.Score/half, a.Score%half*10/half, same, len(signs), similar, len(signs), gaps)
	atA, atB := a.FromA, a.FromB
	for i := 0; i < len(signs); i += width {
		end := min(i+width, len(signs))
		rowA, rowB := a.RowA[i:end], a.RowB[i:end]
		fmt.Fprintf(&text, "\n%-12s %4d %s\n%17s %s\n%-12s %4d %s\n", ids[0], atA, rowA, "", strings.TrimRight(string(signs[i:end]), " "), ids[1], atB, rowB)
		atA += len(rowA) - strings.Count(rowA, "-")
		atB += len(rowB) - strings.Count(rowB, "-")
	}
	_, err := io.WriteString(out, text.String())
	return err
}
