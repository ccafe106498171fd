package tui

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// reads is a walk that asks AWS for one thing, and goes on without it as walks do.
type reads struct {
	*script
	reader aws.Reader
	query  aws.Query
}

func (r reads) Walk(ctx context.Context, c steps.Case, observe func(steps.Event)) (steps.Report, error) {
	_ = r.reader.Read(ctx, r.query, func(json.RawMessage) error { return nil })
	return r.script.Walk(ctx, c, observe)
}

// A call that fails in the middle of a walk stands in the error log, though the walk found its way without it.
func TestACallThatAWalkMissedIsInTheErrorLog(t *testing.T) {
	a := shop()
	acls := aws.Query{Service: "ec2", Operation: "DescribeNetworkAcls"}
	a.broken = map[string]error{acls.Name(): aws.Errorf(aws.Denied, acls, "", "no identity-based policy allows it")}
	o := with(a, &script{report: blocked})
	o.Case = steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Timeout, Target: "sns"}
	o.Walker = func(s acting.Session) Walker { return reads{&script{report: blocked}, s.Reader, acls} }
	p := sit(t, o, 80, 24)
	p.settle()
	p.sees("! 1 error")
	p.does("!")
	p.sees("A call failed: ec2:DescribeNetworkAcls is not allowed")
}

// What a recording does not hold is said in the error log, with how to record it; of a demo world nobody can record it.
func TestWhatADemoWorldDoesNotHoldIsNoError(t *testing.T) {
	acls := aws.Query{Service: "ec2", Operation: "DescribeNetworkAcls"}
	for story, errors := range map[string]bool{"": true, "The application hangs.": false} {
		a := shop()
		a.broken = map[string]error{acls.Name(): aws.Errorf(aws.NotRecorded, acls, "", "the snapshot does not hold it")}
		o := with(a, &script{report: blocked})
		o.World, o.Story = "a recording", story
		o.Case = steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Timeout, Target: "sns"}
		o.Walker = func(s acting.Session) Walker { return reads{&script{report: blocked}, s.Reader, acls} }
		p := sit(t, o, 80, 24)
		p.settle()
		if f := p.frame(); strings.Contains(f, "! 1 error") != errors {
			t.Errorf("with the story %q:\n%s", story, f)
		}
	}
}
