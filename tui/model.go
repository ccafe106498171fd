package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// A Model is the wizard as Bubble Tea drives it: a stack of screens, the frame around the one on top, and what they share.
type Model struct {
	env           *env
	cancel        context.CancelFunc
	stack         []layer
	inquiry       inquiry // of the screen on top
	width, height int
	mouse         bool // wheel and clicks come here, and the terminal selects no text
	help          bool // the keys of the screen on top are shown instead of it
	ticking       bool
	beat          int // of the spinner
}

// A layer is a screen on the stack with the inquiry that it was opened with.
type layer struct {
	screen
	inquiry inquiry
}

// New returns the wizard on its first screen. It reads nothing yet.
func New(ctx context.Context, o Options) *Model {
	o = o.withDefaults()
	ctx, cancel := context.WithCancel(ctx)
	return &Model{
		cancel:  cancel,
		inquiry: inquiry{Case: o.Case, subject: subjectOf(o.Case)},
		env: &env{
			ctx: ctx, options: o,
			style:   newPalette(o.Out, !o.NoColor),
			copier:  newCopier(o.Out, o.Getenv),
			streams: map[int]*stream{},
		},
	}
}

// Init opens the first screen.
func (m *Model) Init() tea.Cmd {
	if s := m.env.options.Session; s != nil {
		return tea.Batch(m.enter(*s), m.tick())
	}
	return tea.Batch(m.push(firstChoice(m.env)), m.tick())
}

// enter starts over with a session: its readings, its own count of calls, and the first screen that asks something.
func (m *Model) enter(s acting.Session) tea.Cmd {
	e := m.env
	m.clear()
	e.calls = aws.NewCounted(s.Reader)
	s.Reader = e.calls
	e.session, e.identity = s, aws.Identity{}
	e.walker = &walker{w: e.options.Walker(s)}
	m.inquiry = inquiry{Case: e.options.Case, subject: subjectOf(e.options.Case)}
	if e.entered { // the cluster and task of another account mean nothing in this one
		m.inquiry = inquiry{Case: steps.Case{Symptom: m.inquiry.Symptom, Target: m.inquiry.Target}}
	}
	e.entered = true
	m.inquiry.Region = s.Region
	m.inquiry = m.inquiry.understood()
	_, who := e.start("asking who you are", func(ctx context.Context, id int, send func(tea.Msg)) error {
		identity, err := read.Identity(ctx, s.Reader)
		send(identified{identity, err})
		return nil
	})
	return tea.Batch(m.push(m.inquiry.next(e)), who)
}

// identified says whose account the session reads.
type identified struct {
	identity aws.Identity
	err      error
}

// Update handles one message and never waits.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmds []tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.KeyMsg:
		if key.Matches(msg, keys.interrupt) {
			return m, tea.Batch(m.leave(), m.tick())
		}
		for _, k := range m.single(msg) {
			cmds = append(cmds, m.press(k))
		}
	case delivery:
		cmds = append(cmds, m.deliver(msg))
	case beat:
		m.ticking = false
		m.beat++
	case saved:
		cmds = append(cmds, msg.by.receive(m.env, msg))
	case tea.MouseMsg:
		cmds = append(cmds, m.point(msg))
	case rested:
		if s, ok := m.top().(*tasks); ok {
			cmds = append(cmds, s.rests(m.env, msg))
		}
	case shellEnded:
		msg.of.ended(m.env, msg.err)
		cmds = append(cmds, m.move())
		for _, k := range keysOf(msg.unread) {
			_, cmd := m.Update(k)
			cmds = append(cmds, cmd)
		}
	case copied:
		m.env.notice = "copied " + msg.what
		if msg.err != nil {
			m.env.notice = "could not copy: " + aws.Clean(msg.err.Error())
		}
	}
	cmds = append(cmds, m.move(), m.tick())
	return m, tea.Batch(cmds...)
}

// single takes apart keys that arrived in one read, as they do when they are typed fast over a slow line. Where letters are text, they
// stay together: a terminal without bracketed paste sends pasted text so.
func (m *Model) single(k tea.KeyMsg) []tea.KeyMsg {
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2 || m.top() != nil && m.top().typing() && !m.help {
		return []tea.KeyMsg{k}
	}
	var ks []tea.KeyMsg
	for _, r := range k.Runes {
		ks = append(ks, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt})
	}
	return ks
}

