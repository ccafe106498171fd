package exec

import (
	"context"
	"io"

	"golang.org/x/term"
)

// watchSize passes the size of a terminal on, first and whenever it changes, until ctx ends. What is no terminal has no size.
func watchSize(ctx context.Context, out io.Writer, resize func(cols, rows int)) {
	f, ok := asTerminal(out)
	if !ok {
		return
	}
	changes, stop := sizeChanges()
	defer stop()
	var last [2]int
	for {
		cols, rows, err := term.GetSize(int(f.Fd()))
		if err == nil && last != [2]int{cols, rows} {
			last = [2]int{cols, rows}
			resize(cols, rows)
		}
		select {
		case <-ctx.Done():
			return
		case <-changes:
		}
	}
}
