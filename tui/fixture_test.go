package tui

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// noon is when all tests take place.
var noon = time.Date(2025, 3, 14, 12, 0, 0, 0, time.UTC)

const (
	testRegion  = "eu-central-1"
	testAccount = "111122223333"
)

// An account is a Reader over a few clusters, services and tasks in the API's JSON.
type account struct {
	mu       sync.Mutex
	clusters []map[string]any
	services []map[string]any
	tasks    []map[string]any
	broken   map[string]error // by query name
	calls    []string
	roles    string        // task role of all task definitions
	offered  []string      // the region's endpoint services beside the common ones
	hold     chan struct{} // reads wait for it to close; nil lets them go
}

func (a *account) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	a.mu.Lock()
	a.calls = append(a.calls, q.Name())
	err, hold := a.broken[q.Name()], a.hold
	answers := a.answers(q)
	a.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return aws.Errorf(aws.Cancelled, q, "", "%w", ctx.Err())
		}
	}
	if err != nil {
		return err
	}
	for _, answer := range answers {
		raw, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		if err := page(raw); err != nil {
			return err
		}
	}
	return nil
}

func (a *account) answers(q aws.Query) []any {
	arns := func(of []map[string]any, key string) []string {
		out := []string{}
		for _, v := range of {
			out = append(out, v[key].(string))
		}
		return out
	}
	pick := func(of []map[string]any, key, wanted string) []map[string]any {
		names, _ := q.Input[wanted].([]string)
		out := []map[string]any{}
		for _, v := range of {
			if slices.Contains(names, v[key].(string)) || slices.Contains(names, aws.ShortName(v[key].(string))) {
				out = append(out, v)
			}
		}
		return out
	}
	switch q.Name() {
	case "sts:GetCallerIdentity":
		return []any{map[string]any{"Account": testAccount, "Arn": "arn:aws:iam::" + testAccount + ":user/dev", "UserId": "AIDA"}}
	case "ecs:ListClusters":
		return []any{map[string]any{"clusterArns": arns(a.clusters, "clusterArn")}}
	case "ecs:DescribeClusters":
		return []any{map[string]any{"clusters": pick(a.clusters, "clusterArn", "clusters")}}
	case "ecs:ListServices":
		return []any{map[string]any{"serviceArns": arns(a.services, "serviceArn")}}
	case "ecs:DescribeServices":
		return []any{map[string]any{"services": pick(a.services, "serviceArn", "services")}}
	case "ecs:ListTasks":
		stopped := q.Input["desiredStatus"] == "STOPPED"
		of := slices.DeleteFunc(slices.Clone(a.tasks), func(t map[string]any) bool {
			return (t["desiredStatus"] == "STOPPED") != stopped
		})
		pages := []any{}
		for some := range slices.Chunk(arns(of, "taskArn"), 100) {
			pages = append(pages, map[string]any{"taskArns": some})
		}
		if len(pages) == 0 {
			pages = append(pages, map[string]any{"taskArns": []string{}})
		}
		return pages
	case "ecs:DescribeTasks":
		return []any{map[string]any{"tasks": pick(a.tasks, "taskArn", "tasks")}}
	case "ecs:DescribeTaskDefinition":
		name, _ := q.Input["taskDefinition"].(string)
		return []any{map[string]any{"taskDefinition": map[string]any{"taskDefinitionArn": name, "taskRoleArn": a.roles}}}
	case "ec2:DescribeVpcEndpointServices":
		details := []any{}
		for _, name := range a.offered {
			details = append(details, map[string]any{"ServiceName": "com.amazonaws." + testRegion + "." + name})
		}
		return []any{map[string]any{"ServiceDetails": details, "ServiceNames": []any{}}}
	}
	return nil
}

func arn(kind, name string) string {
	return fmt.Sprintf("arn:aws:ecs:%s:%s:%s/%s", testRegion, testAccount, kind, name)
}

func aCluster(name string, running, services int) map[string]any {
	return map[string]any{
		"clusterArn": arn("cluster", name), "clusterName": name, "status": "ACTIVE",
		"runningTasksCount": running, "pendingTasksCount": 0, "activeServicesCount": services,
	}
}

