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

// patience is how long a shell waits for an answer at most.
const patience = 1500 * time.Millisecond

// question is a text that a user has begun, and what is found that goes on with it.
type question struct {
	ctx  context.Context
	cmd  *cobra.Command
	text string

	once sync.Once
	at   *connect.Asker

	mu    sync.Mutex
	found []string
}

// asker says whom to ask. The context of the command counts as it does when it runs.
func (q *question) asker() *connect.Asker {
	q.once.Do(func() {
		_ = contexts.Fill(q.cmd) // a broken file is told by the command itself
		q.at = connect.NewAsker(q.cmd)
	})
	return q.at
}

// add offers a word, if it goes on with the text; about says in some words what it is.
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

// known is what was found until now.
func (q *question) known() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.found)
}

// answer offers what goes on with a text.
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
	if len(s.words) > 0 { // beside the words; the shell lists no files then
		q.addFiles(s.files)
	}
	return q.directed(s)
}

// directed says what the shell makes of the words: no space behind those that go on, and files only where they will do.
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

// goesOn says whether a word is the beginning of others.
func goesOn(word string) bool {
	word, _, _ = strings.Cut(word, "\t")
	return strings.HasSuffix(word, "/") || strings.HasSuffix(word, ":")
}

// addFiles offers files with one of the endings, and folders.
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
