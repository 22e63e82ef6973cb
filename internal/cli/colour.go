package cli

import (
	"io"
	"os"

	"github.com/fatih/color"
)

// Colours paints whole lines for a terminal. On other outputs, and where the user asks for none by NO_COLOR or by TERM=dumb, it changes
// nothing. No text says by its colour alone what it says.
type Colours struct{ on bool }

// ColoursOf returns the colours for an output.
func ColoursOf(out io.Writer) Colours {
	return Colours{IsTerminal(out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// Good paints what went well, Bad what did not, Odd what deserves a look, and Faint what matters less.
func (c Colours) Good(text string) string  { return c.paint(text, color.FgGreen) }
func (c Colours) Bad(text string) string   { return c.paint(text, color.FgRed) }
func (c Colours) Odd(text string) string   { return c.paint(text, color.FgYellow) }
func (c Colours) Faint(text string) string { return c.paint(text, color.Faint) }

func (c Colours) paint(text string, how color.Attribute) string {
	if !c.on || text == "" {
		return text
	}
	p := color.New(how)
	p.EnableColor() // the package's own switch looks at another output
	return p.Sprint(text)
}
