package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"

	"fargate-doctor/aws"
)

// helpLines lists every key that does something on the screen on top, in as many columns as fit.
func (m *Model) helpLines(w, h int) []string {
	own := m.top().keys(m.env)
	if !m.top().typing() {
		own = slices.Concat(own, moving())
	}
	always := []key.Binding{keys.failures, keys.help, keys.quit, keys.interrupt}
	if m.env.options.Connect != nil {
		always = slices.Concat([]key.Binding{keys.profile}, always)
	}
	entries := m.helpEntries(slices.Concat(own, always))
	lines := []string{"", " " + m.env.style.bold.Render("Keys: "+aws.Clean(m.top().title())), ""}
	rows := max(h-len(lines)-2, 1)
	rows = min(rows, len(entries))
	for r := range rows {
		line := " "
		for i := r; i < len(entries); i += rows {
			line += entries[i]
		}
		lines = append(lines, cut(line, w))
	}
	return append(lines, "", m.env.style.faint.Render(" Any key closes this."))
}

const helpKeyWidth, helpWidth = 9, 30

// helpEntries returns the bindings as fields of equal width, each once.
func (m *Model) helpEntries(bindings []key.Binding) []string {
	var seen, entries []string
	for _, b := range bindings {
		if slices.Contains(seen, b.Help().Key) {
			continue
		}
		seen = append(seen, b.Help().Key)
		entries = append(entries, pad(m.env.style.accent.Render(fit(b.Help().Key, helpKeyWidth))+b.Help().Desc, helpWidth))
	}
	return entries
}
