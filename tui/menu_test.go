package tui

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

// Every key that help shows is in the list of all actions, but for those that move, and nothing else is.
func TestTheMenuHoldsWhatHelpShows(t *testing.T) {
	for _, s := range scenes {
		p := sit(t, s.options(), 200, 60)
		p.does(s.keys...)
		if p.m.top().typing() || p.m.help {
			continue
		}
		shown := slices.DeleteFunc(slices.Concat(p.m.top().keys(p.m.env), p.m.everywhere()), moves)
		p.does("?")
		help := p.frame()
		p.does("esc", ":")
		m, ok := p.m.top().(*menu)
		if !ok {
			t.Fatalf("%s: : leads to %q", s.name, p.m.top().title())
		}
		for _, b := range shown {
			if !strings.Contains(help, b.Help().Key) {
				t.Errorf("%s: %s is not in help", s.name, b.Help().Key)
			}
			if !slices.ContainsFunc(m.all, func(a action) bool { return key.Matches(a.press, b) }) {
				t.Errorf("%s: %s (%s) is not in the menu", s.name, b.Help().Key, b.Help().Desc)
			}
		}
		for _, a := range m.all {
			if !slices.ContainsFunc(shown, func(b key.Binding) bool { return key.Matches(a.press, b) }) {
				t.Errorf("%s: %s is in the menu and not in help", s.name, a.does)
			}
		}
	}
}

// What the menu does is what the key does.
func TestTheMenuDoesWhatTheKeyDoes(t *testing.T) {
	for _, name := range []string{"walk-blocked", "walk-question", "tasks", "clusters", "answer", "finding-question"} {
		s := scenes[slices.IndexFunc(scenes, func(s scene) bool { return s.name == name })]
		at := func() *person {
			p := sit(t, s.options(), 120, 40)
			p.does(s.keys...)
			return p
		}
		first := at()
		first.does(":")
		for i, a := range first.m.top().(*menu).all {
			pressed, chosen := at(), at()
			pressed.update(a.press)
			pressed.settle()
			chosen.does(":")
			for range i {
				chosen.press("down")
			}
			chosen.does("enter")
			if pressed.frame() != chosen.frame() || pressed.quit != chosen.quit || pressed.out.String() != chosen.out.String() {
				t.Errorf("%s: %s shows\n%s\nand from the menu\n%s", name, a.key, pressed.frame(), chosen.frame())
			}
		}
	}
}

func TestTheMenuFilters(t *testing.T) {
	p := sit(t, fromWalk(), 80, 24)
	p.does(":", "quit")
	if p.does("enter"); !p.quit {
		t.Errorf("quit from the menu:\n%s", p.frame())
	}
	p = sit(t, fromWalk(), 80, 24)
	p.does(":", "R", "enter")
	p.sees("nothing changed")
	p.does(":", "x", "esc", "esc")
	if p.m.top().title() != "The walk" {
		t.Errorf("esc leads to %q", p.m.top().title())
	}
}

func TestKeyNamesBecomeKeyPresses(t *testing.T) {
	for _, name := range []string{"enter", "esc", "tab", "ctrl+s", "ctrl+r", "pgup", "home", "R", ":", "!", "1"} {
		if got := pressed(name).String(); got != name {
			t.Errorf("%q is pressed as %q", name, got)
		}
	}
}

// What the menu says more of is there.
func TestNothingIsExplainedThatIsNotThere(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenes {
		p := sit(t, s.options(), 80, 24)
		p.does(s.keys...)
		for _, b := range slices.Concat(p.m.top().keys(p.m.env), p.m.everywhere()) {
			seen[b.Help().Desc] = true
		}
	}
	for does := range longer {
		if !seen[does] {
			t.Errorf("%q is no key's word", does)
		}
	}
}

// The keys that the README names are keys of some screen.
func TestTheKeysOfTheReadmeExist(t *testing.T) {
	known := map[string]bool{}
	look := func(o Options, keys []string) {
		p := sit(t, o, 80, 24)
		p.does(keys...)
		for _, b := range slices.Concat(p.m.top().keys(p.m.env), p.m.everywhere()) {
			known[b.Help().Key] = true
		}
	}
	for _, s := range scenes {
		look(s.options(), s.keys)
	}
	probed := onWalk(&workshop{})
	probed.Session.Probe = func(context.Context, steps.Case, steps.Target, aws.Task) (probe.Round, error) {
		return probe.Round{}, nil
	}
	look(probed, nil)
	look(fromRunbookOver(), nil)
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| key | does |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := strings.Split(table, "\n")
	if len(rows) < 5 {
		t.Fatalf("the README's table of keys has %d rows", len(rows))
	}
	for _, row := range rows {
		for _, k := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row, -1) {
			if !known[k[1]] {
				t.Errorf("%s is no key: %s", k[1], row)
			}
		}
	}
}

func click(x, y int) tea.MouseMsg {
	return tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft}
}

// A click goes to the row that is drawn there, a second one chooses it.
func TestAClickSelectsWhatIsThere(t *testing.T) {
	for _, c := range []struct{ scene, row, then string }{
		{"clusters", "payments-production", "Tasks and services"}, {"story", "payments-production", "Tasks and services"},
		{"tasks", "11aa22bb", "What do you see?"}, {"symptom", "It times out", "What does it want to reach?"},
		{"symptom-log", "It times out", "What does it want to reach?"},
		{"target", "athena", "The walk"}, {"walk-blocked", "Is a proxy in the way?", "A step of the walk"}, {"profiles", "staging", "Profile"},
		{"menu", "save report", "Save the report"}, {"calls", "s3:PutObject", "On which resource?"},
	} {
		for _, size := range sizes {
			s := scenes[slices.IndexFunc(scenes, func(s scene) bool { return s.name == c.scene })]
			p := sit(t, s.options(), size[0], size[1])
			p.does(s.keys...)
			y := slices.IndexFunc(strings.Split(p.frame(), "\n"), func(l string) bool { return strings.Contains(l, c.row) })
			if y < 0 {
				continue // below the window
			}
			p.update(click(6, y))
			p.settle()
			lines := strings.Split(p.frame(), "\n") // what is under the cursor may be drawn elsewhere
			under := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, " > ") })
			if under < 0 || !strings.Contains(lines[under], c.row) {
				t.Errorf("%s at %v: a click on %q selects\n%s", c.scene, size, c.row, p.frame())
				continue
			}
			p.update(click(6, under))
			p.settle()
			if got := p.m.top().title(); got != c.then {
				t.Errorf("%s at %v: a second click leads to %q, want %q", c.scene, size, got, c.then)
			}
		}
	}
}

func TestTheMouseIsOffUntilItIsAskedFor(t *testing.T) {
	p := sit(t, fromWalk(), 80, 24)
	p.settle()
	if p.m.mouse {
		t.Error("the mouse is on")
	}
	p.does("m")
	p.sees("the mouse is on")
	p.does("m")
	p.sees("the mouse is off")
	for _, want := range []tea.Msg{tea.EnableMouseCellMotion(), tea.DisableMouse()} {
		if got := p.m.toggleMouse()(); got != want {
			t.Errorf("the terminal is told %T, want %T", got, want)
		}
	}
}
