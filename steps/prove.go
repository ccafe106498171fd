package steps

import (
	"slices"
	"strings"
)

// maxParts bounds how many changes of one kind a fix may need, one for each address or port range that a cause stands for.
const maxParts = 4

// prove applies each fix to the facts in memory and walks again: a fix is proven if its cause is gone and no other came. A fix that
// mends its cause for a part only, such as one address of two, is completed with what the new walk offers for the rest.
func prove(tree []Step, f Facts, results []StepResult) []StepResult {
	before := causesOf(results)
	out := slices.Clone(results)
	for i, r := range out {
		out[i].Fixes = provenFixes(tree, f, before, r.ID, r.Finding)
		out[i].Also = slices.Clone(r.Also)
		for j, also := range r.Also {
			out[i].Also[j].Fixes = provenFixes(tree, f, before, r.ID, also)
		}
	}
	return out
}

func provenFixes(tree []Step, f Facts, before []Cause, step string, found Finding) []Fix {
	fixes := slices.Clone(found.Fixes)
	if found.Cause == "" || found.Verdict != Fail && found.Verdict != Unknown {
		return fixes
	}
	for i := range fixes {
		if fixes[i].apply != nil {
			fixes[i] = proveFix(tree, f, before, step, found, fixes[i], i)
		}
	}
	return slices.DeleteFunc(distinct(fixes), func(part Fix) bool {
		return !part.Proven && part.Command != "" && slices.ContainsFunc(fixes, func(whole Fix) bool {
			return whole.Proven && strings.Contains(whole.Command, part.Command)
		})
	})
}

// proveFix tries one fix. Nth is its place among the fixes of the finding: the rest of a partial fix is looked for in the same place.
func proveFix(tree []Step, f Facts, before []Cause, step string, found Finding, fix Fix, nth int) Fix {
	whole := fix
	for range maxParts {
		f = fix.apply(f).again()
		f.mended = true // and what was probed was probed before
		after := walkTree(tree, f)
		if mended(step, found, before, after) {
			whole.Proven = true
			return whole
		}
		rest, ok := restOf(after, step, found, nth)
		if !ok || rest.apply == nil || rest.Command == fix.Command {
			break
		}
		fix = rest
		whole.Command += " && " + rest.Command
		whole.Title += "; " + rest.Title
	}
	return found.Fixes[nth]
}

// restOf returns the fix that a new walk offers for what is left of a cause: in its step, else in another that tells of the same cause.
func restOf(after []StepResult, step string, found Finding, nth int) (Fix, bool) {
	own := slices.IndexFunc(after, func(r StepResult) bool { return r.ID == step })
	for _, r := range slices.Concat(after[max(own, 0):own+1], after) {
		for _, left := range append([]Finding{r.Finding}, r.Also...) {
			if left.Cause == found.Cause && first(left.Resources) == first(found.Resources) && nth < len(left.Fixes) {
				return left.Fixes[nth], true
			}
		}
	}
	return Fix{}, false
}

// mended reports whether a cause is gone from the walk after a fix, its step is no longer in doubt, and no new cause came.
func mended(step string, found Finding, before []Cause, after []StepResult) bool {
	same := func(a, b Cause) bool { return a.Code == b.Code && first(a.Resources) == first(b.Resources) }
	for _, c := range causesOf(after) {
		if same(c, Cause{Code: found.Cause, Resources: found.Resources}) {
			return false
		}
		if !slices.ContainsFunc(before, func(b Cause) bool { return same(b, c) }) {
			return false
		}
	}
	return !slices.ContainsFunc(after, func(r StepResult) bool { return r.ID == step && r.Verdict == Unknown })
}
