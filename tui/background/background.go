// Package background answers, before anyone asks, whether the terminal's background is dark.
//
// Bubble Tea v1 asks the terminal for its background colour while the program's packages are initialised, and waits up to
// five seconds for an answer: every command, --version too, stalls on a terminal that stays silent. Lip Gloss skips the
// question once it was told. Go initialises packages in the order of their import paths, as soon as what they import is
// ready; this one needs Lip Gloss alone and its path sorts before github.com/charmbracelet/bubbletea, so it is in time
// wherever it is imported. It must therefore import nothing else, and this is the one place where the program needs an init
// function.
//
// The wizard uses the terminal's own 16 colours, so whether "dark" is true does not matter.
package background

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
