// Package complete offers shells the values of arguments and flags: ids, apps, orders, keys, contexts and policies. If no node answers in
// time, it offers what it knows locally; it never fails.
package complete

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// source says where the values of an argument or a flag come from.
type source struct {
	// words are functions that offer words. Each adds them one by one, so that those found in time are offered even if the rest is late.
	words []func(*question)
	// files are the endings of files that are offered too, with folders; "*" stands for every file.
	files []string
}

func wordsOf(words ...func(*question)) source { return source{words: words} }

func filesOf(endings ...string) source { return source{files: endings} }

// orFiles returns a source that offers files as well as words.
func (s source) orFiles(endings ...string) source {
	s.files = endings
	return s
}

// Offer registers completion for the commands and all their subcommands.
func Offer(commands ...*cobra.Command) { offerBelow("", commands) }

func offerBelow(path string, commands []*cobra.Command) {
	for _, cmd := range commands {
		here := strings.TrimPrefix(path+" "+cmd.Name(), " ")
		if sources, found := arguments[here]; found && cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
				if last := len(sources) - 1; len(args) > last {
					if !strings.Contains(cmd.Use, "...") {
						return nil, cobra.ShellCompDirectiveNoFileComp
					}
					return sources[last].answer(cmd, text)
				}
				return sources[len(args)].answer(cmd, text)
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			s, found := flagsOf[here+" --"+f.Name]
			if !found {
				s, found = flagsOf[f.Name]
			}
			if found {
				// This returns an error for a flag that has a completion already. That flag keeps the one that it has.
				_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
					return s.answer(cmd, text)
				})
			}
		})
		offerBelow(here, cmd.Commands())
	}
}
