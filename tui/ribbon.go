package tui

import (
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// ribbon draws the packet's way into at most n lines of w columns: every hop, the blocker marked, and what it would have
// reached behind that. Where there is no room, ids make way for names, then filters that let the packet through are left out,
// then all hops far from the blocker, and at last names are cut.
func ribbon(p palette, hops []vpc.Hop, w, n int) []string {
	if len(hops) > 0 && hops[0].Kind == vpc.KindInterface {
		hops = slices.Clone(hops)
		hops[0].Kind = kindTask
	}
	near := nearBlocker(hops)
	for _, try := range []struct {
		hops  []vpc.Hop
		label func(vpc.Hop) string
	}{{hops, hopInFull}, {hops, hopName}, {ways(hops), hopName}, {near, hopName}, {near, hopCut(16)}, {near, hopCut(12)}} {
		if lines, ok := layHops(links(p, try.hops, try.label), w, n); ok {
			return lines
		}
	}
	lines, _ := layHops(links(p, near, hopCut(9)), w, n)
	return lines[:min(len(lines), n)]
}

// kindTask is the kind of the interface at which the way starts.
const kindTask vpc.Kind = "task"

// links returns each hop with the arrow that leads to it.
func links(p palette, hops []vpc.Hop, label func(vpc.Hop) string) []string {
	out := make([]string, len(hops))
	stopped := false
	for i, h := range hops {
		arrow, style := "─▶ ", p.plain
		switch {
		case h.Blocked:
			arrow, style = "─✗ ", p.bad
		case h.Unknown:
			arrow, style = "─? ", p.unknown
		case stopped:
			arrow, style = "┄▷ ", p.faint
		}
		stopped = stopped || h.Blocked
		if i == 0 && !h.Blocked {
			arrow = ""
		}
		out[i] = style.Render(arrow + aws.Clean(label(h)))
	}
	return out
}

// layHops puts hops side by side into lines, and reports whether n lines were enough.
func layHops(hops []string, w, n int) ([]string, bool) {
	lines := []string{}
	line := ""
	for _, h := range hops {
		switch {
		case line == "":
			line = " " + h
		case width(line)+1+width(h) <= w:
			line += " " + h
		default:
			lines = append(lines, line)
			line = "   " + h
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	fits := len(lines) <= n
	for _, l := range lines {
		fits = fits && width(l) <= w
	}
	return lines, fits
}

// hopInFull is what a hop is called, with its id and what it did.
func hopInFull(h vpc.Hop) string {
	name := hopName(h)
	if h.ID != "" && !strings.Contains(name, h.ID) && h.Kind != vpc.KindInternet {
		name += " " + h.ID
	}
	if h.Detail != "" && !strings.Contains(name, h.Detail) && h.Kind == vpc.KindRouteTable {
		name += " " + h.Detail
	}
	return name
}

// hopName is what people call a hop: its kind with its name, an interface's address; its id when it has no name.
func hopName(h vpc.Hop) string {
	kind, _, _ := strings.Cut(h.ID, "-") // sg-…, acl-…, rtb-…
	switch {
	case h.ID == elided:
		return elided
	case h.Kind == vpc.KindInternet:
		return "internet"
	case h.Kind == kindTask && h.Detail != "":
		return "task " + h.Detail
	case h.Kind == vpc.KindInterface && h.Detail != "":
		return kind + " " + h.Detail
	case h.Name != "" && kind != h.ID:
		return kind + " " + h.Name
	case h.ID != "":
		return h.ID
	}
	return string(h.Kind)
}

// hopCut returns what shortens a hop's name to w columns.
func hopCut(w int) func(vpc.Hop) string {
	return func(h vpc.Hop) string { return middle(aws.Clean(hopName(h)), w) }
}

// ways leaves out the filters that let the packet through.
func ways(hops []vpc.Hop) []vpc.Hop {
	return slices.DeleteFunc(slices.Clone(hops), func(h vpc.Hop) bool {
		filter := h.Kind == vpc.KindSecurityGroup || h.Kind == vpc.KindACL || h.Kind == vpc.KindSubnet
		return filter && !h.Blocked && !h.Unknown
	})
}

// elided is the id of the hop that stands for those that were left out.
const elided = "…"

// nearBlocker keeps both ends, every hop that blocks or is unknown, and the neighbours of the first of those.
func nearBlocker(hops []vpc.Hop) []vpc.Hop {
	first := slices.IndexFunc(hops, func(h vpc.Hop) bool { return h.Blocked })
	if first < 0 {
		first = slices.IndexFunc(hops, func(h vpc.Hop) bool { return h.Unknown })
	}
	var out []vpc.Hop
	for i, h := range hops {
		near := first >= 0 && i >= first-1 && i <= first+1
		switch {
		case i == 0 || i == len(hops)-1 || near || h.Blocked:
			out = append(out, h)
		case len(out) > 0 && out[len(out)-1].ID != elided:
			out = append(out, vpc.Hop{Ref: vpc.Ref{ID: elided}})
		}
	}
	return out
}
