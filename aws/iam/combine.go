package iam

import (
	"slices"
	"strings"
)

// A Layer is a kind of policy. They stand in the order in which AWS evaluates them; the policy of a VPC endpoint, of which "Policy
// evaluation logic" does not speak, comes last.
type Layer int

const (
	RCP Layer = iota
	SCP
	Resource
	Identity
	Boundary
	Session
	Endpoint
	layers
)

// String returns the name that AWS gives the kind in its access denied messages.
func (l Layer) String() string {
	return [...]string{"resource control policy", "service control policy", "resource-based policy", "identity-based policy",
		"permissions boundary", "session policy", "VPC endpoint policy"}[l]
}

// Attached are the policies of one layer. The zero Attached is not known; Known() says that there are none.
type Attached struct {
	levels   [][]Policy
	complete bool
	unread   string
}

// Known are all the policies of a layer.
func Known(policies ...Policy) Attached {
	if len(policies) == 0 {
		return Attached{complete: true}
	}
	return KnownLevels(policies)
}

// KnownLevels are all service or resource control policies by level: those of the organization's root, of each organizational unit on the
// way, and of the account. Every level has to allow. No levels at all means that the organization has no such policies, or that there is no
// organization.
func KnownLevels(levels ...[]Policy) Attached { return Attached{levels: levels, complete: true} }

// Unread are policies that could not be read, or not all of them. why is for people: "iam:GetRolePolicy was denied".
func Unread(why string, read ...Policy) Attached {
	a := Attached{unread: why}
	if len(read) > 0 {
		a.levels = [][]Policy{read}
	}
	return a
}

// None reports whether the layer is known to have no policy.
func (a Attached) None() bool { return a.complete && len(a.levels) == 0 }

// With returns the layer with a further policy, on every level. a is not changed.
func (a Attached) With(p Policy) Attached {
	a.levels = slices.Clone(a.levels)
	if len(a.levels) == 0 {
		a.levels = [][]Policy{nil}
	}
	for i, level := range a.levels {
		a.levels[i] = append(slices.Clone(level), p)
	}
	return a
}

// Without returns the layer without a statement of one of its policies, as a Decision shows it. a is not changed.
func (a Attached) Without(s Statement) Attached {
	a.levels = slices.Clone(a.levels)
	for i, level := range a.levels {
		a.levels[i] = slices.Clone(level)
		for k, p := range level {
			if p.Name == s.Policy {
				a.levels[i][k] = p.Without(s.Index)
			}
		}
	}
	return a
}

// Policies are all policies that one request meets.
type Policies struct {
	Identity Attached // of the role or user
	Boundary Attached // the one policy that is its permissions boundary
	Session  Attached // given when the role was assumed; Amazon ECS gives none
	SCP      Attached // of the principal's account; they don't concern the management account and service-linked roles
	RCP      Attached // of the resource's account; they concern the resources of some services only, and no keys that AWS manages
	Resource Attached // of the resource: bucket, queue, topic, key, secret, repository policy; the trust policy of a role
	Endpoint Attached // of the VPC endpoint on the way; none without endpoint

	Gateway                           bool   // the endpoint is a gateway endpoint
	PrincipalAccount, ResourceAccount string // for a request that does not name them
}

func (p Policies) layer(l Layer) Attached {
	return [...]Attached{RCP: p.RCP, SCP: p.SCP, Resource: p.Resource, Identity: p.Identity, Boundary: p.Boundary, Session: p.Session,
		Endpoint: p.Endpoint}[l]
}

// A Verdict is what all policies together answer. KMS grants and S3 access control lists, which can allow too, are no part of it.
type Verdict struct {
	Answer   Answer
	Layer    Layer    // that decided; of an Unknown the first of Open
	Decision Decision // of that layer
	Refusing []Layer  // every layer that denies, or lacks an allow that is needed; each needs a mend
	Open     []Layer  // layers on which an Unknown hangs
	All      []LayerDecision
}

// A LayerDecision is what one layer answers.
type LayerDecision struct {
	Layer Layer
	Decision
	None   bool   // there is no such policy
	Unread string // why not all of them were read
}

