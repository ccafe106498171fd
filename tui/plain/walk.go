package plain

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"
)

// patience is how long a walk is silent at most.
const patience = 5 * time.Second

// noWalk is why nothing can be done with a walk that there is not.
const noWalk = "no walk has come to its end yet"

// A walk is a case that was walked, and what came of it last.
type walk struct {
	*conversation
	of   steps.Case
	last *steps.Report // nil until a walk has come to its end

	heard []choice // what was offered last: it is not read out twice
}

// walk walks for a case, tells what came of it, and does what the person wants next, until they ask about something else.
func (c *conversation) walk(ctx context.Context, of steps.Case) error {
	w := &walk{conversation: c, of: of}
	if w.walks(ctx, false) {
		c.tell(report.Spoken(*w.last))
	}
	for {
		err := w.next(ctx)
		if errors.Is(err, errQuit) {
			err = c.leave(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errAgain), errors.Is(err, errBack):
			return nil
		case err != nil:
			return err
		}
	}
}

// walks walks once and reports whether that came to its end; else it says why not. With fresh, nothing that was read before counts.
func (w *walk) walks(ctx context.Context, fresh bool) bool {
	c, of := w.conversation, w.of
	if fresh {
		c.engine.Forget("")
	}
	of.Answers = maps.Clone(of.Answers)
	c.say("")
	c.say("Walking the decision tree.")
	told := c.Clock()
	var r steps.Report
	stopped, err := c.stoppable(ctx, func(ctx context.Context) (err error) {
		r, err = c.engine.Walk(ctx, of, func(e steps.Event) {
			if now := c.Clock(); now.Sub(told) >= patience {
				c.say("Still walking, %d calls to AWS so far.", e.Calls)
				told = now
			}
		})
		return err
	})
	switch {
	case err == nil:
		w.last = &r
		return true
	case stopped:
		c.say("You stopped the walk.")
	case ctx.Err() == nil:
		c.fail("The walk broke off", err)
	}
	return false
}

// errAgain ends a walk: the person asks about something else.
var errAgain = errors.New("the person asks about something else")

// An entry is something that can be done after a walk, or why it can't.
type entry struct {
	choice
	refused string
	do      func(context.Context) error
}

// next asks what to do after a walk, and does it.
func (w *walk) next(ctx context.Context) error {
	m := menu{ask: "What next?", suggest: -1}
	var can []entry
	for _, e := range w.entries() {
		if e.refused != "" {
			m.absent = append(m.absent, absent{e.names, e.refused})
			continue
		}
		can = append(can, e)
		m.choices = append(m.choices, e.choice)
	}
	m.heard = slices.EqualFunc(w.heard, m.choices, func(a, b choice) bool { return a.label == b.label })
	w.heard = m.choices
	i, _, err := w.choose(ctx, m)
	if err != nil {
		return err
	}
	if err := can[i].do(ctx); !errors.Is(err, errBack) {
		return err
	}
	return nil
}

// entries lists what can be done, and what can't, in the order of the menu.
func (w *walk) entries() []entry {
	all := []entry{{choice{"recheck: look again with fresh facts, and hear what changed", []string{"recheck", "r"}}, "", w.recheck}}
	add := func(label string, refused string, do func(context.Context) error, names ...string) {
		all = append(all, entry{choice{label, names}, refused, do})
	}
	add("watch: look again every "+spoken(w.WatchEvery)+" until the verdict changes", w.noWatch(), w.watch, "watch", "w")
	add("steps: hear every step of the walk", w.unwalked(), w.hearSteps, "steps")
	add("answer: hear the answer and the mends once more", w.unwalked(), w.hear, "answer", "a")
	add("needs: hear what the start needs, one by one", w.noNeeds(), w.hearNeeds, "needs", "t")
	var questions []steps.Question
	if w.last != nil {
		questions = report.Questions(*w.last, w.of.Answers)
	}
	for _, q := range questions {
		add("question: "+q.Text, "", func(ctx context.Context) error { return w.answerTo(ctx, q) }, "question")
	}
	if len(questions) == 0 {
		add("", cmp.Or(w.unwalked(), "the walk has no question for you"), nil, "question")
	}
	add("probe: look from inside the container, and walk again with what is seen", w.noProbe(),
		func(ctx context.Context) error { return w.probe(ctx, aws.Task{}, "inside the container") }, "probe", "p")
	shell := ""
	if w.session.Shell == nil {
		shell = w.session.Refusal()
	}
	add("shell: open a shell in the task", shell, w.shell, "shell", "x")
	w.debugging(add)
	add("runbook: run the runbook of AWS on the task that failed", w.noRunbook(), w.runbook, "runbook")
	add("report: save it to a file", w.noSave(), w.save, "report", "save", "s")
	add("again: ask about something else", "", func(context.Context) error { return errAgain }, "again")
	add("quit", "", func(context.Context) error { return errQuit }, "quit")
	return all
}

