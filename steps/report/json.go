package report

import (
	"bytes"
	"encoding/json"
	"maps"
	"time"

	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// schema is the version of the JSON. It grows by adding members; a change of meaning would be a new version.
const schema = 1

// document is the JSON of a report. docs/report.schema.json is made from it; the doc tags are its descriptions.
type document struct {
	Schema     int           `json:"schema" doc:"Version of this form. It grows by adding members; a change of meaning is a new version."`
	Subject    subject       `json:"subject" doc:"What was examined."`
	Symptom    steps.Symptom `json:"symptom" doc:"What the person sees."`
	Target     target        `json:"target" doc:"What the task wants to reach, understood."`
	Call       *call         `json:"call,omitempty" doc:"The call that was refused; absent when none was asked about."`
	Verdict    steps.Overall `json:"verdict" doc:"Of the whole diagnosis."`
	Summary    string        `json:"summary" doc:"The whole diagnosis in one sentence."`
	Causes     []cause       `json:"causes" doc:"Named problems, root cause first. What is only the consequence of another is not repeated."`
	Steps      []step        `json:"steps" doc:"The steps that were walked, in order."`
	Needs      []need        `json:"needs,omitempty" doc:"What a start needs, and how it stands with each; absent for other symptoms."`
	Path       []hop         `json:"path" doc:"What the packet goes through, in order."`
	Missing    []string      `json:"missing" doc:"IAM actions that were needed and refused, sorted."`
	Calls      calls         `json:"calls" doc:"Calls to AWS."`
	DurationMs int64         `json:"durationMs" doc:"How long the walk took, in milliseconds."`
	Runbook    *runbookJSON  `json:"runbook,omitempty" doc:"The AWS runbook that was run beside the walk; absent when none was asked for."`
	Probes     *probesJSON   `json:"probes,omitempty" doc:"What was seen from inside the container; absent when nobody asked for it."`
}

type subject struct {
	Account        string `json:"account" doc:"Account id."`
	Region         string `json:"region" doc:"AWS region."`
	Cluster        string `json:"cluster" doc:"Name of the cluster."`
	Service        string `json:"service" doc:"Name of the ECS service; empty when the task belongs to none."`
	Task           string `json:"task" doc:"Id of the task; empty when there is none."`
	TaskDefinition string `json:"taskDefinition" doc:"ARN of the task definition."`
	Address        string `json:"address" doc:"The task's private address."`
	CapturedAt     string `json:"capturedAt" doc:"When, RFC 3339 in UTC; empty when no clock was given."`
}

type target struct {
	Typed    string `json:"typed" doc:"As the person typed it."`
	Service  string `json:"service" doc:"AWS service, such as sns; empty when it is none."`
	Host     string `json:"host" doc:"DNS name or address."`
	Port     uint16 `json:"port" doc:"Port."`
	Protocol string `json:"protocol" doc:"tcp or udp."`
}

type call struct {
	Action    string `json:"action" doc:"IAM action, such as sns:Publish."`
	Resource  string `json:"resource" doc:"ARN; * for an action that has no resource; empty when it is not known."`
	Principal string `json:"principal" doc:"ARN of the role or user whose credentials signed it; empty when it is not known."`
	Message   string `json:"message" doc:"The line that the application printed."`
}

// cause adds the step that found it to what every cause has.
type cause struct {
	causeJSON
	Step string `json:"step" doc:"Id of the step that found it."`
}

type step struct {
	ID       string        `json:"id" doc:"Id of the step; stable."`
	Ask      string        `json:"ask" doc:"The step's question."`
	Branch   string        `json:"branch,omitempty" doc:"Id of the step that this one hangs under; absent on the trunk."`
	Verdict  steps.Verdict `json:"verdict" doc:"Of the step."`
	Cause    string        `json:"cause" doc:"Cause code; empty when there is none."`
	Summary  string        `json:"summary" doc:"The finding, as a clause."`
	Means    string        `json:"means" doc:"What that means for the person."`
	Because  string        `json:"because,omitempty" doc:"Of a skipped step: the cause code that explains it."`
	Answered bool          `json:"answered" doc:"Whether it rests on the person's answer."`
	Evidence []evidence    `json:"evidence" doc:"What decided."`
	Fixes    []fix         `json:"fixes" doc:"Ways to mend it, the least first."`
	Also     []also        `json:"also" doc:"Further causes of the same step."`
	Missing  []string      `json:"missing" doc:"IAM actions that were needed and refused."`
	Question *question     `json:"question,omitempty" doc:"What only the person can say."`
	Links    []string      `json:"links" doc:"AWS documentation."`
}

// also is a further cause of a step.
type also struct {
	Verdict  steps.Verdict `json:"verdict" doc:"Of this finding."`
	Cause    string        `json:"cause" doc:"Cause code; empty when there is none."`
	Summary  string        `json:"summary" doc:"The finding, as a clause."`
	Evidence []evidence    `json:"evidence" doc:"What decided."`
	Fixes    []fix         `json:"fixes" doc:"Ways to mend it, the least first."`
}

// need is a row of the matrix of what a start needs.
type need struct {
	Kind       string   `json:"kind" doc:"Such as image, secret, parameter, log, EFS."`
	Name       string   `json:"name" doc:"As people call it."`
	Containers []string `json:"containers" doc:"Those that need it; none when all of the task do."`
	Host       string   `json:"host" doc:"That is dialled; empty when nothing is, or it is not known."`
	Port       uint16   `json:"port" doc:"That is dialled; 0 when nothing is."`
	Interface  string   `json:"interface" doc:"The network interface that it goes through."`
	Role       string   `json:"role" doc:"Whose permissions count; empty when nobody's do."`
	Exists     cell     `json:"exists" doc:"The thing itself, in the form that is asked for."`
	Path       cell     `json:"path" doc:"The way there on the network."`
	Access     cell     `json:"access" doc:"The policies of the role and of the thing, and its KMS key."`
	Endpoint   cell     `json:"endpointPolicy" doc:"The policy of the VPC endpoint on the way."`
}

// cell is one answer of the matrix.
type cell struct {
	Verdict steps.Verdict `json:"verdict" doc:"Skipped where the question does not come up."`
	Cause   string        `json:"cause" doc:"Cause code of a fail; empty else."`
	Summary string        `json:"summary" doc:"The answer, as a clause."`
}

type evidence struct {
	Kind   string `json:"kind" doc:"Such as security-group, route-table, message, you."`
	ID     string `json:"id" doc:"Id of the resource."`
	Detail string `json:"detail" doc:"The very rule, route, state or statement."`
}

type fix struct {
	Title         string `json:"title" doc:"What it does, as a clause."`
	Command       string `json:"command" doc:"AWS CLI command; empty when no command can do it."`
	Effect        string `json:"effect" doc:"What it changes, and what it costs."`
	Document      string `json:"document,omitempty" doc:"A policy document that the fix sets, as JSON text."`
	ProvenByModel bool   `json:"provenByModel" doc:"True only when the fix was applied to the facts in memory and the walk, run again, no longer fails there."`
}

type question struct {
	ID      string   `json:"id" doc:"Key of --answer."`
	Text    string   `json:"text" doc:"The question."`
	Choices []choice `json:"choices" doc:"What can be answered."`
}

type choice struct {
	Value string `json:"value" doc:"Value of --answer."`
	Label string `json:"label" doc:"What a person is shown."`
}

type hop struct {
	Kind    string `json:"kind" doc:"Such as security-group, network-acl, nat-gateway."`
	ID      string `json:"id" doc:"Id of the resource."`
	Detail  string `json:"detail" doc:"Its address, or the route that is taken."`
	Blocked bool   `json:"blocked" doc:"A check of this hop failed."`
	Unknown bool   `json:"unknown" doc:"A check of this hop could not be decided."`
	Back    bool   `json:"back" doc:"Only the answer goes through it."`
}

type calls struct {
	Total       int            `json:"total" doc:"How many calls were made."`
	ByOperation map[string]int `json:"byOperation" doc:"How many of each operation, such as ec2:DescribeSubnets."`
}

// JSON returns the report in the shape that the data contract promises (schema 1), indented, with a final newline. Lists are
// never null.
func JSON(r steps.Report) ([]byte, error) {
	r = cleaned(r)
	d := document{
		Schema: schema, Symptom: r.Symptom, Verdict: r.Verdict, Summary: Sentence(r), DurationMs: r.Duration.Milliseconds(),
		Subject: subject{
			Account: r.Subject.Account, Region: r.Subject.Region, Cluster: r.Subject.Cluster, Service: r.Subject.Service,
			Task: r.Subject.Task, TaskDefinition: r.Subject.TaskDefinition, Address: r.Subject.Address, CapturedAt: moment(r.Subject.Captured),
		},
		Target: target{r.Target.Typed, r.Target.Service, r.Target.Host, r.Target.Port, r.Target.Protocol},
		Causes: each(r.Causes, func(c steps.Cause) cause {
			return cause{causeJSON{c.Code, list(c.Resources), c.Summary}, c.Step}
		}),
		Steps: each(r.Steps, stepOf), Needs: each(r.Needs, needOf),
		Path: each(r.Trace.Hops, func(h vpc.Hop) hop {
			return hop{string(h.Kind), h.ID, h.Detail, h.Blocked, h.Unknown, h.Backward}
		}),
		Missing: list(Missing(r)),
		Runbook: runbookOf(r.Runbook),
		Probes:  probesOf(r.Probes),
		Calls:   calls{ByOperation: map[string]int{}},
	}
	if c := r.Call; c != (steps.Call{}) {
		d.Call = &call{c.Action, c.Resource, c.Principal, c.Message}
	}
	maps.Copy(d.Calls.ByOperation, r.Calls)
	d.Calls.Total = total(r.Calls)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d)
	return out.Bytes(), err
}

