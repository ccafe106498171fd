package steps

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/aws/read"
)

// An opener is who opens the session.
type opener struct {
	iam.Principal
	role string // ARN of the role whose session it is, without its path; "" for users
	root bool   // the account's root user, whom no identity policy limits
}

// sessionOpener is who opens the session: whom the error text names, else who this program is.
var sessionOpener = &Fact[opener]{
	Name:  "who opens the session",
	Needs: []known{caller},
	Derive: func(f Facts) opener {
		p, told := principalOf(f.c.sessionError().opener)
		if !told {
			p, _ = principalOf(caller.Of(f).ARN)
		}
		o := opener{Principal: p, root: strings.HasSuffix(p.ARN, ":root")}
		if strings.Contains(p.ARN, ":role/") {
			o.role = p.ARN
		}
		return o
	},
}

// openerRole is the opener's role; zero for users.
var openerRole = &Fact[foundRole]{
	Name:    "role of who opens the session",
	Actions: read.RoleActions,
	Needs:   []known{sessionOpener},
	Key:     func(f Facts) string { return sessionOpener.Of(f).role },
	Fetch: func(ctx context.Context, s source, f Facts) (foundRole, error) {
		name := sessionOpener.Of(f).role
		if name == "" || f.c.Symptom != Exec {
			return foundRole{}, nil
		}
		r, err := read.Role(ctx, s, aws.ShortName(name))
		return foundRole{Role: r}, err
	},
}

var errUserPolicies = errors.New("policies of users are not read")

// openerPolicies are the policies of the opener's role. Those of users are not read: the simulation tells of them.
var openerPolicies = &Fact[aws.Policies]{
	Name:    "policies of who opens the session",
	Actions: read.RolePolicyActions,
	Needs:   []known{sessionOpener},
	Key:     func(f Facts) string { return sessionOpener.Of(f).role },
	Fetch: func(ctx context.Context, s source, f Facts) (aws.Policies, error) {
		name := sessionOpener.Of(f).role
		if name == "" || f.c.Symptom != Exec {
			return aws.Policies{Unread: []error{errUserPolicies}}, nil
		}
		return read.RolePolicies(ctx, s, aws.ShortName(name))
	},
}

// openerBoundary is the permissions boundary of the opener's role; zero when it has none. The simulation tells of a user's.
var openerBoundary = &Fact[aws.PolicyDocument]{
	Name:    "permissions boundary of who opens the session",
	Actions: []string{"iam:GetPolicy", "iam:GetPolicyVersion"},
	Needs:   []known{openerRole},
	Key:     func(f Facts) string { return openerRole.Of(f).Boundary },
	Fetch: func(ctx context.Context, s source, f Facts) (aws.PolicyDocument, error) {
		if arn := openerRole.Of(f).Boundary; arn != "" {
			return read.ManagedPolicy(ctx, s, arn)
		}
		return aws.PolicyDocument{}, nil
	},
}

// The calls that opening a session takes of the person.
const (
	opens    = "ecs:ExecuteCommand"
	makesKey = "kms:GenerateDataKey"
)

// openedOn are the resources that ecs:ExecuteCommand is asked for on: the task and its cluster, both.
func openedOn(t aws.Task) []string {
	if t.ARN == "" {
		return nil
	}
	return []string{t.ARN, t.Cluster}
}

// openingContext is what is known of the condition keys of ecs:ExecuteCommand, from "Actions, resources, and condition keys for Amazon
// Elastic Container Service". The tags of the task are not read.
func openingContext(t aws.Task, d aws.TaskDefinition, container, region string) map[string][]string {
	c, _ := containerOf(d, container)
	known := map[string][]string{"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {region}, "ecs:cluster": {t.Cluster}}
	if c.Name != "" {
		known["ecs:container-name"] = []string{c.Name}
	}
	return known
}

// openerSimulation asks IAM itself what the opener may do, by action and resource.
var openerSimulation = &Fact[map[string]simulated]{
	Name:    "simulation of opening the session",
	Actions: read.SimulateActions,
	Needs:   []known{sessionOpener, openerRole, task, definition},
	Wants:   []known{execKey},
	Key: func(f Facts) string {
		k, _ := execKey.Try(f)
		return strings.Join([]string{sessionOpener.Of(f).ARN, task.Of(f).ARN, f.c.Container, k.ARN}, " ")
	},
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]simulated, error) {
		who, t := sessionOpener.Of(f), task.Of(f)
		arn := who.ARN
		if who.role != "" {
			arn = openerRole.Of(f).ARN
		}
		if arn == "" || who.root || t.ARN == "" || f.c.Symptom != Exec {
			return nil, nil
		}
		key, _ := execKey.Try(f)
		var opening, keys []aws.Simulation
		var err, keyErr error
		var both sync.WaitGroup
		both.Go(func() {
			opening, err = read.Simulate(ctx, s, arn, []string{opens}, openedOn(t), openingContext(t, definition.Of(f), f.c.Container, f.c.Region))
		})
		if key.ARN != "" {
			both.Go(func() {
				keys, keyErr = read.Simulate(ctx, s, arn, []string{makesKey}, []string{key.ARN}, map[string][]string{
					"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {f.c.Region},
				})
			})
		}
		both.Wait()
		if err = errors.Join(err, keyErr); len(opening) == 0 && err != nil {
			return nil, err
		}
		by := map[string]simulated{}
		for _, one := range slices.Concat(opening, keys) {
			by[one.Action+" "+one.Resource] = simulated{Simulation: one, asked: true}
		}
		return by, nil
	},
}

