package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"fargate-doctor/aws"
)

// An editor is a text field of many lines that takes what is pasted: in one piece, or key by key from terminals without bracketed paste.
// Only clean text gets in.
type editor struct {
	area   textarea.Model
	ending bool // the last key ended a line: a line feed that follows belongs to the same end
}

// asWide is the width of the area: its lines are broken where they are drawn, and not by the area.
const asWide = 1 << 20

func newEditor(text string) editor {
	ed := editor{area: textarea.New()}
	ed.area.MaxWidth, ed.area.MaxHeight, ed.area.CharLimit = 0, 0, 0
	ed.area.ShowLineNumbers, ed.area.Prompt = false, ""
	ed.area.SetWidth(asWide)
	ed.area.Focus()
	ed.area.InsertString(pasted(text))
	return ed
}

// mostPasted is how much of one paste is kept, in bytes; of more, the end, where the failure stands.
const mostPasted = 64 << 10

// pasted returns text as it may come to a terminal: clean lines, with their indentation.
func pasted(text string) string {
	if len(text) > mostPasted {
		text = strings.ToValidUTF8(text[len(text)-mostPasted:], "")
	}
	if !strings.Contains(text, "\n") && strings.Count(text, "\r") == 2*strings.Count(text, "\r\r") { // CRLF from a terminal that makes each LF a CR
		text = strings.ReplaceAll(text, "\r\r", "\n")
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for i, l := range lines {
		lines[i] = aws.Clean(strings.ReplaceAll(l, "\t", "    "))
	}
	return strings.Join(lines, "\n")
}

func (ed *editor) text() string { return ed.area.Value() }
func (ed *editor) empty() bool  { return strings.TrimSpace(ed.text()) == "" }

func (ed *editor) key(k tea.KeyMsg) {
	ended := ed.ending
	ed.ending = k.Type == tea.KeyEnter
	switch {
	case k.Type == tea.KeyRunes && !k.Alt:
		ed.area.InsertString(pasted(string(k.Runes)))
	case k.Type == tea.KeyEnter, k.Type == tea.KeyCtrlJ && !ended:
		ed.area.InsertString("\n")
	case k.Type == tea.KeyTab:
		ed.area.InsertString("    ")
	case k.Type == tea.KeyCtrlJ, k.Type == tea.KeyCtrlV: // the second half of a line's end; the clipboard of the machine that this runs on
	default:
		ed.area, _ = ed.area.Update(k)
	}
}

// view draws the part of the text around the cursor into h lines of w columns.
func (ed *editor) view(p palette, w, h int) []string {
	lines := strings.Split(ed.text(), "\n")
	at, col := ed.area.Line(), ed.area.LineInfo().ColumnOffset
	var rows []string
	under := 0
	for i := max(at-h, 0); i < min(at+h, len(lines)); i++ {
		column := -1
		if i == at {
			column = col
		}
		broken, cursor := brokenLine(p, lines[i], w, column)
		if i == at {
			under = len(rows) + cursor
		}
		rows = append(rows, broken...)
	}
	top := window(under-h+1, under, len(rows), h)
	rows = rows[top:min(top+h, len(rows))]
	return append(rows, slices.Repeat([]string{""}, max(h-len(rows), 0))...)
}

// brokenLine breaks a line into rows of w columns, with the cursor before the rune at column, and returns the row that holds it. Column
// -1 is no cursor.
func brokenLine(p palette, line string, w, column int) (rows []string, cursor int) {
	rest, seen := line, 0
	for {
		head := ansi.Truncate(rest, w-1, "") // the last column is the cursor's
		if head == "" {
			head = rest
		}
		if at := strings.LastIndexByte(head, ' '); len(head) < len(rest) && at > len(head)/2 {
			head = head[:at+1]
		}
		n := len([]rune(head))
		row := head
		last := len(head) == len(rest)
		if column >= seen && (column < seen+n || last) {
			row, cursor = withCursor(p, head, column-seen), len(rows)
		}
		rows = append(rows, cut(row, w))
		if last {
			return rows, cursor
		}
		rest, seen = rest[len(head):], seen+n
	}
}

// withCursor marks the character of a text in which the cursor stands. One character may be several runes, such as a flag, and is never
// torn apart.
func withCursor(p palette, text string, at int) string {
	before, under, after := "", "", text
	for after != "" {
		under, _ = ansi.FirstGraphemeCluster(after, ansi.GraphemeWidth)
		after = after[len(under):]
		if at -= len([]rune(under)); at < 0 {
			break
		}
		before, under = before+under, ""
	}
	if !p.colour {
		return before + "▏" + under + after
	}
	if under == "" {
		under = " "
	}
	return before + p.mark.Render(under) + after
}
