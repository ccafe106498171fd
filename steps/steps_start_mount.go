package steps

import (
	"strings"
)

// judgeMountWays judges the ways to mount targets. They are on a port of their own, so what stops them is told here.
func judgeMountWays(f Facts) Finding {
	all, of := startWays.of(f, ofEFS)
	var parts []Finding
	for i, n := range of {
		parts = append(parts, judgeMountWay(f, n, all[i]))
	}
	if len(parts) == 0 {
		return Finding{Verdict: Skipped, Summary: "no file system is mounted"}
	}
	return together(parts, "the mount targets are reached")
}

func judgeMountWay(f Facts, n need, w needWay) Finding {
	if w.flows.main == nil {
		if found := filesExist(f, n); found.Verdict == Unknown {
			return found
		}
		return Finding{Verdict: Skipped, Summary: "there is no mount target to follow the way to"}
	}
	found := w.judge(w.main, f.c.Region, n.files.FileSystem+" is reached on TCP 2049", networkTests...)
	if found.Verdict != Fail {
		return found
	}
	e, _ := Explain("efs.network")
	whole := Finding{Verdict: Fail, Cause: e.Code, Summary: n.files.FileSystem + " is not reached on TCP 2049: " + found.Summary, Means: e.Means, Resources: []string{n.files.FileSystem}}
	for i, part := range append([]Finding{found}, found.Also...) {
		if part.Verdict != Fail {
			continue
		}
		whole.Evidence = append(whole.Evidence, part.Evidence...)
		whole.Resources = append(whole.Resources, part.Resources...)
		if i == 0 || len(whole.Fixes) == 0 {
			whole.Fixes = part.Fixes
			continue
		}
		for j := range min(len(part.Fixes), len(whole.Fixes)) { // each blocker needs its mend
			whole.Fixes[j] = whole.Fixes[j].and(part.Fixes[j])
		}
	}
	return whole
}

// and is both fixes in one.
func (x Fix) and(o Fix) Fix {
	a, b := x.apply, o.apply
	x.Title += "; " + o.Title
	x.Command = strings.TrimSuffix(x.Command+" && "+o.Command, " && ")
	x.apply = nil
	if a != nil && b != nil {
		x.apply = func(f Facts) Facts { return b(a(f)) }
	}
	return x
}
