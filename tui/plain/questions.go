package plain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/steps"
)

// An inquiry is what is known so far of what the person asks.
type inquiry struct {
	steps.Case
	noAction, noResource bool // the person does not know which call was refused, or on what
}

// enter takes the session into use, after asking for one where none is given.
func (c *conversation) enter(ctx context.Context) error {
	if c.Session != nil {
		c.session = *c.Session
	} else if err := c.connect(ctx); err != nil {
		return err
	}
	c.engine = &steps.Engine{Reader: c.session.Reader, Region: c.session.Region, Now: c.Clock}
	who, err := read.Identity(ctx, c.session.Reader)
	if err != nil {
		c.fail("The account's id can't be read", err)
	}
	c.account = who.Account
	c.say("Account %s, region %s.", cmp.Or(c.account, "not known"), c.session.Region)
	return nil
}

// connect asks for a profile and a region until an account opens.
func (c *conversation) connect(ctx context.Context) error {
	for {
		profile := ""
		if len(c.Profiles) > 0 {
			m := menu{ask: "Which profile?", suggest: -1}
			for _, p := range c.Profiles {
				m.choices = append(m.choices, choice{label: p, names: []string{p}})
			}
			i, _, err := c.choose(ctx, m)
			if errors.Is(err, errBack) {
				continue
			}
			if err != nil {
				return err
			}
			profile = c.Profiles[i]
		}
		asked := profile != ""
		session, err := c.Connect(ctx, profile, "")
		if err == nil && session.Region == "" {
			c.say("")
			asked = true
			region := ""
			if region, err = c.answer(ctx, "Which region? For example eu-central-1:"); err == nil {
				session, err = c.Connect(ctx, profile, region)
			}
		}
		switch {
		case errors.Is(err, errBack):
		case errors.Is(err, errQuit), errors.Is(err, errEnded), ctx.Err() != nil:
			return err
		case err != nil && !asked:
			return err // nobody can answer otherwise
		case err != nil:
			c.fail("The account does not open", err)
		case session.Region != "":
			c.session = session
			return nil
		}
	}
}

// inquire asks for what an inquiry lacks until it lacks nothing. Back takes the last answer away.
func (c *conversation) inquire(ctx context.Context) (inquiry, error) {
	q := inquiry{Case: steps.Case{Region: c.session.Region}}
	var before []inquiry
	if lack := steps.Lacks(c.Case, false, false); lack != steps.NoCluster {
		before = append(before, q)
	}
	q.Case, c.Case = steps.Understand(c.Case), steps.Case{} // known for the first walk; the next one is about something else
	q.Region = c.session.Region
	for {
		lack := steps.Lacks(q.Case, q.noAction, q.noResource)
		if lack == steps.Nothing {
			return q, nil
		}
		answered, err := c.question(ctx, lack, q)
		switch {
		case errors.Is(err, errBack) && len(before) > 0:
			q, before = before[len(before)-1], before[:len(before)-1]
		case errors.Is(err, errBack):
			c.say("This is the first question. quit ends.")
		case err != nil:
			return inquiry{}, err
		default:
			before = append(before, q)
			answered.Case = steps.Understand(answered.Case)
			q = answered
		}
	}
}

func (c *conversation) question(ctx context.Context, lack steps.Lack, q inquiry) (inquiry, error) {
	switch lack {
	case steps.NoCluster:
		return c.askCluster(ctx, q)
	case steps.NoSubject:
		return c.askSubject(ctx, q)
	case steps.NoSymptom:
		return c.askSymptom(ctx, q)
	case steps.NoTarget:
		return c.askTarget(ctx, q, "What does it want to reach? A service, a host, host:port, a URL, or address:port.")
	case steps.NoService:
		return c.askTarget(ctx, q, "Which service was called?")
	case steps.NoAction:
		return c.askAction(ctx, q)
	}
	return c.askResource(ctx, q)
}

