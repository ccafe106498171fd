package tui

import (
	"slices"
	"strings"

	"fargate-doctor/steps"
)

// layers are the kinds of policy that a call has to pass, by the steps that look at them, in the order of the tree.
var layers = []struct{ step, name, short string }{
	{"access.identity", "identity", "identity"},
	{"access.boundary", "boundary", "boundary"},
	{"access.organization", "organization", "org"},
	{"access.endpoint", "endpoint", "endpoint"},
	{"access.resource", "resource", "resource"},
	{"access.key", "key", "key"},
}

// aboutCall reports whether the walk comes down to permissions rather than to the network.
func (s *walk) aboutCall() bool {
	return s.theCase.Symptom == steps.Auth || s.report != nil && s.report.Verdict == steps.DeniedCall && !s.aboutStart() && !s.aboutSession()
}

// layerRibbon draws what each kind of policy says of the call in w columns. Where there is no room, names get shorter, and then what lets
// the call through, or does not apply, is left out.
func (s *walk) layerRibbon(p palette, w int) string {
	type gate struct {
		sign        sign
		name, short string
	}
	var all, telling []gate
	for _, l := range layers {
		g := gate{s.tree.sign(p, l.step), l.name, l.short}
		if !slices.Contains(s.tree.order, l.step) {
			g.sign = p.verdict(steps.Skipped)
			if s.reading.busy {
				g.sign = sign{"…", waitingWord, p.faint}
			}
		}
		all = append(all, g)
		if g.sign.glyph != p.verdict(steps.Pass).glyph && g.sign.glyph != p.verdict(steps.Skipped).glyph {
			telling = append(telling, g)
		}
	}
	draw := func(gates []gate, gap string, short bool) string {
		var parts []string
		for _, g := range gates {
			name := g.name
			if short {
				name = g.short
			}
			parts = append(parts, g.sign.style.Render(g.sign.glyph+" "+name))
		}
		return " " + strings.Join(parts, gap)
	}
	if s.report != nil && !slices.ContainsFunc(all, func(g gate) bool { return g.sign.glyph != p.verdict(steps.Skipped).glyph }) {
		return p.faint.Render(cut(" no policy was asked", w))
	}
	line := draw(all, p.faint.Render(" · "), false)
	if width(line) > w {
		line = draw(all, "  ", false)
	}
	if width(line) > w {
		line = draw(all, "  ", true)
	}
	if width(line) > w {
		line = draw(all, " ", true)
	}
	if width(line) > w && len(telling) > 0 {
		line = draw(telling, "  ", true)
	}
	return cut(line, w)
}