// debugging adds what can be done about a debug task: launch one, or what there is to do with the one that stands there.
func (w *walk) debugging(add func(label, refused string, do func(context.Context) error, names ...string)) {
	t := w.standing(w.of)
	switch {
	case w.session.Debug == nil:
		add("", w.session.Refusal(), nil, "debug", "d", "debug probe", "debug shell", "debug stop")
		return
	case t == nil:
		add("debug: launch a debug task beside it, to look and to open a shell from", "", w.launch, "debug", "d")
		add("", "no debug task stands here; debug launches one", nil, "debug probe", "debug shell", "debug stop")
		return
	}
	if w.noProbe() == "" {
		add("debug probe: look from "+t.name()+", and walk again with what is seen", "",
			func(ctx context.Context) error { return w.probe(ctx, t.launched.Task, t.name()) }, "debug probe")
	}
	add("debug shell: open a shell in "+t.name(), "", func(ctx context.Context) error { return w.openShell(ctx, t.launched.Task) }, "debug shell")
	add("debug stop: stop "+t.name(), "", func(ctx context.Context) error {
		_, err := w.stop(ctx, t)
		return err
	}, "debug stop")
}

func (w *walk) unwalked() string {
	if w.last == nil {
		return noWalk
	}
	return ""
}

func (w *walk) noWatch() string {
	if w.last != nil && w.last.Verdict == steps.OK {
		return "nothing stands in the way, so there is nothing to watch for"
	}
	return w.unwalked()
}

func (w *walk) noNeeds() string {
	if w.last != nil && len(w.last.Needs) == 0 {
		return "only the walk of a task that does not start has a table of needs"
	}
	return w.unwalked()
}

func (w *walk) noSave() string {
	if w.Save == nil {
		return "nothing can be saved here"
	}
	return w.unwalked()
}

// recheck walks again with fresh facts and says what changed.
func (w *walk) recheck(ctx context.Context) error {
	before := w.last
	switch {
	case !w.walks(ctx, true):
	case before == nil:
		w.tell(report.Spoken(*w.last))
	default:
		w.tell(report.SpokenSince(*w.last, steps.Compare(*before, *w.last)))
	}
	return nil
}

func (w *walk) hearSteps(context.Context) error {
	w.tell(report.SpokenSteps(*w.last))
	return nil
}

func (w *walk) hear(context.Context) error {
	w.tell(report.Spoken(*w.last))
	return nil
}

func (w *walk) hearNeeds(context.Context) error {
	w.tell(report.SpokenNeeds(w.last.Needs))
	return nil
}

// answerTo asks a question that a step left to the person, and walks on with the answer, which needs no fresh facts.
func (w *walk) answerTo(ctx context.Context, q steps.Question) error {
	m := menu{ask: q.Text + " Your answer is marked as yours in the report.", suggest: -1}
	for _, ch := range q.Choices {
		m.choices = append(m.choices, choice{ch.Label, []string{ch.Value}})
	}
	i, _, err := w.choose(ctx, m)
	if err != nil {
		return err
	}
	answers := map[string]string{}
	maps.Copy(answers, w.of.Answers)
	answers[q.ID] = q.Choices[i].Value
	w.of.Answers = answers
	if w.walks(ctx, false) {
		w.tell(report.Spoken(*w.last))
	}
	return nil
}