func aService(name string, running, desired int, event string) map[string]any {
	return map[string]any{
		"serviceArn": arn("service", "shop/"+name), "serviceName": name, "clusterArn": arn("cluster", "shop"), "status": "ACTIVE",
		"taskDefinition": arn("task-definition", name+":7"), "runningCount": running, "desiredCount": desired, "pendingCount": 0,
		"createdAt": noon.Add(-40 * 24 * time.Hour).Format(time.RFC3339),
		"events":    []any{map[string]any{"createdAt": noon.Format(time.RFC3339), "message": event}},
	}
}

func aTask(id, service, address string, started time.Duration) map[string]any {
	return map[string]any{
		"taskArn": arn("task", "shop/"+id), "clusterArn": arn("cluster", "shop"), "group": "service:" + service,
		"taskDefinitionArn": arn("task-definition", service+":41"), "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
		"availabilityZone": testRegion + "a", "enableExecuteCommand": true, "launchType": "FARGATE",
		"createdAt": noon.Add(-started).Format(time.RFC3339), "startedAt": noon.Add(-started).Format(time.RFC3339),
		"attachments": []any{map[string]any{
			"id": "att-" + id, "type": "ElasticNetworkInterface", "status": "ATTACHED",
			"details": []any{map[string]any{"name": "privateIPv4Address", "value": address}},
		}},
	}
}

func aStoppedTask(id, service, reason string, stopped time.Duration) map[string]any {
	t := aTask(id, service, "10.40.1.9", stopped+time.Minute)
	t["lastStatus"], t["desiredStatus"], t["enableExecuteCommand"] = "STOPPED", "STOPPED", false
	t["stoppedReason"], t["stoppedAt"] = reason, noon.Add(-stopped).Format(time.RFC3339)
	return t
}

// shop is an account like many.
func shop() *account {
	return &account{
		clusters: []map[string]any{aCluster("shop", 3, 3), aCluster("batch", 0, 0), aCluster("payments-production", 41, 7)},
		services: []map[string]any{
			aService("web", 2, 2, "(service web) has reached a steady state."),
			aService("worker", 0, 1, "(service worker) was unable to place a task."),
			aService("報告書", 1, 1, "(service 報告書) has reached a steady state."),
		},
		tasks: []map[string]any{
			aTask("7c1e55ab0000000000000000000000aa", "web", "10.40.1.5", 3*time.Hour),
			aTask("11aa22bb0000000000000000000000bb", "web", "10.40.2.17", 26*time.Hour),
			aTask("f00dcafe0000000000000000000000cc", "報告書", "10.40.2.200", 9*24*time.Hour),
			aStoppedTask("9f00aa120000000000000000000000dd", "worker", "ResourceInitializationError: unable to pull secrets or registry auth: "+
				"execution resource retrieval failed: unable to retrieve secret from asm: context deadline exceeded", 4*time.Minute),
		},
	}
}

// A script is a Walker that tells what it was given.
type script struct {
	mu       sync.Mutex
	report   func(steps.Case) steps.Report
	err      error
	cases    []steps.Case
	forgot   []string
	told     []steps.Proposal
	logErr   error
	logAsked bool
	logGate  chan struct{} // the reading of the log waits for it; nil lets it go
	gate     chan struct{} // the walk waits for it after half of its steps; nil lets it go
}

func (s *script) Forget(step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgot = append(s.forgot, step)
}

func (s *script) askedForLog() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logAsked
}

func (s *script) Proposals(ctx context.Context, _ steps.Case) ([]steps.Proposal, error) {
	s.mu.Lock()
	told, err, gate := s.told, s.logErr, s.logGate
	s.logAsked = true
	s.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return told, err
}

func (s *script) Walk(ctx context.Context, c steps.Case, observe func(steps.Event)) (steps.Report, error) {
	s.mu.Lock()
	s.cases = append(s.cases, c)
	r, err, gate := s.report(c), s.err, s.gate
	s.mu.Unlock()
	for _, step := range r.Steps {
		observe(steps.Event{Step: step.ID, Started: true, Calls: 2})
	}
	for i, step := range r.Steps {
		if i == len(r.Steps)/2 && gate != nil {
			select {
			case <-gate:
			case <-ctx.Done():
				return steps.Report{}, ctx.Err()
			}
		}
		observe(steps.Event{Step: step.ID, Result: &step, Calls: 4 + 2*i})
	}
	return r, err
}

