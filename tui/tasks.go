package tui

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/steps"
)

// tasks lists what can be examined in a cluster: its tasks, running and recently stopped, and its services, so that a
// service which has no task can be examined too.
type tasks struct {
	cluster  string
	list     *list[subject]
	kind     kind
	tasks    reading
	services reading
	offer    offer // of a debug task beside what is under the cursor
}

func newTasks(e *env, q inquiry) *tasks {
	s := &tasks{
		cluster:  q.Cluster,
		tasks:    readingOf("the tasks"),
		services: readingOf("the services"),
	}
	s.list = newList(subject.key, subjectColumns(e.session.Region)...)
	s.list.find = subject.words
	s.list.first = bySubject
	want := e.options.Suggested
	s.list.wish = func(v subject) bool {
		if want.Task != "" {
			return v.isTask && wished(want.Task, v.task.ID, v.task.ARN)
		}
		return !v.isTask && wished(want.Service, v.service.Name, v.service.ARN)
	}
	return s
}

// A kind says which rows of the list are shown.
type kind int

const (
	tasksAndServices kind = iota
	tasksOnly
	servicesOnly
	kinds
)

func (s *tasks) title() string {
	return [kinds]string{"Tasks and services", "Tasks", "Services"}[s.kind]
}
func (s *tasks) typing() bool { return s.list.filtering }

func (s *tasks) close(e *env) {
	s.tasks.stop(e)
	s.services.stop(e)
	s.offer.reading.stop(e)
}

func (s *tasks) keys(e *env) []key.Binding {
	if s.list.filtering {
		return typingKeys()
	}
	ks := s.list.keys(s.unread())
	if _, ok := s.list.selected(); ok {
		ks = append(ks, e.actions()...)
	}
	return append(ks, keys.kinds, keys.refresh, keys.back)
}

func (s *tasks) open(e *env) tea.Cmd {
	reader, cluster := e.session.Reader, s.cluster
	s.list.begin()
	return tea.Batch(
		s.tasks.start(e, pages(func(ctx context.Context, page func([]aws.Task)) error {
			return read.Tasks(ctx, reader, cluster, "", page)
		})),
		s.services.start(e, pages(func(ctx context.Context, page func([]aws.Service)) error {
			return read.Services(ctx, reader, cluster, page)
		})))
}

func (s *tasks) point(_ *env, y int) (bool, bool) { return s.list.point(y) }

func (s *tasks) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case s.list.update(k):
		return s.rest(e)
	case key.Matches(k, keys.debug), key.Matches(k, keys.shell):
		if s.aim(e); s.offer.of.Cluster != "" {
			return act(e, k, &s.offer)
		}
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.refresh), key.Matches(k, keys.again):
		return s.open(e)
	case key.Matches(k, keys.kinds):
		s.kind = (s.kind + 1) % kinds
		s.list.narrow(func(v subject) bool {
			return s.kind == tasksAndServices || v.isTask == (s.kind == tasksOnly)
		})
	case key.Matches(k, keys.enter):
		if v, ok := s.list.selected(); ok {
			e.ask(v.choose)
		} else if typed := s.list.unmatched(); typed != "" && s.unread() {
			e.ask(func(q *inquiry) { chooseTyped(q, typed) })
		}
	}
	return nil
}

func (s *tasks) receive(e *env, msg tea.Msg) tea.Cmd {
	switch p := msg.(type) {
	case page[aws.Task]:
		if p.id == s.tasks.id {
			s.list.add(subjects(p.rows, taskSubject))
		}
	case page[aws.Service]:
		if p.id == s.services.id {
			s.list.add(subjects(p.rows, func(v aws.Service) subject { return subject{service: v} }))
		}
	}
	_, tasksRead := s.tasks.ended(e, msg)
	_, servicesRead := s.services.ended(e, msg)
	if (tasksRead || servicesRead) && !s.busy() && s.tasks.err == nil && s.services.err == nil {
		s.list.finish()
	}
	return tea.Batch(s.rest(e), s.offer.receive(e, msg))
}

// chooseTyped takes a task or service by its name alone, where the list of them can't be read.
func chooseTyped(q *inquiry, typed string) {
	q.Task, q.Service = steps.SubjectNamed(typed)
	q.subject = subjectOf(q.Case)
}

func (s *tasks) unread() bool { return s.tasks.err != nil || s.services.err != nil }

func (s *tasks) busy() bool { return s.tasks.busy || s.services.busy }

func subjects[T any](rows []T, of func(T) subject) []subject {
	out := make([]subject, len(rows))
	for i, r := range rows {
		out[i] = of(r)
	}
	return out
}

func (s *tasks) view(e *env, w, h int) []string {
	foot := append(s.offered(e, w, h), s.tasks.failure(e.style, w)...)
	foot = append(foot, s.services.failure(e.style, w)...)
	if s.unread() {
		foot = append(foot, unlisted(s.list.unmatched(), "a task's id or a service's name that you know", w))
	}
	var body []string
	switch {
	case len(s.list.shown) > 0 || s.list.filter.Value() != "":
		body = s.list.view(e.style, e.now(), w, h-len(foot))
	case s.busy():
		body = []string{"", " Reading tasks and services …"}
	case len(foot) > 0:
	case len(s.list.rows) > 0:
		body = advice(w, "There are none of these here.", "tab shows tasks, services, or both.")
	default:
		body = advice(w, "There are no tasks and no services in this cluster.",
			"A stopped task can be seen for about an hour after it stopped.", "ctrl+r reads again, esc goes back to the clusters.")
	}
	return stacked(h, body, foot)
}

// aim makes the offer one of what is under the cursor.
func (s *tasks) aim(e *env) {
	c := steps.Case{}
	if v, ok := s.list.selected(); ok {
		q := inquiry{Case: steps.Case{Region: e.session.Region, Cluster: s.cluster}}
		v.choose(&q)
		c = q.Case
	}
	if c.Task != s.offer.of.Task || c.Service != s.offer.of.Service {
		s.offer.reading.stop(e)
		s.offer = newOffer(c)
	}
}

// A rested says that a moment has passed with the cursor on a row.
type rested struct{ key string }

// restFor is how long the cursor stays on a row before its debug task is planned, so that moving on costs no calls.
const restFor = 300 * time.Millisecond

// rest plans the debug task of the row under the cursor when it stays there.
func (s *tasks) rest(e *env) tea.Cmd {
	before := s.offer.of
	s.aim(e)
	if e.session.Debug == nil || s.offer.of.Cluster == "" || before.Task == s.offer.of.Task && before.Service == s.offer.of.Service {
		return nil
	}
	of := s.offer.of
	return tea.Tick(restFor, func(time.Time) tea.Msg { return rested{of.Task + of.Service} })
}

// rests plans the debug task of a row that the cursor has stayed on.
func (s *tasks) rests(e *env, at rested) tea.Cmd {
	if at.key != s.offer.of.Task+s.offer.of.Service || s.offer.plan != nil || s.offer.reading.busy || s.offer.reading.id != 0 {
		return nil
	}
	return s.offer.read(e, false)
}

// offered says what d will do with the row under the cursor.
func (s *tasks) offered(e *env, w, h int) []string {
	if v, ok := s.list.selected(); !ok || v.isTask && v.task.ARN == "" {
		return nil
	}
	return s.offer.lines(e, w, 1+h/leastHeight)
}
