package steps

import (
	"errors"
	"slices"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
)

// A ruled is what all policies that are known come to for one call, layer by layer. The steps project it, so that they can't disagree.
// Organizations' policies and session policies can't be read from the account, and are no part of it.
type ruled struct {
	iam.Verdict
	request  iam.Request
	identity iam.Answer // of the role's own policies, by what could be read of them and by the simulation
	local    iam.Decision
	disputed bool // the simulation and the policies as they were read say different things
	gaps     map[iam.Layer]error
	endpoint vpc.Endpoint // on the way; zero when there is none
}

// refuses reports whether a layer denies the call, or lacks an allow that is needed.
func (r ruled) refuses(l iam.Layer) bool {
	return slices.Contains(r.Refusing, l)
}

// refusedBeside lists the other layers that do.
func (r ruled) refusedBeside(l iam.Layer) []iam.Layer {
	return slices.DeleteFunc(slices.Clone(r.Refusing), func(other iam.Layer) bool { return other == l })
}

func (r ruled) of(l iam.Layer) iam.LayerDecision { return r.All[l] }

// ruling judges the refused call.
var ruling = &Fact[ruled]{
	Name:  "ruling",
	Needs: []known{refusal, signer, circumstances},
	Wants: []known{rolePolicies, boundary, simulation, resourcePolicy, path, network},
	Derive: func(f Facts) ruled {
		c := refusal.Of(f)
		r := ruled{request: requestFor(f, c.action, c.asked()), gaps: map[iam.Layer]error{}}
		arn, _ := aws.ParseARN(c.resource)
		if side, err := resourcePolicy.Try(f); err == nil && side.kind && !side.missing && arn.Account == "" {
			// ARNs of buckets name no account; but only the owner's account may read a bucket's policy.
			r.request.ResourceAccount = r.request.Principal.Account
		}
		s, _ := simulation.Try(f)
		return r.combined(f, s, r.resourceSide(f), r.endpointSide(f))
	},
}

// combined judges a call by the policies of who signed it, and those of the resource and of the endpoint on the way. The simulation is zero
// when it could not be asked.
func (r *ruled) combined(f Facts, s simulated, resource, endpoint iam.Attached) ruled {
	known, err := rolePolicies.Try(f)
	if err == nil && signer.Of(f).role == "" {
		err = errNoRole
	}
	policies := iam.Policies{Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known(), Resource: resource, Endpoint: endpoint,
		Identity: r.identityOf(known, err, s), Boundary: r.boundarySide(f), Gateway: r.endpoint.Type == vpc.GatewayEndpoint}
	r.Verdict = iam.Combine(policies, r.request)
	return *r
}

// identityOf is anybody's own policies. Where they can't be read or don't tell, the simulation stands for them.
func (r *ruled) identityOf(known aws.Policies, err error, s simulated) iam.Attached {
	policies, unread := policiesOf(known)
	attached := iam.Known(policies...)
	switch {
	case err != nil:
		r.gaps[iam.Identity] = err
		attached = iam.Unread(err.Error())
	case len(unread) > 0:
		r.gaps[iam.Identity] = unread[0]
		attached = iam.Unread(unread[0].Error(), policies...)
	}
	alone := iam.Policies{Identity: attached, Boundary: iam.Known(), Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known(), Resource: iam.Known(), Endpoint: iam.Known()}
	r.local = iam.Combine(alone, r.request).All[iam.Identity].Decision
	r.identity = r.local.Answer
	says := s.identity()
	switch {
	case says == iam.Unknown:
	case r.identity == iam.Unknown:
		r.identity = says
		return iam.Known(standIn(says)...)
	case r.identity != says:
		r.disputed = true
	}
	return attached
}

// identity is what a simulation says of the identity policies alone. A refusal may come from the boundary or the organization instead.
func (s simulated) identity() iam.Answer {
	switch {
	case !s.decides():
		return iam.Unknown
	case s.Decision == "allowed":
		return iam.Allow
	case s.Boundary == "denied" || s.Organization == "denied":
		return iam.Unknown
	case s.Decision == "explicitDeny":
		return iam.Deny
	case s.Decision == "implicitDeny":
		return iam.NoMatch
	}
	return iam.Unknown
}

