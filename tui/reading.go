package tui

import (
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// readingOf returns a reading of some list, "the clusters".
func readingOf(list string) reading {
	return reading{what: "reading " + list, fails: strings.ToUpper(list[:1]) + list[1:] + " can't be read"}
}

// A reading is one list being read into a screen: which stream brings it, and how it ended.
type reading struct {
	id    int    // 0 before the first
	what  string // "reading the clusters"
	fails string // "The clusters can't be read"
	busy  bool
	err   error
}

// start reads afresh, giving up on a reading that is still under way.
func (r *reading) start(e *env, do work) tea.Cmd {
	r.stop(e)
	r.busy, r.err = true, nil
	id, cmd := e.start(r.what, do)
	r.id = id
	return cmd
}

// stop gives up.
func (r *reading) stop(e *env) {
	e.stop(r.id)
	r.busy = false
}

// ended takes note of the stream's end and reports whether msg is that, and whether all was read.
func (r *reading) ended(e *env, msg tea.Msg) (mine, whole bool) {
	end, ok := msg.(ended)
	if !ok || end.id != r.id {
		return false, false
	}
	r.busy, r.err = false, end.err
	if end.err != nil {
		e.fail(r.fails, end.err)
	}
	return true, end.err == nil
}

// failure draws the error that ended the reading, nothing when there was none.
func (r *reading) failure(p palette, w int) []string {
	if r.err == nil {
		return nil
	}
	return failureLines(p, r.fails, r.err, w)
}

// pages returns work that reads a list page by page.
func pages[T any](read func(ctx context.Context, page func([]T)) error) work {
	return func(ctx context.Context, id int, send func(tea.Msg)) error {
		return read(ctx, func(rows []T) { send(page[T]{id, rows}) })
	}
}
