package vpc

import (
	"slices"
	"strings"
)

// checkEndpoint asks whether the endpoint that the name led to works at all.
func (w *walk) checkEndpoint(from *party) {
	e := w.part.endpoint
	id := w.flow.To.Endpoint
	if e == nil {
		if a, ok := w.part.to.single(); ok && id == "" {
			if n := w.m.located[location{from.vpc.ID, a}]; n != nil {
				e = w.m.endpointOf[n.ID]
			}
		}
	}
	if e == nil && id == "" || e != nil && e.Type == GatewayEndpoint {
		return
	}
	if e != nil {
		id = e.ID
	}
	c := Check{Test: TestEndpoint, Result: Passed, Subject: Ref{Kind: KindEndpoint, ID: id}}
	if e != nil {
		c.Subject.Name = e.Name
	}
	c.Hop = w.hop(KindEndpoint, id, c.Subject.Name, "")
	switch {
	case e == nil:
		w.missing(&c, need{kind: KindEndpoint, id: id, vpc: from.vpc.ID})
	case e.State == "":
		c.Result, c.Detail = NotDecided, "the state of "+id+" is not known"
	case !strings.EqualFold(e.State, "available"):
		c.Result, c.Code, c.Detail, c.Resources = Failed, codeEndpointState, id+" is "+e.State, []string{id}
	default:
		c.Detail = id + " is available"
		if e.VPC != from.vpc.ID {
			c.Detail += ", in " + e.VPC
		}
	}
	w.check(c)
}

// hintGatewayEndpoint looks at a gateway endpoint that the VPC has for the destination's prefix list and that the subnet's
// route table does not use. It is a cause where the routes fail, and else only worth telling.
func (w *walk) hintGatewayEndpoint(from *party) {
	if w.flow.To.PrefixList == "" || w.service || from.subnet.table == nil {
		return
	}
	list := w.m.prefixLists[w.flow.To.PrefixList]
	if list == nil {
		return
	}
	i := slices.IndexFunc(w.m.net.Endpoints, func(e Endpoint) bool {
		return e.Type == GatewayEndpoint && e.VPC == from.vpc.ID && e.Service == list.Name
	})
	if i < 0 {
		return
	}
	e := &w.m.net.Endpoints[i]
	t := from.subnet.table
	c := Check{Test: TestGatewayEndpoint, Result: Passed, Subject: Ref{Kind: KindEndpoint, ID: e.ID, Name: e.Name}}
	c.Detail = e.ID + " is not in route table " + t.ID + "; another route carries the traffic"
	if !slices.Contains(e.RouteTables, t.ID) {
		c.Mend = []Change{AddEndpointRouteTable{e.ID, t.ID}}
	}
	routeFailed := func(c Check) bool {
		return c.Result == Failed && (c.Test == TestRoute || c.Test == TestGateway || c.Test == TestPublicAccess)
	}
	if slices.ContainsFunc(w.trace.Checks, routeFailed) && c.Mend != nil {
		c.Result, c.Code = Failed, codeEndpointRouteMissing
		c.Detail = e.ID + " is not in route table " + t.ID
		c.Resources = []string{e.ID, t.ID, from.subnet.ID}
	}
	c.Hop = w.hop(KindEndpoint, e.ID, e.Name, "")
	w.check(c)
}
