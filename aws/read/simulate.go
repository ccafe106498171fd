package read

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"fargate-doctor/aws"
)

// SimulateActions are the IAM actions that Simulate needs.
var SimulateActions = []string{"iam:SimulatePrincipalPolicy"}

type wireStatement struct{ SourcePolicyId, SourcePolicyType string }

type wireBoundary struct{ AllowedByPermissionsBoundary bool }

type wireSimulation struct {
	EvalActionName, EvalResourceName, EvalDecision string

	MatchedStatements                 []wireStatement
	MissingContextValues              []string
	PermissionsBoundaryDecisionDetail *wireBoundary
	OrganizationsDecisionDetail       *struct{ AllowedByOrganizations bool }
	ResourceSpecificResults           []struct {
		EvalResourceName, EvalResourceDecision string

		MatchedStatements                 []wireStatement
		MissingContextValues              []string
		PermissionsBoundaryDecisionDetail *wireBoundary
	}
}

// Simulate asks IAM what it would decide for a user or role about each action on each resource, given the condition keys in context. No
// resources mean "*". It returns one Simulation for each pair, actions first. The principal is the ARN of a role, not of a session of
// it. See "Testing IAM policies with the IAM policy simulator" for what a simulation leaves out.
func Simulate(ctx context.Context, r aws.Reader, principalARN string, actions, resources []string, context map[string][]string) ([]aws.Simulation, error) {
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	input := aws.Input{"PolicySourceArn": principalARN, "ActionNames": actions, "ResourceArns": resources}
	if len(context) > 0 {
		input["ContextEntries"] = contextEntries(context)
	}
	q := aws.Query{Service: "iam", Operation: "SimulatePrincipalPolicy", Input: input}
	wire, err := elements[wireSimulation](ctx, r, q, "EvaluationResults")
	if err != nil {
		return nil, err
	}
	var all []aws.Simulation
	for _, w := range wire {
		all = append(all, w.simulations()...)
	}
	var out []aws.Simulation
	for _, action := range actions {
		for _, resource := range resources {
			about := func(resource string) int {
				return slices.IndexFunc(all, func(s aws.Simulation) bool { return strings.EqualFold(s.Action, action) && s.Resource == resource })
			}
			i := about(resource)
			if i < 0 {
				i = about("*") // an action without resources of its own
			}
			if i < 0 { // a recording holds other simulations
				return nil, aws.Errorf(aws.NotRecorded, q, principalARN, "the answer says nothing about %s on %s", action, resource)
			}
			s := all[i]
			s.Action, s.Resource = action, resource
			out = append(out, s)
		}
	}
	return out, nil
}

// simulations returns the results of one action. When there are results of single resources, the one above them only sums them up.
func (w wireSimulation) simulations() []aws.Simulation {
	whole := aws.Simulation{Action: w.EvalActionName, Resource: w.EvalResourceName, Decision: w.EvalDecision, Matched: matched(w.MatchedStatements),
		MissingContext: w.MissingContextValues, Boundary: w.PermissionsBoundaryDecisionDetail.says()}
	if w.OrganizationsDecisionDetail != nil {
		whole.Organization = allowedOrDenied(w.OrganizationsDecisionDetail.AllowedByOrganizations)
	}
	if len(w.ResourceSpecificResults) == 0 {
		return []aws.Simulation{whole}
	}
	var each []aws.Simulation
	for _, wr := range w.ResourceSpecificResults {
		s := whole
		s.Resource, s.Decision, s.Matched = wr.EvalResourceName, wr.EvalResourceDecision, matched(wr.MatchedStatements)
		s.MissingContext = slices.Compact(slices.Sorted(slices.Values(slices.Concat(whole.MissingContext, wr.MissingContextValues))))
		if wr.PermissionsBoundaryDecisionDetail != nil {
			s.Boundary = wr.PermissionsBoundaryDecisionDetail.says()
		}
		each = append(each, s)
	}
	return each
}

func (w *wireBoundary) says() string {
	if w == nil {
		return ""
	}
	return allowedOrDenied(w.AllowedByPermissionsBoundary)
}

func allowedOrDenied(allowed bool) string {
	if allowed {
		return "allowed"
	}
	return "denied"
}

func matched(wire []wireStatement) []aws.MatchedStatement {
	var statements []aws.MatchedStatement
	for _, w := range wire {
		statements = append(statements, aws.MatchedStatement{PolicyID: w.SourcePolicyId, PolicyType: w.SourcePolicyType})
	}
	return statements
}

// contextEntries returns condition keys as the API takes them, in the order of their names.
func contextEntries(context map[string][]string) []aws.Input {
	var entries []aws.Input
	for _, key := range slices.Sorted(maps.Keys(context)) {
		values := context[key]
		kind := contextType(values)
		if len(values) > 1 {
			kind += "List"
		}
		entries = append(entries, aws.Input{"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": values})
	}
	return entries
}

// contextType returns the type that all the values have. Digits alone are text: they are account ids more often than numbers.
func contextType(values []string) string {
	all := func(is func(string) bool) bool {
		return len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return !is(v) })
	}
	switch {
	case all(func(v string) bool { return v == "true" || v == "false" }):
		return "boolean"
	case all(func(v string) bool {
		_, address := netip.ParseAddr(v)
		_, block := netip.ParsePrefix(v)
		return address == nil || block == nil
	}):
		return "ip"
	case all(func(v string) bool { _, err := time.Parse(time.RFC3339, v); return err == nil }):
		return "date"
	}
	return "string"
}
