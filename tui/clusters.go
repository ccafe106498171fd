package tui

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

// clusters is the list of the region's clusters.
type clusters struct {
	list    *list[aws.Cluster]
	reading reading
	head    int // lines above the list
}

func newClusters(e *env) *clusters {
	number := func(n func(aws.Cluster) int) column[aws.Cluster] {
		return column[aws.Cluster]{
			text:    func(c aws.Cluster) string { return strconv.Itoa(n(c)) },
			compare: func(a, b aws.Cluster) int { return cmp.Compare(n(a), n(b)) },
		}
	}
	running := number(func(c aws.Cluster) int { return c.RunningTasks })
	pending := number(func(c aws.Cluster) int { return c.PendingTasks })
	services := number(func(c aws.Cluster) int { return c.ActiveServices })
	running.title, pending.title, services.title = "RUNNING", "PENDING", "SERVICES"
	pending.yields = 1
	s := &clusters{reading: readingOf("the clusters")}
	s.list = newList(func(c aws.Cluster) string { return c.ARN },
		column[aws.Cluster]{
			title: "CLUSTER", grows: true, least: 16,
			text: func(c aws.Cluster) string { return c.Name },
		},
		column[aws.Cluster]{
			title: "STATUS", yields: 2,
			text: func(c aws.Cluster) string { return strings.ToLower(c.Status) },
		},
		running, pending, services)
	s.list.order = 0
	s.list.wish = func(c aws.Cluster) bool { return wished(e.options.Suggested.Cluster, c.Name, c.ARN) }
	return s
}

// wished reports whether what was suggested is one of a thing's names.
func wished(suggested string, names ...string) bool {
	for _, n := range names {
		if n != "" && n == suggested {
			return true
		}
	}
	return false
}

func (s *clusters) point(_ *env, y int) (bool, bool) { return s.list.point(y - s.head) }

func (*clusters) title() string  { return "Clusters" }
func (s *clusters) typing() bool { return s.list.filtering }
func (s *clusters) close(e *env) { s.reading.stop(e) }

func (s *clusters) keys(*env) []key.Binding {
	if s.list.filtering {
		return typingKeys()
	}
	return append(s.list.keys(s.reading.err != nil), keys.refresh, keys.back)
}

// typingKeys are the bindings while a list's filter is typed.
func typingKeys() []key.Binding {
	return []key.Binding{named(keys.enter, "keep the filter"), named(keys.back, "clear it")}
}

func (s *clusters) open(e *env) tea.Cmd {
	s.list.begin()
	reader := e.session.Reader
	return s.reading.start(e, pages(func(ctx context.Context, page func([]aws.Cluster)) error {
		return read.Clusters(ctx, reader, page)
	}))
}

func (s *clusters) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case s.list.update(k):
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.refresh), key.Matches(k, keys.again):
		return s.open(e)
	case key.Matches(k, keys.enter):
		name := ""
		if c, ok := s.list.selected(); ok {
			name = c.ARN
		} else if s.reading.err != nil {
			name = s.list.unmatched()
		}
		if name != "" {
			e.ask(func(q *inquiry) { q.Cluster = name })
		}
	}
	return nil
}

// unlisted says how to go on where a list can't be read: with a name that is typed as its filter.
func unlisted(typed, what string, w int) string {
	if typed == "" {
		return cut("   / takes "+what, w)
	}
	return cut("   enter goes on with "+typed, w)
}

func (s *clusters) receive(e *env, msg tea.Msg) tea.Cmd {
	if p, ok := msg.(page[aws.Cluster]); ok && p.id == s.reading.id {
		s.list.add(p.rows)
	}
	if _, whole := s.reading.ended(e, msg); whole {
		s.list.finish()
	}
	return nil
}

func (s *clusters) view(e *env, w, h int) []string {
	var head []string
	if e.options.Session != nil {
		head = e.greeting(w, h)
	}
	head = append(head, e.story(w, h)...)
	if len(s.list.rows) == 0 && s.reading.err == nil {
		if s.reading.busy {
			return append(head, "", " Reading the clusters …")
		}
		return append(head, advice(w, "There are no clusters in "+e.session.Region+".", e.elsewhere(), "ctrl+r reads again.")...)
	}
	foot := s.reading.failure(e.style, w)
	if s.reading.err != nil {
		foot = append(foot, unlisted(s.list.unmatched(), "the name of a cluster that you know", w))
	}
	s.head = len(head)
	return stacked(h, head, s.list.view(e.style, e.now(), w, h-len(head)-len(foot)), foot)
}
