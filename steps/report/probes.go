package report

import (
	"fmt"
	"strings"

	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

// probedAside is what was seen from inside, and what was predicted; none when nobody has looked.
func probedAside(b *steps.Probed) []aside {
	if b == nil {
		return nil
	}
	a := aside{Title: strings.TrimSpace("Seen from inside " + b.Round.Where), Before: append(said("", capital(b.Problem)), said("→ ", b.Hint)...)}
	for _, r := range b.Round.Results {
		m := mark{"✗", r.Verdict.String(), "fail"}
		switch {
		case r.Verdict == probe.Unknown:
			m.Glyph, m.Kind = "?", "unknown"
		case r.Verdict.Good():
			m.Glyph, m.Kind = "✓", "pass"
		}
		text := fmt.Sprintf("%s, %s, by %s", r.Probe.Title(), r.Target, r.Tool)
		if r.Evidence != "" {
			text += ": " + r.Evidence
		}
		a.Rows = append(a.Rows, asideRow{m, text})
	}
	for _, c := range b.Comparisons {
		a.Rows = append(a.Rows, asideRow{agreementMark(c.Agreement), fmt.Sprintf("%s: predicted: %s; seen: %s", c.Probe.Title(), c.Predicted, c.Observed)})
	}
	return []aside{a}
}

type probesJSON struct {
	Where       string           `json:"where" doc:"What was probed from; empty when that could not be opened."`
	Problem     string           `json:"problem" doc:"Why not all could be probed; empty when all could."`
	Hint        string           `json:"hint" doc:"What the person can do about the problem."`
	System      string           `json:"system" doc:"ID of /etc/os-release in the container; empty when there is none."`
	Servers     []string         `json:"servers" doc:"DNS servers of /etc/resolv.conf in the container."`
	Results     []probeJSON      `json:"results" doc:"What each probe saw."`
	Comparisons []comparisonJSON `json:"comparisons" doc:"What the configuration predicts, held against what was seen."`
}

type probeJSON struct {
	Probe      probe.Kind    `json:"probe" doc:"What was asked."`
	Tool       string        `json:"tool" doc:"What was run in the container."`
	Target     string        `json:"target" doc:"What it was run on: a host, host and port, a URL, a call of the AWS CLI."`
	Verdict    probe.Verdict `json:"verdict" doc:"What came of it; unknown for what the program does not understand."`
	Addresses  []string      `json:"addresses" doc:"Of a name lookup."`
	Server     string        `json:"server" doc:"The DNS server that answered; empty when the tool does not tell."`
	LatencyMs  int64         `json:"latencyMs" doc:"In milliseconds; 0 when the tool does not tell."`
	HTTPStatus int           `json:"httpStatus" doc:"0 when there is none."`
	Class      string        `json:"class" doc:"Kind of failure, as classify has it; empty for none."`
	Evidence   string        `json:"evidence" doc:"The line that decided."`
}

type comparisonJSON struct {
	Step      string          `json:"step" doc:"Id of the step whose prediction it is."`
	Probe     probe.Kind      `json:"probe" doc:"What was asked."`
	Predicted string          `json:"predicted" doc:"What the configuration says."`
	Observed  string          `json:"observed" doc:"What was seen."`
	Agreement steps.Agreement `json:"agreement" doc:"Whether the two are the same."`
}

func probesOf(b *steps.Probed) *probesJSON {
	if b == nil {
		return nil
	}
	out := &probesJSON{
		Where: b.Round.Where, Problem: b.Problem, Hint: b.Hint, System: b.Round.Image.System, Servers: texts(b.Round.Image.Servers),
		Comparisons: each(b.Comparisons, func(c steps.Comparison) comparisonJSON {
			return comparisonJSON{c.Step, c.Probe, c.Predicted, c.Observed, c.Agreement}
		}),
		Results: each(b.Round.Results, func(r probe.Result) probeJSON {
			one := probeJSON{Probe: r.Probe, Tool: r.Tool, Target: r.Target, Verdict: r.Verdict, Addresses: texts(r.Addresses), LatencyMs: r.Latency.Milliseconds(),
				HTTPStatus: r.Status, Class: string(r.Class), Evidence: r.Evidence}
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
