package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// toggleMouse turns the mouse on or off. It is off at first, because a terminal that sends mouse events selects no text.
func (m *Model) toggleMouse() tea.Cmd {
	m.mouse = !m.mouse
	if m.mouse {
		m.env.notice = "the mouse is on: wheel and click; m turns it off"
		return tea.EnableMouseCellMotion
	}
	m.env.notice = "the mouse is off"
	return tea.DisableMouse
}

// A pointed screen has rows that can be clicked.
type pointed interface {
	// point moves the cursor to the row that is drawn in line y of the screen, and reports whether there is one and whether the cursor
	// was there already.
	point(e *env, y int) (there, already bool)
}

// point handles the mouse: the wheel moves the cursor, a click selects a row, and a click on the selected row chooses it.
func (m *Model) point(msg tea.MouseMsg) tea.Cmd {
	if m.tooSmall() || m.top() == nil || m.help || msg.Action != tea.MouseActionPress {
		return nil
	}
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		return m.press(tea.KeyMsg{Type: tea.KeyUp})
	case tea.MouseButtonWheelDown:
		return m.press(tea.KeyMsg{Type: tea.KeyDown})
	case tea.MouseButtonLeft:
	default:
		return nil
	}
	top := 1
	if m.height >= roomy {
		top++
	}
	s, ok := m.top().(pointed)
	if !ok {
		return nil
	}
	if there, already := s.point(m.env, msg.Y-top); there && already {
		return m.press(tea.KeyMsg{Type: tea.KeyEnter})
	}
	return nil
}

// drawn is where rows stand on a screen: rows first, first+1 … in lines from line on.
type drawn struct{ line, first, count int }

// row returns the row in line y.
func (d drawn) row(y int) (int, bool) {
	i := y - d.line
	return d.first + i, i >= 0 && i < d.count
}
