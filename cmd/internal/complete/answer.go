package complete

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/contexts"
)

// This file answers one question of a shell. A shell blocks while it waits, so the sources search in a goroutine of their own, and at the
// deadline (patience) the shell gets what has been found by then. The search may still be running at that time: therefore a lock guards the
// words, and the process simply ends.

// patience is the longest time that a shell waits for an answer.
const patience = 1500 * time.Millisecond

// question is a text that the user has begun to type, together with the completions found so far.
type question struct {
	ctx  context.Context
	cmd  *cobra.Command
	text string

	once sync.Once
	at   *connect.Asker

	mu    sync.Mutex
	found []string
}

// asker returns the Asker for the chain that the command would ask. It applies the command's context, as running the command does.
func (q *question) asker() *connect.Asker {
	q.once.Do(func() {
		_ = contexts.Fill(q.cmd) // the command itself reports a broken file of contexts
		q.at = connect.NewAsker(q.cmd)
	})
	return q.at
}

// add offers a word if it continues the text. about describes the word in a few words.
func (q *question) add(word, about string) {
	if word == "" || !strings.HasPrefix(word, q.text) || strings.ContainsAny(word+about, "\t\n") {
		return
	}
	if about != "" {
		word += "\t" + about
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if !slices.Contains(q.found, word) {
		q.found = append(q.found, word)
	}
}

// known returns a copy of the completions found so far. It is safe to call while the search goes on.
func (q *question) known() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.found)
}

// answer returns the completions of a text that were found in time.
func (s source) answer(cmd *cobra.Command, text string) ([]string, cobra.ShellCompDirective) {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	q := &question{ctx: ctx, cmd: cmd, text: text}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, words := range s.words {
			words(q)
		}
		if q.at != nil {
			q.at.Close()
		}
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	if len(s.words) > 0 { // offer files together with words; the shell does not list files in this case
		q.addFiles(s.files)
	}
	return q.directed(s)
}

// directed returns the completions and tells the shell how to use them: whether to add a space after a word, and whether to list files.
func (q *question) directed(s source) ([]string, cobra.ShellCompDirective) {
	found := q.known()
	directive := cobra.ShellCompDirectiveNoFileComp
	switch {
	case len(found) == 0 && len(s.files) > 0 && s.files[0] == "*":
		directive = cobra.ShellCompDirectiveDefault
	case len(found) == 0 && len(s.files) > 0:
		return s.files, cobra.ShellCompDirectiveFilterFileExt
	case len(found) > 0 && !slices.ContainsFunc(found, func(word string) bool { return !goesOn(word) }):
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return found, directive
}

// goesOn reports whether a word is only the beginning of completions: it ends with "/" or ":".
func goesOn(word string) bool {
	word, _, _ = strings.Cut(word, "\t")
	return strings.HasSuffix(word, "/") || strings.HasSuffix(word, ":")
}

// addFiles offers folders, and files with one of the endings.
func (q *question) addFiles(endings []string) {
	if len(endings) == 0 {
		return
	}
	folder, _ := filepath.Split(q.text)
	entries, err := os.ReadDir(filepath.Join(".", folder))
	if filepath.IsAbs(folder) {
		entries, err = os.ReadDir(folder)
	}
	if err != nil {
		return
	}
	for _, e := range entries {
		switch name := folder + e.Name(); {
		case strings.HasPrefix(e.Name(), ".") && folder+"." != q.text:
		case e.IsDir():
			q.add(name+"/", "")
		case endings[0] == "*" || slices.Contains(endings, strings.TrimPrefix(filepath.Ext(name), ".")):
			q.add(name, "")
		}
	}
}
