package steps

import (
	"fmt"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

const (
	docSecurityGroups = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
	docNetworkACLs    = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html"
	docEphemeral      = "https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports"
)

// Security groups and network ACLs on the way (R7, R8, R14).
var filterSteps = []Step{{
	ID:           "task.groups",
	Ask:          "Do the task's security groups let the connection out?",
	Why:          "A security group without a matching outbound rule drops the packet. Answers need no rule: groups are stateful.",
	Requirements: []string{"R7", "R35"},
	Docs:         []string{docSecurityGroups},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onPath(f, "the security groups let the connection out", vpc.TestEgressGroups)
	},
	Next: []Edge{{To: "nacl.outbound"}},
	Question: &Question{ID: "task.groups", Text: "Do the task's security groups let this port out to the target?", Choices: []Choice{
		{"yes", "yes: outbound is open"}, {"no", "no"}, {"unknown", "I don't know"},
	}},
	Answers: map[string]Finding{
		"yes": {Verdict: Pass, Summary: "the security groups let the connection out"},
		"no":  {Verdict: Fail, Cause: "sg.egress-denied", Summary: "the task's security groups do not let the connection out"},
	},
}, {
	ID:           "nacl.outbound",
	Ask:          "Does the subnet's network ACL let the packets out?",
	Why:          "The lowest rule number that matches decides, and rule * denies the rest.",
	Requirements: []string{"R8", "R35"},
	Docs:         []string{docNetworkACLs},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onPath(f, "the network ACL lets them out", vpc.TestACLEgress)
	},
	Next:     []Edge{{To: "nacl.return"}},
	Question: &questionACL,
	Answers:  map[string]Finding{"default": {Verdict: Pass, Summary: "the network ACL allows everything"}},
}, {
	ID:           "nacl.return",
	Ask:          "Does the subnet's network ACL let the answers in?",
	Why:          "Network ACLs are stateless: answers come to the client's ephemeral ports and need an inbound rule of their own, 32768-60999 on Linux, 49152-65535 on Windows.",
	Requirements: []string{"R8"},
	Docs:         []string{docEphemeral},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onPath(f, "the network ACL lets the answers in", vpc.TestACLIngress)
	},
	Next:     []Edge{{To: "nacl.others"}},
	Question: &questionACL,
	Answers:  map[string]Finding{"default": {Verdict: Pass, Summary: "the network ACL allows everything"}},
}, {
	ID:           "nacl.others",
	Ask:          "Do the network ACLs of the other subnets on the way agree?",
	Why:          "The subnet of the NAT gateway, of the endpoint or of the target has an ACL too, and packets pass it in both directions.",
	Requirements: []string{"R8"},
	Docs:         []string{docNetworkACLs},
	Needs:        []known{path, exit},
	Eval: func(f Facts) Finding {
		return beyond(f, "the network ACLs of the other subnets let both ways through", vpc.TestNATACL, vpc.TestDestinationACL)
	},
	Next:     []Edge{{To: "target.groups"}},
	Question: &questionACL,
	Answers:  map[string]Finding{"default": {Verdict: Pass, Summary: "the network ACLs allow everything"}},
}, {
	ID:           "target.groups",
	Ask:          "Do the target's own security groups admit the task?",
	Why:          "A database or load balancer admits only whom its security groups name, on the port that they name.",
	Requirements: []string{"R14"},
	Docs:         []string{docSecurityGroups},
	Needs:        []known{path, exit},
	Eval: func(f Facts) Finding {
		if path.Of(f).resolution.Path == vpc.PathEndpoint {
			return Finding{Verdict: Skipped, Summary: "the endpoint's security groups were looked at above"}
		}
		if flow := path.Of(f).flows.main; flow != nil && flow.To.Any != vpc.NotAny {
			return Finding{Verdict: Skipped, Summary: "nothing of this kind is on the way"}
		}
		return beyond(f, "the target's security groups admit the task", vpc.TestIngressGroups)
	},
	Next: []Edge{{To: "service.subnets"}},
}, {
	ID:           "service.subnets",
	Ask:          "Does the way work from the other subnets of the service too?",
	Why:          "A service spreads its tasks over all its subnets. Where one of them differs, some tasks work and some do not.",
	Requirements: []string{"R5", "R8"},
	Docs:         []string{docTaskNetworking},
	Needs:        []known{path, here},
	Eval:         judgeSiblings,
	Next:         []Edge{{To: "proxy.settings"}},
}}

