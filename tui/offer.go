package tui

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
)

// An offer says what d does for a task or service: which debug task it launches, or why it can't.
type offer struct {
	of      steps.Case
	walk    *walk // that the debug task would help; nil where none was walked yet
	reading reading
	plan    *debug.Plan
	refused string // why no debug task can be planned
	walked  bool   // the way to the image's registry was followed
	blocked string // where that ends, "" when the image can be pulled, or that is not known
	warned  bool   // d was pressed, and the person told that the image can't be pulled
	wanted  bool   // d was pressed before all of this was known
}

// planned is what stream id found out for an offer.
type planned struct {
	id      int
	plan    *debug.Plan
	refused string
	walked  bool
	blocked string
}

func newOffer(c steps.Case) offer {
	return offer{of: c, reading: reading{what: "planning the debug task", fails: "The debug task can't be planned"}}
}

// read plans the debug task; with pull it also follows the way to the registry of its image.
func (o *offer) read(e *env, pull bool) tea.Cmd {
	if e.session.Debug == nil {
		return nil
	}
	reader, region, c, options, plan := e.session.Reader, e.session.Region, o.of, e.options.Debug, o.plan
	walker := e.options.Walker(e.session)
	return o.reading.start(e, func(ctx context.Context, id int, send func(tea.Msg)) error {
		if plan == nil {
			subject, err := debug.ReadSubject(ctx, reader, region, c.Cluster, c.Service, c.Task)
			if err != nil {
				return err
			}
			p, err := debug.NewPlan(subject, options)
			if err != nil {
				send(planned{id: id, refused: err.Error()})
				return nil
			}
			plan = &p
			send(planned{id: id, plan: plan})
		}
		if !pull {
			return nil
		}
		r, err := walker.Walk(ctx, steps.PullCase(region, plan.Network, debug.Registry(plan.Image)), func(steps.Event) {})
		if err != nil && ctx.Err() != nil {
			return err
		}
		send(planned{id: id, plan: plan, walked: true, blocked: steps.PullBlocked(r)})
		return nil
	})
}

// receive takes in what was found out, and launches when that was wanted.
func (o *offer) receive(e *env, msg tea.Msg) tea.Cmd {
	if p, ok := msg.(planned); ok && p.id == o.reading.id {
		o.plan, o.refused, o.walked, o.blocked = p.plan, p.refused, p.walked, p.blocked
	}
	mine, _ := o.reading.ended(e, msg)
	if !mine || !o.wanted {
		return nil
	}
	o.wanted = false
	return o.take(e)
}

// take is what d does.
func (o *offer) take(e *env) tea.Cmd {
	switch {
	case e.session.Debug == nil:
		e.notice = e.session.Refusal()
		return nil
	case o.reading.busy:
		o.wanted = true
		return nil
	case o.refused != "":
		e.notice = "no debug task: see the line above"
		return nil
	case o.plan == nil || !o.walked:
		o.wanted = true
		if o.reading.err != nil && o.plan == nil {
			o.wanted = false // it is tried once more, and shown
		}
		return o.read(e, true)
	}
	if t := e.standing(*o.plan); t != nil {
		e.open(&debugging{task: t, walk: o.walk})
		return nil
	}
	if o.blocked != "" && !o.warned {
		o.warned = true
		e.notice = "not launched: the image can't be pulled; d again launches it"
		return nil
	}
	o.warned = false
	t := &debugTask{session: e.session, plan: *o.plan}
	e.tasks = append(e.tasks, t)
	e.open(&debugging{task: t, walk: o.walk})
	return t.launch(e)
}

// lines say in at most n lines what d will do.
func (o *offer) lines(e *env, w, n int) []string {
	p := e.style
	if e.session.Debug == nil || n < 1 {
		return nil
	}
	text, style := "", p.faint
	if o.blocked != "" || o.refused != "" {
		n = max(n, 2)
	}
	switch {
	case o.reading.err != nil && o.plan == nil:
		text = sentence("debug task: "+o.reading.fails, o.reading.err)
	case o.refused != "":
		text = "no debug task: " + o.refused
	case o.plan == nil && o.wanted:
		text = "debug task: reading what it will stand beside …"
	case o.plan == nil:
		text = "launches a debug task beside it"
	case e.standing(*o.plan) != nil:
		text, style = "shows the debug task that stands here: "+e.standing(*o.plan).state(e.now()), p.good
	case o.blocked != "" && !o.warned:
		text, style = o.plan.Image+" can't be pulled from here: "+o.blocked+"; --image names a mirror", p.warn
	case o.wanted:
		text = "following the way to " + debug.Registry(o.plan.Image) + " …"
	default:
		text = o.plan.Line()
		if o.warned {
			text, style = "launches it all the same: "+text, p.warn
		}
	}
	var lines []string
	for i, l := range clip(text, w-5, n) {
		mark := "    "
		if i == 0 {
			mark = " " + p.accent.Render(keys.debug.Help().Key) + "  "
		}
		lines = append(lines, mark+style.Render(l))
	}
	return lines
}

// act does what d and x do with the task or service of an offer.
func act(e *env, k tea.KeyMsg, o *offer) tea.Cmd {
	switch {
	case key.Matches(k, keys.debug):
		return o.take(e)
	case e.session.Shell == nil:
		e.notice = e.session.Refusal()
	case o.of.Launch != nil:
		e.notice = "there is no task yet to open a shell in"
	default:
		s := shellFor(e, o.of)
		s.offer.walk = o.walk
		e.open(s)
	}
	return nil
}

// actions are the bindings that act on what a person examines; none where nothing may be done.
func (e *env) actions() []key.Binding {
	var ks []key.Binding
	if e.session.Debug != nil {
		ks = append(ks, keys.debug)
	}
	if e.session.Shell != nil {
		ks = append(ks, keys.shell)
	}
	return ks
}