// A desk keeps the files that are saved.
type desk map[string]string

func (d desk) save(file string, text []byte, overwrite bool) (string, error) {
	if _, there := d[file]; there && !overwrite {
		return "", &fs.PathError{Op: "write", Path: file, Err: fs.ErrExist}
	}
	d[file] = string(text)
	return "/home/dev/" + file, nil
}

// hostile is text as nobody should be able to bring it to a terminal.
const hostile = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31mred\r\nnew\u202eline\x00"

const fixCommand = "aws ec2 authorize-security-group-ingress --group-id sg-0cc3aa11bb22cc33d --ip-permissions " +
	"'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=sg-02ad0000111122223,Description=\"web to sns\"}]' --region eu-central-1"

// blocked is the report of the sketch: the endpoint's group does not admit the task.
func blocked(c steps.Case) steps.Report {
	hop := func(kind vpc.Kind, id, detail string) vpc.Hop {
		return vpc.Hop{Ref: vpc.Ref{Kind: kind, ID: id}, Detail: detail}
	}
	stop := hop(vpc.KindSecurityGroup, "sg-0cc3aa11bb22cc33d", "admits TCP 443 from sg-0a7e only")
	stop.Blocked = true
	summary := "the endpoint's security group sg-0cc3aa11bb22cc33d does not admit the task"
	return steps.Report{
		Subject: steps.Subject{Account: testAccount, Region: testRegion, Cluster: "shop", Service: "web", Task: "7c1e55ab0000000000000000000000aa", Address: "10.40.1.5"},
		Symptom: c.Symptom,
		Target:  steps.Target{Typed: c.Target, Service: "sns", Host: "sns.eu-central-1.amazonaws.com", Port: 443, Protocol: "tcp"},
		Verdict: steps.BlockedPath,
		Causes:  []steps.Cause{{Code: "endpoint.sg-ingress-denied", Summary: summary, Step: "endpoint.security-group"}},
		Trace: vpc.Trace{Verdict: vpc.Blocked, Hops: []vpc.Hop{
			hop(vpc.KindInterface, "eni-07c1e55ab00112233", "10.40.1.5"), hop(vpc.KindSecurityGroup, "sg-02ad0000111122223", ""),
			hop(vpc.KindACL, "acl-0f1122334455667788", "rule 100"), hop(vpc.KindRouteTable, "rtb-0123456789abcdef0", "10.40.0.0/16 → local"),
			hop(vpc.KindACL, "acl-0f1122334455667788", "rule 100"), stop, hop(vpc.KindEndpoint, "vpce-0f6a9000011112222", "10.40.2.9"),
		}},
		Duration: 412 * time.Millisecond,
		Steps: []steps.StepResult{
			passed("target.url", "", "Is the target a real endpoint?", "sns.eu-central-1.amazonaws.com is the region's endpoint"),
			passed("dns.path", "", "Where does the name lead?", "The name leads to the VPC endpoint vpce-0f6a9000011112222"),
			passed("endpoint.state", "dns.path", "Is the endpoint available?", "The endpoint is available"),
			{ID: "endpoint.security-group", Branch: "dns.path", Ask: "Does the endpoint's security group admit the task?",
				Why: "An interface endpoint has security groups of its own; they must admit TCP 443 from the task.", Finding: steps.Finding{
					Verdict: steps.Fail, Cause: "endpoint.sg-ingress-denied", Summary: summary,
					Means: "With private DNS on, this name always goes to the endpoint; the NAT gateway, which is fine, is never used.",
					Evidence: []steps.Evidence{
						{Kind: "security-group", ID: "sg-0cc3aa11bb22cc33d", Detail: "admits TCP 443 from sg-0a7e000011112222f only"},
						{Kind: "network-interface", ID: "eni-07c1e55ab00112233", Detail: "the task is 10.40.1.5 in sg-02ad0000111122223"},
					},
					Fixes: []steps.Fix{
						{Title: "allow TCP 443 from the task's group", Command: fixCommand, Proven: true},
						{Title: "allow TCP 443 from the VPC", Command: "aws ec2 authorize-security-group-ingress --group-id sg-0cc3aa11bb22cc33d --protocol tcp --port 443 --cidr 10.40.0.0/16"},
					},
					Links: []string{"https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"},
				}},
			passed("endpoint.policy", "dns.path", "Does the endpoint's policy allow it?", "The policy allows everything"),
			passed("sg.egress", "", "Do the task's security groups let it out?", "sg-02ad0000111122223 lets TCP 443 out"),
			{ID: "nacl", Ask: "Do the network ACLs let it out and back?", Finding: steps.Finding{Verdict: steps.Warn, Summary: "Only part of the ephemeral ports is open"}},
			{ID: "proxy", Ask: "Is a proxy in the way?", Finding: steps.Finding{Verdict: steps.Skipped, Summary: "The container sets no proxy"}},
		},
	}
}

