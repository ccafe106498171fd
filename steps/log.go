package steps

import (
	"context"
	"slices"
	"strings"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/steps/symptom"
)

const (
	logPast  = time.Hour // how far back the application's log is searched (R17)
	mostLogs = 300       // lines that are looked at
)

// logPattern makes CloudWatch Logs pick out the lines that may tell of a failure; the classifier judges them. Its terms are compared
// with case, see "Filter pattern syntax" in the CloudWatch Logs user guide.
const logPattern = `?imeout ?IMEOUT ?"timed out" ?TIMEDOUT ?"deadline exceeded" ?enied ?"not authorized" ?Unauthorized ?Forbidden ?redential ?xpired ` +
	`?ENOTFOUND ?EAI_AGAIN ?"no such host" ?resol ?refused ?ECONN ?reset ?nreachable ?EHOSTUNREACH ?SSL ?TLS ?ertificate ?roxy ?KMS ?AccessKey ?Token`

// logged is what the application wrote in the last hour and may tell of a failure, when its log driver is awslogs. It is empty for a task
// that does not exist yet.
var logged = &Fact[[]aws.LogLine]{
	Name:    "application log",
	Actions: read.LogLineActions,
	Needs:   []known{task, definition},
	Key:     func(f Facts) string { return task.Of(f).ID + " " + f.c.Container },
	Fetch: func(ctx context.Context, s source, f Facts) ([]aws.LogLine, error) {
		var all []aws.LogLine
		for _, l := range logsOf(task.Of(f), definition.Of(f), f.c.Container, s.region) {
			lines, err := read.LogLines(ctx, s, l.region, l.group, []string{l.stream}, since(s.now, logPast), logPattern, mostLogs)
			if aws.KindOf(err) == aws.NotFound { // the container has written nothing yet
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, lines...)
		}
		return all, nil
	},
}

// since returns the beginning of a span that ends now, at a whole minute; zero when there is no clock.
func since(now time.Time, span time.Duration) time.Time {
	if now.IsZero() {
		return now
	}
	return now.Add(-span).Truncate(time.Minute)
}

// An awslog is where the awslogs driver writes what a container prints.
type awslog struct{ container, region, group, stream string }

// logsOf lists the logs of a task's containers, of one when it is named. The stream is prefix/container/task, see "Send Amazon ECS logs
// to CloudWatch"; on Fargate the prefix is required.
func logsOf(t aws.Task, d aws.TaskDefinition, container, region string) []awslog {
	if t.ID == "" {
		return nil
	}
	var logs []awslog
	for _, c := range d.Containers {
		prefix, group := c.LogOptions["awslogs-stream-prefix"], c.LogOptions["awslogs-group"]
		if c.LogDriver != "awslogs" || prefix == "" || group == "" || container != "" && c.Name != container {
			continue
		}
		l := awslog{container: c.Name, region: c.LogOptions["awslogs-region"], group: group, stream: strings.Join([]string{prefix, c.Name, t.ID}, "/")}
		if l.region == "" {
			l.region = region
		}
		logs = append(logs, l)
	}
	return logs
}

// A Proposal is a failure that the application's log tells of (R17).
type Proposal struct {
	Case  Case   // symptom, target, action, resource and error text, as the line tells them; nothing else is set
	Line  string // the last such line
	At    time.Time
	Times int // how often it was seen
}

// proposalsOf reads the failures out of a log, the most recent first. Lines that tell of the same failure make one.
func proposalsOf(lines []aws.LogLine) []Proposal {
	type failure struct {
		class                 symptom.Class
		service, action, host string
	}
	found := map[failure]*Proposal{}
	for _, l := range lines {
		heard := symptom.Read(l.Text)
		if !walkable(heard) {
			continue
		}
		key := failure{heard.Class, heard.Service, heard.Action, heard.Host}
		p := found[key]
		if p == nil {
			p = &Proposal{}
			found[key] = p
		}
		p.Times++
		if p.Line == "" || l.At.After(p.At) {
			p.Case, p.Line, p.At = Understand(Case{Error: l.Text}), heard.Line, l.At
		}
	}
	all := make([]Proposal, 0, len(found))
	for _, p := range found {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Proposal) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(a.Line, b.Line)
	})
	return all
}

// walkable reports whether a failure leads to a branch of the tree.
func walkable(heard symptom.Reading) bool { return symptomOf(heard) != "" }

// Proposals reads what the log of the case's task tells of the last hour, the most recent failure first. The error says why the log can't
// be read.
func (e *Engine) Proposals(ctx context.Context, c Case) ([]Proposal, error) {
	if c.Region == "" {
		c.Region = e.Region
	}
	f := factsOf(c)
	e.facts.load(ctx, fetchedBehind(logged), e.source(c.Region), f, func(_ arrival, now Facts) { f = now })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lines, err := logged.Try(f)
	return proposalsOf(lines), err
}
