package plain

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"time"

	"fargate-doctor/steps"
	"fargate-doctor/steps/report"
)

// patience is how long a walk is silent at most.
const patience = 5 * time.Second

// walk walks for a case, tells what came of it, and does what the person wants next, until they ask about something else.
func (c *conversation) walk(ctx context.Context, of steps.Case) error {
	var last *steps.Report
	for fresh := false; ; {
		r, err := c.walked(ctx, of, fresh)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			var since *steps.Difference
			if fresh && last != nil {
				d := steps.Compare(*last, r)
				since = &d
			}
			for _, l := range report.Spoken(r, since) {
				c.say("%s", l)
			}
			last = &r
		} else {
			c.fail("The walk broke off", err)
		}
		said := len(of.Answers)
		again, err := c.next(ctx, &of, last)
		if err != nil || !again {
			return err
		}
		fresh = len(of.Answers) == said // an answer needs no fresh facts
	}
}

// walked walks once. With fresh, nothing that was read before counts.
func (c *conversation) walked(ctx context.Context, of steps.Case, fresh bool) (steps.Report, error) {
	if fresh {
		c.engine.Forget("")
	}
	of.Answers = maps.Clone(of.Answers)
	c.say("")
	c.say("Walking the decision tree.")
	told := c.Clock()
	return c.engine.Walk(ctx, of, func(e steps.Event) {
		if now := c.Clock(); now.Sub(told) >= patience {
			c.say("Still walking, %d calls to AWS so far.", e.Calls)
			told = now
		}
	})
}

// next asks what to do after a walk, and reports whether to walk again.
func (c *conversation) next(ctx context.Context, of *steps.Case, last *steps.Report) (again bool, err error) {
	type entry struct {
		choice
		do func() (again, done bool, err error)
	}
	for {
		entries := []entry{{choice{"recheck: walk again with fresh facts", []string{"recheck", "r"}},
			func() (bool, bool, error) { return true, true, nil }}}
		if last != nil {
			for _, q := range report.Questions(*last, of.Answers) {
				entries = append(entries, entry{choice{label: "answer a question: " + q.Text},
					func() (bool, bool, error) { answered, err := c.answerTo(ctx, q, of); return answered, answered, err }})
			}
			if c.Save != nil {
				entries = append(entries, entry{choice{"report: save it to a file", []string{"report", "s"}},
					func() (bool, bool, error) { return false, false, c.save(ctx, *last) }})
			}
		}
		entries = append(entries,
			entry{choice{"again: ask about something else", []string{"again"}}, func() (bool, bool, error) { return false, true, nil }},
			entry{choice{"quit", nil}, func() (bool, bool, error) { return false, true, errQuit }})
		m := menu{ask: "What next?", suggest: -1}
		for _, e := range entries {
			m.choices = append(m.choices, e.choice)
		}
		i, _, err := c.choose(ctx, m)
		if err != nil {
			return false, err
		}
		again, done, err := entries[i].do()
		if errors.Is(err, errBack) {
			continue
		}
		if done || err != nil {
			return again, err
		}
	}
}

func (c *conversation) answerTo(ctx context.Context, q steps.Question, of *steps.Case) (bool, error) {
	m := menu{ask: q.Text + " Your answer is marked as yours in the report.", suggest: -1}
	for _, ch := range q.Choices {
		m.choices = append(m.choices, choice{ch.Label, []string{ch.Value}})
	}
	i, _, err := c.choose(ctx, m)
	if err != nil {
		return false, err
	}
	answers := map[string]string{}
	maps.Copy(answers, of.Answers)
	answers[q.ID] = q.Choices[i].Value
	of.Answers = answers
	return true, nil
}

// save writes the report to a file. It overwrites nothing without being told to.
func (c *conversation) save(ctx context.Context, r steps.Report) error {
	m := menu{ask: "In which format?", suggest: 0}
	formats := report.Formats()
	for _, f := range formats {
		m.choices = append(m.choices, choice{f.Title, []string{f.Name, f.Extension}})
	}
	i, _, err := c.choose(ctx, m)
	if err != nil {
		return err
	}
	mask, err := c.yes(ctx, "Mask account ids?")
	if err != nil {
		return err
	}
	text, err := report.Render(r, formats[i].Name)
	if err == nil && mask {
		text, err = report.Redact(r, text)
	}
	if err != nil {
		return err
	}
	proposed := report.FileName(r, formats[i].Extension)
	for overwrite := false; ; {
		name := proposed
		if !overwrite {
			c.say("")
			if name, err = c.answer(ctx, "To which file? An empty line takes "+proposed+":"); err != nil {
				return err
			}
			if name == "" {
				name = proposed
			}
		}
		at, err := c.Save(name, text, overwrite)
		switch {
		case err == nil:
			c.say("Written to %s", at)
			return nil
		case !errors.Is(err, fs.ErrExist) || overwrite:
			c.say("Not written: %s", err)
			overwrite = false
		default:
			proposed = name
			if overwrite, err = c.yes(ctx, name+" is there already. Overwrite it?"); err != nil {
				return err
			}
		}
	}
}