func (c *conversation) askCluster(ctx context.Context, q inquiry) (inquiry, error) {
	var all []aws.Cluster
	m := menu{ask: "Which cluster?", suggest: -1}
	if err := read.Clusters(ctx, c.session.Reader, func(some []aws.Cluster) { all = append(all, some...) }); err != nil {
		if ctx.Err() != nil {
			return q, ctx.Err()
		}
		c.fail("The clusters can't be read", err)
		m.ask, m.free = "Which cluster? Give its name.", true
	}
	slices.SortFunc(all, func(a, b aws.Cluster) int { return strings.Compare(a.Name, b.Name) })
	for i, v := range all {
		m.choices = append(m.choices, choice{
			label: fmt.Sprintf("%s: running tasks %d, services %d", v.Name, v.RunningTasks, v.ActiveServices), names: []string{v.Name, v.ARN}})
		if is(c.Suggested.Cluster, v.Name, v.ARN) {
			m.suggest = i
		}
	}
	if len(all) == 0 && !m.free {
		c.say("There are no clusters in %s.", c.session.Region)
		m.free = true
	}
	i, typed, err := c.choose(ctx, m)
	if err != nil {
		return q, err
	}
	q.Cluster = typed
	if i >= 0 {
		q.Cluster = all[i].ARN
	}
	return q, nil
}

// is reports whether what was suggested is one of a thing's names.
func is(suggested string, names ...string) bool {
	return suggested != "" && slices.Contains(names, suggested)
}

// A subject is a task or a service that can be examined.
type subject struct {
	choice
	task, service string
	rank          int // running tasks first, then services, then what is on its way or has stopped
}

func (c *conversation) askSubject(ctx context.Context, q inquiry) (inquiry, error) {
	var all []subject
	m := menu{ask: "Which task or service?", suggest: -1}
	unread := func(what string, err error) {
		if err != nil && ctx.Err() == nil {
			c.fail(what+" can't be read", err)
			m.ask, m.free = "Which task or service? Give a task's id or a service's name.", true
		}
	}
	unread("The tasks", read.Tasks(ctx, c.session.Reader, q.Cluster, "", func(some []aws.Task) {
		for _, t := range some {
			all = append(all, taskSubject(t))
		}
	}))
	unread("The services", read.Services(ctx, c.session.Reader, q.Cluster, func(some []aws.Service) {
		for _, v := range some {
			label := fmt.Sprintf("service %s: %d running of %d wanted", v.Name, v.Running, v.Desired)
			all = append(all, subject{choice{label, []string{v.Name, v.ARN}}, "", v.Name, 1})
		}
	}))
	if ctx.Err() != nil {
		return q, ctx.Err()
	}
	slices.SortFunc(all, func(a, b subject) int { return cmp.Or(a.rank-b.rank, strings.Compare(a.label, b.label)) })
	for i, s := range all {
		m.choices = append(m.choices, s.choice)
		if want := c.Suggested; want.Task != "" && s.task != "" && is(want.Task, s.names...) || want.Task == "" && s.task == "" && is(want.Service, s.names...) {
			m.suggest = i
		}
	}
	if len(all) == 0 && !m.free {
		c.say("There are no tasks and no services in this cluster. A stopped task can be seen for about an hour.")
		m.free = true
	}
	i, typed, err := c.choose(ctx, m)
	switch {
	case err != nil:
		return q, err
	case i >= 0:
		q.Task, q.Service = all[i].task, all[i].service
	default:
		q.Task, q.Service = steps.SubjectNamed(typed)
	}
	return q, nil
}

func taskSubject(t aws.Task) subject {
	of := ""
	if name := t.ServiceName(); name != "" {
		of = " of service " + name
	}
	label := fmt.Sprintf("task %s%s: %s", t.ID[:min(len(t.ID), 8)], of, strings.ToLower(t.LastStatus))
	rank := 0
	switch {
	case t.Running() && t.Attachment.PrivateIPv4.IsValid():
		label += ", " + t.Attachment.PrivateIPv4.String()
	case !t.Running():
		rank = 2
		if t.StoppedReason != "" {
			label += ", " + inShort(t.StoppedReason)
		}
	}
	return subject{choice{label, []string{t.ID, t.ARN}}, t.ARN, "", rank}
}

