// Package tui is the wizard: the only package that imports Charm's terminal libraries. One root model holds a stack of
// screens; each screen is a plain struct in its own file. What is asked and judged is the business of steps; the screens
// only show it.
//
// Nothing here waits in Update or View: reading and walking happen in streams (stream.go), whose results come back as
// messages that carry the stream's id, so that what belongs to a reading that was given up is dropped.
package tui

import (
	"context"
	"io"
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// Options say what the wizard works on.
type Options struct {
	// Connect opens an account. It is nil where there is nothing to choose: a snapshot, a demo world.
	Connect func(ctx context.Context, profile, region string) (acting.Session, error)
	// Session is the account, snapshot or demo world to start with; nil asks for a profile and a region first.
	Session *acting.Session
	// Profiles and Regions are offered for choice.
	Profiles []Profile
	Regions  []string

	// Case holds what is known already; screens that it answers are skipped.
	Case steps.Case
	// Suggested holds answers that are put under the cursor, and not taken without being asked.
	Suggested steps.Case

	// World names a demo world or snapshot, and Story is one line about what the person sees there.
	World, Story string

	ReadOnly bool   // shown in the header
	Version  string // of the program
	Endpoint string // URL that every AWS call is sent to, "" when it is AWS itself

	// Save writes a report to a file and returns where it is. Without overwrite, a file that is there is an error that wraps
	// fs.ErrExist. Nil means that nothing can be saved.
	Save       func(file string, text []byte, overwrite bool) (string, error)
	WatchEvery time.Duration // between the walks of a watch; 0 means 15 s

	Debug   debug.Options // of the debug task
	NoColor bool          // NO_COLOR, --no-color or TERM=dumb

	Walker func(acting.Session) Walker // what walks the tree; nil means a steps.Engine
	Clock  func() time.Time            // the world's own time, a recording's when it was made; nil means time.Now
	Getenv func(string) string         // the environment, for copying through tmux and screen; nil means os.Getenv
	In     io.Reader                   // nil means os.Stdin
	Out    io.Writer                   // nil means os.Stdout
}

// A Profile is one that the AWS configuration files name.
type Profile struct {
	Name   string
	Region string // "" when the profile has none
	Note   string // "SSO", "assumes a role" …
}

// withDefaults fills in what a person at a terminal means.
func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.In == nil {
		o.In = os.Stdin
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	if o.WatchEvery == 0 {
		o.WatchEvery = watchEvery
	}
	if o.Walker == nil {
		clock := o.Clock
		o.Walker = func(s acting.Session) Walker { return &steps.Engine{Reader: s.Reader, Region: s.Region, Now: clock} }
	}
	return o
}

// Run shows the wizard until the person quits or ctx ends. Quitting is no error; the end of ctx is ctx's error.
func Run(ctx context.Context, o Options) error {
	o = o.withDefaults()
	o.Out = shared(o.Out)
	m := New(ctx, o)
	defer m.cancel()
	// Signals end ctx, and that alone ends the program: Bubble Tea's own handler sends what nobody may be left to take, and is waited for.
	program := tea.NewProgram(m, tea.WithAltScreen(), tea.WithoutSignalHandler(), tea.WithInput(o.In), tea.WithOutput(o.Out))
	defer context.AfterFunc(ctx, program.Quit)() // as by the person: the terminal is restored, and the reader of keys is waited for
	_, err := program.Run()
	m.tidy()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