// Combine says what all policies of a request answer together: one deny denies; else every layer that limits has to allow, and of those that
// grant the one or ones that the accounts, the principal and the kind of resource call for. See "Policy evaluation logic" and "Cross-account
// policy evaluation logic".
func Combine(p Policies, r Request) Verdict {
	if r.Principal.Account == "" {
		r.Principal.Account = p.PrincipalAccount
	}
	if r.ResourceAccount == "" {
		r.ResourceAccount = p.ResourceAccount
	}
	c := combination{service: r.Principal.Service != "", sameAccount: r.sameAccount(), keyed: r.keyed(), free: r.free()}
	var v Verdict
	for l := range layers {
		a := p.layer(l)
		j := newJudge(r)
		j.gateway = l == Endpoint && p.Gateway
		j.principals = l == Resource
		j.bounded = p.Boundary.bounds()
		t := a.tally(j, l)
		c.tallies[l] = t
		v.All = append(v.All, LayerDecision{Layer: l, Decision: t.decision(j), None: a.None(), Unread: t.unread})
	}
	denies, allows := c.denies(), c.allows()
	v.Answer = answer(denies, allows)
	switch v.Answer {
	case Allow:
		v.Layer = c.granting()
	case Unknown:
		v.Open = c.open()
		v.Layer = v.Open[0]
	default:
		v.Refusing = c.refusing()
		v.Layer = v.Refusing[0]
	}
	v.Decision = v.All[v.Layer].Decision
	return v
}

// bounds says whether there is a permissions boundary.
func (a Attached) bounds() Truth {
	switch {
	case len(a.levels) > 0:
		return Yes
	case a.complete:
		return No
	}
	return Maybe
}

// tally judges the policies of a layer. A limit that does not exist does not limit.
func (a Attached) tally(j *judge, l Layer) tally {
	if a.None() {
		t := tally{denies: No, allows: notGranted}
		if l != Identity && l != Resource {
			t.allows = granted{Yes, Yes, Yes}
		}
		return t
	}
	t := tally{denies: No, allows: notGranted}
	for i, level := range a.levels {
		other := j.tally(level)
		if i == 0 {
			t = other
			continue
		}
		t.denies = or(t.denies, other.denies)
		if t.denied == nil {
			t.denied = other.denied
		}
		if other.allows.any() != Yes { // the level that lacks the allow decides
			t.allowed = other.allowed
		}
		t.allows = t.allows.and(other.allows.any())
		t.mayDeny, t.mayAllow = append(t.mayDeny, other.mayDeny...), append(t.mayAllow, other.mayAllow...)
	}
	if !a.complete {
		t.unread = a.unread
		if t.unread == "" {
			t.unread = "it was not read"
		}
		t.denies = or(t.denies, Maybe)
		for way := range t.allows {
			t.allows[way] = or(t.allows[way], Maybe)
		}
	}
	return t
}

// sameAccount says whether principal and resource lie in one account. An action without a resource works on the principal's own.
func (r Request) sameAccount() Truth {
	own, owner := r.Principal.account(), r.resourceAccount()
	switch {
	case owner == "" && r.Resource == "*":
		return Yes
	case own == "" || owner == "":
		return Maybe
	}
	return truth(own == owner)
}

// keyed reports whether the resource's own policy must let the principal or its account in, as those of KMS keys and the trust policies of
// roles must. Aliases have no policy. See "Key policies in AWS KMS".
func (r Request) keyed() bool {
	service, action, _ := strings.Cut(strings.ToLower(r.Action), ":")
	return service == "kms" && r.Resource != "*" && !strings.Contains(r.Resource, ":alias/") || service == "sts" && strings.HasPrefix(action, "assumerole")
}

// free reports whether the action needs no permission, and no deny of an account takes it away. See sts:GetCallerIdentity in the AWS STS API
// Reference.
func (r Request) free() bool { return strings.EqualFold(r.Action, "sts:GetCallerIdentity") }

// A combination is what the layers of one request come to, and how they go together.
type combination struct {
	tallies     [layers]tally
	service     bool // the principal is a service: it has no policies of its own and comes through no endpoint
	sameAccount Truth
	keyed, free bool
}

