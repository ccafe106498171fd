package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"

	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// onSymptoms is a person on the screen that asks for the symptom.
func onSymptoms(t *testing.T, s *script, w, h int) *person {
	t.Helper()
	p := sit(t, with(shop(), s), w, h)
	p.does("G", "enter", "enter")
	if got := p.m.top().title(); got != "What do you see?" {
		t.Fatalf("the screen is %q", got)
	}
	return p
}

// box returns what is in the paste box on top.
func (p *person) box() string {
	p.t.Helper()
	s, ok := p.m.top().(*paste)
	if !ok {
		p.t.Fatalf("the screen is %q, not the paste box", p.m.top().title())
	}
	return s.editor.text()
}

// An error that names all leads from two keys to the walk.
func TestAPastedErrorIsWalked(t *testing.T) {
	s := &script{report: refused}
	p := onSymptoms(t, s, 80, 24)
	p.does("v", "paste:"+refusalText, "ctrl+s")
	p.sees("web ⇢ sns:Publish on orders")
	if len(s.cases) != 1 {
		t.Fatalf("%d walks, want 1", len(s.cases))
	}
	got := s.cases[0]
	if got.Symptom != steps.Auth || got.Action != "sns:Publish" || got.Resource != ordersTopic || got.Target != "sns" || got.Error != refusalText {
		t.Errorf("the walk was asked about %+v", got)
	}
}

// After a paste that the terminal calls one, enter goes on. Who types goes on typing: there, and where lines arrive as keys, enter is a line.
func TestEnterTakesWhatWasPasted(t *testing.T) {
	p := onSymptoms(t, &script{report: refused}, 80, 24)
	p.does("v", "paste:"+refusalText, "enter")
	if got := p.m.top().title(); got != "The walk" {
		t.Errorf("enter after a paste led to %q", got)
	}
	p = onSymptoms(t, &script{report: refused}, 80, 24)
	p.does("v", "paste:"+refusalText, "x", "enter", "y")
	if got := p.box(); got != refusalText+"x\ny" {
		t.Errorf("enter after typing made the text %q", got)
	}
}

// However the lines arrive, the box holds them.
// The box says which walk a text leads to, whatever it tells of.
func TestThePasteBoxNamesTheWalk(t *testing.T) {
	for text, want := range map[string]string{
		refusalText: "the walk: every policy that decides on sns:Publish",
		timeoutText: "the walk: the packet's way to sns.eu-central-1.amazonaws.com",
		"CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: dial tcp 1.2.3.4:443: i/o timeout": "the walk: all that its start needs",
		"An error occurred (TargetNotConnectedException) when calling the ExecuteCommand operation":                                        "the walk: all that a session of ECS Exec needs",
	} {
		p := onSymptoms(t, &script{report: blocked}, 120, 40)
		p.does("v", "paste:"+text)
		if f := p.frame(); !strings.Contains(f, want) {
			t.Errorf("%q is not in\n%s", want, f)
		}
	}
}

func TestHowTextIsPasted(t *testing.T) {
	const want = "Traceback:\n    at line 1\nOSError: [Errno 110] Connection timed out"
	keys := func(breaks ...tea.KeyMsg) func(p *person) {
		return func(p *person) {
			for i, l := range []string{"Traceback:", "\tat line 1", "OSError: [Errno 110] Connection timed out"} {
				if i > 0 {
					for _, b := range breaks {
						p.update(b)
					}
				}
				if rest, tabbed := strings.CutPrefix(l, "\t"); tabbed {
					p.update(tea.KeyMsg{Type: tea.KeyTab})
					l = rest
				}
				p.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(l)})
			}
		}
	}
	for name, paste := range map[string]func(*person){
		"bracketed": func(p *person) { p.press("paste:Traceback:\n\tat line 1\nOSError: [Errno 110] Connection timed out") },
		"bracketed, CRLF": func(p *person) {
			p.press("paste:Traceback:\r\n\tat line 1\r\nOSError: [Errno 110] Connection timed out")
		},
		"bracketed, CR twice": func(p *person) {
			p.press("paste:Traceback:\r\r\tat line 1\r\rOSError: [Errno 110] Connection timed out")
		},
		"bracketed, CR": func(p *person) { p.press("paste:Traceback:\r\tat line 1\rOSError: [Errno 110] Connection timed out") },
		"bracketed, in colour": func(p *person) {
			p.press("paste:Traceback:\n\t\x1b[1mat line 1\x1b[0m\n\x1b[31mOSError\x1b[0m: [Errno 110] Connection timed out")
		},
		"as keys, CR":   keys(tea.KeyMsg{Type: tea.KeyEnter}),
		"as keys, LF":   keys(tea.KeyMsg{Type: tea.KeyCtrlJ}),
		"as keys, CRLF": keys(tea.KeyMsg{Type: tea.KeyEnter}, tea.KeyMsg{Type: tea.KeyCtrlJ}),
	} {
		p := onSymptoms(t, &script{report: blocked}, 80, 24)
		p.does("v")
		paste(p)
		if got := p.box(); got != want {
			t.Errorf("%s: the box holds %q, want %q", name, got, want)
		}
		p.sees("✓ It times out")
	}
}

