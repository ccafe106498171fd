package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// scroll returns where a movement key takes a cursor at position at among n things, page of which are visible, and whether
// the key is a movement key.
func scroll(k tea.KeyMsg, at, n, page int) (int, bool) {
	switch {
	case key.Matches(k, keys.up):
		at--
	case key.Matches(k, keys.down):
		at++
	case key.Matches(k, keys.pageUp):
		at -= page
	case key.Matches(k, keys.pageDown):
		at += page
	case key.Matches(k, keys.first):
		at = 0
	case key.Matches(k, keys.last):
		at = n - 1
	default:
		return at, false
	}
	return max(min(at, n-1), 0), true
}

// window returns the first of n things to draw so that the one under the cursor is among the page that is visible.
func window(top, cursor, n, page int) int {
	top = min(top, cursor)
	top = max(top, cursor-page+1)
	return max(min(top, n-page), 0)
}
