// Command wordfreq-container is an app for iExec, as one would write it there: it knows IEXEC_IN, IEXEC_OUT, the variables
// that name its inputs and its dataset, and computed.json. It is packed into an image, and runs here as it is.
//
// It counts words. With the argument "callback" the total is the callback's data; otherwise a table of the most frequent
// words is the result, beside a log that differs from run to run and does not count.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// shown is how many words the table has.
const shown = 20

func main() {
	in, out := os.Getenv("IEXEC_IN"), os.Getenv("IEXEC_OUT")
	if in == "" || out == "" {
		log.Fatal("IEXEC_IN and IEXEC_OUT: not set, expected the folders of inputs and results")
	}
	counts, err := countAll(in)
	if err != nil {
		log.Fatal(err)
	}
	note := fmt.Sprintf("task %s, at %s\n", os.Getenv("IEXEC_TASK_ID"), time.Now())
	if err := os.WriteFile(filepath.Join(out, "log.txt"), []byte(note), 0o644); err != nil {
		log.Fatal(err)
	}
	computed, err := leaveResult(out, counts, len(os.Args) > 1 && os.Args[1] == "callback")
	if err != nil {
		log.Fatal(err)
	}
	data, err := json.Marshal(computed)
	if err == nil {
		err = os.WriteFile(filepath.Join(out, "computed.json"), data, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// countAll counts the words of the inputs and of the dataset, if there is one.
func countAll(in string) (map[string]int, error) {
	var names []string
	number, err := strconv.Atoi(os.Getenv("IEXEC_INPUT_FILES_NUMBER"))
	if err != nil {
		return nil, fmt.Errorf("IEXEC_INPUT_FILES_NUMBER: %w", err)
	}
	for i := range number {
		names = append(names, os.Getenv(fmt.Sprintf("IEXEC_INPUT_FILE_NAME_%d", i+1)))
	}
	if dataset := os.Getenv("IEXEC_DATASET_FILENAME"); dataset != "" {
		names = append(names, dataset)
	}
	counts := map[string]int{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(in, name))
		if err != nil {
			return nil, err
		}
		for _, word := range strings.FieldsFunc(string(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
			counts[strings.ToLower(word)]++
		}
	}
	return counts, nil
}

// leaveResult writes the table, and returns what computed.json says.
func leaveResult(out string, counts map[string]int, callback bool) (map[string]string, error) {
	total := 0
	words := make([]string, 0, len(counts))
	for word, n := range counts {
		total += n
		words = append(words, word)
	}
	if callback {
		return map[string]string{"callback-data": fmt.Sprintf("0x%064x", total)}, nil // a uint256, as contracts read it
	}
	sort.Slice(words, func(i, j int) bool {
		a, b := words[i], words[j]
		return counts[a] > counts[b] || counts[a] == counts[b] && a < b
	})
	var table strings.Builder
	fmt.Fprintf(&table, "%d words\n", total)
	for _, word := range words[:min(shown, len(words))] {
		fmt.Fprintf(&table, "%6d %s\n", counts[word], word)
	}
	path := filepath.Join(out, "words.txt")
	return map[string]string{"deterministic-output-path": path}, os.WriteFile(path, []byte(table.String()), 0o644)
}
