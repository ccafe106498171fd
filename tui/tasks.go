package tui

import (
	"context"

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
}

func (s *tasks) keys(*env) []key.Binding {
	if s.list.filtering {
		return typingKeys()
	}
	return append(s.list.keys(s.unread()), keys.kinds, keys.refresh, keys.back)
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
			s.list.add(subjects(p.rows, func(t aws.Task) subject { return subject{task: t, isTask: true} }))
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
	return nil
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
	foot := append(s.tasks.failure(e.style, w), s.services.failure(e.style, w)...)
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
