package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
)

// helpLines lists every key that does something on the screen on top, in as many columns as fit.
func (m *Model) helpLines(w, h int) []string {
	entries := m.helpEntries(slices.Concat(m.top().keys(m.env), moving(), m.everywhere()))
	columns := max(w/helpWidth, 1)
	rows := min(max((len(entries)+columns-1)/columns, 8), h)
	var lines []string
	for r := range rows {
		line := " "
		for i := r; i < len(entries); i += rows {
			line += entries[i]
		}
		lines = append(lines, line)
	}
	return lines
}

// everywhere are the bindings that work on every screen on which letters are no text.
func (m *Model) everywhere() []key.Binding {
	ks := []key.Binding{keys.menu, keys.who, keys.failures, keys.mouse, keys.help, keys.quit, keys.interrupt}
	if m.env.options.Connect != nil {
		ks = slices.Insert(ks, 1, keys.profile)
	}
	return ks
}

const helpKeyWidth, helpWidth = 9, 29

// helpEntries returns the bindings as fields of equal width, each once.
func (m *Model) helpEntries(bindings []key.Binding) []string {
	var seen, entries []string
	for _, b := range bindings {
		if slices.Contains(seen, b.Help().Key) {
			continue
		}
		seen = append(seen, b.Help().Key)
		entries = append(entries, pad(m.env.style.accent.Render(fit(b.Help().Key, helpKeyWidth))+fit(b.Help().Desc, helpWidth-helpKeyWidth-1), helpWidth))
	}
	return entries
}
