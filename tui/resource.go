package tui

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// refusedOn asks on what the call was refused. The field holds the ARN as far as it is known, so that a name is all that has to be typed.
type refusedOn struct {
	of     inquiry
	form   arnForm
	picker // rows: what is typed; "I don't know"
}

func newRefusedOn(e *env, q inquiry) *refusedOn {
	s := &refusedOn{of: q, form: q.formOf(q.Action)}
	if q.account() == "" {
		s.form = formOf(q.Action, q.Region, e.identity.Account)
	}
	s.picker = newPicker(s.form.known())
	if want := e.options.Suggested; want.Resource != "" && strings.EqualFold(want.Action, q.Action) {
		s.picker = newPicker(want.Resource)
	}
	return s
}

func (*refusedOn) title() string                 { return "On which resource?" }
func (*refusedOn) open(*env) tea.Cmd             { return nil }
func (*refusedOn) close(*env)                    {}
func (*refusedOn) typing() bool                  { return true }
func (*refusedOn) receive(*env, tea.Msg) tea.Cmd { return nil }

func (s *refusedOn) keys(*env) []key.Binding {
	ks := fieldKeys(s.picker, "answer")
	if s.untouched() {
		ks[2] = keys.back
	}
	return ks
}

// untouched reports whether nothing was typed beside what the field held at first.
func (s *refusedOn) untouched() bool { return s.text() == "" || s.text() == s.form.known() }

func (s *refusedOn) key(e *env, k tea.KeyMsg) tea.Cmd {
	typed := k.Type == tea.KeyRunes
	switch {
	case k.Type == tea.KeyEnter:
		s.choose(e)
	case k.Type == tea.KeyEsc && s.untouched():
		e.back()
	case k.Type == tea.KeyEsc:
		s.picker = newPicker(s.form.known())
	case typed && s.untouched() && strings.HasPrefix(strings.TrimSpace(string(k.Runes)), "arn:"): // a whole ARN takes the place of the beginning of one
		s.input.SetValue("")
		s.picker.key(e, k, 2, &s.of)
	default:
		s.picker.key(e, k, 2, &s.of)
	}
	return nil
}

func (s *refusedOn) choose(e *env) {
	arn := s.text()
	switch _, fits := s.form.judge(arn); {
	case s.cursor > 0:
		e.ask(func(q *inquiry) { q.Resource, q.noResource = "", true })
	case !fits && s.untouched():
		e.notice = "type the name, or ↓ enter: I don't know"
	case !fits:
		e.notice = "not yet: see below the ARN"
	default:
		e.ask(func(q *inquiry) { q.Resource, q.noResource = arn, false })
	}
}

func (s *refusedOn) view(e *env, w, h int) []string {
	p := e.style
	lines := []string{"", " " + p.bold.Render(aws.Clean(s.of.Action)) + " was refused on", ""}
	field := s.field(p, " ARN  ", w)
	if rest := s.form.rest(); s.text() == s.form.known() && s.cursor == 0 && width(field)+width(rest) < w {
		field += p.faint.Render(rest)
	}
	lines = append(lines, field)
	lines = append(lines, s.verdict(p, w)...)
	lines = append(lines, "")
	return s.rows(p, lines, 2, w, h, func(i int) string {
		switch {
		case i == 1:
			return "I don't know: policies that name resources stay undecided"
		case s.untouched():
			return "this resource"
		}
		return middle(aws.Clean(s.text()), w-len(gutter))
	})
}

// verdict says what is asked for, and at once why what is typed is not that.
func (s *refusedOn) verdict(p palette, w int) []string {
	why, fits := s.form.judge(s.text())
	switch {
	case s.untouched() && s.form.rest() != "":
		return []string{p.faint.Render(cut("      in place of "+s.form.rest()+", or a whole ARN", w))}
	case s.untouched():
		return []string{p.faint.Render(cut("      a whole ARN", w))}
	case !fits:
		return remark(p.verdict(steps.Fail), why, w)
	case why != "":
		return remark(p.verdict(steps.Warn), why, w)
	}
	return []string{p.good.Render("    ✓ an ARN that the call takes")}
}

// An arnForm is what the ARN of a resource that an action works on looks like, with capital letters for what only the application
// knows; "*" when the action has no resource, "" when the form is not known.
type arnForm string

// formOf returns the form of the ARN that an action works on.
func formOf(action, region, account string) arnForm {
	return arnForm(steps.WorksOn(action, region, account))
}

func (q inquiry) formOf(action string) arnForm { return formOf(action, q.Region, q.account()) }

// account is that of the cluster or task, "" when they are known by name only.
func (q inquiry) account() string {
	for _, s := range []string{q.Cluster, q.Task} {
		if arn, ok := aws.ParseARN(s); ok {
			return arn.Account
		}
	}
	return ""
}

// placeholder is a part of a form that stands for what only the application knows.
var placeholder = regexp.MustCompile(`\b[A-Z]+\b(-\?+)?`)

// known is the beginning of the ARN, up to the first thing that only the application knows.
func (f arnForm) known() string {
	if at := placeholder.FindStringIndex(string(f)); at != nil {
		return string(f[:at[0]])
	}
	return ""
}

// rest is what follows: "TOPIC".
func (f arnForm) rest() string { return strings.TrimPrefix(string(f), f.known()) }

// judge says why a text is no ARN that the action takes. A text that fits may still earn a warning.
func (f arnForm) judge(text string) (why string, fits bool) {
	arn, ok := aws.ParseARN(text)
	form, known := aws.ParseARN(string(f))
	switch {
	case !ok || strings.ContainsAny(text, " \t"):
		return "this is no ARN; it begins with arn: and has five colons before the resource's name", false
	case strings.ContainsAny(text, "*"):
		return "an ARN without *: policies are asked about one resource", false
	case !known:
		return "", true
	case arn.Service != form.Service:
		return fmt.Sprintf("this is a resource of %s; the call takes %s", arn.Service, f), true
	}
	for _, word := range placeholder.FindAllString(string(f), -1) {
		if segments(text)[word] {
			return word + " stands for what you know; put it in", false
		}
	}
	if strings.Contains(form.Resource, "?") && (strings.Contains(arn.Resource, "?") || !secretForm.MatchString(arn.Resource)) {
		return "the six characters that Secrets Manager adds to the name belong to the ARN", false
	}
	kind := placeholder.Split(form.Resource, 2)[0] // "table/"
	switch {
	case !strings.HasPrefix(arn.Resource, kind):
		return "the call usually takes " + string(f), true
	case !f.pattern().MatchString(arn.Resource):
		return "something is missing; the call takes " + string(f), false
	}
	return "", true
}

var secretForm = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)

// segments are the parts of an ARN between slashes and colons.
func segments(arn string) map[string]bool {
	all := map[string]bool{}
	for _, s := range strings.FieldsFunc(arn, func(r rune) bool { return r == '/' || r == ':' }) {
		all[s] = true
	}
	return all
}

// pattern matches resources that have a name in each place of the form.
func (f arnForm) pattern() *regexp.Regexp {
	form, _ := aws.ParseARN(string(f))
	var b strings.Builder
	at := 0
	for _, m := range placeholder.FindAllStringIndex(form.Resource, -1) {
		b.WriteString(regexp.QuoteMeta(form.Resource[at:m[0]]) + ".+")
		at = m[1]
	}
	return regexp.MustCompile("^" + b.String() + regexp.QuoteMeta(form.Resource[at:]) + "$")
}