// longestReason is how much of a stopped reason is read out in a list, in bytes: ECS writes long ones, and a listener can't skim.
const longestReason = 90

// inShort returns the beginning of a text, up to the end of a word.
func inShort(text string) string {
	if len(text) <= longestReason {
		return text
	}
	text = text[:longestReason]
	if i := strings.LastIndexByte(text, ' '); i > 0 {
		text = text[:i]
	}
	return strings.ToValidUTF8(strings.TrimRight(text, ",:;. "), "") + ", and more"
}

// pasteEnd ends a text of several lines.
const pasteEnd = "."

func (c *conversation) askSymptom(ctx context.Context, q inquiry) (inquiry, error) {
	m := menu{ask: "What do you see?", suggest: -1}
	symptoms := steps.Symptoms()
	for i, s := range symptoms {
		m.choices = append(m.choices, choice{label: s.Title + ": " + s.Looks, names: []string{string(s.Symptom), s.Title}})
		if s.Symptom == c.Suggested.Symptom {
			m.suggest = i
		}
	}
	told := c.told(ctx, q)
	for i, t := range told {
		m.choices = append(m.choices, choice{label: t.from + ": " + t.Line})
		if i == 0 && t.from == fromStory {
			m.suggest = len(symptoms)
		}
	}
	m.choices = append(m.choices, choice{label: "Paste what the application printed", names: []string{"paste"}})
	if err := ctx.Err(); err != nil {
		return q, err
	}
	i, _, err := c.choose(ctx, m)
	switch {
	case err != nil:
		return q, err
	case i < len(symptoms):
		q.Symptom = symptoms[i].Symptom
		return q, nil
	case i < len(symptoms)+len(told):
		q.Case = q.Told(told[i-len(symptoms)].Case)
		return q, nil
	}
	c.say("Paste it. A line with only a dot ends it.")
	var lines []string
	for {
		l, err := c.line(ctx, "")
		if errors.Is(err, errQuit) && len(lines) > 0 {
			break // the end of the input ends the text, too
		}
		if err != nil {
			return q, err
		}
		if l == pasteEnd {
			break
		}
		lines = append(lines, l)
	}
	said := steps.Understand(steps.Case{Error: strings.Join(lines, "\n")})
	if said.Symptom == "" {
		c.say("That tells of no failure that this program knows. It is kept as evidence.")
	}
	q.Case = q.Told(said)
	return q, nil
}

const fromStory, fromLog = "From the story", "From the application's log"

type told struct {
	from string
	steps.Proposal
}

// mostTold is how many failures of a log are offered.
const mostTold = 3

// told lists the failures that the person need not describe.
func (c *conversation) told(ctx context.Context, q inquiry) []told {
	var all []told
	if text := c.Suggested.Error; text != "" {
		if said := steps.Understand(steps.Case{Error: text}); said.Symptom != "" {
			all = append(all, told{fromStory, steps.Proposal{Case: said, Line: text}})
		}
	}
	proposals, err := c.engine.Proposals(ctx, q.Case)
	if err != nil {
		c.fail("The application's log can't be read", err)
	}
	for _, p := range proposals[:min(len(proposals), mostTold)] {
		all = append(all, told{fromLog, p})
	}
	return all
}

