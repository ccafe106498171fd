package tui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// told is a failure that the person need not describe, because something tells it.
type told struct {
	from string // "From the story"
	says string // what it is, where the case does not tell
	steps.Proposal
}

// mostTold is how many failures of a log are offered.
const mostTold = 3

// A logbook reads what the application's log tells of the last hour (R17).
type logbook struct {
	theCase steps.Case
	reading reading
	read    bool // to its end
	told    []told
}

func newLogbook(q inquiry) logbook {
	return logbook{theCase: q.Case, reading: reading{what: "reading the application's log", fails: "The application's log can't be read"}}
}

// open starts reading. A task that does not exist yet has no log.
func (l *logbook) open(e *env) tea.Cmd {
	if l.theCase.Launch != nil || l.theCase.Task == "" && l.theCase.Service == "" {
		return nil
	}
	w, c := e.walker, l.theCase
	c.Answers = maps.Clone(c.Answers)
	return l.reading.start(e, func(ctx context.Context, id int, send func(tea.Msg)) error {
		all, err := w.proposals(ctx, c)
		if errors.Is(err, errYielded) {
			return nil
		}
		if err == nil {
			send(page[steps.Proposal]{id, all})
		}
		return err
	})
}

func (l *logbook) receive(e *env, msg tea.Msg) {
	if p, ok := msg.(page[steps.Proposal]); ok && p.id == l.reading.id {
		l.read, l.told = true, nil
		for _, proposal := range p.rows[:min(len(p.rows), mostTold)] {
			l.told = append(l.told, told{"From the application's log", "", proposal})
		}
	}
	l.reading.ended(e, msg)
}

// unread reports whether the log was not read to its end and nobody is reading it.
func (l *logbook) unread() bool { return !l.read && !l.reading.busy && l.reading.id != 0 }

// state is one line about the reading itself, where there is something to say.
func (l *logbook) state(p palette, w int) []string {
	switch {
	case l.reading.busy:
		return []string{p.faint.Render(" Reading the application's log …")}
	case l.reading.err != nil:
		var lines []string
		for i, s := range clip(sentence(l.reading.fails, l.reading.err), w-4, 2) {
			mark := gutter
			if i == 0 {
				mark = " " + p.unknown.Render("?") + " "
			}
			lines = append(lines, mark+s)
		}
		return lines
	case l.unread():
		return []string{p.faint.Render(" The application's log was not read to its end; r reads it.")}
	}
	return nil
}

// what says a failure in short: the symptom, and the call or the target.
func (t told) what() string {
	if t.says != "" {
		return t.says
	}
	c := t.Case
	s := symptomTitle(c.Symptom)
	if c.Action == "" && c.Target == "" || c.Error != "" && hear(c.Error).reading.Class.AboutCredentials() {
		return capital(hear(c.Error).reading.Class.Words())
	}
	switch {
	case c.Action != "":
		s += ": " + callName(c.Action, c.Resource)
	case c.Target != "":
		s += ": " + c.Target
	}
	return aws.Clean(s)
}

// callName says a call for a person: "sns:Publish on orders".
func callName(action, resource string) string {
	if resource == "" || resource == "*" {
		return action
	}
	if arn, ok := aws.ParseARN(resource); ok {
		resource = arn.Resource
	}
	return action + " on " + resource
}

// when says how often and how long ago a failure was seen, in words and in short; "" when that is not known.
func (t told) when(now time.Time) (words, short string) {
	if t.At.IsZero() {
		return "", ""
	}
	words, short = ago(t.At, now), age(t.At, now)+" ago"
	if t.Times > 1 {
		words, short = strconv.Itoa(t.Times)+" times, last "+words, strconv.Itoa(t.Times)+"× "+short
	}
	return words, short
}

// ago says how long ago something was.
func ago(at, now time.Time) string {
	d := max(now.Sub(at), 0)
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	}
	return fmt.Sprintf("%d h ago", d/time.Hour)
}

// lines draws a failure, number n of those that are offered, with at most evidence lines of the text that tells it.
func (t told) lines(p palette, n int, under bool, now time.Time, w, evidence int) []string {
	mark := gutter
	if under {
		mark = " > "
	}
	label := strconv.Itoa(n) + "  "
	when, short := t.when(now)
	room := w - len(mark) - len(label) - 2
	if width(t.what())+width(when) > room {
		when = short
	}
	first := mark + label + t.what()
	if when != "" {
		first = apart(mark+label+middle(t.what(), room-width(when)), when+" ", w)
	}
	if under {
		first = p.marked(first, w)
	}
	out := []string{first}
	for _, l := range clip(t.Line, w-7, evidence) {
		out = append(out, "      "+p.faint.Render(l))
	}
	return out
}

// clip wraps a text and keeps n lines, the last one with an ellipsis when more would follow.
func clip(s string, w, n int) []string {
	lines := wrap(s, w)
	if len(lines) <= n {
		return lines
	}
	lines = lines[:n]
	if n > 0 {
		words := strings.Fields(lines[n-1])
		for len(words) > 1 && width(strings.Join(words, " "))+2 > w {
			words = words[:len(words)-1]
		}
		lines[n-1] = cut(strings.Join(words, " ")+" …", w)
	}
	return lines
}
