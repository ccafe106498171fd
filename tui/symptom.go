package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/steps"
)

// symptoms asks what the person sees (R1), and offers what the application's log tells of it (R17).
type symptoms struct {
	of      inquiry
	offered []steps.SymptomInfo
	story   []told // what a demo world's application printed, and how the task stopped
	log     logbook
	cursor  int   // over the symptoms, then over what is told
	starts  []int // the line in which each of those is drawn
}

func newSymptom(e *env, q inquiry) *symptoms {
	s := &symptoms{of: q, offered: steps.Symptoms(), log: newLogbook(q)}
	want := e.options.Suggested
	if t := hear(want.Error); t.Symptom != "" {
		s.story = []told{{"From the story", "", steps.Proposal{Case: t.Case, Line: t.reading.Line}}}
	}
	if q.stopped.from != "" {
		s.story = append(s.story, q.stopped)
	}
	if len(s.story) > 0 {
		s.cursor = len(s.offered)
		return s
	}
	s.cursor = max(slices.IndexFunc(s.offered, func(o steps.SymptomInfo) bool { return o.Symptom == want.Symptom }), 0)
	return s
}

func (*symptoms) title() string         { return "What do you see?" }
func (s *symptoms) open(e *env) tea.Cmd { return s.log.open(e) }
func (s *symptoms) close(e *env)        { s.log.reading.stop(e) }
func (*symptoms) typing() bool          { return false }

func (s *symptoms) receive(e *env, msg tea.Msg) tea.Cmd {
	s.log.receive(e, msg)
	return nil
}

// told lists the failures that are offered.
func (s *symptoms) told() []told { return slices.Concat(s.story, s.log.told) }

func (s *symptoms) keys(*env) []key.Binding {
	ks := []key.Binding{keys.enter, keys.paste}
	if n := len(s.told()); n > 0 {
		ks = append(ks, numbered(keys.takeTold, n))
	}
	if s.log.unread() {
		ks = append(ks, named(keys.again, "read the log"))
	}
	return append(ks, keys.back)
}

func (s *symptoms) key(e *env, k tea.KeyMsg) tea.Cmd {
	n := len(s.offered) + len(s.told())
	switch {
	case k.Paste:
		e.open(newPaste(e, &s.of, string(k.Runes)))
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.paste):
		e.open(newPaste(e, &s.of, ""))
	case key.Matches(k, keys.again) && s.log.unread():
		return s.log.open(e)
	case key.Matches(k, keys.takeTold):
		s.choose(e, len(s.offered)+int(k.Runes[0]-'1'))
	case key.Matches(k, keys.enter):
		s.choose(e, s.cursor)
	default:
		s.cursor, _ = scroll(k, s.cursor, n, n)
	}
	return nil
}

func (s *symptoms) point(_ *env, y int) (there, already bool) {
	i := slices.Index(s.starts, y)
	if i < 0 {
		return false, false
	}
	already, s.cursor = s.cursor == i, i
	return true, already
}

// choose goes on with a symptom, or with all that a failure tells.
func (s *symptoms) choose(e *env, at int) {
	if at < len(s.offered) {
		chosen := s.offered[at].Symptom
		e.ask(func(q *inquiry) { q.Symptom = chosen })
		return
	}
	if at -= len(s.offered); at < len(s.told()) {
		said := s.told()[at].Case
		e.ask(func(q *inquiry) { q.tell(said) })
	}
}

// A fullness says how much is drawn beside the symptoms and failures themselves.
type fullness struct {
	looks    bool // what each symptom looks like; of the one under the cursor otherwise
	evidence int  // lines of each text that tells a failure
}

// view draws as much as there is room for.
func (s *symptoms) view(e *env, w, h int) []string {
	var lines []string
	for _, f := range []fullness{{true, 2}, {true, 1}, {false, 2}, {false, 1}, {false, 0}} {
		var at int
		if lines, at = s.draw(e, w, h, f); len(lines) <= h || f.evidence == 0 {
			top := window(0, at, len(lines), h)
			for i := range s.starts {
				s.starts[i] -= top
			}
			return lines[top:]
		}
	}
	return lines
}

// draw returns the screen and the line that the cursor is on.
func (s *symptoms) draw(e *env, w, h int, f fullness) (lines []string, at int) {
	lines = append([]string{""}, e.story(w, h)...)
	s.starts = s.starts[:0]
	titles := 0
	for _, o := range s.offered {
		titles = max(titles, width(o.Title))
	}
	beside := w >= roomForTwo
	for i, o := range s.offered {
		s.starts = append(s.starts, len(lines))
		mark, under := gutter, i == s.cursor
		if under {
			mark, at = " > ", len(lines)
		}
		line := mark + o.Title
		if beside {
			line = mark + pad(o.Title, titles) + gutter + o.Looks
		}
		if under {
			line = e.style.marked(line, w)
		}
		lines = append(lines, line)
		if !beside && (f.looks || under && f.evidence > 0) {
			for _, l := range clip(o.Looks, w-6, 1) {
				lines = append(lines, "     "+e.style.faint.Render(l))
			}
		}
	}
	from := ""
	for i, t := range s.told() {
		if t.from != from {
			from = t.from
			lines = append(lines, "", " "+e.style.bold.Render(from))
		}
		s.starts = append(s.starts, len(lines))
		under := s.cursor == len(s.offered)+i
		if under {
			at = len(lines)
		}
		lines = append(lines, t.lines(e.style, i+1, under, e.now(), w, f.evidence)...)
	}
	if s.of.Error != "" {
		lines = append(lines, "", " "+e.style.bold.Render("Your text is kept as evidence"))
		for _, l := range clip(s.of.Error, w-7, f.evidence) {
			lines = append(lines, "      "+e.style.faint.Render(l))
		}
	}
	if state := s.log.state(e.style, w); len(state) > 0 {
		lines = append(lines, append([]string{""}, state...)...)
	}
	return lines, at
}
