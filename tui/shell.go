package tui

import (
	"context"
	"fmt"
	"io"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// shell opens a shell in a container of a task: it finds the task, asks which container when several can have a shell, and says what is
// missing when none can.
type shell struct {
	session acting.Session
	of      steps.Case // whose task is looked for
	task    aws.Task   // once it is known
	what    string     // what the person calls the task
	reading reading
	names   []string // of the containers to choose from
	cursor  int
	running bool
	err     error // why there is no shell
	broke   bool  // there was one
	offer   offer // of a debug task instead
}

// taskFound is the task that stream id looked for.
type taskFound struct {
	id   int
	task aws.Task
}

// shellEnded says how a shell came to its end, and what was typed after that.
type shellEnded struct {
	of     *shell
	err    error
	unread []byte
}

// newShell returns the screen for a task that is known.
func newShell(s acting.Session, task aws.Task, what string) *shell {
	return &shell{session: s, task: task, what: what}
}

// shellFor returns the screen for the task of a case.
func shellFor(e *env, c steps.Case) *shell {
	s := &shell{session: e.session, of: c, what: subjectOf(c), offer: newOffer(c)}
	s.reading = reading{what: "looking for the task", fails: "The task can't be read"}
	return s
}

func (s *shell) title() string {
	if len(s.names) > 0 {
		return "Which container?"
	}
	return "Shell"
}

func (*shell) typing() bool { return false }

func (s *shell) close(e *env) {
	s.reading.stop(e)
	s.offer.reading.stop(e)
}

func (s *shell) open(e *env) tea.Cmd {
	if s.task.ARN != "" {
		return s.choose(e)
	}
	reader, c := s.session.Reader, s.of
	s.err = nil
	return s.reading.start(e, func(ctx context.Context, id int, send func(tea.Msg)) error {
		var task aws.Task
		var err error
		if c.Task != "" {
			task, err = read.FindTask(ctx, reader, c.Cluster, c.Service, c.Task)
		} else {
			task, err = read.NewestTask(ctx, reader, c.Cluster, c.Service)
		}
		if err == nil {
			send(taskFound{id, task})
		}
		return err
	})
}

// choose asks which container, where there are several.
func (s *shell) choose(e *env) tea.Cmd {
	names := s.task.Open()
	if len(names) > 1 {
		s.names = names
		return nil
	}
	return s.run(e, "")
}

// run hands the terminal over to a shell.
func (s *shell) run(e *env, container string) tea.Cmd {
	if s.task.ARN == "" {
		s.err = fmt.Errorf("service %s has no task", s.of.Service)
		return s.offer.read(e, false)
	}
	terminal, err := s.session.Shell(e.ctx, s.task, container)
	if err != nil {
		s.err = err
		if s.offer.of.Cluster != "" {
			return s.offer.read(e, false)
		}
		return nil
	}
	s.running = true
	if names := s.task.Open(); container == "" && len(names) == 1 {
		container = names[0]
	}
	h := &handover{Terminal: terminal, banner: fmt.Sprintf("shell in %s of task %s · exit comes back to fargate-doctor", aws.Clean(container), shortID(s.task.ID))}
	return tea.Exec(h, func(err error) tea.Msg {
		var unread []byte
		if t, ok := terminal.(interface{ Unread() []byte }); ok {
			unread = t.Unread()
		}
		return shellEnded{s, err, unread}
	})
}

// ended goes back to where the shell was opened from, or says why there was none.
func (s *shell) ended(e *env, err error) {
	s.running = false
	if err == nil {
		e.notice = "the shell in " + s.what + " has ended"
		e.back()
		return
	}
	s.err, s.broke = err, true
	e.fail("The shell in "+s.what+" broke off", err)
}

func (s *shell) receive(e *env, msg tea.Msg) tea.Cmd {
	if found, ok := msg.(taskFound); ok && found.id == s.reading.id {
		s.task = found.task
		return s.choose(e)
	}
	s.reading.ended(e, msg)
	return s.offer.receive(e, msg)
}

func (s *shell) keys(e *env) []key.Binding {
	var ks []key.Binding
	switch {
	case len(s.names) > 0 && s.err == nil:
		ks = append(ks, keys.enter, numbered(named(keys.takeTold, "take it"), len(s.names)))
	case s.err != nil || s.reading.err != nil:
		ks = append(ks, named(keys.again, "try again"))
		if s.session.Debug != nil && s.offer.of.Cluster != "" {
			ks = append(ks, keys.debug)
		}
	}
	return append(ks, keys.back)
}

func (s *shell) key(e *env, k tea.KeyMsg) tea.Cmd {
	choosing := len(s.names) > 0 && s.err == nil
	failed := s.err != nil || s.reading.err != nil
	switch {
	case key.Matches(k, keys.back):
		e.back()
	case failed && key.Matches(k, keys.again):
		s.err, s.names, s.broke = nil, nil, false
		if s.of.Cluster != "" {
			s.task = aws.Task{}
		}
		return s.open(e)
	case failed && key.Matches(k, keys.debug) && s.offer.of.Cluster != "":
		return s.offer.take(e)
	case choosing && key.Matches(k, keys.enter):
		return s.run(e, s.names[s.cursor])
	case choosing && key.Matches(k, keys.takeTold):
		if i := int(k.Runes[0] - '1'); i < len(s.names) {
			return s.run(e, s.names[i])
		}
	case choosing:
		s.cursor, _ = scroll(k, s.cursor, len(s.names), len(s.names))
	}
	return nil
}

func (s *shell) view(e *env, w, h int) []string {
	p := e.style
	switch {
	case s.err != nil:
		lines := []string{""}
		what := "No shell"
		if s.broke {
			what = "It broke off"
		}
		for _, l := range failed(p, sentence(what, s.err), aws.Hint(s.err), w) {
			lines = append(lines, " "+l)
		}
		if s.offer.of.Cluster == "" {
			return lines
		}
		return append(append(lines, ""), s.offer.lines(e, w, 3)...)
	case s.reading.err != nil:
		return append([]string{""}, s.reading.failure(p, w)...)
	case len(s.names) > 0 && !s.running:
		lines := []string{"", " Several containers of " + aws.Clean(s.what) + " can have a shell.", ""}
		for i, name := range s.names {
			line := fmt.Sprintf("%d  %s", i+1, aws.Clean(name))
			if i == s.cursor {
				lines = append(lines, p.marked(" > "+line, w))
				continue
			}
			lines = append(lines, cut(gutter+line, w))
		}
		return lines
	}
	return []string{"", " Opening a shell in " + cut(aws.Clean(s.what), w-22) + " …"}
}

// failed draws what went wrong, and what to do about it.
func failed(p palette, what, hint string, w int) []string {
	lines := headed(p, w-2, what)
	for _, l := range wrap(hint, w-4) {
		lines = append(lines, "  "+l)
	}
	return lines
}

// headed draws a sentence in bold with the sign of what failed before it.
func headed(p palette, w int, text string) []string {
	var lines []string
	for i, l := range wrap(text, w-3) {
		mark := "  "
		if i == 0 {
			mark = p.bad.Render("✗") + " "
		}
		lines = append(lines, mark+p.bold.Render(l))
	}
	return lines
}

// A handover gives the terminal itself to what runs in it, with a line that says what that is.
type handover struct {
	acting.Terminal
	banner string
	out    io.Writer
}

// SetStdout hands the terminal on as the file that it is, so that its size is seen.
func (h *handover) SetStdout(w io.Writer) {
	if t, ok := w.(terminal); ok {
		w = t.File
	}
	h.out = w
	h.Terminal.SetStdout(w)
}

// SetStderr is called by Bubble Tea with the process's own; what a person waits for belongs on their terminal.
func (h *handover) SetStderr(io.Writer) { h.Terminal.SetStderr(h.out) }

// Run says what runs, and runs it.
func (h *handover) Run() error {
	fmt.Fprintf(h.out, "\n%s\n", h.banner)
	return h.Terminal.Run()
}
