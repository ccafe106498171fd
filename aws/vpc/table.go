package vpc

import (
	"cmp"
	"net/netip"
	"slices"
)

// A routeTable answers which route takes an address. Entries are sorted the way that a VPC decides: longest prefix first,
// then local, static, prefix list, propagated.
// https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
type routeTable struct {
	*RouteTable
	entries []routeEntry
	unread  []*Route // routes whose prefix list is not known
}

type routeEntry struct {
	prefix netip.Prefix
	route  *Route
	rank   int8
	text   string // as a person reads it in the console: "0.0.0.0/0 → nat-0a1"
}

func entryOf(p netip.Prefix, r *Route, rank int8) routeEntry {
	from, to := r.PrefixList, r.Target.ID
	if from == "" {
		from = p.String()
	}
	if to == "" {
		to = string(r.Target.Kind)
	}
	return routeEntry{p, r, rank, from + " → " + to}
}

const (
	rankLocal int8 = iota
	rankStatic
	rankPrefixList
	rankPropagated
)

func rankOf(r *Route) int8 {
	switch {
	case r.Target.Kind == TargetLocal:
		return rankLocal
	case r.Propagated:
		return rankPropagated
	case r.PrefixList != "":
		return rankPrefixList
	}
	return rankStatic
}

func (m *Model) compileTable(rt *RouteTable) *routeTable {
	t := &routeTable{RouteTable: rt, entries: make([]routeEntry, 0, len(rt.Routes)+2)}
	for i := range rt.Routes {
		r := &rt.Routes[i]
		if r.PrefixList == "" {
			if r.Prefix.IsValid() {
				t.entries = append(t.entries, entryOf(r.Prefix, r, rankOf(r)))
			}
			continue
		}
		list := m.prefixLists[r.PrefixList]
		if list == nil {
			t.unread = append(t.unread, r)
			continue
		}
		for _, p := range list.Prefixes {
			if p.IsValid() {
				t.entries = append(t.entries, entryOf(p, r, rankOf(r)))
			}
		}
	}
	// Every table has the local routes of its VPC, listed or not, unless the same prefix leads to a middlebox.
	if v := m.vpcs[rt.VPC]; v != nil {
		for _, p := range v.CIDRs {
			if p.IsValid() && !slices.ContainsFunc(t.entries, func(e routeEntry) bool { return e.prefix == p && e.rank <= rankStatic }) {
				t.entries = append(t.entries, entryOf(p, &Route{Prefix: p, Target: Target{Kind: TargetLocal, ID: "local"}}, rankLocal))
			}
		}
	}
	// Within the blocks of the VPC a propagated route never wins, however specific.
	var own []netip.Prefix
	for _, e := range t.entries {
		if e.rank == rankLocal {
			own = append(own, e.prefix)
		}
	}
	t.entries = slices.DeleteFunc(t.entries, func(e routeEntry) bool {
		return e.rank == rankPropagated && slices.ContainsFunc(own, func(p netip.Prefix) bool {
			return p.Bits() <= e.prefix.Bits() && p.Contains(e.prefix.Addr())
		})
	})
	slices.SortStableFunc(t.entries, func(a, b routeEntry) int {
		return cmp.Or(cmp.Compare(b.prefix.Bits(), a.prefix.Bits()), cmp.Compare(a.rank, b.rank))
	})
	return t
}

// A routing is what a table says about a set of addresses.
type routing struct {
	route  *Route  // nil when none matches
	text   string  // the route as a person reads it
	rival  *Route  // a route of another prefix list with another target that matches too
	unread *Route  // a route that may match and win, its prefix list is not known
	parts  []spans // when the addresses take different ways: they must be asked for one part at a time
}

// lookup finds the route for the addresses. Entries for which skip is true are passed over.
func (t *routeTable) lookup(to spans, skip func(*Route) bool) routing {
	var found routing
	for i := range t.entries {
		e := &t.entries[i]
		if skip != nil && skip(e.route) {
			continue
		}
		if to.within(e.prefix) {
			found.route, found.text = e.route, e.text
			found.rival = t.rival(i, to)
			break
		}
		if !to.overlaps(e.prefix) {
			continue
		}
		if inside, outside := to.split(e.prefix); len(inside) > 0 {
			return routing{parts: []spans{inside, outside}}
		}
	}
	for _, r := range t.unread {
		if skip != nil && skip(r) {
			continue
		}
		if found.route == nil || found.route.Target != r.Target || found.route.Blackhole != r.Blackhole {
			found.unread = r
			break
		}
	}
	return found
}

// rival finds a second prefix list that leads the same addresses elsewhere. Which one wins is not documented.
func (t *routeTable) rival(at int, to spans) *Route {
	won := t.entries[at].route
	if won.PrefixList == "" {
		return nil
	}
	for _, e := range t.entries[at+1:] {
		if e.route.PrefixList != "" && e.route.PrefixList != won.PrefixList && e.route.Target != won.Target && to.overlaps(e.prefix) {
			return e.route
		}
	}
	return nil
}
