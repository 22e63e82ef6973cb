// Package complete says to a shell what the arguments and the flags of commands can be: ids, apps, orders, keys, contexts, policies. Where
// no node answers in time it says what it knows without one, and never an error.
package complete

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// source is where the values of an argument or a flag come from.
type source struct {
	// words are offered. They are added one by one: what is not there in time is left out.
	words []func(*question)
	// files with these endings are offered too, and folders; "*" is every file.
	files []string
}

func wordsOf(words ...func(*question)) source { return source{words: words} }

func filesOf(endings ...string) source { return source{files: endings} }

// orFiles offers files beside the words.
func (s source) orFiles(endings ...string) source {
	s.files = endings
	return s
}

// Offer completes the arguments and the flags of the commands and of those below them.
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
				// A flag that is offered already keeps what it has.
				_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
					return s.answer(cmd, text)
				})
			}
		})
		offerBelow(here, cmd.Commands())
	}
}
