package tui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// A workshop launches debug tasks as it is told.
type workshop struct {
	mu       sync.Mutex
	to       debug.Phase   // how far a launch comes before it waits for the gate
	text     string        // why it takes long
	gate     chan struct{} // nil lets it go
	fail     error
	failStop error
	launched []debug.Plan
	stopped  []string
	tidied   int // launches that were given up
}

const debugID = "0123456789abcdef0123456789abcdef"

func debugTaskOf(p debug.Plan, status, agent string) aws.Task {
	return aws.Task{ARN: arn("task", "shop/"+debugID), ID: debugID, Cluster: arn("cluster", "shop"), LastStatus: status, ExecEnabled: true, Created: noon,
		Containers:  []aws.Container{{Name: "debug", Status: status, ExecAgent: agent, RuntimeID: debugID + "-1"}},
		Environment: map[string][]aws.Pair{"debug": {{Name: "FARGATE_DOCTOR_TTL", Value: fmt.Sprint(int(p.TTL.Seconds()))}}}}
}

func (b *workshop) Launch(ctx context.Context, p debug.Plan, observe func(debug.Progress)) (debug.Launched, error) {
	b.mu.Lock()
	b.launched = append(b.launched, p)
	to, gate, fail, text := b.to, b.gate, b.fail, b.text
	b.mu.Unlock()
	for _, phase := range debug.Phases() {
		if phase == debug.Ready && to != debug.Ready {
			break
		}
		observe(debug.Progress{Phase: phase, Text: text})
		if phase == to {
			break
		}
	}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			b.mu.Lock()
			b.tidied++
			b.mu.Unlock()
			return debug.Launched{}, ctx.Err()
		}
	}
	if fail != nil {
		return debug.Launched{}, fail
	}
	return debug.Launched{Task: debugTaskOf(p, "RUNNING", "RUNNING"), Definition: "debug:1"}, nil
}

func (b *workshop) Follow(_ context.Context, _ debug.Plan, l debug.Launched, _ func(debug.Progress)) (debug.Launched, error) {
	return l, nil
}

func (b *workshop) Stop(_ context.Context, l debug.Launched) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failStop != nil {
		return b.failStop
	}
	b.stopped = append(b.stopped, l.Task.ID)
	return nil
}

func (b *workshop) count() (launched, stopped, tidied int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.launched), len(b.stopped), b.tidied
}

// shopToActIn is a shop whose tasks tell all that a debug task needs.
func shopToActIn() *account {
	a := shop()
	for _, t := range a.tasks {
		attachment := t["attachments"].([]any)[0].(map[string]any)
		attachment["details"] = append(attachment["details"].([]any), map[string]any{"name": "subnetId", "value": "subnet-f1f1000011112222"})
		t["containers"] = []any{map[string]any{"name": "app", "lastStatus": t["lastStatus"], "runtimeId": "r1",
			"managedAgents": []any{map[string]any{"name": "ExecuteCommandAgent", "lastStatus": t["lastStatus"]}}}}
	}
	for _, s := range a.services {
		s["networkConfiguration"] = map[string]any{"awsvpcConfiguration": map[string]any{
			"subnets": []string{"subnet-f1f1000011112222"}, "securityGroups": []string{"sg-02ad0000111122223"}, "assignPublicIp": "DISABLED"}}
	}
	a.roles = "arn:aws:iam::" + testAccount + ":role/web-task"
	return a
}

// withAgents gives the first task several containers.
func (a *account) withAgents(names ...string) *account {
	var all []any
	for _, name := range names {
		all = append(all, map[string]any{"name": name, "lastStatus": "RUNNING", "runtimeId": "r-" + name,
			"managedAgents": []any{map[string]any{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}}})
	}
	a.tasks[0]["containers"] = all
	return a
}

// pullable is the report of blocked for everything but the way to the registry, which is free.
func pullable(c steps.Case) steps.Report {
	if c.Launch != nil {
		return steps.Report{Verdict: steps.OK}
	}
	return blocked(c)
}

// unpullable says that the image can't be pulled.
func unpullable(c steps.Case) steps.Report {
	r := blocked(c)
	if c.Launch != nil {
		r.Causes[0].Summary = "the subnet's route table has no route to the target"
	}
	return r
}

// actingOn returns options under which debug tasks can be launched and shells opened.
func actingOn(a *account, b *workshop, report func(steps.Case) steps.Report) Options {
	o := with(a, &script{report: report})
	o.Session.Debug, o.Session.Shell = b, noShellHere
	return o
}

// noExec is why a shell can't be opened.
type noExec struct{}

func (noExec) Error() string { return "ECS Exec is off for task 7c1e55ab" }
func (noExec) Advice() string {
	return "it is set when a task starts: aws ecs update-service … --enable-execute-command"
}

func noShellHere(context.Context, aws.Task, string) (acting.Terminal, error) { return nil, noExec{} }

// A parrot is a Terminal that repeats lines until exit, and says what it left unread.
type parrot struct {
	in     io.Reader
	out    io.Writer
	name   string
	unread []byte
	fail   error
}

func (p *parrot) SetStdin(r io.Reader)  { p.in = r }
func (p *parrot) SetStdout(w io.Writer) { p.out = w }
func (p *parrot) SetStderr(io.Writer)   {}
func (p *parrot) Unread() []byte        { return p.unread }

func (p *parrot) Run() error {
	if p.fail != nil {
		return p.fail
	}
	fmt.Fprintln(p.out, "parrot"+p.name+" ready")
	in := bufio.NewReader(p.in)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		if line == "exit\n" {
			return nil
		}
		fmt.Fprint(p.out, "you said "+line)
	}
}

var errLost = errors.New("the connection to the session broke")

// later is a clock that a test moves.
type later struct {
	mu  sync.Mutex
	now time.Time
}

func (l *later) clock() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *later) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = l.now.Add(d)
}
