package tui

import (
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// sequences are the bytes of keys that are no letters, the longest first.
var sequences = []struct {
	bytes string
	key   tea.KeyType
}{
	{"\x1b[A", tea.KeyUp}, {"\x1b[B", tea.KeyDown}, {"\x1b[C", tea.KeyRight}, {"\x1b[D", tea.KeyLeft},
	{"\x1b[5~", tea.KeyPgUp}, {"\x1b[6~", tea.KeyPgDown}, {"\x1b[H", tea.KeyHome}, {"\x1b[F", tea.KeyEnd},
	{"\r", tea.KeyEnter}, {"\n", tea.KeyEnter}, {"\t", tea.KeyTab}, {"\x7f", tea.KeyBackspace}, {"\x03", tea.KeyCtrlC}, {"\x1b", tea.KeyEsc},
}

// keysOf returns the keys that a terminal sends as these bytes. It knows those that the wizard listens to outside its text fields.
func keysOf(b []byte) []tea.KeyMsg {
	var all []tea.KeyMsg
next:
	for len(b) > 0 {
		for _, s := range sequences {
			if len(b) >= len(s.bytes) && string(b[:len(s.bytes)]) == s.bytes {
				all = append(all, tea.KeyMsg{Type: s.key})
				b = b[len(s.bytes):]
				continue next
			}
		}
		r, n := utf8.DecodeRune(b)
		if r >= ' ' && r != utf8.RuneError {
			all = append(all, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
		b = b[n:]
	}
	return all
}