func passed(id, branch, ask, summary string) steps.StepResult {
	return steps.StepResult{ID: id, Branch: branch, Ask: ask, Finding: steps.Finding{Verdict: steps.Pass, Summary: summary}}
}

// denied is the report of a walk that could not read the route tables, and asks.
func denied(c steps.Case) steps.Report {
	r := blocked(c)
	r.Verdict, r.Causes, r.Trace.Hops = steps.Inconclusive, nil, r.Trace.Hops[:4]
	r.Trace.Hops[3].Unknown = true
	route := steps.StepResult{ID: "subnet.kind", Ask: "Is the subnet public or private?", Finding: steps.Finding{
		Summary: "The route tables can't be read", Missing: []string{"ec2:DescribeRouteTables"},
		Question: &steps.Question{ID: "subnet.kind", Text: "Is this subnet public (default route to an internet gateway) or private?",
			Choices: []steps.Choice{{Value: "public", Label: "public"}, {Value: "private", Label: "private"}, {Value: "unknown", Label: "I don't know"}}},
	}}
	if said := c.Answers["subnet.kind"]; said != "" {
		route.Answered = true
		route.Verdict, route.Summary = steps.Pass, "You said that the subnet is "+said
		r.Verdict = steps.OK
		route.Evidence = []steps.Evidence{{Kind: "you", Detail: said}}
	}
	r.Steps = []steps.StepResult{r.Steps[0], r.Steps[1], route, r.Steps[5]}
	return r
}

// nasty is a report in which every text is hostile, and ids hang under each other in a ring.
func nasty(c steps.Case) steps.Report {
	r := blocked(c)
	dirty := func(s *string) { *s = hostile + *s + strings.Repeat("界", 40) + hostile }
	dirty(&r.Subject.Service)
	dirty(&r.Target.Host)
	dirty(&r.Causes[0].Summary)
	for i := range r.Trace.Hops {
		dirty(&r.Trace.Hops[i].ID)
		dirty(&r.Trace.Hops[i].Detail)
	}
	r.Needs = unstarted(c).Needs
	for i := range r.Needs {
		n := &r.Needs[i]
		dirty(&n.Title)
		dirty(&n.Role)
		dirty(&n.Exists.Summary)
		dirty(&n.Exists.Cause)
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		for _, text := range []*string{&s.Ask, &s.Why, &s.Summary, &s.Means, &s.Because, &s.Cause} {
			dirty(text)
		}
		for j := range s.Evidence {
			dirty(&s.Evidence[j].ID)
			dirty(&s.Evidence[j].Detail)
		}
		for j := range s.Fixes {
			dirty(&s.Fixes[j].Title)
			dirty(&s.Fixes[j].Command)
			dirty(&s.Fixes[j].Document)
			dirty(&s.Fixes[j].Effect)
		}
		s.Missing = []string{"ec2:" + hostile}
		s.Links = []string{hostile + "https://example.com"}
		s.Question = &steps.Question{ID: "q", Text: hostile, Choices: []steps.Choice{{Value: "x", Label: hostile}, {Value: "y", Label: hostile}}}
		s.Also = []steps.Finding{s.Finding}
	}
	r.Steps[4].Branch, r.Steps[5].Branch = r.Steps[5].ID, r.Steps[4].ID
	return r
}

// with returns options over an account and a script.
func with(a *account, s *script) Options {
	return Options{
		Session: &acting.Session{Reader: a, Region: testRegion, Profile: "prod"}, NoColor: true,
		Walker:  func(acting.Session) Walker { return s },
		Version: "v1.2.3", Save: desk{}.save,
	}
}
