package tui

import (
	"strconv"

	"github.com/charmbracelet/bubbles/key"
)

// bind returns a binding with its help: the keys as a person reads them, and what they do.
func bind(help, does string, names ...string) key.Binding {
	return key.NewBinding(key.WithKeys(names...), key.WithHelp(help, does))
}

// keys are all bindings of the wizard. A screen lists those it listens to; footer and help are made from that list.
var keys = struct {
	up, down, pageUp, pageDown, first, last                        key.Binding
	enter, back, filter, order, reverse, refresh, kinds, next      key.Binding
	again, recheck, copyFix, copySentence, answer, choose          key.Binding
	choice, paste, copyDocument, take, takePasted, takeTold, clear key.Binding
	debug, shell, probe, runbook, role, stop                       key.Binding
	profile, region, failures, help, quit, interrupt               key.Binding
	watch, save, overwrite, mask, who, menu, mouse, needs          key.Binding
}{
	up:       bind("↑ k", "up", "up", "k"),
	down:     bind("↓ j", "down", "down", "j"),
	pageUp:   bind("pgup", "page up", "pgup", "ctrl+b", "ctrl+u"),
	pageDown: bind("pgdn", "page down", "pgdown", "ctrl+f", "ctrl+d"),
	first:    bind("g home", "first", "g", "home"),
	last:     bind("G end", "last", "G", "end"),

	enter:   bind("enter", "choose", "enter"),
	back:    bind("esc", "back", "esc"),
	filter:  bind("/", "filter", "/"),
	order:   bind("o", "order", "o"),
	reverse: bind("O", "reverse the order", "O"),
	refresh: bind("ctrl+r", "read again", "ctrl+r"),
	kinds:   bind("tab", "tasks or services", "tab"),
	next:    bind("tab", "next fix", "tab"),

	again:        bind("r", "run again", "r"),
	recheck:      bind("R", "recheck all", "R"),
	copyFix:      bind("c", "copy fix", "c"),
	copyDocument: bind("J", "copy JSON", "J"),
	copySentence: bind("y", "copy sentence", "y"),
	watch:        bind("W", "watch", "W"),
	save:         bind("s", "save report", "s"),
	needs:        bind("t", "all needs", "t"),
	answer:       bind("a", "the answer", "a"),
	choose:       bind("1-9", "answer", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
	choice:       bind("← →", "choose an answer", "left", "right", "h", "l"),

	paste:      bind("v", "paste an error", "v"),
	take:       bind("ctrl+s", "take it", "ctrl+s", "ctrl+d"),
	takePasted: bind("enter", "take it", "enter"),
	takeTold:   bind("1-9", "take it", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
	clear:      bind("ctrl+l", "clear", "ctrl+l"),

	overwrite: bind("ctrl+o", "overwrite it", "ctrl+o"),
	mask:      bind("tab", "mask account ids", "tab"),

	menu:  bind(":", "all actions", ":"),
	who:   bind("i", "who am I", "i"),
	mouse: bind("m", "mouse on or off", "m"),

	debug:   bind("d", "debug task", "d"),
	shell:   bind("x", "shell", "x"),
	probe:   bind("p", "probe inside", "p"),
	runbook: bind("b", "runbook of AWS", "b"),
	role:    bind("tab", "use a role", "tab"),
	stop:    bind("D", "stop it", "D"),

	profile:   bind("P", "profile, region", "P"),
	region:    bind("tab", "other region", "tab"),
	failures:  bind("!", "errors", "!"),
	help:      bind("?", "help", "?"),
	quit:      bind("q", "quit", "q"),
	interrupt: bind("ctrl+c", "quit at once", "ctrl+c"),
}

// moving are the bindings of everything with a cursor.
func moving() []key.Binding {
	return []key.Binding{keys.up, keys.down, keys.pageUp, keys.pageDown, keys.first, keys.last}
}

// numbered returns a binding of digits for n things.
func numbered(b key.Binding, n int) key.Binding {
	digits := "1"
	n = min(n, len(b.Keys()))
	if n > 1 {
		digits += "-" + strconv.Itoa(n)
	}
	return bind(digits, b.Help().Desc, b.Keys()[:max(n, 0)]...)
}

// named returns the binding with another word for what it does here.
func named(b key.Binding, does string) key.Binding {
	b.SetHelp(b.Help().Key, does)
	return b
}
