package tui

import (
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// ribbon draws the packet's way into at most n lines of w columns: every hop, the blocker marked, and what it would have
// reached behind that. Where there is no room, details go first, then the middles of ids, then the hops far from the blocker.
func ribbon(p palette, hops []vpc.Hop, w, n int) []string {
	for _, label := range []func(vpc.Hop) string{hopInFull, hopID, hopShort} {
		if lines, ok := layHops(links(p, hops, label), w, n); ok {
			return lines
		}
	}
	near := nearBlocker(hops)
	if lines, ok := layHops(links(p, near, hopShort), w, n); ok {
		return lines
	}
	lines, _ := layHops(links(p, near, hopShortest), w, n)
	return lines[:min(len(lines), n)]
}

// links returns each hop with the arrow that leads to it.
func links(p palette, hops []vpc.Hop, label func(vpc.Hop) string) []string {
	out := make([]string, len(hops))
	stopped := false
	for i, h := range hops {
		arrow, style := "─▶ ", p.plain
		switch {
		case h.ID == elided:
			style = p.faint
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

// hopInFull is a hop's id with its detail, where that says more.
func hopInFull(h vpc.Hop) string {
	id := hopID(h)
	if h.Detail == "" || strings.Contains(h.Detail, id) || width(h.Detail) > 24 {
		return id
	}
	return id + " " + h.Detail
}

func hopID(h vpc.Hop) string {
	switch {
	case h.Kind == vpc.KindInternet:
		return "internet"
	case h.ID != "":
		return h.ID
	}
	return string(h.Kind)
}

// Where room is short, an id keeps its kind and its ends.
func hopShort(h vpc.Hop) string    { return middle(aws.Clean(hopID(h)), 12) }
func hopShortest(h vpc.Hop) string { return middle(aws.Clean(hopID(h)), 9) }

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
