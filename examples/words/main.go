// Command words counts the words of a text in three steps, which the workflow in words.yaml puts together: split a text into parts,
// count the words of a part, and merge the counts. Built for WASI it is an app for Credence.
package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const usage = `usage: words split PARTS FILE   write about equal parts of a text to /out, cut between lines
       words count FILE         write how often each word is in a text to /out/counts
       words merge FOLDER       add up all files called counts below a folder, to /out/words
`

func main() {
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 3 && args[0] == "split":
		err = split(args[1], args[2])
	case len(args) == 2 && args[0] == "count":
		err = count(args[1])
	case len(args) == 2 && args[0] == "merge":
		err = merge(args[1])
	default:
		os.Stderr.WriteString(usage)
		os.Exit(2)
	}
	if err != nil {
		os.Stderr.WriteString("words: " + err.Error() + "\n")
		os.Exit(1)
	}
}

// split cuts a text between lines.
func split(parts, file string) error {
	n, err := strconv.Atoi(parts)
	if err != nil || n < 1 {
		return &os.PathError{Op: "split", Path: parts, Err: os.ErrInvalid}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	lines := strings.SplitAfter(string(text), "\n")
	for i := range n {
		part := strings.Join(lines[i*len(lines)/n:(i+1)*len(lines)/n], "")
		if err := os.WriteFile("/out/part-"+strconv.Itoa(i+1)+".txt", []byte(part), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// count counts words, whatever their case.
func count(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, word := range strings.FieldsFunc(strings.ToLower(string(text)), func(r rune) bool { return (r < 'a' || r > 'z') && r != '\'' }) {
		counts[word]++
	}
	return write("/out/counts", counts)
}

// merge adds counts up.
func merge(folder string) error {
	counts := map[string]int{}
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() != "counts" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			number, word, _ := strings.Cut(line, " ")
			n, err := strconv.Atoi(number)
			if err != nil {
				return err
			}
			counts[word] += n
		}
		return nil
	})
	if err != nil {
		return err
	}
	return write("/out/words", counts)
}

// write writes a line for each word, the most frequent first.
func write(path string, counts map[string]int) error {
	words := make([]string, 0, len(counts))
	for word := range counts {
		words = append(words, word)
	}
	slices.SortFunc(words, func(a, b string) int {
		if n := counts[b] - counts[a]; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	var out strings.Builder
	for _, word := range words {
		out.WriteString(strconv.Itoa(counts[word]) + " " + word + "\n")
	}
	return os.WriteFile(path, []byte(out.String()), 0o644)
}
