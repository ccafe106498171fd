package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// A view is what Markdown and the page show, in their order. Its texts are clean; whoever writes them out escapes them.
// Empty parts are left out.
type view struct {
	Title     string // the outcome, in a sentence
	Mark      mark
	Message   string // what the application printed
	Facts     []fact // what was examined, and when
	Way       []hopView
	Back      []hopView // what only the answer goes through
	Layers    []layer   // of a call that was refused
	Needs     []needView
	Wrong     string   // the heading of the problems
	Problems  []found  // root cause first
	Unread    []string // why something is not known
	Questions []steps.Question
	Notes     []found // not the cause, and worth knowing
	Asides    []aside // seen beside the walk
	Tree      []node
	Checks    []checkList
	Calls     []count
}

// A mark is a verdict: a glyph and a word, so that nothing hangs on colour, and the kind that gives them theirs.
type mark struct{ Glyph, Word, Kind string }

// glyphs give every verdict of a step one beside its word.
var glyphs = map[steps.Verdict]string{steps.Pass: "✓", steps.Fail: "✗", steps.Warn: "!", steps.Unknown: "?", steps.Skipped: "–"}

// markOf returns the mark of a step's verdict.
func markOf(v steps.Verdict) mark { return mark{glyphs[v], v.String(), v.String()} }

// overall are the marks of a whole diagnosis.
var overall = map[steps.Overall]mark{
	steps.OK:            {"✓", "nothing in the way", "pass"},
	steps.BlockedPath:   {"✗", "blocked", "fail"},
	steps.DeniedCall:    {"✗", "denied", "fail"},
	steps.Misconfigured: {"✗", "misconfigured", "fail"},
	steps.Inconclusive:  {"?", "not certain", "unknown"},
}

type fact struct {
	Label, Value string
	Code         bool   // an id, or what else a person copies
	Time         string // RFC 3339, when the value is a moment
}

// A found is a named problem, or a warning: what was found and how to mend it.
type found struct {
	Heading  string // "Root cause", "Also found", "Perhaps"; "" of a warning
	Code     string // cause code; "" when there is none
	Anchor   string // of the page, "" for none
	Step     string // id of the step that found it, "" when none did
	Summary  string
	Means    string
	Evidence []steps.Evidence
	Fixes    []steps.Fix
	Links    []string

	resources []string
}

// A hopView is one thing on the packet's way.
type hopView struct {
	Kind, Name, ID, Detail string
	Mark                   *mark   // of a hop that stops the packet, or may
	Behind                 bool    // behind the first hop that stops it
	Causes                 []found // what is wrong with it
}

// A layer is one kind of policy that can refuse a call.
type layer struct {
	Title, Step, Summary string
	Mark                 mark
	Problem              string // anchor of what is wrong with it
}

// A node is a step that was walked, and those that hang under it.
type node struct {
	steps.StepResult
	Mark     mark
	Problem  string // anchor of the problem that tells the rest, "" when the node tells it
	Children []node
}

// A checkList is the checks on one way of a packet.
type checkList struct {
	Title string
	Rows  []checkRow
}

type checkRow struct {
	Mark               mark
	Kind, Name, Detail string
}

type count struct {
	Operation string
	Times     int
}

// viewOf returns what there is to show of a report.
func viewOf(r steps.Report) view {
	r = cleaned(r)
	v := view{
		Title: Sentence(r), Mark: cmp.Or(overall[r.Verdict], overall[steps.Inconclusive]), Message: r.Call.Message, Facts: factsOf(r),
		Wrong: wrong, Problems: problems(r), Unread: append(unknowns(r), said("", unsaid(r))...), Questions: Questions(r, nil), Notes: warnings(r.Steps),
		Asides: asidesOf(r),
	}
	if r.Verdict == steps.Inconclusive {
		v.Wrong = perhaps
	}
	anchor(v.Problems, "problem")
	for i := range v.Problems {
		v.Problems[i].Evidence = withoutMessage(v.Problems[i].Evidence, r.Call.Message)
	}
	for i := range v.Notes {
		v.Notes[i].Evidence = withoutMessage(v.Notes[i].Evidence, r.Call.Message)
	}
	v.Way, v.Back = waysOf(r.Trace.Hops, v.Problems)
	v.Layers = layersOf(r.Steps, v.Problems)
	v.Needs = each(r.Needs, needViewOf)
	v.Tree = tree(r, v.Problems)
	for _, name := range slices.Sorted(maps.Keys(r.Calls)) {
		v.Calls = append(v.Calls, count{name, r.Calls[name]})
	}
	return v
}

// What the problems are called, by whether they are certain.
const (
	wrong   = "What is wrong"
	perhaps = "What may be wrong"
)

// anchor gives each of the list a place that the page can lead to.
func anchor(all []found, prefix string) {
	for i := range all {
		all[i].Anchor = fmt.Sprintf("%s-%d", prefix, i+1)
	}
}

// withoutMessage leaves out evidence that says once more what the application printed.
func withoutMessage(all []steps.Evidence, message string) []steps.Evidence {
	return slices.DeleteFunc(slices.Clone(all), func(e steps.Evidence) bool { return message != "" && e.Detail == message })
}

