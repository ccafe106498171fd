package steps

import (
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws/vpc"
)

const (
	docDualStack = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-migrate-ipv6.html"
	docPlatform  = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html"
	docAwsvpc    = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html"
	docMTU       = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html"
)

// IPv6, the platform version and the limits (R21, R24, R25, R26, R28).
var platformSteps = []Step{{
	ID:           "ipv6.address",
	Ask:          "Has the task an IPv6 address, where it should?",
	Why:          "A task gets one only with the account setting dualStackIPv6, an IPv6 block on VPC and subnet, assignment on creation, and platform 1.4.0 or later.",
	Requirements: []string{"R26"},
	Docs:         []string{docTaskNetworking, docDualStack},
	Needs:        []known{task, here, network, subnets},
	Wants:        []known{dualStackSetting},
	Eval:         judgeIPv6Address,
	Next:         []Edge{{To: "ipv6.path"}},
}, {
	ID:           "ipv6.path",
	Ask:          "Does the way work over IPv6 as well?",
	Why:          "IPv4 and IPv6 are routed and filtered separately, and clients try IPv6 first where both are there. It leaves through an internet or egress-only gateway, without NAT.",
	Requirements: []string{"R26"},
	Docs:         []string{docDualStack},
	Needs:        []known{path},
	Eval:         judgeIPv6Path,
	Next:         []Edge{{To: "platform.version"}},
}, {
	ID:           "platform.version",
	Ask:          "Does the platform version send this traffic through the task's interface?",
	Why:          "Before 1.4.0, registry logins and secrets went through an interface of Fargate's own, past your groups, ACLs and flow logs.",
	Requirements: []string{"R21"},
	Docs:         []string{docTaskNetworking, docPlatform},
	Needs:        []known{task},
	Eval:         judgePlatform,
	Next:         []Edge{{To: "service.limits"}},
}, {
	ID:           "service.limits",
	Ask:          "Is the network configuration within its limits?",
	Why:          "awsvpcConfiguration takes at most 16 subnets and 5 security groups.",
	Requirements: []string{"R24"},
	Docs:         []string{docAwsvpc},
	Needs:        []known{here},
	Wants:        []known{owner},
	Eval:         judgeLimits,
	Next:         []Edge{{To: "platform.mtu"}},
}, {
	ID:           "platform.mtu",
	Ask:          "Could large packets get lost?",
	Why:          "From platform 1.4.0 on the task's interface uses jumbo frames. Where the way carries only 1500 bytes and ICMP is blocked, a connection opens and then hangs.",
	Requirements: []string{"R28"},
	Docs:         []string{docMTU, docTaskNetworking},
	Needs:        []known{path, task},
	Eval:         judgeMTU,
	Next:         []Edge{{To: "probe.result"}},
}}

