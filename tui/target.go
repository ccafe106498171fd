package tui

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// target asks what the task wants to reach: a service from the list, or anything that can be typed. What is typed filters
// the list, and is judged at once as a target of its own.
type target struct {
	region   string
	services []steps.ServiceChoice // the common ones, until those of the region have arrived
	reading  reading
	input    textinput.Model
	matches  []steps.ServiceChoice
	typed    steps.Target
	err      error // why what is typed is no target
	cursor   int   // 0 is what is typed, when it is a target; then the matches
	top      int
	page     int
}

func newTarget(e *env, q inquiry) *target {
	s := &target{region: q.Region, services: steps.Services(q.Region, nil), reading: readingOf("the region's services"), page: 1}
	s.input = newInput(e.options.Suggested.Target)
	s.judge()
	return s
}

func (*target) title() string  { return "What does it want to reach?" }
func (s *target) close(e *env) { s.reading.stop(e) }
func (*target) typing() bool   { return true }

// open reads which services the region has. The common ones are offered meanwhile, and if that can't be read.
func (s *target) open(e *env) tea.Cmd {
	reader, region := e.session.Reader, s.region
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
		s.services = steps.Services(s.region, p.rows)
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
	text := strings.TrimSpace(s.input.Value())
	s.typed, s.err = steps.Target{}, nil
	if text != "" {
		s.typed, s.err = steps.ParseTarget(text, s.region, s.services)
	}
	words := strings.ToLower(text)
	s.matches = nil
	for _, v := range s.services {
		if offers(v, words) {
			s.matches = append(s.matches, v)
		}
	}
	slices.SortStableFunc(s.matches, func(a, b steps.ServiceChoice) int { return cmp.Compare(distance(a, words), distance(b, words)) })
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
	text := strings.ToLower(strings.Join(append([]string{v.Name, v.Title, v.Host}, v.Aliases...), " "))
	for _, w := range strings.Fields(words) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// free is the number of rows that offer what is typed as it is: 1 where no service's name says it better. What is no target
// is offered too, below the reason: it may be just what the task was given, and then it is the cause.
func (s *target) free() int {
	text := strings.TrimSpace(s.input.Value())
	if text == "" || len(s.matches) > 0 && (s.err != nil || !strings.ContainsAny(text, ".:/")) {
		return 0
	}
	return 1
}

func (s *target) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch k.Type {
	case tea.KeyEsc:
		if s.input.Value() == "" {
			e.back()
			return nil
		}
		s.input.SetValue("")
		s.judge()
	case tea.KeyEnter:
		s.choose(e)
	case tea.KeyUp, tea.KeyDown, tea.KeyPgUp, tea.KeyPgDown:
		s.cursor, _ = scroll(k, s.cursor, s.free()+len(s.matches), s.page)
	default:
		before := s.input.Value()
		s.input, _ = s.input.Update(k)
		if s.input.Value() != before {
			s.judge()
		}
	}
	return nil
}

// choose goes on with the row under the cursor.
func (s *target) choose(e *env) {
	to := s.under()
	if to == "" && s.free() > 0 {
		to = strings.TrimSpace(s.input.Value())
	}
	if to != "" {
		e.ask(func(q *inquiry) { q.Target = to })
	}
}

func (s *target) view(e *env, w, h int) []string {
	p := e.style
	prompt := " To  "
	lines := []string{"", prompt + inputView(p, s.input, w-width(prompt)-1)}
	lines = append(lines, s.verdict(p, w)...)
	lines = append(lines, "")
	s.page = max(h-len(lines), 1)
	n := s.free() + len(s.matches)
	s.top = window(s.top, s.cursor, n, s.page)
	names, titles := s.columns()
	for i := s.top; i < min(s.top+s.page, n); i++ {
		line := "“" + aws.Clean(strings.TrimSpace(s.input.Value())) + "” as typed"
		if i >= s.free() {
			v := s.matches[i-s.free()]
			line = pad(aws.Clean(v.Name), names) + "  " + aws.Clean(v.Title)
			if host := aws.Clean(v.Host); len(gutter)+names+2+titles+2+width(host) <= w {
				line = pad(line, names+2+titles) + "  " + host
			}
		}
		if i == s.cursor {
			lines = append(lines, p.marked(" > "+line, w))
			continue
		}
		lines = append(lines, gutter+line)
	}
	return lines
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
	text := strings.TrimSpace(s.input.Value())
	switch {
	case text == "" && s.cursor == 0:
		return []string{p.faint.Render(cut("     a service below, host:port, a URL, or address:port", w))}
	case s.under() != "":
		v := s.matches[s.cursor-s.free()]
		return []string{p.good.Render(cut("   ✓ "+destination(steps.Target{Host: v.Host, Port: v.Port}), w))}
	case s.err != nil:
		var lines []string
		for i, l := range wrap(s.err.Error(), w-6) {
			mark := "     "
			if i == 0 {
				mark = "   ✗ "
			}
			lines = append(lines, p.bad.Render(mark+l))
		}
		return lines
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
