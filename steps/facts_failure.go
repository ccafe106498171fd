package steps

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/steps/symptom"
)

// failedLast returns the task whose failure is examined (R31): the one that failed last, else one that hangs on its way up, else the
// newest that runs, else the last one that ended well.
func failedLast(all []aws.Task) aws.Task {
	rank := func(t aws.Task) int {
		switch {
		case failed(t):
			return 3
		case !t.Ended() && !t.Running():
			return 2
		case t.Running():
			return 1
		}
		return 0
	}
	latest := func(a, b aws.Task) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.Stopped.Compare(b.Stopped), a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID))
	}
	if len(all) == 0 {
		return aws.Task{}
	}
	return slices.MaxFunc(all, latest)
}

// Stop codes of tasks that somebody or something ended on purpose.
const (
	stoppedByScheduler = "ServiceSchedulerInitiated"
	stoppedByUser      = "UserInitiated"
)

// failed reports whether a task ended, and not on purpose. A scheduler also ends tasks whose health checks fail.
func failed(t aws.Task) bool {
	if !t.Ended() {
		return false
	}
	switch t.StopCode {
	case stoppedByUser:
		return false
	case stoppedByScheduler:
		class := symptom.ReadStopped(t.StoppedReason).Class
		return class != symptom.ClassScaling && class != symptom.ClassOther
	}
	return true
}

// successor is a task of the same service and task definition that started after the examined one had failed, and runs; the zero Task when
// there is none. What it needed, it got.
var successor = &Fact[aws.Task]{
	Name:    "later task",
	Actions: []string{"ecs:ListTasks", "ecs:DescribeTasks"},
	Needs:   []known{task},
	Key:     func(f Facts) string { return f.c.Cluster + " " + task.Of(f).ID },
	Fetch: func(ctx context.Context, s source, f Facts) (aws.Task, error) {
		t := task.Of(f)
		name := t.ServiceName()
		if !t.Ended() || name == "" {
			return aws.Task{}, nil
		}
		var all []aws.Task
		if err := read.Tasks(ctx, s, f.c.Cluster, name, func(page []aws.Task) { all = append(all, page...) }); err != nil {
			return aws.Task{}, err
		}
		later := slices.DeleteFunc(all, func(o aws.Task) bool {
			return !o.Running() || o.TaskDefinition != t.TaskDefinition || !o.Created.After(t.Created) || !o.Started.After(t.Stopped)
		})
		return failedLast(later), nil
	},
}

// A failure is what ECS, or the person, says about why the task does not start.
type failure struct {
	symptom.Reading        // the class is ClassOther when no text is understood
	text            string // that was read; "" when there is none
	from            string // where it stands: "stopped reason", "container web", "service event", "message"
	role            bool   // the text says that ECS may not assume a role
}

// told is the failure as the texts tell it (R39).
var told = &Fact[failure]{
	Name:  "stopped reason",
	Needs: []known{task},
	Wants: []known{owner},
	Derive: func(f Facts) failure {
		if f.c.retried {
			return failure{Reading: symptom.Reading{Class: symptom.ClassOther}}
		}
		t := task.Of(f)
		var all []failure
		add := func(from, text string) {
			if strings.TrimSpace(text) != "" {
				all = append(all, failure{Reading: symptom.ReadStopped(text), text: text, from: from})
			}
		}
		add("message", f.c.Error)
		add("stopped reason", t.StoppedReason)
		for _, c := range t.Containers {
			add("container "+c.Name, c.Reason)
		}
		if s, err := owner.Try(f); err == nil && (t.ID == "" || !t.Ended() && !t.Running() || t.Running() && f.c.Task == "" && s.Running < s.Desired) {
			for _, e := range sinceSteady(s.Events) {
				add("service event", e.Message)
			}
		}
		return surest(all)
	},
}

// surest returns the text that tells most: one that names a class, and rather what went wrong than that a container ended.
func surest(all []failure) failure {
	best := failure{Reading: symptom.Reading{Class: symptom.ClassOther}}
	rank := func(x failure) int {
		switch {
		case x.text == "":
			return 0
		case x.role:
			return 3
		case x.Class == symptom.ClassOther:
			return 1
		case x.Class == symptom.ClassEssentialExited:
			return 2
		}
		return 3
	}
	for _, x := range all {
		x.role = x.Class == symptom.ClassOther && strings.Contains(strings.ToLower(x.text), "unable to assume the role")
		if rank(x) > rank(best) {
			best = x
		}
	}
	return best
}

// sinceSteady lists the events since the service last was as it should be, newest first.
func sinceSteady(events []aws.ServiceEvent) []aws.ServiceEvent {
	i := slices.IndexFunc(events, func(e aws.ServiceEvent) bool { return strings.Contains(e.Message, "has reached a steady state") })
	if i < 0 {
		return events
	}
	return events[:i]
}

// known reports whether the texts name what went wrong.
func (x failure) known() bool { return x.Class != symptom.ClassOther || x.role }

// is reports whether the failure is of one of the classes.
func (x failure) is(classes ...symptom.Class) bool { return slices.Contains(classes, x.Class) }

// evidence shows the text.
func (x failure) evidence() []Evidence {
	if x.text == "" {
		return nil
	}
	return []Evidence{{Kind: "message", ID: x.from, Detail: cmp.Or(x.Line, aws.Clean(x.text))}}
}

// dialledWay says what the address in the text tells of the way that was taken: private means an endpoint's. That is evidence of DNS at
// no cost.
func (x failure) dialledWay() string {
	a := x.Address
	switch {
	case !a.IsValid():
		return ""
	case private(a):
		return a.String() + " was dialled, a private address: the name led to a VPC endpoint"
	}
	return a.String() + " was dialled, a public address: the name led to the internet"
}

// private reports whether an address is none of the internet: RFC 1918 and 4193, and the shared addresses of RFC 6598.
func private(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLinkLocalUnicast() || netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10).Contains(a)
}

// retried returns the facts as they are before a task of the same kind starts anew: what an earlier one failed of no longer counts. Fixes
// are proven on them.
func (f Facts) retried() Facts {
	f.c.retried = true
	f.derived = &derivations{values: map[string]any{}}
	return f
}