func factsOf(r steps.Report) []fact {
	s, call := r.Subject, r.Call
	if call.Action == "" {
		call = steps.Call{} // nobody asks about a call
	}
	symptom := string(r.Symptom)
	for _, info := range steps.Symptoms() {
		if info.Symptom == r.Symptom {
			symptom = info.Title
		}
	}
	target := targetName(r.Target)
	if r.Target.Typed != "" && r.Target.Typed != target && r.Target.Host != "" {
		target = r.Target.Typed + " (" + target + ")"
	}
	all := []fact{
		{Label: "Symptom", Value: symptom},
		{Label: "Target", Value: target},
		{Label: "Call", Value: call.Action, Code: true},
		{Label: "On", Value: call.Resource, Code: true},
		{Label: "As", Value: call.Principal, Code: true},
		{Label: "Account", Value: s.Account, Code: true},
		{Label: "Region", Value: s.Region},
		{Label: "Cluster", Value: s.Cluster},
		{Label: "Service", Value: s.Service},
		{Label: "Task", Value: s.Task, Code: true},
		{Label: "Task definition", Value: aws.ShortName(s.TaskDefinition), Code: true},
		{Label: "Address", Value: s.Address, Code: true},
	}
	if !s.Captured.IsZero() {
		at := s.Captured.UTC()
		all = append(all, fact{Label: "Time", Value: at.Format("2 January 2006, 15:04 UTC"), Time: at.Format(time.RFC3339)})
	}
	if n := total(r.Calls); n > 0 {
		cost := fmt.Sprintf("%d calls to AWS", n)
		if n == 1 {
			cost = "1 call to AWS"
		}
		if r.Duration >= 100*time.Millisecond {
			cost += fmt.Sprintf(", %.1f s", r.Duration.Seconds())
		}
		all = append(all, fact{Label: "Cost", Value: cost})
	}
	return slices.DeleteFunc(all, func(f fact) bool { return f.Value == "" })
}

func total(calls map[string]int) int {
	n := 0
	for _, times := range calls {
		n += times
	}
	return n
}

// waysOf parts the hops into those on the way out and those that only the answer goes through.
func waysOf(hops []vpc.Hop, problems []found) (out, back []hopView) {
	stopped := false
	for i, h := range hops {
		v := hopView{Kind: kindName(string(h.Kind)), Name: h.Name, ID: h.ID, Detail: h.Detail, Behind: stopped && !h.Backward}
		if v.ID == v.Kind {
			v.ID = "" // the internet
		}
		if i == 0 && h.Kind == vpc.KindInterface {
			v.Kind = "task"
		}
		switch {
		case h.Blocked:
			v.Mark = &mark{"✗", "blocked", "fail"}
		case h.Unknown:
			v.Mark = &mark{"?", "not known", "unknown"}
		}
		if v.Mark != nil {
			for _, p := range problems {
				told := slices.ContainsFunc(v.Causes, func(o found) bool { return o.Code == p.Code })
				if h.ID != "" && !told && slices.Contains(p.resources, h.ID) {
					v.Causes = append(v.Causes, p)
				}
			}
		}
		if h.Backward {
			back = append(back, v)
			continue
		}
		out = append(out, v)
		stopped = stopped || h.Blocked
	}
	return out, back
}

// layerSteps are the kinds of policy that can refuse a call, by the step that looks at them, in the order of the tree.
var layerSteps = []struct{ step, title string }{
	{"access.identity", "The role's policies"},
	{"access.boundary", "Permissions boundary"},
	{"access.organization", "Organization"},
	{"access.endpoint", "VPC endpoint"},
	{"access.resource", "Resource"},
	{"access.key", "KMS key"},
}

func layersOf(results []steps.StepResult, problems []found) []layer {
	var out []layer
	for _, l := range layerSteps {
		for _, s := range results {
			if s.ID == l.step {
				out = append(out, layer{l.title, s.ID, s.Summary, markOf(s.Verdict), problemOf(s, problems)})
			}
		}
	}
	return out
}

// problemOf returns the anchor of the first problem that a step found.
func problemOf(s steps.StepResult, problems []found) string {
	for _, p := range problems {
		if p.Step == s.ID {
			return p.Anchor
		}
	}
	return ""
}

// tree hangs each step of a walk under the last one before it that is nearer to the trunk. The order stays that of the walk.
func tree(r steps.Report, problems []found) []node {
	depth := map[string]int{}
	for _, s := range r.Steps {
		if s.Branch != "" {
			depth[s.ID] = depth[s.Branch] + 1
		}
	}
	root := &node{}
	path := []*node{root} // the last node of each depth, behind the root
	for _, s := range r.Steps {
		s.Evidence = withoutMessage(s.Evidence, r.Call.Message)
		at := min(depth[s.ID], len(path)-1)
		parent := path[at]
		parent.Children = append(parent.Children, node{StepResult: s, Mark: markOf(s.Verdict), Problem: problemOf(s, problems)})
		path = append(path[:at+1], &parent.Children[len(parent.Children)-1])
	}
	return root.Children
}
