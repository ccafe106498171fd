package tui

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/symptom"
)

// A subject is a row of the tasks screen: a task, or a service.
type subject struct {
	isTask  bool
	task    aws.Task
	end     symptom.Class // how a task ended that has, decoded from what ECS says of it (R39)
	service aws.Service
}

func taskSubject(t aws.Task) subject {
	s := subject{isTask: true, task: t}
	if t.Ended() {
		s.end = symptom.ReadStopped(s.said()).Class
	}
	return s
}

func (s subject) key() string {
	if s.isTask {
		return s.task.ARN
	}
	return s.service.ARN
}

// choose takes the subject for the one that the person asks about.
func (s subject) choose(q *inquiry) {
	q.Task, q.Service, q.stopped = "", "", told{}
	if s.isTask {
		if steps.Symptom(s.end.Symptom()) == steps.Start {
			q.stopped = told{"From ECS, of how the task stopped", capital(s.end.Words()), steps.Proposal{Case: steps.Case{Symptom: steps.Start}, Line: s.said()}}
		}
		q.Task = s.task.ARN
		q.subject = subjectOf(q.Case)
		if name := s.task.ServiceName(); name != "" {
			q.subject = name + " ▸ " + q.subject
		}
		return
	}
	q.Service = s.service.Name
	q.subject = s.service.Name
}

func (s subject) status() string {
	if s.isTask {
		return strings.ToLower(s.task.LastStatus)
	}
	return "service"
}

func (s subject) id() string {
	if s.isTask {
		return shortID(s.task.ARN)
	}
	return fmt.Sprintf("%d of %d", s.service.Running, s.service.Desired)
}

func (s subject) serviceName() string {
	if s.isTask {
		return s.task.ServiceName()
	}
	return s.service.Name
}

func (s subject) definition() string {
	if s.isTask {
		return aws.ShortName(s.task.TaskDefinition)
	}
	return aws.ShortName(s.service.TaskDefinition)
}

// since is when the subject came to what it is: started, stopped, or made.
func (s subject) since() time.Time {
	if !s.isTask {
		return s.service.Created
	}
	for _, t := range []time.Time{s.task.Stopped, s.task.Started} {
		if !t.IsZero() {
			return t
		}
	}
	return s.task.Created
}

func (s subject) address() string {
	for _, a := range []interface{ IsValid() bool }{s.task.Attachment.PrivateIPv4, s.task.Attachment.IPv6} {
		if a.IsValid() {
			return fmt.Sprint(a)
		}
	}
	return ""
}

func (s subject) exec() string {
	if s.task.ExecEnabled || s.service.ExecEnabled {
		return "on"
	}
	return "off"
}

// lastWords is how a task ended, in short and in ECS's words; or the newest event of a service.
func (s subject) lastWords() string {
	switch {
	case !s.isTask && len(s.service.Events) > 0:
		return strings.TrimPrefix(s.service.Events[0].Message, "(service "+s.service.Name+") ")
	case s.end != "" && s.end != symptom.ClassOther:
		return s.end.Words() + " · " + s.said()
	}
	return s.said()
}

// said is what ECS says of a task's end, or of its containers.
func (s subject) said() string {
	words := []string{}
	if s.task.StoppedReason != "" {
		words = append(words, s.task.StoppedReason)
	}
	for _, c := range s.task.Containers {
		switch {
		case c.Reason != "":
			words = append(words, c.Name+": "+c.Reason)
		case c.HasExitCode && c.ExitCode != 0:
			words = append(words, fmt.Sprintf("%s: exit %d", c.Name, c.ExitCode))
		}
	}
	return strings.Join(words, " · ")
}

// words are what the filter finds a subject by, beside what its row shows.
func (s subject) words() string {
	return strings.Join([]string{s.task.ARN, s.task.Group, s.task.Attachment.Interface, s.task.Attachment.Subnet}, " ")
}

// rank orders kinds of rows: what runs, what is on its way, services, what has stopped.
func (s subject) rank() int {
	switch {
	case s.isTask && s.task.Running():
		return 0
	case s.isTask && !s.task.Ended():
		return 1
	case !s.isTask:
		return 2
	}
	return 3
}

// bySubject is the order in which subjects are first shown: by rank, the newest first.
func bySubject(a, b subject) int {
	return cmp.Or(cmp.Compare(a.rank(), b.rank()), b.since().Compare(a.since()), strings.Compare(a.key(), b.key()))
}

// zone shortens an Availability Zone to what tells it from the others of its region: eu-central-1a becomes 1a.
func zone(name, region string) string {
	if rest, ok := strings.CutPrefix(name, region); ok && region != "" && rest != "" {
		return region[len(region)-1:] + rest
	}
	return name
}

// subjectColumns are the columns of the tasks screen.
func subjectColumns(region string) []column[subject] {
	text := func(title string, cell func(subject) string) column[subject] {
		return column[subject]{title: title, text: func(s subject) string { return orDash(cell(s)) }}
	}
	status := text("STATUS", subject.status)
	status.style = statusStyle
	service := text("SERVICE", subject.serviceName)
	service.most = 24
	definition := text("DEFINITION", subject.definition)
	definition.most, definition.yields = 24, 5
	age := column[subject]{
		title: "AGE", least: 4,
		at:      func(s subject, now time.Time) string { return age(s.since(), now) },
		compare: func(a, b subject) int { return b.since().Compare(a.since()) },
	}
	az := text("ZONE", func(s subject) string { return zone(s.task.Zone, region) })
	az.yields = 4
	address := text("ADDRESS", subject.address)
	address.yields = 2
	exec := text("EXEC", subject.exec)
	exec.yields = 3
	words := column[subject]{title: "LAST WORDS", grows: true, least: 28, text: func(s subject) string { return s.lastWords() }}
	return []column[subject]{status, text("TASK", subject.id), service, definition, age, az, address, exec, words}
}

func statusStyle(p palette, s subject) lipgloss.Style {
	switch s.rank() {
	case 0:
		return p.good
	case 1:
		return p.warn
	case 3:
		return p.bad
	}
	return p.accent
}