// A paste finds the box from wherever it lands, except where it is a value of a field.
func TestAPasteOpensTheBox(t *testing.T) {
	for name, keys := range map[string][]string{"symptoms": nil, "target": {"enter"}, "service": {"j", "j", "enter"}, "calls": {"j", "j", "enter", "sns", "enter"},
		"walk": {"enter", "sns", "enter"}} {
		p := onSymptoms(t, &script{report: blocked}, 80, 24)
		p.does(keys...)
		p.does("paste:" + refusalText)
		if got := p.box(); got != refusalText {
			t.Errorf("from the %s: the box holds %q", name, got)
		}
		p.does("ctrl+s")
		if got := p.m.inquiry.Case; got.Action != "sns:Publish" || got.Symptom != steps.Auth {
			t.Errorf("from the %s: the inquiry is %+v", name, got)
		}
	}
}

func TestThePastedTextIsKept(t *testing.T) {
	p := onSymptoms(t, &script{report: blocked}, 80, 24)
	p.does("v", "first line", "enter", "second", "esc")
	if got := p.m.top().title(); got != "What do you see?" {
		t.Fatalf("esc led to %q", got)
	}
	if p.m.inquiry.Error != "" {
		t.Errorf("a text that was not taken is in the inquiry: %q", p.m.inquiry.Error)
	}
	p.does("v")
	if got := p.box(); got != "first line\nsecond" {
		t.Errorf("the box holds %q", got)
	}
	p.sees("choose the symptom yourself")
	p.does("ctrl+s")
	p.sees("Your text is kept as evidence")
	p.does("enter", "sqs", "enter")
	p.sees("does not admit the task")
	if got := p.m.inquiry.Case; got.Error != "first line\nsecond" || got.Symptom != steps.Timeout || got.Target != "sqs" {
		t.Errorf("the walk is about %+v", got)
	}
	p.does("v", "ctrl+l")
	if got := p.box(); got != "" {
		t.Errorf("after clearing, the box holds %q", got)
	}
	p.does("ctrl+s")
	p.sees("nothing to take")
}

// Letters, digits and all keys that mean something elsewhere are text here.
func TestTheBoxTakesEveryLetter(t *testing.T) {
	p := onSymptoms(t, &script{report: blocked}, 80, 24)
	p.does("v", "q?!pvrRjkgG/123", "enter", "c")
	if got := p.box(); got != "q?!pvrRjkgG/123\nc" || p.quit {
		t.Errorf("the box holds %q", got)
	}
	p.does("backspace", "backspace", "left", "x", "home", "y")
	if got := p.box(); got != "yq?!pvrRjkgG/12x3" {
		t.Errorf("after editing, the box holds %q", got)
	}
}

// What is drawn of a text is the text, and the cursor is in the window.
func TestTheBoxShowsTheText(t *testing.T) {
	p := newPalette(&strings.Builder{}, false)
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab /界é\u0301🇩🇪👩‍💻\n\t\r\x1b[31m"))).Draw(r, "text")
		w, h := rapid.IntRange(4, 60).Draw(r, "width"), rapid.IntRange(1, 12).Draw(r, "height")
		ed := newEditor(text)
		for _, k := range rapid.SliceOf(rapid.SampledFrom([]tea.KeyType{tea.KeyUp, tea.KeyLeft, tea.KeyHome, tea.KeyEnter, tea.KeyBackspace, tea.KeyEnd, tea.KeyDelete})).Draw(r, "keys") {
			ed.key(tea.KeyMsg{Type: k})
		}
		rows := ed.view(p, w, h)
		if len(rows) != h {
			t.Fatalf("%d rows in %d", len(rows), h)
		}
		cursors := 0
		for _, row := range rows {
			if width(row) > w {
				t.Fatalf("a row is %d wide in %d: %q", width(row), w, row)
			}
			cursors += strings.Count(row, "▏")
		}
		if cursors != 1 {
			t.Fatalf("%d cursors in %q", cursors, rows)
		}
		all := ed.view(p, w, 10_000)
		if shown, want := strings.ReplaceAll(strings.Join(all, ""), "▏", ""), strings.ReplaceAll(ed.text(), "\n", ""); shown != want {
			t.Fatalf("%q is shown as %q", want, shown)
		}
	})
}

