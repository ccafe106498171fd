package steps

import (
	"cmp"
	"slices"
)

// An Explanation is what `fargate-doctor explain CODE` says about a cause. Codes are stable: a retired one is never used again.
type Explanation struct {
	Code      string   `json:"code"`      // area.what-is-wrong
	Title     string   `json:"title"`     // what is wrong, as part of a sentence
	Means     string   `json:"means"`     // what happens to the person's traffic, and why
	Condition string   `json:"condition"` // how it is found: the API fields that decide
	Evidence  string   `json:"evidence"`  // what the report shows
	Mend      string   `json:"mend"`      // what to do
	Docs      []string `json:"docs"`      // AWS documentation
}

var catalogue = func() []Explanation {
	all := slices.Concat(taskCauses, groupCauses, aclCauses, routeCauses, networkCauses, endpointCauses, dnsCauses, targetCauses,
		accessCauses, execCauses, startCauses, imageCauses, secretCauses, logCauses, fileCauses, probeCauses)
	slices.SortFunc(all, func(a, b Explanation) int { return cmp.Compare(a.Code, b.Code) })
	return all
}()

// Causes lists every cause that the program can name, sorted by code.
func Causes() []Explanation { return slices.Clone(catalogue) }

// Explain returns the explanation of a cause code.
func Explain(code string) (Explanation, bool) {
	i, ok := slices.BinarySearchFunc(catalogue, code, func(e Explanation, code string) int { return cmp.Compare(e.Code, code) })
	if !ok {
		return Explanation{}, false
	}
	return catalogue[i], true
}
