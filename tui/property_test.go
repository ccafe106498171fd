package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"

	"fargate-doctor/steps"
)

// Whatever is pressed, whatever the window, and whatever texts come from AWS: every frame fits the window exactly and holds
// no control character. person.frame is what fails.
func TestEveryFrameFits(t *testing.T) {
	anyKey := []string{"up", "down", "left", "right", "home", "end", "pgup", "pgdown", "enter", "enter", "esc", "tab", "backspace", "ctrl+r",
		"j", "k", "g", "G", "/", "o", "O", "r", "R", "c", "y", "a", "p", "?", "!", ":", "i", "s", "W", "m", "t", "1", "2", "sns", "界", "e\u0301", "x:1",
		"v", "v", "J", "ctrl+s", "ctrl+s", "ctrl+l", "ctrl+j", "paste:" + refusalText, "paste:" + timeoutText, "paste:AccessDenied",
		"paste:" + hostile + "\t" + hostile + "\n" + strings.Repeat("界x ", 60), "sns:Publish", "arn:aws:sns:eu-central-1:111122223333:x"}
	rapid.Check(t, func(r *rapid.T) {
		report := rapid.SampledFrom([]func(steps.Case) steps.Report{blocked, denied, nasty, refused, unstarted}).Draw(r, "report")
		a := shop()
		for i := range a.tasks {
			a.tasks[i]["group"] = "service:" + hostile + a.tasks[i]["group"].(string)
			a.tasks[i]["stoppedReason"] = hostile
		}
		told := logged()
		told[0].Line, told[1].Case.Target, told[1].Times = hostile+refusalText, hostile, rapid.IntRange(0, 100_000).Draw(r, "times")
		o := with(a, &script{report: report, told: told[:rapid.IntRange(0, 2).Draw(r, "told")]})
		if rapid.Bool().Draw(r, "asked") {
			o = asked(o)
			o.Case.Symptom = rapid.SampledFrom([]steps.Symptom{steps.Timeout, steps.Auth, steps.Start, ""}).Draw(r, "symptom")
		}
		if rapid.Bool().Draw(r, "suggested") {
			o.Suggested = steps.Case{Error: hostile + refusalText, Action: hostile, Resource: hostile, Target: hostile}
		}
		o.Story, o.World = hostile, hostile
		o.Profiles, o.Regions = []Profile{{Name: hostile}}, []string{hostile}
		o.NoColor = rapid.Bool().Draw(r, "no colour")
		p := sit(t, o, rapid.IntRange(1, 250).Draw(r, "width"), rapid.IntRange(1, 80).Draw(r, "height"))
		p.settle()
		for range rapid.IntRange(1, 25).Draw(r, "presses") {
			if rapid.IntRange(0, 4).Draw(r, "resize") == 0 {
				p.resize(rapid.IntRange(1, 250).Draw(r, "width"), rapid.IntRange(1, 80).Draw(r, "height"))
			}
			p.press(rapid.SampledFrom(anyKey).Draw(r, "key"))
			p.frame()
			if rapid.Bool().Draw(r, "settle") {
				p.settle()
				p.frame()
			}
		}
		p.settle()
	})
}

// A paste with line breaks goes into a text field as one line.
func TestPastedLines(t *testing.T) {
	p := sit(t, with(shop(), &script{report: blocked}), 80, 24)
	p.does("G", "enter", "enter", "enter")
	p.update(tea.KeyMsg{Type: tea.KeyRunes, Paste: true, Runes: []rune("sns.eu-central-1.amazonaws.com\n")})
	p.sees("✓ sns.eu-central-1.amazonaws.com:443")
}
