package tui

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// A person drives a wizard in a test: presses keys and looks at the frame, as Bubble Tea would carry it, but without its
// clock. Commands run in goroutines of their own, as they do in a program.
type person struct {
	t    testing.TB
	m    *Model
	msgs chan tea.Msg
	open int // commands whose message has not come
	out  *syncBuffer
	quit bool
}

// sit opens a wizard in a window of w × h.
func sit(t testing.TB, o Options, w, h int) *person {
	t.Helper()
	p := &person{t: t, msgs: make(chan tea.Msg), out: &syncBuffer{}}
	if o.Clock == nil {
		o.Clock = func() time.Time { return noon }
	}
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	o.Out = p.out
	p.m = New(t.Context(), o)
	t.Cleanup(p.m.cancel)
	p.m.ticking = true // no spinner: nothing here depends on time
	p.run(p.m.Init())
	p.update(tea.WindowSizeMsg{Width: w, Height: h})
	return p
}

// run starts a command.
func (p *person) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	p.open++
	done := p.t.Context().Done()
	go func() {
		m := cmd()
		select {
		case p.msgs <- m:
		case <-done:
		}
	}()
}

func (p *person) update(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
		return
	case tea.BatchMsg:
		for _, cmd := range msg {
			p.run(cmd)
		}
		return
	case tea.QuitMsg:
		p.quit = true
		return
	}
	_, cmd := p.m.Update(msg)
	p.run(cmd)
}

// until handles messages until cond holds.
func (p *person) until(what string, cond func() bool) {
	p.t.Helper()
	deadline := time.After(20 * time.Second)
	for !cond() {
		select {
		case m := <-p.msgs:
			p.open--
			p.update(m)
		case <-deadline:
			p.t.Fatalf("still waiting for %s; the screen is\n%s", what, p.frame())
		}
	}
}

// settle handles messages until nothing is under way but the waiting of a watch.
func (p *person) settle() {
	p.t.Helper()
	p.until("everything to arrive", func() bool { return p.open == p.waits() })
}

// waits counts the watches that wait for their next walk.
func (p *person) waits() int {
	n := 0
	for _, l := range p.m.stack {
		if w, ok := l.screen.(*walk); ok && w.recheck.wait.busy {
			n++
		}
	}
	return n
}

// sees waits until the screen shows a text.
func (p *person) sees(text string) {
	p.t.Helper()
	p.until("“"+text+"”", func() bool { return strings.Contains(p.frame(), text) })
}

var namedKeys = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "tab": tea.KeyTab,
	"backspace": tea.KeyBackspace, "ctrl+r": tea.KeyCtrlR, "ctrl+s": tea.KeyCtrlS, "ctrl+l": tea.KeyCtrlL, "ctrl+j": tea.KeyCtrlJ, "ctrl+c": tea.KeyCtrlC, "ctrl+o": tea.KeyCtrlO,
}

// press presses keys without waiting for what they start. A word that is no key's name is typed; what follows "paste:" is pasted.
func (p *person) press(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		if t, ok := namedKeys[k]; ok {
			p.update(tea.KeyMsg{Type: t})
			continue
		}
		if text, ok := strings.CutPrefix(k, "paste:"); ok {
			p.update(tea.KeyMsg{Type: tea.KeyRunes, Paste: true, Runes: []rune(text)})
			continue
		}
		for _, r := range k {
			p.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
	}
}

// does presses keys one by one, each after what the one before started has arrived.
func (p *person) does(keys ...string) {
	p.t.Helper()
	p.settle()
	for _, k := range keys {
		p.press(k)
		p.settle()
	}
}

func (p *person) resize(w, h int) { p.update(tea.WindowSizeMsg{Width: w, Height: h}) }

// frame is what the window shows; it must fit the window exactly.
func (p *person) frame() string {
	p.t.Helper()
	f := p.m.View()
	lines := strings.Split(f, "\n")
	if p.m.height > 0 && len(lines) != p.m.height {
		p.t.Fatalf("the frame has %d lines in a window of %d:\n%q", len(lines), p.m.height, f)
	}
	for _, l := range lines {
		if n := ansi.StringWidth(l); n > p.m.width {
			p.t.Fatalf("a line is %d wide in a window of %d: %q", n, p.m.width, l)
		}
		if i := strings.IndexFunc(ansi.Strip(l), func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r <= 0x9f }); i >= 0 {
			p.t.Fatalf("a line holds a control character: %q", l)
		}
	}
	return f
}

// A syncBuffer is a terminal that remembers what was written to it.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
