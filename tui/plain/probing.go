package plain

import (
	"context"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
	"fargate-doctor/steps/report"
)

// noProbe says why one can't look from inside, "" when one can.
func (w *walk) noProbe() string {
	switch {
	case w.session.Probe == nil:
		return w.session.Refusal()
	case w.of.Symptom == steps.Start:
		return "a task that does not start has no container to look from"
	case w.last == nil:
		return noWalk
	case w.last.Target.Host == "":
		return "it is not known what to reach"
	}
	return ""
}

// probe looks from inside the container of the case, or from a debug task, and walks again with what was seen.
func (w *walk) probe(ctx context.Context, in aws.Task, place string) error {
	c := w.conversation
	c.say("Probing from %s. It takes up to two minutes.", place)
	var round probe.Round
	stopped, err := c.stoppable(ctx, func(ctx context.Context) (err error) {
		round, err = c.session.Probe(ctx, w.of, w.last.Target, in)
		return err
	})
	switch {
	case stopped && err != nil:
		c.say("You stopped the probing. What was seen is not kept.")
		return nil
	case len(round.Results) == 0 && err != nil:
		return c.failed(ctx, "Nothing was probed", err)
	case err != nil:
		if err := c.failed(ctx, "Not all was probed", err); err != nil {
			return err
		}
	}
	before := *w.last
	w.of.Probes = &round
	if !w.walks(ctx, false) {
		return ctx.Err()
	}
	if w.last.Probes != nil {
		c.tell(report.SpokenProbes(*w.last.Probes))
	}
	c.tell(report.SpokenSince(*w.last, steps.Compare(before, *w.last)))
	if round.Image.Lacks() {
		c.say("The image of %s has too few tools to look up a name and to connect. A debug task has them: debug launches one.", place)
	}
	return nil
}