func stepOf(s steps.StepResult) step {
	out := step{
		ID: s.ID, Ask: s.Ask, Branch: s.Branch, Verdict: s.Verdict, Cause: s.Cause, Summary: s.Summary, Means: s.Means, Because: s.Because,
		Answered: s.Answered, Evidence: each(s.Evidence, evidenceOf), Fixes: each(s.Fixes, fixOf), Missing: list(s.Missing), Links: list(s.Links),
		Also: each(s.Also, func(f steps.Finding) also {
			return also{f.Verdict, f.Cause, f.Summary, each(f.Evidence, evidenceOf), each(f.Fixes, fixOf)}
		}),
	}
	if q := s.Question; q != nil {
		out.Question = &question{q.ID, q.Text, each(q.Choices, func(c steps.Choice) choice { return choice(c) })}
	}
	return out
}

func needOf(n steps.Need) need {
	return need{n.Kind, n.Name, list(n.Containers), n.Host, n.Port, n.Interface, n.Role, cell(n.Exists), cell(n.Path), cell(n.Access), cell(n.Endpoint)}
}

func evidenceOf(e steps.Evidence) evidence {
	return evidence{e.Kind, e.ID, e.Detail}
}

func fixOf(f steps.Fix) fix {
	return fix{f.Title, f.Command, f.Effect, f.Document, f.Proven}
}

// each converts a list. The result is never nil.
func each[T, U any](list []T, convert func(T) U) []U {
	out := make([]U, 0, len(list))
	for _, v := range list {
		out = append(out, convert(v))
	}
	return out
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
