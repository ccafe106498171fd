package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// regions is the list of regions, for a profile. A region that is too new for the list can be typed as its filter.
type regions struct {
	profile Profile
	list    *list[string]
	door    door
	head    int // lines above the list
}

func newRegions(e *env, p Profile) *regions {
	s := &regions{profile: p}
	s.list = newList(func(r string) string { return r }, column[string]{
		title: "REGION", grows: true, least: 16,
		text: func(r string) string { return r },
	})
	want := p.Region
	if want == "" {
		want = e.session.Region
	}
	s.list.wish = func(r string) bool { return r == want }
	s.list.add(e.options.Regions)
	return s
}

func (*regions) title() string                       { return regionsTitle }
func (s *regions) typing() bool                      { return s.list.filtering }
func (*regions) open(*env) tea.Cmd                   { return nil }
func (s *regions) close(e *env)                      { s.door.close(e) }
func (s *regions) receive(e *env, m tea.Msg) tea.Cmd { s.door.receive(e, m); return nil }

func (s *regions) keys(*env) []key.Binding {
	if s.list.filtering {
		return typingKeys()
	}
	return []key.Binding{keys.enter, keys.filter, keys.back}
}

func (s *regions) point(_ *env, y int) (bool, bool) { return s.list.point(y - s.head) }

func (s *regions) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case s.list.update(k):
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.again):
		return s.door.knock(e)
	case key.Matches(k, keys.enter):
		r, ok := s.list.selected()
		if !ok {
			r = s.list.unmatched()
		}
		if r != "" {
			return s.door.connect(e, s.profile.Name, r)
		}
	}
	return nil
}

func (s *regions) view(e *env, w, h int) []string {
	foot := s.door.view(e.style, w)
	if typed := s.list.unmatched(); len(foot) == 0 && typed != "" {
		foot = []string{cut(" enter connects to "+typed+", a region that is not on the list", w)}
	}
	var head []string
	if !e.entered && len(e.options.Profiles) == 0 {
		head = e.greeting(w, h)
	}
	s.head = len(head)
	return stacked(h, head, s.list.view(e.style, e.now(), w, h-len(head)-len(foot)), foot)
}
