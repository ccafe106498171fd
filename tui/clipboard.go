package tui

import (
	"io"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// A copier puts text on the clipboard of the terminal that the person sits at, over SSH too, by OSC 52.
type copier struct {
	out  io.Writer
	tmux bool // inside tmux
	gnu  bool // inside GNU screen
}

// newCopier returns a copier for an output, given the environment.
func newCopier(out io.Writer, getenv func(string) string) copier {
	return copier{
		out:  out,
		tmux: getenv("TMUX") != "",
		gnu:  getenv("TMUX") == "" && (getenv("STY") != "" || strings.HasPrefix(getenv("TERM"), "screen")),
	}
}

// screenLimit is the longest string sequence that every GNU screen passes on.
const screenLimit = 76

// sequence returns what makes the terminal copy text. tmux takes the plain sequence itself when its set-clipboard is on,
// and hands a wrapped one through when allow-passthrough is on: it gets both.
func (c copier) sequence(text string) string {
	set := ansi.SetSystemClipboard(text)
	switch {
	case c.tmux:
		return set + ansi.TmuxPassthrough(set)
	case c.gnu:
		return ansi.ScreenPassthrough(set, screenLimit)
	}
	return set
}

// copied says that the sequence was written.
type copied struct {
	what string
	err  error
}

// copy returns the command that copies text; what names it for the person.
func (c copier) copy(what, text string) tea.Cmd {
	return func() tea.Msg {
		_, err := io.WriteString(c.out, c.sequence(text))
		return copied{what, err}
	}
}