var questionACL = Question{ID: "nacl", Text: "Are the network ACLs of these subnets the default ones, which allow everything?", Choices: []Choice{
	{"default", "yes, the default ones"}, {"unknown", "no, or I don't know"},
}}

// judgeSiblings compares the other subnets with the task's. For a task that does not exist yet any of them may be its own.
func judgeSiblings(f Facts) Finding {
	p, planned := path.Of(f), here.Of(f).planned
	of := map[vpc.Verdict][]int{}
	for i, t := range p.siblings {
		of[t.Verdict] = append(of[t.Verdict], i)
	}
	same := fmt.Sprintf("the %d other subnets are no different", len(p.siblings))
	if len(p.siblings) == 1 {
		same = "the other subnet is no different"
	}
	switch alike := len(of[p.main.Verdict]) == len(p.siblings); {
	case len(p.siblings) == 0:
		return Finding{Verdict: Skipped, Summary: "there are no other subnets"}
	case p.main.Verdict == vpc.Unknown && len(of[vpc.Blocked]) == 0:
		return Finding{Verdict: Skipped, Summary: "the way from this subnet is not known, so there is nothing to compare"}
	case alike:
		return Finding{Verdict: Pass, Summary: same}
	case p.main.Verdict == vpc.Blocked && len(of[vpc.Reachable]) > 0:
		return Finding{Verdict: Warn, Summary: "tasks in " + p.subnetsOf(of[vpc.Reachable]) + " reach the target; what stops this one does not stop them"}
	case p.main.Verdict == vpc.Blocked:
		return Finding{Verdict: Skipped, Summary: "whether the other subnets are any different is not known"}
	case len(of[vpc.Blocked]) == 0:
		found := Finding{Verdict: Warn, Summary: "whether tasks in " + p.subnetsOf(of[vpc.Unknown]) + " reach the target is not known"}
		for _, i := range of[vpc.Unknown] {
			for _, c := range p.siblings[i].Undecided() {
				found.Missing = append(found.Missing, c.Missing...)
				found.Evidence = append(found.Evidence, Evidence{Kind: string(c.Subject.Kind), ID: c.Subject.ID, Detail: aws.Clean(named(c.Subject, c.Detail))})
			}
		}
		return found
	}
	return p.blockedSiblings(of[vpc.Blocked], planned, f.c.Region)
}

func (p paths) subnetsOf(siblings []int) string {
	var ids []string
	for _, i := range siblings {
		ids = append(ids, p.flows.siblings[i].From.Subnet)
	}
	return strings.Join(ids, " and ")
}

// blockedSiblings tells what stops tasks in other subnets, where the task itself is not stopped.
func (p paths) blockedSiblings(siblings []int, planned bool, region string) Finding {
	var all Finding
	for n, i := range siblings {
		t, subnet := p.siblings[i], p.flows.siblings[i].From.Subnet
		c := t.Causes()[0]
		e, _ := Explain(c.Code)
		found := Finding{
			Verdict: Warn, Cause: c.Code, Summary: "tasks in " + subnet + " can't reach the target: " + e.Title, Resources: append([]string{subnet}, c.Resources...),
			Evidence: []Evidence{{Kind: string(c.Subject.Kind), ID: c.Subject.ID, Detail: aws.Clean(named(c.Subject, c.Detail))}}, Fixes: fixesOf(c.Mend, region),
		}
		if planned {
			found.Verdict = Fail
		}
		if n == 0 {
			all = found
		} else {
			all.Also = append(all.Also, found)
		}
	}
	if p.doubt != nil && all.Verdict == Fail {
		return all.doubted(p.doubt)
	}
	if p.proxied && all.Verdict == Fail {
		return all.because("proxy.unreachable")
	}
	return all
}