// press handles one key: the wizard's own keys first, then the screen's.
func (m *Model) press(k tea.KeyMsg) tea.Cmd {
	m.env.notice = ""
	top := m.top()
	switch {
	case m.help:
		m.help = false
		return nil
	case top == nil || m.tooSmall():
		if key.Matches(k, keys.quit) {
			return m.quit()
		}
		return nil
	case top.typing():
		// letters are text
	case key.Matches(k, keys.quit):
		return m.leave()
	case key.Matches(k, keys.help):
		m.help = true
		return nil
	case key.Matches(k, keys.failures) && !m.showing(failuresTitle):
		m.env.open(&failures{})
		return m.move()
	case key.Matches(k, keys.who) && !m.showing(identityTitle):
		m.env.open(&identity{})
		return m.move()
	case key.Matches(k, keys.menu):
		m.env.open(newMenu(m))
		return m.move()
	case key.Matches(k, keys.mouse):
		return m.toggleMouse()
	case key.Matches(k, keys.profile) && m.env.options.Connect != nil && !m.showing(profilesTitle, regionsTitle):
		m.env.open(firstChoice(m.env))
		return m.move()
	}
	return tea.Batch(top.key(m.env, k), m.move())
}

// showing reports whether the screen on top has one of the titles.
func (m *Model) showing(titles ...string) bool { return slices.Contains(titles, m.top().title()) }

// deliver hands results to the screens. Those of a stream that was stopped are nobody's.
func (m *Model) deliver(d delivery) tea.Cmd {
	if m.env.streams[d.from.id] == nil {
		return nil
	}
	var cmds []tea.Cmd
	for _, result := range d.results {
		if who, ok := result.(identified); ok {
			m.env.identity = who.identity
			if who.err != nil {
				m.env.fail("The account's id can't be read", who.err)
			}
		}
		for _, t := range m.env.tasks {
			t.receive(m.env, result)
		}
		for _, l := range m.stack {
			cmds = append(cmds, l.receive(m.env, result))
		}
	}
	if d.closed {
		m.env.stop(d.from.id)
	} else {
		cmds = append(cmds, d.from.next)
	}
	return tea.Batch(cmds...)
}

// move does what the screens asked of the stack.
func (m *Model) move() tea.Cmd {
	var cmds []tea.Cmd
	for len(m.env.moves) > 0 {
		next := m.env.moves[0]
		m.env.moves = m.env.moves[1:]
		cmds = append(cmds, next(m))
	}
	return tea.Batch(cmds...)
}

func (m *Model) push(s screen) tea.Cmd {
	m.stack = append(m.stack, layer{s, m.inquiry})
	return s.open(m.env)
}

// pop returns to the screen below, which is as the person left it. Below what was known from the start are the questions that it answered.
func (m *Model) pop() tea.Cmd {
	if m.first() {
		m.env.notice = "this is the first screen; q quits"
		return nil
	}
	if len(m.stack) == 1 {
		m.clear()
		m.inquiry = inquiry{Case: steps.Case{Region: m.inquiry.Region}}
		return m.push(m.inquiry.next(m.env))
	}
	m.top().close(m.env)
	m.stack = m.stack[:len(m.stack)-1]
	m.inquiry = m.stack[len(m.stack)-1].inquiry
	return nil
}

// first reports whether no question comes before the screen on top.
func (m *Model) first() bool {
	return len(m.stack) < 2 && (!m.env.entered || m.inquiry.lacks() == steps.NoCluster)
}

// clear takes all screens off and ends what they have under way.
func (m *Model) clear() {
	for _, l := range m.stack {
		l.close(m.env)
	}
	m.stack = nil
	for id, s := range m.env.streams {
		if !s.lasting {
			m.env.stop(id)
		}
	}
}

// leave quits, after asking what becomes of debug tasks that this wizard launched. Who asks to quit a second time is not asked again.
func (m *Model) leave() tea.Cmd {
	own := m.env.living(true)
	if len(own) == 0 || m.tooSmall() || m.top() == nil || m.showing(leavingTitle) {
		return m.quit()
	}
	m.help = false
	m.env.open(&leaving{tasks: own})
	return m.move()
}

func (m *Model) quit() tea.Cmd {
	m.cancel()
	return tea.Quit
}

// top returns the screen that is shown; nil before Init.
func (m *Model) top() screen {
	if len(m.stack) == 0 {
		return nil
	}
	return m.stack[len(m.stack)-1].screen
}

// A beat moves the spinner. Beats come only while something is under way.
type beat struct{}

const (
	beatEvery   = 100 * time.Millisecond
	minuteEvery = 10 * time.Second // for what is told in minutes
)

func (m *Model) tick() tea.Cmd {
	every := beatEvery
	if len(m.env.streams) == 0 {
		every = minuteEvery
	}
	if m.ticking || len(m.env.streams) == 0 && len(m.env.living(false)) == 0 {
		return nil
	}
	m.ticking = true
	return tea.Tick(every, func(time.Time) tea.Msg { return beat{} })
}

// View draws the frame: exactly as many lines as the window has, none wider than it.
func (m *Model) View() string {
	if m.width < 1 || m.height < 1 || m.top() == nil {
		return ""
	}
	var lines []string
	if m.tooSmall() {
		lines = wrap("the window is too small (60×15 is needed)", m.width)
	} else {
		lines = m.frame()
	}
	return strings.Join(exactly(lines, m.width, m.height), "\n")
}
