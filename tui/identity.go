package tui

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
)

const identityTitle = "Who am I"

// identity says as whom the program reads, what, and what that has cost so far.
type identity struct{ scroll scroller }

func (*identity) title() string                 { return identityTitle }
func (*identity) open(*env) tea.Cmd             { return nil }
func (*identity) close(*env)                    {}
func (*identity) typing() bool                  { return false }
func (*identity) receive(*env, tea.Msg) tea.Cmd { return nil }
func (*identity) keys(*env) []key.Binding       { return []key.Binding{keys.back} }

func (s *identity) key(e *env, k tea.KeyMsg) tea.Cmd {
	if key.Matches(k, keys.back) {
		e.back()
		return nil
	}
	s.scroll.update(k)
	return nil
}

func (s *identity) view(e *env, w, h int) []string {
	const label = 11
	p, o := e.style, e.options
	var lines []string
	for _, f := range [][2]string{
		{"Account", cmp.Or(e.identity.Account, "not known")},
		{"Identity", cmp.Or(e.identity.ARN, "not known")},
		{"Profile", orDash(e.session.Profile)},
		{"Region", orDash(e.session.Region)},
		{"Reads from", e.source()},
		{"May act", e.acts()},
		{"Program", "fargate-doctor " + o.Version},
	} {
		for i, l := range wrap(f[1], w-label-3) {
			name := f[0]
			if i > 0 {
				name = ""
			}
			lines = append(lines, p.accent.Render(pad(name, label))+" "+l)
		}
	}
	calls := map[string]int{}
	if e.calls != nil {
		calls = e.calls.Calls()
	}
	total, widest := 0, 0
	for name, n := range calls {
		total, widest = total+n, max(widest, width(name))
	}
	lines = append(lines, "", p.bold.Render(count(total, "call")+" so far"))
	for _, name := range slices.SortedFunc(maps.Keys(calls), func(a, b string) int {
		return cmp.Or(cmp.Compare(calls[b], calls[a]), cmp.Compare(a, b))
	}) {
		lines = append(lines, pad(strconv.Itoa(calls[name]), 4)+aws.Clean(name))
	}
	return s.scroll.view(p, lines, w, h)
}

// source says where facts come from.
func (e *env) source() string {
	switch {
	case e.options.World != "":
		return aws.Clean(e.options.World) + ", not a live account"
	case e.options.Endpoint != "":
		return aws.Clean(e.options.Endpoint)
	}
	return "AWS"
}

// acts says whether the program may change anything.
func (e *env) acts() string {
	switch {
	case e.options.World != "" && len(e.actions()) > 0:
		return "only inside this demo, when you ask for it; no account is touched"
	case e.options.World != "":
		return "no: this is a recording"
	case e.options.ReadOnly:
		return "no: it was started with --read-only"
	}
	return "only when you ask for it; looking changes nothing"
}
