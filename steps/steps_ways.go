package steps

import (
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// judged asks all questions about the ways that are judged together. Which endpoints there are is none where every way is open.
func (ways wayfinding) judged(f Facts) []Finding {
	found := []Finding{ways.judgeNames(f), ways.judgeRoutes(f), ways.over(f, "", slices.Concat(endpointTests, groupTests, aclTests)...)}
	if all, _ := ways.of(f, ways.shared); slices.ContainsFunc(all, func(w needWay) bool { return !w.passes() }) {
		found = append(found, ways.judgeEndpoints(f))
	}
	return found
}

// over answers a question about the ways that are judged together from the checks of their traces.
func (ways wayfinding) over(f Facts, good string, tests ...vpc.Test) Finding {
	all, of := ways.of(f, ways.shared)
	var checks []checked
	var short []Finding // of ways that end before
	stopped := map[string][]string{}
	because, followed := "", 0
	for i, w := range all {
		if w.skip != "" || w.flows.main == nil {
			continue
		}
		followed++
		mine := fromTrace(w.main, tests...)
		if len(mine) == 0 {
			short = append(short, unreached(w.main))
		}
		for _, c := range mine {
			if c.result == vpc.Failed && slices.Contains(noWayOut, c.code) && w.out.because != "" {
				because = w.out.because
				continue
			}
			if c.result != vpc.Passed {
				key := c.code + " " + first(c.resources)
				if !slices.Contains(stopped[key], of[i].title()) {
					stopped[key] = append(stopped[key], of[i].title())
				}
			}
			if !slices.ContainsFunc(checks, c.same) {
				checks = append(checks, c)
			}
		}
	}
	switch {
	case followed == 0:
		return Finding{Verdict: Skipped, Summary: "there is no address to follow"}
	case len(checks) == 0 && because != "":
		return Finding{Verdict: Skipped, Summary: "the packets do not get this far", Because: because}
	case len(checks) == 0:
		return together(short, good)
	}
	found := finding(checks, f.c.Region, good)
	found = found.concerning(stopped)
	for i := range found.Also {
		found.Also[i] = found.Also[i].concerning(stopped)
		found.Missing = append(found.Missing, found.Also[i].Missing...)
	}
	for _, s := range short {
		if s.Verdict == Unknown {
			return together([]Finding{found, s}, good)
		}
	}
	return found
}

// same reports whether two checks say the same.
func (c checked) same(o checked) bool {
	return c.result == o.result && c.code == o.code && c.subject == o.subject && c.detail == o.detail && slices.Equal(c.resources, o.resources)
}

// concerning adds what a blocker keeps from being reached.
func (f Finding) concerning(stopped map[string][]string) Finding {
	if f.Verdict == Pass || f.Cause == "" {
		return f
	}
	if names := stopped[f.Cause+" "+first(f.Resources)]; len(names) > 0 {
		f.Evidence = append(slices.Clone(f.Evidence), Evidence{Kind: "needs", Detail: "concerns " + strings.Join(names, ", ")})
	}
	return f
}

func (ways wayfinding) judgeNames(f Facts) Finding {
	all, of := ways.of(f, ways.shared)
	var parts []Finding
	seen := map[string]bool{}
	for i, w := range all {
		if w.skip != "" || seen[w.target.Host] {
			continue
		}
		seen[w.target.Host] = true
		part := judgeNeedName(f, w, of[i])
		for j, e := range part.Evidence { // what holds for the VPC holds for every name
			part.Evidence[j].Detail = strings.TrimPrefix(e.Detail, w.target.Host+" ")
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return Finding{Verdict: Skipped, Summary: "no name is looked up"}
	}
	return together(parts, "the names resolve, and to the endpoints where there are some")
}

// judgeNeedName judges the lookup of one name.
func judgeNeedName(f Facts, w needWay, n need) Finding {
	r := w.resolution
	if r.Name == "" {
		return Finding{Verdict: Skipped, Summary: "no name is looked up"}
	}
	servers := w.judgeServers(f.c.Region)
	if servers.Verdict == Fail {
		return servers
	}
	checks := fromResolution(r, vpc.ResolveSupport, vpc.ResolveServers, vpc.ResolveFirewall, vpc.ResolveForward, vpc.ResolvePrivateZone, vpc.ResolveName)
	for _, c := range fromResolution(r, vpc.ResolveHostnames, vpc.ResolveEndpoint) {
		if c.code != "" && c.result == vpc.Passed { // the endpoint that is there does not take the name
			if w.out.because != c.code {
				continue
			}
			c.result = vpc.Failed
		}
		checks = append(checks, c)
	}
	found := finding(checks, f.c.Region, wayOfName(r))
	switch {
	case found.Verdict == Fail && found.Cause == "dns.name-not-found" && n.kind == needImage:
		found.Verdict, found.Because, found.Cause, found.Fixes, found.Also = Skipped, "image.registry-unknown", "", nil, nil
		found.Summary = r.Name + " does not resolve"
	case found.Verdict == Unknown && found.Cause == "dns.name-not-found" && len(found.Missing) == 0:
		found.Summary, found.settled = "no service that is known has the name "+r.Name, true
	case found.Verdict == Pass && r.Path == vpc.PathUnknown:
		found.Verdict, found.Summary = Unknown, "where "+r.Name+" leads is not known"
	case found.Verdict == Pass:
		found.Evidence = []Evidence{{Kind: "name", ID: r.Name, Detail: wayOfName(r)}}
	}
	if servers.Verdict == Unknown && found.Verdict != Fail {
		return together([]Finding{found, servers}, "")
	}
	return found
}

func (ways wayfinding) judgeRoutes(f Facts) Finding {
	found := ways.over(f, "", routeTests...)
	if found.Verdict == Pass {
		found.Summary = ways.waysOut(f)
	}
	add := func(x Finding) Finding {
		if x.Verdict == Fail && x.Cause == "route.igw-without-public-ip" {
			x.Fixes = append(publicAddressFixes(f), x.Fixes...)
		}
		return x
	}
	found = add(found)
	for i := range found.Also {
		found.Also[i] = add(found.Also[i])
	}
	return found
}

// waysOut says in one line where the routes lead.
func (ways wayfinding) waysOut(f Facts) string {
	all, _ := ways.of(f, ways.shared)
	var out []string
	add := func(s string) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, w := range all {
		if w.skip != "" || w.flows.main == nil || w.blocker() != "" {
			continue
		}
		switch way, gateway := firstGateway(w.main); {
		case w.resolution.Path == vpc.PathEndpoint:
			add("interface endpoints")
		case usesGatewayEndpoint(w.main):
			add("gateway endpoints")
		case way == subnetPublic:
			add("the internet gateway " + gateway + ", from a public address")
		case way == subnetPrivate:
			add("the NAT gateway " + gateway)
		case gateway != "":
			add(gateway)
		default:
			add("the VPC itself")
		}
	}
	if len(out) == 0 {
		return "no route is at fault"
	}
	return "the routes lead to " + strings.Join(out, ", ")
}

func (ways wayfinding) judgeEndpoints(f Facts) Finding {
	all, of := ways.of(f, ways.shared)
	n, at := ways.network.Of(f), here.Of(f)
	if at.vpc == "" {
		return Finding{Verdict: Skipped, Summary: "the task has no place in a VPC yet"}
	}
	if g, gap := n.gap(vpc.KindEndpoint, at.vpc); gap {
		return Finding{Summary: "the endpoints of the VPC can't be read: " + aws.Clean(g.Reason), Missing: []string{g.Missing}}
	}
	var services, absent, names, elsewhere []string
	lost := false
	for i, w := range all {
		service := w.resolution.Service
		switch {
		case w.skip != "" || service == "":
			continue
		case otherRegion(w.target, f.c.Region):
			if w.out.missing {
				elsewhere = append(elsewhere, of[i].title())
			}
			continue
		case slices.Contains(services, service):
		default:
			services = append(services, service)
			if len(n.endpointsFor(service, at.vpc)) == 0 {
				absent = append(absent, service)
			}
		}
		if w.out.because == "endpoint.missing" {
			lost = true
			names = append(names, of[i].title())
		}
	}
	var fixes []Fix
	if len(absent) > 0 {
		fixes = []Fix{n.endpointsFix(at, absent, f.c.Region)}
	}
	short := shortServices(absent, f.c.Region)
	switch {
	case len(services) == 0:
		return Finding{Verdict: Skipped, Summary: "nothing that is needed has endpoints"}
	case lost:
		e, _ := Explain("endpoint.missing")
		found := Finding{
			Verdict: Fail, Cause: e.Code, Summary: "there is no VPC endpoint for " + short + ", and no way to the internet", Means: e.Means,
			Resources: []string{at.vpc, at.subnets[0]}, Fixes: fixes,
			Evidence: []Evidence{
				{Kind: string(vpc.KindVPC), ID: at.vpc, Detail: "has endpoints for " + strings.Join(n.servicesWithEndpoints(at.vpc, f.c.Region), ", ")},
				{Kind: "needs", Detail: "concerns " + strings.Join(names, ", ")},
			},
		}
		for _, w := range all {
			if w.out.because != e.Code {
				continue
			}
			for _, c := range w.main.Checks {
				if c.Result == vpc.Failed && slices.Contains(noWayOut, c.Code) {
					found.Evidence = append(found.Evidence, Evidence{Kind: string(c.Subject.Kind), ID: c.Subject.ID, Detail: aws.Clean(c.Detail)})
					found.Fixes = append(found.Fixes, fixesOf(c.Mend, f.c.Region)...)
				}
			}
			break
		}
		return found
	case len(elsewhere) > 0:
		return Finding{Verdict: Skipped, Summary: "endpoints of this VPC serve names of " + f.c.Region + " only: not " + strings.Join(elsewhere, ", ")}
	case len(absent) == 0:
		return Finding{Verdict: Pass, Summary: "there is an endpoint for each: " + shortServices(services, f.c.Region)}
	case slices.ContainsFunc(all, func(w needWay) bool { return w.out.missing }):
		return Finding{Verdict: Warn, Summary: "endpoints for " + short + " would do without the internet", Fixes: fixes}
	case slices.ContainsFunc(all, func(w needWay) bool {
		return slices.Contains(absent, w.resolution.Service) && !w.passes() && w.blocker() == ""
	}):
		return Finding{Verdict: Unknown, Summary: "there is none for " + short + ", and whether the subnet leads to the internet is not known", settled: true}
	}
	return Finding{Verdict: Pass, Summary: "there is none for " + short + ", and none is needed where the subnet leads to the internet"}
}

func shortServices(services []string, region string) string {
	var names []string
	for _, s := range services {
		name, own := serviceName(s, region)
		if !own || name == "" {
			name = s
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// endpointsFix offers all the endpoints that make a way to the internet unnecessary, in one.
func (n knownNetwork) endpointsFix(at place, services []string, region string) Fix {
	var whole Fix
	var applies []func(Facts) Facts
	for i, s := range services {
		one := n.endpointFix(at, s, region)
		applies = append(applies, one.apply)
		if i == 0 {
			whole = one
			continue
		}
		whole.Command += " && " + one.Command
		whole.Effect = one.Effect
	}
	if len(services) > 1 {
		whole.Title = fmt.Sprintf("create the %d VPC endpoints for %s", len(services), shortServices(services, region))
		whole.Effect = "The names then lead to the endpoints for every task of the VPC. Interface endpoints cost by the hour and zone, gateway endpoints nothing. " +
			"Their security groups must admit TCP 443 from the task."
	}
	whole.apply = func(f Facts) Facts {
		for _, a := range applies {
			f = a(f)
		}
		return f
	}
	return whole
}
