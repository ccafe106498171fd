package plain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fargate-doctor/aws"
)

// line reads one line after a prompt. Ctrl-C is an answer too: to quit.
func (c *conversation) line(ctx context.Context, prompt string) (string, error) {
	if prompt != "" {
		fmt.Fprint(c.Out, aws.Clean(prompt)+" ")
	}
	if kept := c.lines.kept; len(kept) > 0 {
		c.lines.kept = kept[1:]
		c.say("%s", kept[0])
		return kept[0], nil
	}
	c.lines.want()
	select {
	case l := <-c.lines.read:
		c.lines.taken()
		if c.Echo {
			c.say("%s", l)
		}
		return l, nil
	case <-c.lines.ended:
		c.say("")
		return "", errEnded
	case <-c.Interrupts:
		c.say("")
		return "", errQuit
	case <-ctx.Done():
		c.say("")
		if errors.Is(context.Cause(ctx), errStopped) {
			return "", errQuit
		}
		return "", ctx.Err()
	}
}

// answer reads an answer: trimmed, with back and quit understood.
func (c *conversation) answer(ctx context.Context, prompt string) (string, error) {
	l, err := c.line(ctx, prompt)
	l = strings.TrimSpace(l)
	switch {
	case err != nil:
		return "", err
	case strings.EqualFold(l, "quit"), l == "q":
		return "", errQuit
	case strings.EqualFold(l, "back"), l == "b":
		return "", errBack
	}
	return l, nil
}

// A choice is one of several answers.
type choice struct {
	label string
	names []string // what may be typed for it, beside its number and a part of its label
}

// A menu is a question with numbered answers.
type menu struct {
	ask     string
	choices []choice
	suggest int  // the answer that an empty line takes, -1 for none
	free    bool // anything else that is typed is an answer too
	absent  []absent
	heard   bool // the answers were read out before, and are again when an empty line asks for them
}

// An absent choice is one that can't be had here. It is not read out; who asks for it hears why.
type absent struct {
	names []string
	why   string
}

// mostListed is how many answers are read out at a time.
const mostListed = 20

// choose asks. It returns the number of the choice, or -1 and the text where that is free.
func (c *conversation) choose(ctx context.Context, m menu) (int, string, error) {
	all := make([]int, len(m.choices))
	for i := range all {
		all[i] = i
	}
	listed := all
	c.say("")
	c.say("%s", m.ask)
	from, read := 0, m.heard
	for {
		rest := max(len(listed)-from-mostListed, 0)
		if !read {
			c.list(m, listed[from:min(from+mostListed, len(listed))])
			if rest > 0 {
				c.say("%d more: type more, or a part of the name.", rest)
			}
		}
		read = true
		typed, err := c.answer(ctx, m.prompt())
		if err != nil {
			return 0, "", err
		}
		switch n, notNumber := strconv.Atoi(typed); {
		case typed == "" && m.suggest >= 0:
			return m.suggest, "", nil
		case typed == "":
			listed, from, read = all, 0, false
		case notNumber == nil && n >= 1 && n <= len(m.choices):
			return n - 1, "", nil
		case strings.EqualFold(typed, "more") && rest > 0:
			from, read = from+mostListed, false
		case m.why(typed) != "":
			c.say("That can't be done: %s.", m.why(typed))
		default:
			found := m.find(typed)
			switch {
			case len(found) == 1:
				return found[0], "", nil
			case len(found) == 0 && m.free:
				return -1, typed, nil
			case len(found) == 0:
				c.say("There is no answer like that. Answer with a number, or a part of a name.")
			default:
				c.say("Which of these?")
				listed, from, read = found, 0, false
			}
		}
	}
}

func (c *conversation) list(m menu, some []int) {
	for _, i := range some {
		c.say("  %d. %s", i+1, m.choices[i].label)
	}
}

// prompt says what may be answered, and what an empty line answers.
func (m menu) prompt() string {
	p := "Answer"
	switch n := len(m.choices); {
	case n == 1:
		p += ", 1"
	case n > 1:
		p += fmt.Sprintf(", 1 to %d", n)
	}
	if m.free && len(m.choices) > 0 {
		p += " or as you know it"
	}
	if m.heard {
		p += " (empty line: hear the choices)"
	}
	if m.suggest >= 0 {
		label, _, _ := strings.Cut(m.choices[m.suggest].label, ":")
		p += fmt.Sprintf(" (empty line: %d, %s)", m.suggest+1, label)
	}
	return p + ":"
}

// why says why an absent choice can't be had, "" when there is none that is called so.
func (m menu) why(typed string) string {
	for _, a := range m.absent {
		if slices.ContainsFunc(a.names, func(n string) bool { return strings.EqualFold(n, typed) }) {
			return a.why
		}
	}
	return ""
}

// find returns the choices that are called so, else those that begin so, else those that have it in their words.
func (m menu) find(typed string) []int {
	typed = strings.ToLower(typed)
	var exact, begin, part []int
	for i, ch := range m.choices {
		label := strings.ToLower(ch.label)
		switch {
		case slices.ContainsFunc(ch.names, func(n string) bool { return strings.ToLower(n) == typed }):
			exact = append(exact, i)
		case strings.HasPrefix(label, typed):
			begin = append(begin, i)
		case strings.Contains(label, typed):
			part = append(part, i)
		}
	}
	switch {
	case len(exact) > 0:
		return exact
	case m.free && strings.ContainsAny(typed, ":/."):
		return nil // as typed: a host, an ARN, an action
	case len(begin) > 0:
		return begin
	}
	return part
}
