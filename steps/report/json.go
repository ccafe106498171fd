package report

import (
	"bytes"
	"encoding/json"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// schema is the version of the JSON. It grows by adding members; a change of meaning would be a new version.
const schema = 1

type document struct {
	Schema     int           `json:"schema"`
	Subject    subject       `json:"subject"`
	Symptom    steps.Symptom `json:"symptom"`
	Target     target        `json:"target"`
	Call       *call         `json:"call,omitempty"` // the refused call, where one was asked about
	Verdict    steps.Overall `json:"verdict"`
	Summary    string        `json:"summary"`
	Causes     []cause       `json:"causes"`
	Steps      []step        `json:"steps"`
	Path       []hop         `json:"path"`
	Missing    []string      `json:"missing"`
	Calls      calls         `json:"calls"`
	DurationMs int64         `json:"durationMs"`
	Runbook    *runbookJSON  `json:"runbook,omitempty"` // where one was asked for
	Probes     *probesJSON   `json:"probes,omitempty"`  // where they were asked for
}

type subject struct {
	Account        string `json:"account"`
	Region         string `json:"region"`
	Cluster        string `json:"cluster"`
	Service        string `json:"service"`
	Task           string `json:"task"`
	TaskDefinition string `json:"taskDefinition"`
	Address        string `json:"address"`
	CapturedAt     string `json:"capturedAt"` // RFC 3339, UTC; "" when no clock was given
}

type target struct {
	Typed    string `json:"typed"`
	Service  string `json:"service"`
	Host     string `json:"host"`
	Port     uint16 `json:"port"`
	Protocol string `json:"protocol"`
}

type call struct {
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	Principal string `json:"principal"`
	Message   string `json:"message"`
}

// cause adds the step that found it to what every cause has.
type cause struct {
	causeJSON
	Step string `json:"step"`
}

type step struct {
	ID       string        `json:"id"`
	Ask      string        `json:"ask"`
	Branch   string        `json:"branch,omitempty"`
	Verdict  steps.Verdict `json:"verdict"`
	Cause    string        `json:"cause"`
	Summary  string        `json:"summary"`
	Means    string        `json:"means"`
	Because  string        `json:"because,omitempty"`
	Answered bool          `json:"answered"`
	Evidence []evidence    `json:"evidence"`
	Fixes    []fix         `json:"fixes"`
	Also     []also        `json:"also"`
	Missing  []string      `json:"missing"`
	Question *question     `json:"question,omitempty"`
	Links    []string      `json:"links"`
}

// also is a further cause of a step.
type also struct {
	Verdict  steps.Verdict `json:"verdict"`
	Cause    string        `json:"cause"`
	Summary  string        `json:"summary"`
	Evidence []evidence    `json:"evidence"`
	Fixes    []fix         `json:"fixes"`
}

type evidence struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Detail string `json:"detail"`
}

type fix struct {
	Title         string `json:"title"`
	Command       string `json:"command"`
	Effect        string `json:"effect"`
	Document      string `json:"document,omitempty"` // a policy document that the fix sets
	ProvenByModel bool   `json:"provenByModel"`
}

type question struct {
	ID      string   `json:"id"`
	Text    string   `json:"text"`
	Choices []choice `json:"choices"`
}

type choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

type hop struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Detail  string `json:"detail"`
	Blocked bool   `json:"blocked"`
	Unknown bool   `json:"unknown"`
	Back    bool   `json:"back"`
}

type calls struct {
	Total       int            `json:"total"`
	ByOperation map[string]int `json:"byOperation"`
}

// JSON returns the report in the shape that the data contract promises (schema 1), indented, with a final newline. Lists are
// never null.
func JSON(r steps.Report) ([]byte, error) {
	d := document{
		Schema: schema, Symptom: r.Symptom, Verdict: r.Verdict, Summary: Sentence(r), DurationMs: r.Duration.Milliseconds(),
		Subject: subject{
			Account: aws.Clean(r.Subject.Account), Region: aws.Clean(r.Subject.Region), Cluster: aws.Clean(r.Subject.Cluster), Service: aws.Clean(r.Subject.Service),
			Task: aws.Clean(r.Subject.Task), TaskDefinition: aws.Clean(r.Subject.TaskDefinition), Address: r.Subject.Address, CapturedAt: moment(r.Subject.Captured),
		},
		Target: target{aws.Clean(r.Target.Typed), r.Target.Service, aws.Clean(r.Target.Host), r.Target.Port, r.Target.Protocol},
		Causes: each(r.Causes, func(c steps.Cause) cause {
			return cause{causeJSON{c.Code, clean(c.Resources), aws.Clean(c.Summary)}, c.Step}
		}),
		Steps: each(r.Steps, stepOf),
		Path: each(r.Trace.Hops, func(h vpc.Hop) hop {
			return hop{string(h.Kind), aws.Clean(h.ID), aws.Clean(h.Detail), h.Blocked, h.Unknown, h.Backward}
		}),
		Missing: clean(Missing(r)),
		Runbook: runbookOf(r.Runbook),
		Probes:  probesOf(r.Probes),
		Calls:   calls{ByOperation: map[string]int{}},
	}
	if c := r.Call; c != (steps.Call{}) {
		d.Call = &call{aws.Clean(c.Action), aws.Clean(c.Resource), aws.Clean(c.Principal), aws.Clean(c.Message)}
	}
	for name, n := range r.Calls {
		d.Calls.ByOperation[name] = n
		d.Calls.Total += n
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d)
	return out.Bytes(), err
}

func stepOf(s steps.StepResult) step {
	out := step{
		ID: s.ID, Ask: s.Ask, Branch: s.Branch, Verdict: s.Verdict, Cause: s.Cause, Summary: aws.Clean(s.Summary), Means: aws.Clean(s.Means), Because: s.Because,
		Answered: s.Answered, Evidence: each(s.Evidence, evidenceOf), Fixes: each(s.Fixes, fixOf), Missing: clean(s.Missing), Links: clean(s.Links),
		Also: each(s.Also, func(f steps.Finding) also {
			return also{f.Verdict, f.Cause, aws.Clean(f.Summary), each(f.Evidence, evidenceOf), each(f.Fixes, fixOf)}
		}),
	}
	if q := s.Question; q != nil {
		out.Question = &question{q.ID, q.Text, each(q.Choices, func(c steps.Choice) choice { return choice(c) })}
	}
	return out
}

func evidenceOf(e steps.Evidence) evidence {
	return evidence{e.Kind, aws.Clean(e.ID), aws.Clean(e.Detail)}
}

func fixOf(f steps.Fix) fix {
	return fix{aws.Clean(f.Title), aws.Clean(f.Command), aws.Clean(f.Effect), f.Document, f.Proven}
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
