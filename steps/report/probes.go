package report

import (
	"fmt"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

// probes tells what was seen from inside, and what was predicted.
func (p *page) probes(b *steps.Probed) {
	if b == nil {
		return
	}
	p.heading(strings.TrimSpace("Seen from inside " + aws.Clean(b.Where)))
	if b.Problem != "" {
		p.paragraph("  ", capital(b.Problem))
	}
	if b.Hint != "" {
		p.paragraph("  ", "→ "+b.Hint)
	}
	for _, r := range b.Round.Results {
		glyph, style := "✗", red
		switch {
		case r.Verdict == probe.Unknown:
			glyph, style = "?", yellow
		case r.Verdict.Good():
			glyph, style = "✓", green
		}
		mark := fmt.Sprintf("  %s %-12s", glyph, r.Verdict)
		text := fmt.Sprintf("%s, %s, by %s", r.Probe.Title(), r.Target, r.Tool)
		if r.Evidence != "" {
			text += ": " + r.Evidence
		}
		p.marked(mark, style, text)
	}
	for _, c := range b.Comparisons {
		sign := agreementSigns[c.Agreement]
		p.marked(fmt.Sprintf("  %s %-14s ", sign.glyph, c.Agreement), sign.style, fmt.Sprintf("%s: predicted: %s; seen: %s", c.Probe.Title(), c.Predicted, c.Observed))
	}
}

// marked writes text behind a mark in a style, wrapped under itself.
func (p *page) marked(mark, style, text string) {
	for i, l := range wrap(aws.Clean(text), p.width-columns(mark)) {
		if i == 0 {
			p.line(p.paint(style, mark) + l)
		} else {
			p.line(strings.Repeat(" ", columns(mark)) + l)
		}
	}
}

type probesJSON struct {
	Where       string           `json:"where"`
	Problem     string           `json:"problem"` // "" when all could be probed
	Hint        string           `json:"hint"`
	System      string           `json:"system"` // ID of /etc/os-release
	Servers     []string         `json:"servers"`
	Results     []probeJSON      `json:"results"`
	Comparisons []comparisonJSON `json:"comparisons"`
}

type probeJSON struct {
	Probe      probe.Kind    `json:"probe"`
	Tool       string        `json:"tool"`
	Target     string        `json:"target"`
	Verdict    probe.Verdict `json:"verdict"`
	Addresses  []string      `json:"addresses"`
	Server     string        `json:"server,omitempty"`     // the DNS server that answered
	LatencyMs  float64       `json:"latencyMs,omitempty"`  // where the tool tells
	HTTPStatus int           `json:"httpStatus,omitempty"` // where there is one
	Class      string        `json:"class"`                // as classify has it
	Evidence   string        `json:"evidence"`
}

type comparisonJSON struct {
	Step      string          `json:"step"`
	Probe     probe.Kind      `json:"probe"`
	Predicted string          `json:"predicted"`
	Observed  string          `json:"observed"`
	Agreement steps.Agreement `json:"agreement"`
}

func probesOf(b *steps.Probed) *probesJSON {
	if b == nil {
		return nil
	}
	out := &probesJSON{
		Where: aws.Clean(b.Where), Problem: aws.Clean(b.Problem), Hint: aws.Clean(b.Hint), System: aws.Clean(b.Round.Image.System), Servers: texts(b.Round.Image.Servers),
		Comparisons: each(b.Comparisons, func(c steps.Comparison) comparisonJSON {
			return comparisonJSON{c.Step, c.Probe, aws.Clean(c.Predicted), aws.Clean(c.Observed), c.Agreement}
		}),
		Results: each(b.Round.Results, func(r probe.Result) probeJSON {
			one := probeJSON{Probe: r.Probe, Tool: r.Tool, Target: aws.Clean(r.Target), Verdict: r.Verdict, Addresses: texts(r.Addresses), LatencyMs: float64(r.Latency.Microseconds()) / 1000,
				HTTPStatus: r.Status, Class: string(r.Class), Evidence: aws.Clean(r.Evidence)}
			if r.Server.IsValid() {
				one.Server = r.Server.String()
			}
			return one
		}),
	}
	return out
}

func texts[T fmt.Stringer](list []T) []string {
	return each(list, func(v T) string { return v.String() })
}
