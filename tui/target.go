package tui

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// target asks what the task wants to reach: a service from the list, or anything that can be typed. What is typed filters
// the list, and is judged at once as a target of its own. For a refused call it asks for the service that was called.
type target struct {
	of       inquiry
	services []steps.ServiceChoice // the common ones, until those of the region have arrived
	reading  reading
	picker   // row 0 is what is typed, when it is a target; then the matches
	matches  []steps.ServiceChoice
	typed    steps.Target
	err      error // why what is typed is no target
}

func newTarget(e *env, q inquiry) *target {
	s := &target{of: q, services: steps.Services(q.Region, nil), reading: readingOf("the region's services")}
	s.picker = newPicker(e.options.Suggested.Target)
	s.judge()
	return s
}

func (s *target) title() string {
	if s.of.Symptom == steps.Auth {
		return "Which service was called?"
	}
	return "What does it want to reach?"
}
func (s *target) close(e *env) { s.reading.stop(e) }
func (*target) typing() bool   { return true }

// open reads which services the region has. The common ones are offered meanwhile, and if that can't be read.
func (s *target) open(e *env) tea.Cmd {
	reader, region := e.session.Reader, s.of.Region
	return s.reading.start(e, func(ctx context.Context, id int, send func(tea.Msg)) error {
		known := read.EndpointServices(ctx, reader, region)
		if len(known.Gaps) > 0 {
			return errors.New(known.Gaps[0].Reason)
		}
		send(page[vpc.EndpointService]{id, known.EndpointServices})
		return nil
	})
}

func (s *target) receive(e *env, msg tea.Msg) tea.Cmd {
	if p, ok := msg.(page[vpc.EndpointService]); ok && p.id == s.reading.id {
		under := s.under()
		s.services = steps.Services(s.of.Region, p.rows)
		s.judge()
		s.cursor = max(slices.IndexFunc(s.matches, func(v steps.ServiceChoice) bool { return v.Name == under })+s.free(), 0)
	}
	s.reading.ended(e, msg)
	return nil
}

// under returns the name of the service under the cursor, "" when it is on what was typed.
func (s *target) under() string {
	if i := s.cursor - s.free(); i >= 0 && i < len(s.matches) {
		return s.matches[i].Name
	}
	return ""
}

func (s *target) keys(*env) []key.Binding {
	back := keys.back
	if s.input.Value() != "" {
		back = named(keys.back, "clear")
	}
	return []key.Binding{keys.enter, bind("↑ ↓", "service", "up", "down"), back}
}

// judge follows a change of what is typed.
func (s *target) judge() {
	text := s.text()
	s.typed, s.err = steps.Target{}, nil
	if text != "" {
		s.typed, s.err = steps.ParseTarget(text, s.of.Region, s.services)
	}
	words := strings.ToLower(text)
	s.matches = nil
	for _, v := range s.services {
		if offers(v, words) {
			s.matches = append(s.matches, v)
		}
	}
	slices.SortStableFunc(s.matches, func(a, b steps.ServiceChoice) int {
		return cmp.Compare(distance(a, words), distance(b, words))
	})
	s.cursor, s.top = 0, 0
}

// distance says how far a service is from what was typed, the nearest first.
func distance(v steps.ServiceChoice, words string) int {
	switch {
	case v.Name == words:
		return 0
	case slices.Contains(v.Aliases, words):
		return 1
	case strings.HasPrefix(v.Name, words):
		return 2
	}
	return 3
}

// offers reports whether a service is one that the words may mean.
func offers(v steps.ServiceChoice, words string) bool {
	return contains(strings.Join(append([]string{v.Name, v.Title, v.Host}, v.Aliases...), " "), words)
}

// free is the number of rows that offer what is typed as it is: 1 where no service's name says it better. What is no target
// is offered too, below the reason: it may be just what the task was given, and then it is the cause.
func (s *target) free() int {
	text := s.text()
	if text == "" || len(s.matches) > 0 && (s.err != nil || !strings.ContainsAny(text, ".:/")) {
		return 0
	}
	return 1
}

func (s *target) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case k.Type == tea.KeyEnter:
		s.choose(e)
	case s.picker.key(e, k, s.free()+len(s.matches), &s.of):
		s.judge()
	}
	return nil
}

// choose goes on with the row under the cursor.
func (s *target) choose(e *env) {
	to := s.under()
	if to == "" && s.free() > 0 {
		to = s.text()
	}
	if to != "" {
		e.ask(func(q *inquiry) { q.Target = to })
	}
}

func (s *target) view(e *env, w, h int) []string {
	p := e.style
	prompt := " To  "
	if s.of.Symptom == steps.Auth {
		prompt = " Service  "
	}
	lines := []string{"", s.field(p, prompt, w)}
	lines = append(lines, s.verdict(p, w)...)
	lines = append(lines, "")
	names, titles := s.columns()
	return s.rows(p, lines, s.free()+len(s.matches), w, h, func(i int) string {
		if i < s.free() {
			return "“" + aws.Clean(s.text()) + "” as typed"
		}
		v := s.matches[i-s.free()]
		line := pad(aws.Clean(v.Name), names) + "  " + aws.Clean(v.Title)
		if host := aws.Clean(v.Host); len(gutter)+names+2+titles+2+width(host) <= w {
			line = pad(line, names+2+titles) + "  " + host
		}
		return line
	})
}

// columns returns the widths of the services' names and titles.
func (s *target) columns() (names, titles int) {
	for _, v := range s.services {
		names, titles = max(names, width(v.Name)), max(titles, width(v.Title))
	}
	return names, titles
}

// verdict says at once what is typed means, or why it means nothing.
func (s *target) verdict(p palette, w int) []string {
	switch {
	case s.text() == "" && s.cursor == 0 && s.of.Symptom == steps.Auth:
		return []string{p.faint.Render(cut("     a service below, or the host that was called", w))}
	case s.text() == "" && s.cursor == 0:
		return []string{p.faint.Render(cut("     a service below, host:port, a URL, or address:port", w))}
	case s.under() != "":
		v := s.matches[s.cursor-s.free()]
		return []string{p.good.Render(cut("   ✓ "+destination(steps.Target{Host: v.Host, Port: v.Port}), w))}
	case s.err != nil:
		return remark(p.verdict(steps.Fail), s.err.Error(), w)
	}
	return []string{p.good.Render(cut("   ✓ "+destination(s.typed), w))}
}

// destination says a target as host, port and protocol.
func destination(t steps.Target) string {
	host := aws.Clean(t.Host)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.Port != 0 {
		host += ":" + strconv.Itoa(int(t.Port))
	}
	if t.Protocol != "" && t.Protocol != "tcp" {
		host += "/" + t.Protocol
	}
	return host
}
