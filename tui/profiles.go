package tui

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/tui/acting"
)

const (
	profilesTitle = "Profile"
	regionsTitle  = "Region"
)

// firstChoice is the screen on which an account is chosen: profiles first, where there are any.
func firstChoice(e *env) screen {
	if len(e.options.Profiles) > 0 {
		return newProfiles(e)
	}
	return newRegions(e, Profile{})
}

// profiles is the list of profiles. A profile that has a region of its own is connected to at once.
type profiles struct {
	list *list[Profile]
	door door
	head int // lines above the list
}

func newProfiles(e *env) *profiles {
	text := func(title string, cell func(Profile) string) column[Profile] {
		return column[Profile]{title: title, text: func(v Profile) string { return orDash(cell(v)) }}
	}
	name := text("PROFILE", func(v Profile) string { return v.Name })
	name.grows, name.least = true, 16
	s := &profiles{list: newList(func(v Profile) string { return v.Name }, name,
		text("REGION", func(v Profile) string { return v.Region }),
		text("KIND", func(v Profile) string { return v.Note }))}
	current := e.session.Profile
	s.list.wish = func(v Profile) bool { return v.Name == current }
	s.list.add(e.options.Profiles)
	return s
}

func (*profiles) title() string                       { return profilesTitle }
func (s *profiles) typing() bool                      { return s.list.filtering }
func (*profiles) open(*env) tea.Cmd                   { return nil }
func (s *profiles) close(e *env)                      { s.door.close(e) }
func (s *profiles) receive(e *env, m tea.Msg) tea.Cmd { s.door.receive(e, m); return nil }

func (s *profiles) keys(*env) []key.Binding {
	if s.list.filtering {
		return typingKeys()
	}
	return []key.Binding{keys.enter, keys.region, keys.filter, keys.back}
}

func (s *profiles) point(_ *env, y int) (bool, bool) { return s.list.point(y - s.head) }

func (s *profiles) key(e *env, k tea.KeyMsg) tea.Cmd {
	chosen, ok := s.list.selected()
	switch {
	case s.list.update(k):
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.again):
		return s.door.knock(e)
	case !ok:
	case key.Matches(k, keys.enter) && chosen.Region != "":
		return s.door.connect(e, chosen.Name, chosen.Region)
	case key.Matches(k, keys.enter), key.Matches(k, keys.region):
		e.open(newRegions(e, chosen))
	}
	return nil
}

func (s *profiles) view(e *env, w, h int) []string {
	foot := s.door.view(e.style, w)
	var head []string
	if !e.entered {
		head = e.greeting(w, h)
	}
	s.head = len(head)
	return stacked(h, head, s.list.view(e.style, e.now(), w, h-len(head)-len(foot)), foot)
}

// A door connects to an account and says how that goes.
type door struct {
	reading         reading
	profile, region string
}

// connected brings the session that stream id opened.
type connected struct {
	id      int
	session acting.Session
}

func (d *door) connect(e *env, profile, region string) tea.Cmd {
	d.profile, d.region = profile, region
	return d.knock(e)
}

// knock connects, or tries again.
func (d *door) knock(e *env) tea.Cmd {
	if d.region == "" {
		return nil
	}
	d.reading.what, d.reading.fails = "connecting", "The account does not answer"
	connect, profile, region := e.options.Connect, d.profile, d.region
	return d.reading.start(e, func(ctx context.Context, id int, send func(tea.Msg)) error {
		s, err := connect(ctx, profile, region)
		if err == nil {
			send(connected{id, s})
		}
		return err
	})
}

func (d *door) receive(e *env, msg tea.Msg) {
	if c, ok := msg.(connected); ok && c.id == d.reading.id {
		e.connect(c.session)
		return
	}
	d.reading.ended(e, msg)
}

func (d *door) close(e *env) { d.reading.stop(e) }

func (d *door) view(p palette, w int) []string {
	if d.reading.busy {
		return []string{cut(" Connecting to "+d.region+" …", w)}
	}
	return d.reading.failure(p, w)
}
