package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// terminal returns the file behind a stream when it is a terminal.
func terminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// width returns the columns of stdout, 100 when it is no terminal.
func (p *program) width() int {
	if f, ok := terminal(p.out); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 100
}

// color reports whether stdout takes colour: a terminal, and neither --no-color, NO_COLOR nor TERM=dumb.
func (p *program) color() bool {
	_, ok := terminal(p.out)
	return ok && !p.colourless()
}

func (p *program) colourless() bool {
	return p.set.noColor || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
}

// progress is one line on stderr that says what is going on; on anything but a terminal it is silent.
type progress struct{ to io.Writer }

func (p *program) newProgress() progress {
	if _, ok := terminal(p.err); ok && !p.colourless() {
		return progress{p.err}
	}
	return progress{io.Discard}
}

func (p progress) show(text string) { fmt.Fprintf(p.to, "\r\x1b[K%s …", text) }
func (p progress) clear()           { fmt.Fprint(p.to, "\r\x1b[K") }
