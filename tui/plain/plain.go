// Package plain is the wizard line by line: questions and answers, no cursor movement, no colour, no glyph that means something. It is for
// screen readers, for terminals that can do no more, and for scripts. It asks what the wizard asks, in the same order, and drives the same
// engine; what is judged is the business of steps. Nothing of Charm belongs here.
package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// Options say what is asked about, and where the conversation takes place.
type Options struct {
	// Connect opens an account. It is nil where there is nothing to choose: a snapshot, a demo world.
	Connect func(ctx context.Context, profile, region string) (Session, error)
	// Session is the account, snapshot or demo world to start with; nil asks for a profile and a region first.
	Session *Session
	// Profiles are offered for choice.
	Profiles []string

	Case      steps.Case // what is known already, and not asked for
	Suggested steps.Case // answers that an empty line takes
	World     string     // names a demo world or snapshot
	Story     string     // one line about what the person sees there

	// Save writes a report to a file and returns where it is. Without overwrite, a file that is there is an error that wraps
	// fs.ErrExist.
	Save func(file string, text []byte, overwrite bool) (string, error)

	Clock func() time.Time // the world's own time
	In    io.Reader
	Out   io.Writer
	Echo  bool // repeat what is read: no terminal does
}

// A Session is an account, snapshot or demo world that answers.
type Session struct {
	Reader          aws.Reader
	Profile, Region string
}

// Run talks until the person quits, or there are no more answers. Neither is an error; the end of ctx is ctx's error.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &conversation{Options: o, lines: linesOf(ctx, o.In)}
	c.say("fargate-doctor finds out why a container on AWS Fargate can't reach a service, is refused by one, or does not start.")
	c.say("It reads your account and changes nothing. Answer with a number or a name. back goes back, quit ends.")
	if o.World != "" {
		c.say("You look at %s, not at a live account.", o.World)
	}
	if o.Story != "" {
		c.say("Story: %s", o.Story)
	}
	err := c.run(ctx)
	if errors.Is(err, errQuit) {
		c.say("")
		c.say("Goodbye.")
		return nil
	}
	return err
}

// A conversation is one run: what is known so far, and the streams.
type conversation struct {
	Options
	lines   <-chan string
	session Session
	engine  *steps.Engine
	account string
}

// run asks and walks, over and over.
func (c *conversation) run(ctx context.Context) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	for {
		q, err := c.inquire(ctx)
		if err != nil {
			return err
		}
		if err := c.walk(ctx, q.Case); err != nil && !errors.Is(err, errBack) {
			return err
		}
	}
}

// say prints one line. What comes from AWS is clean before it gets here, or here.
func (c *conversation) say(format string, args ...any) {
	fmt.Fprintln(c.Out, aws.Clean(fmt.Sprintf(format, args...)))
}

// fail says what could not be done, why, and what to do about it.
func (c *conversation) fail(what string, err error) {
	c.say("%s: %s.", what, aws.Why(err))
	if hint := aws.Hint(err); hint != "" {
		c.say("%s", hint)
	}
}
