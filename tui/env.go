package tui

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// A Walker walks the decision tree: steps.Engine.
type Walker interface {
	Walk(ctx context.Context, c steps.Case, observe func(steps.Event)) (steps.Report, error)
	Proposals(ctx context.Context, c steps.Case) ([]steps.Proposal, error)
	Forget(step string)
}

// env is what all screens share: the session, the clock, the palette, and the ways to start work and to move on. Only
// Update touches it.
type env struct {
	ctx      context.Context
	options  Options
	style    palette
	copier   copier
	session  acting.Session
	walker   *walker
	identity aws.Identity // of the session; zero while it is not known
	entered  bool         // a session has been in use
	calls    *aws.Counted // of this session; nil before there is one

	last    int // id of the newest stream
	streams map[int]*stream
	moves   []move
	draft   string // what was pasted last, whether it was taken or not
	notice  string // shown in the footer until the next key
	faults  []fault

	tasks   []*debugTask // that were launched or found, in any account
	tidying sync.RWMutex // read-locked by lasting work
}

// A move is what a screen wants of the stack.
type move func(*Model) tea.Cmd

// now is the wizard's clock.
func (e *env) now() time.Time { return e.options.Clock() }

// start begins work outside Update and returns its stream's id, by which its messages are known.
func (e *env) start(what string, do work) (int, tea.Cmd) {
	s, ctx := e.newStream(what)
	return s.id, func() tea.Msg { return s.run(ctx, ctx, do) }
}

// startLasting begins work that goes on when its screen is left, and that tidies up when it is cancelled: its end is told all the same,
// and the wizard does not end before it.
func (e *env) startLasting(what string, do work) (int, tea.Cmd) {
	s, ctx := e.newStream(what)
	s.lasting = true
	return s.id, func() tea.Msg {
		return s.run(ctx, e.ctx, func(ctx context.Context, id int, send func(tea.Msg)) error {
			e.tidying.RLock()
			defer e.tidying.RUnlock()
			return do(ctx, id, send)
		})
	}
}

func (e *env) newStream(what string) (*stream, context.Context) {
	e.last++
	ctx, cancel := context.WithCancel(e.ctx)
	s := &stream{id: e.last, what: what, started: e.now(), results: make(chan tea.Msg, mostAtOnce), cancel: cancel}
	e.streams[s.id] = s
	return s, ctx
}

// stop cancels a stream; what it still brings is dropped, as its id is no longer anyone's.
func (e *env) stop(id int) {
	if s := e.streams[id]; s != nil {
		s.cancel()
		delete(e.streams, id)
	}
}

// oldest returns the stream that has been running longest, nil when nothing is under way.
func (e *env) oldest() *stream {
	var old *stream
	for _, s := range e.streams {
		if old == nil || s.id < old.id {
			old = s
		}
	}
	return old
}

// open puts a screen on top.
func (e *env) open(s screen) { e.moves = append(e.moves, func(m *Model) tea.Cmd { return m.push(s) }) }

// back returns to the screen below.
func (e *env) back() { e.moves = append(e.moves, (*Model).pop) }

// backTo returns to a screen further below.
func (e *env) backTo(s screen) {
	e.moves = append(e.moves, func(m *Model) tea.Cmd {
		var cmds []tea.Cmd
		for len(m.stack) > 1 && m.top() != s {
			cmds = append(cmds, m.pop())
		}
		return tea.Batch(cmds...)
	})
}

// backAndPress returns to the screen below and presses a key there.
func (e *env) backAndPress(k tea.KeyMsg) {
	e.moves = append(e.moves, func(m *Model) tea.Cmd {
		popped := m.pop()
		_, cmd := m.Update(k)
		return tea.Batch(popped, cmd)
	})
}

// ask adds an answer to the inquiry and goes on to the screen that asks for what it still lacks.
func (e *env) ask(answer func(*inquiry)) {
	e.moves = append(e.moves, func(m *Model) tea.Cmd {
		answer(&m.inquiry)
		m.inquiry = m.inquiry.understood()
		return m.push(m.inquiry.next(e))
	})
}

// keep returns to the screen below and adds an answer to the inquiry there.
func (e *env) keep(answer func(*inquiry)) {
	e.moves = append(e.moves, func(m *Model) tea.Cmd {
		cmd := m.pop()
		answer(&m.inquiry)
		m.stack[len(m.stack)-1].inquiry = m.inquiry
		return cmd
	})
}

// connect takes a session into use and starts over with it.
func (e *env) connect(s acting.Session) {
	e.moves = append(e.moves, func(m *Model) tea.Cmd { return m.enter(s) })
}

// fail keeps an error for the error log. That a demo world does not hold what its story does not need is none: nobody can mend it. The steps
// that miss it say so.
func (e *env) fail(doing string, err error) {
	if e.options.Story != "" && aws.KindOf(err) == aws.NotRecorded {
		return
	}
	e.faults = append(e.faults, fault{e.now(), sentence(doing, err), aws.Hint(err), err})
}

// failUnanswered keeps the calls that failed since it was last called and that no screen has told of: a walk goes on without them, and
// says only in the step that needed them what it missed.
func (e *env) failUnanswered() {
	for _, err := range e.calls.Unanswered() {
		told := slices.ContainsFunc(e.faults, func(f fault) bool { return errors.Is(f.err, err) })
		if !told {
			e.fail("A call failed", err)
		}
	}
}

// elsewhere says how to look at another account or region, "" where there is none to choose.
func (e *env) elsewhere() string {
	if e.options.Connect == nil {
		return ""
	}
	return "P chooses another profile or region."
}
