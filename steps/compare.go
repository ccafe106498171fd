package steps

import "slices"

// A Difference is what two walks of the same case found differently.
type Difference struct {
	Before, After Overall
	Steps         []Change // in the order of the later walk, then those that only the earlier one walked
	Gone, New     []Cause
	Unread        []Cause // that the earlier walk found, and the later one could not decide: they may still be there
}

// A Change is a step about which two walks differ: another verdict, or only one of them came to it.
type Change struct {
	Step, Ask     string
	Before, After Verdict
	Came, Left    bool // only the later walk came to it; only the earlier one did
}

// Compare returns what a later walk of a case found differently from an earlier one. Causes are the same when code and first resource are.
func Compare(before, after Report) Difference {
	d := Difference{Before: before.Verdict, After: after.Verdict, New: lacking(after.Causes, before.Causes)}
	was, is := verdictsOf(before), verdictsOf(after)
	for _, c := range lacking(before.Causes, after.Causes) {
		if v, walked := is[c.Step]; v == Unknown && (walked || after.Verdict == Inconclusive) {
			d.Unread = append(d.Unread, c)
		} else {
			d.Gone = append(d.Gone, c)
		}
	}
	for _, s := range after.Steps {
		v, walked := was[s.ID]
		if !walked || v != s.Verdict {
			d.Steps = append(d.Steps, Change{Step: s.ID, Ask: s.Ask, Before: v, After: s.Verdict, Came: !walked})
		}
	}
	for _, s := range before.Steps {
		if _, walked := is[s.ID]; !walked {
			d.Steps = append(d.Steps, Change{Step: s.ID, Ask: s.Ask, Before: s.Verdict, Left: true})
		}
	}
	return d
}

// None reports whether the walks agree.
func (d Difference) None() bool {
	return d.Before == d.After && len(d.Steps) == 0 && len(d.Gone) == 0 && len(d.New) == 0 && len(d.Unread) == 0
}

// Settled reports whether what a watch waits for has come about: nothing is in the way any more, or something else is. What can't be read now
// may be read next time.
func (d Difference) Settled() bool {
	return d.After != Inconclusive && (d.After == OK || d.Before != d.After)
}

// Words says the change of verdict: "fail → pass".
func (c Change) Words() string {
	switch {
	case c.Came:
		return "not walked → " + c.After.String()
	case c.Left:
		return c.Before.String() + " → not walked"
	}
	return c.Before.String() + " → " + c.After.String()
}

// lacking returns the causes of one list that the other has not.
func lacking(all, others []Cause) []Cause {
	var out []Cause
	for _, c := range all {
		if !slices.ContainsFunc(others, func(o Cause) bool { return o.Code == c.Code && first(o.Resources) == first(c.Resources) }) {
			out = append(out, c)
		}
	}
	return out
}

func verdictsOf(r Report) map[string]Verdict {
	out := map[string]Verdict{}
	for _, s := range r.Steps {
		out[s.ID] = s.Verdict
	}
	return out
}