func judgeIPv6Address(f Facts) Finding {
	t, at, n := task.Of(f), here.Of(f), network.Of(f)
	if at.vpc == "" {
		return Finding{Verdict: Skipped, Summary: "the task has no place in a VPC yet"}
	}
	subnet := subnets.Of(f)[at.subnets[0]]
	hasBlock := slices.ContainsFunc(subnet.CIDRs, isIPv6Block)
	if i, ok := n.networkInterface(t.Attachment.Interface); ok && len(i.IPv6) > 0 {
		return Finding{Verdict: Pass, Summary: "the task has " + i.IPv6[0].String()}
	}
	if !hasBlock {
		return Finding{Verdict: Skipped, Summary: "the subnet has no IPv6 block"}
	}
	var reasons []string
	var missing []string
	if setting, err := dualStackSetting.Try(f); err != nil {
		missing = unread(err).Missing
		reasons = append(reasons, "whether the account setting dualStackIPv6 is on can't be read")
	} else if setting != "enabled" {
		reasons = append(reasons, "the account setting dualStackIPv6 is "+setting)
	}
	if !subnet.AssignIPv6OnCreation {
		reasons = append(reasons, subnet.ID+" does not assign IPv6 addresses on creation")
	}
	if oldPlatform(t.PlatformVersion, t.Windows()) {
		reasons = append(reasons, "platform version "+t.PlatformVersion+" has no IPv6")
	}
	if len(reasons) == 0 {
		reasons = append(reasons, "everything is set for it now; the task started before that, and a new one will get an address")
	}
	if at.planned && len(missing) == 0 && subnet.AssignIPv6OnCreation {
		return Finding{Verdict: Pass, Summary: "a new task would get an IPv6 address"}
	}
	return Finding{
		Verdict: Warn, Summary: "the subnet has an IPv6 block, the task has no IPv6 address", Means: "It reaches IPv4 addresses only. " + capital(strings.Join(reasons, "; ")) + ".",
		Evidence: []Evidence{{Kind: string(vpc.KindSubnet), ID: subnet.ID, Detail: strings.Join(reasons, "; ")}}, Missing: missing,
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func judgeIPv6Path(f Facts) Finding {
	p := path.Of(f)
	if p.flows.six == nil {
		return Finding{Verdict: Skipped, Summary: "the target is not dialled over IPv6 beside IPv4"}
	}
	var tests []vpc.Test
	for _, c := range p.six.Checks {
		tests = append(tests, c.Test)
	}
	return p.judge(p.six, f.c.Region, "the way works over IPv6", tests...)
}

func judgePlatform(f Facts) Finding {
	t := task.Of(f)
	version := t.PlatformVersion
	switch {
	case t.LaunchType == "EC2" || t.LaunchType == "EXTERNAL":
		return Finding{Verdict: Skipped, Summary: "platform versions are Fargate's; this task runs on an instance"}
	case version == "":
		return Finding{Verdict: Skipped, Summary: "the platform version is known once the task runs"}
	}
	platform := platformOf(t)
	found := Finding{Verdict: Pass, Summary: fmt.Sprintf("%s: all traffic goes through the task's interface", platform)}
	var past []string
	for _, row := range TrafficTable() {
		way := row.On[platform]
		found.Evidence = append(found.Evidence, Evidence{Kind: "traffic", ID: row.Traffic, Detail: fmt.Sprintf("%s, %s role", way, row.Role)})
		if way == FargateInterface {
			past = append(past, row.Traffic)
		}
	}
	if len(past) > 0 {
		e, _ := Explain("task.platform-version-old")
		found.Verdict, found.Cause, found.Means, found.Resources = Warn, e.Code, e.Means, []string{t.ID}
		found.Summary = fmt.Sprintf("platform %s: %s do not go through the task's interface", version, strings.Join(past, " and "))
		found.Fixes = []Fix{{Title: "move to platform version LATEST", Effect: "All traffic then goes through the task's interface and needs a way there."}}
		if s := t.ServiceName(); s != "" {
			found.Fixes[0].Command = fmt.Sprintf("aws ecs update-service --cluster %s --service %s --platform-version LATEST --region %s", clusterName(t, f.c), s, f.c.Region)
		}
	}
	return found
}

func judgeLimits(f Facts) Finding {
	at := here.Of(f)
	configured, groups := at.subnets, at.groups
	switch s, err := owner.Try(f); {
	case err == nil && s.Name != "":
		configured = s.Network.Subnets
	case err != nil && at.planned:
		return unread(err)
	case f.c.Launch == nil:
		return Finding{Verdict: Skipped, Summary: "no service configuration is known; the task itself started within the limits"}
	}
	if len(configured) <= 16 && len(groups) <= 5 {
		return Finding{Verdict: Pass, Summary: fmt.Sprintf("%d of 16 subnets, %d of 5 security groups", len(configured), len(groups))}
	}
	e, _ := Explain("ecs.network-limits")
	return Finding{
		Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("%d subnets and %d security groups; 16 and 5 are the limit", len(configured), len(groups)),
		Means: e.Means, Resources: slices.Concat(configured, groups),
	}
}

func judgeMTU(f Facts) Finding {
	p, t := path.Of(f), task.Of(f)
	switch {
	case oldPlatform(t.PlatformVersion, t.Windows()):
		return Finding{Verdict: Skipped, Summary: "this platform version has no jumbo frames"}
	case p.main.Verdict == vpc.Unknown && p.resolution.Path != vpc.PathNowhere:
		return Finding{Verdict: Skipped, Summary: "whether the connection opens is not known; only then would the size of packets matter"}
	case p.main.Verdict != vpc.Reachable:
		return Finding{Verdict: Skipped, Summary: "the connection does not open, so the size of packets is not the question"}
	}
	way := "the way stays inside AWS networks that carry jumbo frames"
	for _, h := range p.main.Hops {
		switch h.Kind {
		case vpc.KindInternetGateway, vpc.KindNATGateway, vpc.KindEgressOnlyGateway:
			way = "to the internet packets have 1500 bytes at most"
		case vpc.KindTransitAttachment:
			way = "a transit gateway carries 8500 bytes"
		case vpc.KindOther:
			way = "a VPN or Direct Connect carries less than jumbo frames"
		}
	}
	return Finding{
		Verdict: Pass, Summary: "only if the connection opens and then hangs: " + way,
		Means: "Network ACLs must let ICMP type 3 code 4 in, so that the task learns the right size. A server that hangs after the TLS hello points here.",
	}
}
