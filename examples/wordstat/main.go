// Command wordstat measures English prose: word frequencies, sentence lengths and five
// readability indices of the text files in /in. Built for WASI it is an app for Credence;
// see README.md.
package main

import (
	"errors"
	"os"
	"strconv"
	"strings"
)

// Exit codes, the same for the same input everywhere.
const (
	exitUsage = 2 // arguments or environment
	exitInput = 3 // a text
	exitWrite = 4 // the output
)

const usage = `usage: wordstat [-top N] [FILE...]

Measures the texts, by default every file in /in, and writes /out/report.json
and /out/report.txt. In a bag of tasks, task I of N takes every N-th file.

  -top N   how many of the most frequent words to list, up to 1000 (20)
  -help    this text
`

// maxBytes bounds a text, so that no number below can overflow.
const maxBytes = 16 << 20

func main() {
	in, out := firstOf(os.Getenv("IEXEC_IN"), "/in"), firstOf(os.Getenv("IEXEC_OUT"), "/out")
	top, names, err := readArgs(os.Args[1:])
	if err == errHelp {
		os.Stdout.WriteString(usage)
		return
	}
	if err == nil && len(names) == 0 {
		names, err = list(in)
	}
	if err == nil {
		names, err = share(names, os.Getenv)
	}
	if err != nil {
		fail(exitUsage, err)
	}
	var r report
	for _, name := range names {
		text, err := read(in, name)
		if err != nil {
			fail(exitInput, err)
		}
		r.Texts = append(r.Texts, measure(base(name), text, top))
	}
	for _, file := range []struct{ name, data string }{{"report.json", r.json()}, {"report.txt", r.text()}} {
		if err := os.WriteFile(out+"/"+file.name, []byte(file.data), 0o644); err != nil {
			fail(exitWrite, err)
		}
	}
	os.Stdout.WriteString("measured " + strconv.Itoa(len(names)) + " texts\n")
}

func fail(code int, err error) {
	os.Stderr.WriteString("wordstat: " + err.Error() + "\n")
	os.Exit(code)
}

var errHelp = errors.New("help")

func readArgs(args []string) (top int, names []string, err error) {
	top = 20
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "-help" || arg == "--help" || arg == "-h":
			return 0, nil, errHelp
		case arg == "-top" || arg == "--top":
			i++
			if i == len(args) {
				return 0, nil, errors.New("-top wants a number")
			}
			if top, err = strconv.Atoi(args[i]); err != nil || top < 0 || top > 1000 {
				return 0, nil, errors.New("-top " + strconv.Quote(args[i]) + ": expected a whole number from 0 to 1000")
			}
		case strings.HasPrefix(arg, "-"):
			return 0, nil, errors.New("unknown flag " + arg + "; see -help")
		default:
			names = append(names, arg)
		}
	}
	return top, names, nil
}

func list(in string) ([]string, error) {
	entries, err := os.ReadDir(in) // sorted by name
	if err != nil {
		return nil, errors.New("input folder: " + err.Error())
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	if len(names) == 0 {
		return nil, errors.New("no texts: " + in + " is empty")
	}
	return names, nil
}

// share is this task's part of the texts.
func share(names []string, env func(string) string) ([]string, error) {
	index, size := env("CREDENCE_TASK_INDEX"), env("CREDENCE_BAG_SIZE")
	if size == "" {
		index, size = firstOf(env("IEXEC_BOT_TASK_INDEX"), env("IEXEC_TASK_INDEX")), env("IEXEC_BOT_SIZE")
	}
	if size == "" {
		return names, nil
	}
	i, err1 := strconv.Atoi(firstOf(index, "0"))
	n, err2 := strconv.Atoi(size)
	if err1 != nil || err2 != nil || i < 0 || i >= n {
		return nil, errors.New("bag of tasks: index " + strconv.Quote(index) + " of " + strconv.Quote(size))
	}
	var mine []string
	for at, name := range names {
		if at%n == i {
			mine = append(mine, name)
		}
	}
	if len(mine) == 0 {
		return nil, errors.New("bag of tasks: no text for task " + index + " of " + size + ", there are only " + strconv.Itoa(len(names)))
	}
	return mine, nil
}

func read(in, name string) (string, error) {
	path := name
	if !strings.ContainsRune(name, '/') {
		path = in + "/" + name
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return string(data), check(base(name), string(data))
}

func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