// A text of the longest kind does not make the box slow: it is pasted, typed into and drawn within a frame or two.
func BenchmarkTypingIntoALongText(b *testing.B) {
	line := strings.Repeat("at com.example.Service.call(Service.java:42) ", 3)
	ed := newEditor(strings.Repeat(line+"\n", mostPasted/len(line)))
	p := newPalette(&strings.Builder{}, false)
	for b.Loop() {
		ed.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("x")})
		hear(ed.text())
		ed.view(p, 80, 20)
	}
}

func TestWhatTheLogTellsIsTaken(t *testing.T) {
	past := slices.Repeat([]string{"down"}, len(steps.Symptoms())) // from the first symptom to what stands below the last
	for _, keys := range [][]string{{"1"}, append(past, "enter")} {
		s := &script{report: refused, told: logged()}
		p := onSymptoms(t, s, 80, 24)
		p.does(keys...)
		p.sees("web ⇢ sns:Publish on orders")
		if got := s.cases[0]; got.Action != "sns:Publish" || got.Resource != ordersTopic || got.Error != refusalText || got.Task == "" {
			t.Errorf("%v: the walk was asked about %+v", keys, got)
		}
	}
	s := &script{report: blocked, told: logged()}
	p := onSymptoms(t, s, 80, 24)
	p.does("2")
	p.sees("does not admit the task")
	if got := s.cases[0]; got.Symptom != steps.Timeout || got.Target != "sns.eu-central-1.amazonaws.com" {
		t.Errorf("the walk was asked about %+v", got)
	}
	if p.does("esc", "9"); p.m.top().title() != "What do you see?" {
		t.Error("a digit without a row leads somewhere")
	}
}

// The log is read while the person may already choose, and it makes way for the walk.
func TestTheLogHoldsNothingUp(t *testing.T) {
	s := &script{report: blocked, told: logged(), logGate: make(chan struct{})}
	p := sit(t, with(shop(), s), 80, 24)
	p.does("G", "enter")
	p.press("enter")
	p.sees("Reading the application's log")
	for !s.askedForLog() {
		time.Sleep(time.Millisecond)
	}
	p.press("enter", "sns", "enter")
	p.sees("does not admit the task")
	p.settle()
	if len(p.m.env.faults) != 0 {
		t.Errorf("making way was logged as an error: %v", p.m.env.faults)
	}
	close(s.logGate)
	p.does("esc", "esc", "esc")
	p.sees("r reads it")
	p.does("r")
	p.sees("From the application's log")
}

func TestALogThatCannotBeReadLosesNothing(t *testing.T) {
	p := sit(t, fromUnreadLog(), 80, 24)
	p.does("G", "enter", "enter")
	p.sees("logs:FilterLogEvents is not allowed")
	p.does("enter", "sns", "enter")
	p.sees("does not admit the task")
}

// A task that does not exist yet has no log, and the log of a demo world's story needs no reading.
func TestWhoseLogIsRead(t *testing.T) {
	o := with(shop(), &script{report: blocked, told: logged()})
	o.Case = steps.Case{Launch: &steps.Launch{}}
	p := sit(t, o, 80, 24)
	p.settle()
	if strings.Contains(p.frame(), "log") {
		t.Errorf("a task that does not exist yet:\n%s", p.frame())
	}
	s := &script{report: refused}
	o = fromStory()
	o.Walker = func(acting.Session) Walker { return s }
	p = sit(t, o, 80, 24)
	p.does("enter", "enter", "enter")
	p.sees("sns:Publish on orders")
	if got := s.cases[0]; got.Error != refusalText || got.Service != "worker" {
		t.Errorf("the story led to %+v", got)
	}
}

// Every key that a screen lists does something there.
func TestListedKeysWork(t *testing.T) {
	for _, s := range scenes {
		if s.name == "help-walk" || s.name == "help-tasks" {
			continue
		}
		keyed := func() *person {
			p := sit(t, s.options(), 80, 24)
			p.does(s.keys...)
			p.m.env.notice = ""
			return p
		}
		for _, b := range keyed().m.top().keys(keyed().m.env) {
			for _, name := range b.Keys()[:1] {
				p := keyed()
				frame, last, out := p.frame(), p.m.env.last, p.out.String()
				if _, known := namedKeys[name]; !known && len(name) > 1 {
					t.Fatalf("%s: the test can't press %q", s.name, name)
				}
				p.does(name)
				if p.frame() == frame && p.m.env.last == last && p.out.String() == out && !slices.Contains([]string{"up", "left"}, name) {
					t.Errorf("%s: %s (%s) does nothing:\n%s", s.name, b.Help().Key, b.Help().Desc, frame)
				}
			}
		}
	}
}