// An openerRuled is a ruling on a call of the opener, beside what IAM's own simulation says of it.
type openerRuled struct {
	ruledCall
	simulated simulated
}

// refused reports whether the call is refused for certain. A simulation also knows the user's boundary and service control policies.
func (r openerRuled) refused() bool {
	s := r.simulated
	return !r.disputed && r.Answer.Refused() || s.decides() && (s.Boundary == "denied" || s.Organization == "denied")
}

// openerRuling judges a call of the opener.
func openerRuling(f Facts, action, resource string, known map[string][]string, policy iam.Attached) openerRuled {
	who := sessionOpener.Of(f)
	// Where the person is and how they signed in is not known.
	context := map[string][]string{"aws:ViaAWSService": {"false"}, "aws:CalledVia": nil, "kms:ViaService": nil}
	maps.Copy(context, known)
	r := ruled{gaps: map[iam.Layer]error{}, request: iam.Request{Action: action, Resource: resource, Principal: who.Principal, Context: context}}
	simulations, err := openerSimulation.Try(f)
	s := simulations[action+" "+resource]
	policies := iam.Policies{Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known(), Endpoint: iam.Known(), Resource: policy}
	attached, readErr := openerPolicies.Try(f)
	policies.Identity = r.identityOf(attached, readErr, s)
	limit, limitErr := openerBoundary.Try(f)
	policies.Boundary = r.sideOf(iam.Boundary, limit, limitErr)
	if s.decides() && s.Decision == "allowed" {
		policies.Boundary = iam.Known()
		delete(r.gaps, iam.Boundary)
	}
	if who.root {
		policies.Identity = iam.Known(standIn(iam.Allow)...)
	}
	if err != nil && r.gaps[iam.Identity] != nil && aws.Missing(r.gaps[iam.Identity]) == "" {
		r.gaps[iam.Identity] = err // it is the simulation that would have told
	}
	r.Verdict = iam.Combine(policies, r.request)
	return openerRuled{ruledCall{action, r}, s}
}

// grantToOpener allows the opener the statement.
func grantToOpener(f Facts, s iam.Statement, what string) Fix {
	who := sessionOpener.Of(f)
	document := iam.Document(s)
	fix := Fix{Title: "allow " + what + " to " + whoIs(who), Document: document, Effect: "It counts after some seconds."}
	name, policy := aws.ShortName(who.ARN), policyNameFor(s.Actions)
	switch {
	case strings.HasPrefix(name, "AWSReservedSSO_"):
		fix.Effect = "The role is one of IAM Identity Center: its permission set is what must hold the statement."
	case who.role != "":
		fix.Command = "aws iam put-role-policy --role-name " + name + " --policy-name " + policy + " --policy-document " + quoteJSON(document)
	case strings.Contains(who.ARN, ":user/"):
		fix.Command = "aws iam put-user-policy --user-name " + name + " --policy-name " + policy + " --policy-document " + quoteJSON(document)
	}
	fix.apply = func(f Facts) Facts {
		if known, err := openerPolicies.Try(f); err == nil {
			known.Known = append(slices.Clone(known.Known), aws.PolicyDocument{Name: policy, Document: document})
			f = f.with(openerPolicies, known, nil)
		}
		simulations, err := openerSimulation.Try(f)
		if err != nil {
			return f
		}
		// What nothing allowed and nothing denied is allowed by the statement.
		simulations = maps.Clone(simulations)
		for key, one := range simulations {
			if slices.Contains(s.Actions, one.Action) && slices.Contains(s.Resources, one.Resource) && one.Decision == "implicitDeny" && one.Boundary != "denied" && one.Organization != "denied" {
				one.Decision = "allowed"
				simulations[key] = one
			}
		}
		return f.with(openerSimulation, simulations, nil)
	}
	return fix
}

// whoIs names the opener for a person.
func whoIs(o opener) string {
	kind := "role"
	switch {
	case o.root:
		return "the root user"
	case o.role == "":
		kind = "user"
	}
	return kind + " " + aws.ShortName(o.ARN)
}