func (c *conversation) askTarget(ctx context.Context, q inquiry, ask string) (inquiry, error) {
	known := read.EndpointServices(ctx, c.session.Reader, q.Region)
	if ctx.Err() != nil {
		return q, ctx.Err()
	}
	if len(known.Gaps) > 0 {
		c.say("The region's services can't be read: %s. The common ones are offered, and any can be typed.", known.Gaps[0].Reason)
	}
	services := steps.Services(q.Region, known.EndpointServices)
	m := menu{ask: ask, free: true, suggest: -1}
	for i, s := range services {
		label := s.Name
		if s.Title != "" {
			label += ": " + s.Title
		}
		m.choices = append(m.choices, choice{label, append([]string{s.Name, s.Host}, s.Aliases...)})
		if is(c.Suggested.Target, s.Name) {
			m.suggest = i
		}
	}
	if m.suggest < 0 && c.Suggested.Target != "" {
		m.suggest = 0
		m.choices = slices.Insert(m.choices, 0, choice{label: c.Suggested.Target})
		services = slices.Insert(services, 0, steps.ServiceChoice{Name: c.Suggested.Target})
	}
	for {
		i, typed, err := c.choose(ctx, m)
		if err != nil {
			return q, err
		}
		if i >= 0 {
			q.Target = services[i].Name
			return q, nil
		}
		_, wrong := steps.ParseTarget(typed, q.Region, services)
		if wrong == nil {
			q.Target = typed
			return q, nil
		}
		c.say("That is no target: %s.", wrong)
		if yes, err := c.yes(ctx, "Is it just what the task was given? Then it is walked as it is."); err != nil || yes {
			q.Target = typed
			return q, err
		}
	}
}

// dontKnow is the last answer where a person need not know.
const dontKnow = "I don't know"

func (c *conversation) askAction(ctx context.Context, q inquiry) (inquiry, error) {
	to, _ := steps.ParseTarget(q.Target, q.Region, steps.Services(q.Region, nil))
	calls := steps.Calls(to.Service, q.Region, c.account)
	m := menu{ask: "Which call was refused? Any service:Action will do, for example sns:Publish.", free: true, suggest: -1}
	for i, call := range calls {
		_, operation, _ := strings.Cut(call.Action, ":")
		m.choices = append(m.choices, choice{call.Action + ": " + call.Title, []string{call.Action, operation}})
		if strings.EqualFold(c.Suggested.Action, call.Action) {
			m.suggest = i
		}
	}
	m.choices = append(m.choices, choice{label: dontKnow + ": only credentials and role are checked"})
	for {
		i, typed, err := c.choose(ctx, m)
		switch {
		case err != nil:
			return q, err
		case i == len(calls):
			q.noAction = true
			return q, nil
		case i >= 0:
			q.Action = calls[i].Action
			return q, nil
		case steps.IsAction(typed):
			q.Action = typed
			return q, nil
		}
		c.say("That is no action. Write it as service:Action, for example sns:Publish.")
	}
}

func (c *conversation) askResource(ctx context.Context, q inquiry) (inquiry, error) {
	form := steps.WorksOn(q.Action, q.Region, c.account)
	m := menu{ask: q.Action + " was refused on which resource? Give its ARN.", free: true, suggest: -1}
	if form != "" {
		m.ask += " It looks like " + form + "."
	}
	if c.Suggested.Resource != "" && strings.EqualFold(c.Suggested.Action, q.Action) {
		m.suggest = 0
		m.choices = append(m.choices, choice{c.Suggested.Resource, []string{c.Suggested.Resource}})
	}
	m.choices = append(m.choices, choice{label: dontKnow + ": policies that name resources stay undecided"})
	for {
		i, typed, err := c.choose(ctx, m)
		switch _, isARN := aws.ParseARN(typed); {
		case err != nil:
			return q, err
		case i == len(m.choices)-1:
			q.noResource = true
			return q, nil
		case i >= 0:
			q.Resource = c.Suggested.Resource
			return q, nil
		case isARN && !strings.ContainsAny(typed, "* "):
			q.Resource = typed
			return q, nil
		}
		c.say("That is no ARN of one resource. It begins with arn: and holds no *.")
	}
}

// yes asks a question that has two answers; an empty line is no.
func (c *conversation) yes(ctx context.Context, ask string) (bool, error) {
	i, _, err := c.choose(ctx, menu{ask: ask, choices: []choice{{"no", []string{"n"}}, {"yes", []string{"y"}}}, suggest: 0})
	return i == 1, err
}
