// Package plain is the wizard line by line: questions and answers, no cursor movement, no colour, no glyph that means something. It is for
// screen readers, for terminals that can do no more, and for scripts. It asks what the wizard asks, in the same order, drives the same
// engine, and does what the wizard's keys do; what is judged is the business of steps. Nothing of Charm belongs here.
package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// Options say what is asked about, and where the conversation takes place.
type Options struct {
	// Connect opens an account. It is nil where there is nothing to choose: a snapshot, a demo world.
	Connect func(ctx context.Context, profile, region string) (acting.Session, error)
	// Session is the account, snapshot or demo world to start with; nil asks for a profile and a region first.
	Session *acting.Session
	// Profiles are offered for choice.
	Profiles []string

	Case      steps.Case // what is known already, and not asked for
	Suggested steps.Case // answers that an empty line takes
	World     string     // names a demo world or snapshot
	Story     string     // one line about what the person sees there

	// Save writes a report to a file and returns where it is. Without overwrite, a file that is there is an error that wraps
	// fs.ErrExist.
	Save func(file string, text []byte, overwrite bool) (string, error)

	Debug      debug.Options // of the debug task
	WatchEvery time.Duration // between the walks of a watch; 0 means 15 s

	Clock    func() time.Time // the world's own time
	In       io.Reader
	Out      io.Writer
	Echo     bool // repeat what is read: no terminal does
	Terminal bool // In and Out are the person's terminal, which a shell can have for itself

	// Interrupts bring Ctrl-C. It ends what is under way, and at a question it quits. Nil leaves Ctrl-C to ctx.
	Interrupts <-chan os.Signal
}

// watchEvery is how long a watch waits between two walks.
const watchEvery = 15 * time.Second

// Run talks until the person quits, or there are no more answers. Neither is an error; the end of ctx is ctx's error.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.WatchEvery == 0 {
		o.WatchEvery = watchEvery
	}
	c := &conversation{Options: o, lines: linesOf(ctx, o.In)}
	c.say("fargate-doctor finds out why a container on AWS Fargate can't reach a service, is refused by one, or does not start.")
	c.say("It reads your account, and changes nothing unless you ask for it. Answer with a number or a name. back goes back, quit ends.")
	if o.World != "" {
		c.say("You look at %s, not at a live account.", o.World)
	}
	if o.Story != "" {
		c.say("Story: %s", o.Story)
	}
	err := c.run(ctx)
	switch {
	case errors.Is(err, errQuit):
		c.say("")
		err = nil
		defer c.say("Goodbye.")
	case errors.Is(err, errEnded):
		err = nil
		c.say("The input has ended, and the program with it.")
	case ctx.Err() != nil:
		c.say("The program was interrupted.")
	}
	c.nameLiving()
	return err
}

// A conversation is one run: what is known so far, and the streams.
type conversation struct {
	Options
	lines   *lines
	session acting.Session
	engine  *steps.Engine
	account string
	tasks   []*debugTask // that were launched or found
}

// run asks and walks, over and over.
func (c *conversation) run(ctx context.Context) error {
	if stopped, err := c.stoppable(ctx, c.enter); stopped {
		return errQuit
	} else if err != nil {
		return err
	}
	for {
		var q inquiry
		stopped, err := c.stoppable(ctx, func(ctx context.Context) (err error) {
			q, err = c.inquire(ctx)
			return err
		})
		switch {
		case err == nil:
			err = c.walk(ctx, q.Case)
		case stopped, errors.Is(err, errQuit):
			err = c.leave(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// say prints one line. What comes from AWS is clean before it gets here, or here.
func (c *conversation) say(format string, args ...any) {
	fmt.Fprintln(c.Out, aws.Clean(fmt.Sprintf(format, args...)))
}

// tell prints lines.
func (c *conversation) tell(lines []string) {
	for _, l := range lines {
		c.say("%s", l)
	}
}

// failed says what could not be done, and goes on; the end of ctx is an error.
func (c *conversation) failed(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.fail(what, err)
	return nil
}

// capital returns a clause as the beginning of a sentence.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// fail says what could not be done, why, and what to do about it.
func (c *conversation) fail(what string, err error) {
	c.say("%s: %s.", what, aws.Why(err))
	if hint := aws.Hint(err); hint != "" {
		c.say("%s", hint)
	}
}
