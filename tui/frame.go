package tui

import (
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"

	"fargate-doctor/aws"
)

// The least window that the wizard works in, in columns and rows.
const (
	leastWidth  = 60
	leastHeight = 15
)

// roomForTwo is the width from which a list and what is under its cursor are shown side by side.
const roomForTwo = 100

// roomy is the height from which the frame is ruled off from the screen.
const roomy = 20

func (m *Model) tooSmall() bool { return m.width < leastWidth || m.height < leastHeight }

// frame draws header, screen and footer.
func (m *Model) frame() []string {
	w, h := m.width, m.height-3
	rule := m.env.style.faint.Render(strings.Repeat("─", w))
	if m.height >= roomy {
		h -= 2
	}
	var body []string
	if m.help {
		body = m.helpLines(w, h)
	} else {
		body = m.top().view(m.env, w, h)
	}
	body = exactly(body, w, h)
	lines := []string{m.header(w)}
	if m.height >= roomy {
		body = slices.Concat([]string{rule}, body, []string{rule})
	}
	return append(append(lines, body...), m.status(w), m.keyLine(w))
}

// exactly cuts or fills lines to h lines of at most w columns.
func exactly(lines []string, w, h int) []string {
	out := make([]string, h)
	for i := range out {
		if i < len(lines) {
			out[i] = cut(lines[i], w)
		}
	}
	return out
}

// patience is how long work may take before the header says that it is under way.
const patience = 150 * time.Millisecond

// spinner is the one thing that moves.
var spinner = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// header says where the person is, and what is under way.
func (m *Model) header(w int) string {
	p := m.env.style
	left := " " + p.bold.Render("fargate-doctor") + "  " + p.accent.Render(aws.Clean(m.top().title()))
	if s := m.env.oldest(); s != nil && m.env.now().Sub(s.started) >= patience {
		busy := string(spinner[m.beat%len(spinner)]) + " " + s.what + " " + seconds(m.env.now().Sub(s.started))
		return apart(left, p.warn.Render(busy)+" ", w)
	}
	var right []string
	if m.env.options.World != "" {
		right = append(right, aws.Clean(m.env.options.World))
	} else if m.env.session.Profile != "" {
		right = append(right, "profile "+aws.Clean(m.env.session.Profile))
	}
	if m.env.options.ReadOnly {
		right = append(right, "read only")
	}
	if living := m.env.living(false); len(living) > 0 {
		right = slices.Insert(right, 0, p.warn.Render("debug task "+living[0].inShort(m.env.now())))
	}
	return apart(left, cut(strings.Join(right, " · "), w/2)+" ", w)
}

// status says what the person looks at, and how many calls that took; a notice takes the place of the calls.
func (m *Model) status(w int) string {
	p, e := m.env.style, m.env
	right := ""
	if e.calls != nil {
		right = count(e.calls.Total(), "call")
	}
	if e.notice != "" {
		right = p.good.Render(e.notice)
	} else if n := len(e.faults); n > 0 {
		right = strings.TrimSuffix(p.warn.Render("! "+count(n, "error"))+" · "+right, " · ")
	}
	return apart(" "+m.whereabouts(), right+" ", w)
}

// whereabouts is account, region, and cluster ▸ task ▸ target as far as they are known.
func (m *Model) whereabouts() string {
	if m.env.session.Reader == nil {
		return "no account yet"
	}
	parts := []string{}
	for _, s := range []string{m.env.identity.Account, m.env.session.Region} {
		if s != "" {
			parts = append(parts, aws.Clean(s))
		}
	}
	if c := m.inquiry.crumbs(); c != "" {
		parts = append(parts, c)
	}
	return strings.Join(parts, " · ")
}

// keyLine lists the keys of the screen, as many as fit; help and quit are always there.
func (m *Model) keyLine(w int) string {
	p := m.env.style
	if m.help {
		return cut(" any key closes this", w)
	}
	always := []key.Binding{keys.help, keys.quit}
	if w >= roomForTwo {
		always = slices.Insert(always, 0, keys.menu)
	}
	if m.top().typing() {
		always = []key.Binding{named(keys.interrupt, "quit")}
	}
	room := w - 1
	var end string
	for _, b := range always {
		end += "   " + hint(p, b)
	}
	room -= width(end)
	line := ""
	for _, b := range m.top().keys(m.env) {
		if m.first() && b.Help() == keys.back.Help() {
			continue // there is nothing to go back to
		}
		h := hint(p, b)
		if line != "" {
			h = "   " + h
		}
		if width(h) > room {
			break
		}
		room -= width(h)
		line += h
	}
	return cut(" "+line+end, w)
}

// hint is a key and what it does.
func hint(p palette, b key.Binding) string {
	return p.accent.Render(b.Help().Key) + " " + b.Help().Desc
}

// stacked puts blocks of lines below each other in h lines, the last one at the bottom.
func stacked(h int, blocks ...[]string) []string {
	last := blocks[len(blocks)-1]
	lines := slices.Concat(blocks[:len(blocks)-1]...)
	room := max(h-len(last), 0)
	for len(lines) < room {
		lines = append(lines, "")
	}
	return append(lines[:room], last...)
}

// advice fills an empty screen with what is the case and what to do.
func advice(w int, sentences ...string) []string {
	lines := []string{""}
	for _, s := range sentences {
		for _, l := range wrap(s, w-2) {
			lines = append(lines, " "+l)
		}
	}
	return lines
}

// greeting says what the program does, on the first screen.
func (e *env) greeting(w, h int) []string {
	var lines []string
	for _, s := range []string{"Finds out why a Fargate container can't reach a service.", "It reads your account and changes nothing unless asked."} {
		lines = append(lines, " "+e.style.faint.Render(cut(s, w-2)))
	}
	if full := lines[0] + " " + strings.TrimSpace(lines[1]); width(full) < w {
		lines = []string{full}
	}
	if h >= leastHeight {
		lines = append(lines, "")
	}
	return lines
}

// story tells what the person sees in a demo world, above the screens on which that helps.
func (e *env) story(w, h int) []string {
	var lines []string
	for _, l := range wrap(e.options.Story, w-2) {
		lines = append(lines, " "+e.style.warn.Render(l))
	}
	if len(lines) == 0 || h < leastHeight {
		return lines[:min(len(lines), 2)]
	}
	return append(lines, "")
}