// standIn is a policy that answers as IAM said that the role's policies do.
func standIn(a iam.Answer) []iam.Policy {
	s := iam.Statement{Effect: iam.EffectAllow, Actions: []string{"*"}, Resources: []string{"*"}}
	switch a {
	case iam.NoMatch:
		return nil
	case iam.Deny:
		s.Effect = iam.EffectDeny
	}
	return []iam.Policy{iam.Policy{Name: "the simulation"}.With(s)}
}

// boundarySide is the role's boundary. A user's is not read, and so not known.
func (r *ruled) boundarySide(f Facts) iam.Attached {
	if signer.Of(f).role == "" {
		return r.sideOf(iam.Boundary, aws.PolicyDocument{}, errNoRole)
	}
	return r.side(iam.Boundary, boundary, f)
}

// side is the one policy of a layer, if there is one.
func (r *ruled) side(l iam.Layer, fact *Fact[aws.PolicyDocument], f Facts) iam.Attached {
	d, err := fact.Try(f)
	return r.sideOf(l, d, err)
}

// sideOf is the same of a policy that was read, or of why it was not.
func (r *ruled) sideOf(l iam.Layer, d aws.PolicyDocument, err error) iam.Attached {
	if err == nil && d.Document == "" {
		return iam.Known()
	}
	var p iam.Policy
	if err == nil {
		p, err = policyOf(d)
	}
	if err != nil {
		r.gaps[l] = err
		return iam.Unread(err.Error())
	}
	return iam.Known(p)
}

// Why a layer is not known though nothing was refused.
var (
	errNoRole     = errors.New("no role signed the call, and a user's policies are not read")
	errNoResource = errors.New("it is not known which resource the call is about")
	errNoWay      = errors.New("it is not known which way the call takes")
)

// guarded reports whether the resources of an action have policies of their own.
func guarded(action string) bool {
	c, ok := calledAs(action)
	return ok && read.HasResourcePolicy(resourceForm(c.resource, "region", "account"))
}

func (r *ruled) resourceSide(f Facts) iam.Attached {
	c := refusal.Of(f)
	side, err := resourcePolicy.Try(f)
	switch {
	case err != nil:
		r.gaps[iam.Resource] = err
		return iam.Unread(err.Error())
	case !c.exact() && (guarded(c.action) || read.HasResourcePolicy(c.resource)):
		r.gaps[iam.Resource] = errNoResource
		return iam.Unread(errNoResource.Error())
	case side.Document == "":
		return iam.Known()
	}
	p, err := policyOf(side.PolicyDocument)
	if err != nil {
		r.gaps[iam.Resource] = err
		return iam.Unread(err.Error())
	}
	return iam.Known(p)
}

// whyUnknown says why it is not known which endpoint is on the way, with the action that is missing, where one is; nil when it is known. A
// name leads to an interface endpoint, a route to a gateway endpoint.
func (p paths) whyUnknown(n knownNetwork) error {
	lacking := func(actions []string) error {
		if len(actions) == 0 {
			return errNoWay
		}
		return &aws.Error{Kind: aws.Denied, Operation: actions[0], Action: actions[0], Err: errNoWay}
	}
	if p.resolution.Path == vpc.PathUnknown {
		var actions []string
		for _, c := range p.resolution.Checks {
			actions = append(actions, c.Missing...)
		}
		return lacking(actions)
	}
	if p.flows.main == nil {
		return nil
	}
	if slices.ContainsFunc(n.endpointsFor(p.resolution.Service, p.flows.main.From.VPC), func(e vpc.Endpoint) bool { return e.Type == vpc.GatewayEndpoint }) {
		for _, c := range p.main.Checks {
			if (c.Test == vpc.TestInterface || c.Test == vpc.TestRoute) && c.Result == vpc.NotDecided {
				return lacking(c.Missing)
			}
		}
	}
	return nil
}

func (r *ruled) endpointSide(f Facts) iam.Attached {
	p, err := path.Try(f)
	if err != nil {
		r.gaps[iam.Endpoint] = err
		return iam.Unread(err.Error())
	}
	return r.endpointOf(p, network.Of(f)) // which the path needs
}

// endpointOf is the policy of the endpoint on a way, if there is one.
func (r *ruled) endpointOf(p paths, n knownNetwork) iam.Attached {
	if err := p.whyUnknown(n); err != nil {
		r.gaps[iam.Endpoint] = err
		return iam.Unread(err.Error())
	}
	e, _ := endpointOnWay(p, n)
	r.endpoint = e
	return r.sideOf(iam.Endpoint, aws.PolicyDocument{ARN: e.ID, Document: e.Policy}, nil)
}