func (c *combination) concerns(l Layer) bool {
	switch {
	case c.free:
		return l == Endpoint
	case c.service:
		return l == RCP || l == Resource
	}
	return true
}

func (c *combination) denies() Truth {
	out := No
	for l := range layers {
		if c.concerns(l) {
			out = or(out, c.tallies[l].denies)
		}
	}
	return out
}

func (c *combination) limit(l Layer) Truth {
	if !c.concerns(l) {
		return Yes
	}
	return c.tallies[l].allows.any()
}

func (c *combination) allows() Truth {
	grant := c.across()
	if !c.service && !c.free {
		switch within := c.within(); {
		case c.sameAccount == Yes, within == grant:
			grant = within
		case c.sameAccount == Maybe:
			grant = Maybe
		}
	}
	return and(c.limit(RCP), c.limit(SCP), grant, c.limit(Endpoint))
}

// across is the grant to a principal of another account, or to a service: the resource's side and the principal's side both have to allow.
func (c *combination) across() Truth {
	return and(c.limit(Resource), c.limit(Identity), c.limit(Boundary), c.limit(Session))
}

// within is the grant to a principal of the resource's own account.
func (c *combination) within() Truth {
	resource, identity := c.tallies[Resource].allows, c.tallies[Identity].allows.any()
	if c.keyed {
		identity = and(identity, resource[toAccount])
	}
	return or(resource[direct], and(or(resource[toRole], identity), c.limit(Boundary), c.limit(Session)))
}

// granting returns the layer whose statement is shown for an Allow.
func (c *combination) granting() Layer {
	if c.free {
		return Endpoint
	}
	if c.service || c.tallies[Identity].allows.any() != Yes {
		return Resource
	}
	return Identity
}

// refusing returns the layers that refuse: those that deny, and then those that lack an allow, each in order. Every one needs a mend.
func (c *combination) refusing() []Layer {
	var denying, lacking []Layer
	for l := range layers {
		switch {
		case !c.concerns(l):
		case c.tallies[l].denies == Yes:
			denying = append(denying, l)
		case c.tallies[l].allows.any() == No && c.needs(l):
			lacking = append(lacking, l)
		}
	}
	return append(denying, lacking...)
}

// needs reports whether the request needs the allow that layer l lacks. Within one account, where the resource's policy and the identity's
// policies can stand in for each other, the identity's is the one that is missed.
func (c *combination) needs(l Layer) bool {
	within := c.sameAccount != No && !c.service
	resource := c.tallies[Resource].allows
	switch l {
	case Resource:
		return !within || c.keyed
	case Identity:
		return !within || resource[direct] == No && resource[toRole] == No && (!c.keyed || resource[toAccount] != No)
	case Boundary, Session:
		return !within || resource[direct] == No
	}
	return true
}

// open returns the layers on which an Unknown hangs: settled one way or the other, they would change what the whole comes to.
func (c *combination) open() []Layer {
	var out []Layer
	for l := range layers {
		if !c.concerns(l) {
			continue
		}
		t := c.tallies[l]
		settle := func(denies, allows Truth) tally {
			s := t
			if s.denies == Maybe {
				s.denies = denies
			}
			for way := range s.allows {
				if s.allows[way] == Maybe {
					s.allows[way] = allows
				}
			}
			return s
		}
		was := [2]Truth{c.denies(), c.allows()}
		for _, s := range []tally{settle(No, Yes), settle(Yes, Yes), settle(No, No)} {
			c.tallies[l] = s
			if now := [2]Truth{c.denies(), c.allows()}; now != was {
				out = append(out, l)
				break
			}
		}
		c.tallies[l] = t
	}
	if len(out) == 0 { // no single layer settles it: all that are open do
		for l := range layers {
			if t := c.tallies[l]; c.concerns(l) && (t.denies == Maybe || t.allows.any() == Maybe) {
				out = append(out, l)
			}
		}
	}
	if len(out) == 0 { // only the account is not known
		out = append(out, Resource)
	}
	return out
}
