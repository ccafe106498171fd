package steps

import (
	"cmp"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps/symptom"
)

// toldCauses are the causes that the classes of stopped reasons are, and the step that looks for it (R39).
var toldCauses = []struct {
	class symptom.Class
	step  string
	code  string
}{
	{symptom.ClassECRAuthNetwork, "image.path", "image.network"},
	{symptom.ClassImageNetwork, "image.path", "image.network"},
	{symptom.ClassImageNotFound, "image.exists", "image.not-found"},
	{symptom.ClassImageRateLimited, "image.exists", "image.rate-limited"},
	{symptom.ClassImagePlatform, "image.platform", "image.platform-mismatch"},
	{symptom.ClassECRAuthDenied, "image.access", "image.auth-denied"},
	{symptom.ClassImageAuthDenied, "image.access", "image.auth-denied"},
	{symptom.ClassSecretsNetwork, "secret.path", "secret.network"},
	{symptom.ClassSecretsNotFound, "secret.exists", "secret.not-found"},
	{symptom.ClassSecretsBadJSONKey, "secret.value", "secret.json-key-missing"},
	{symptom.ClassSecretsAccessDenied, "secret.access", "secret.access-denied"},
	{symptom.ClassKMSDenied, "secret.key", "kms.access-denied"},
	{symptom.ClassLogsNetwork, "logs.path", "logs.network"},
	{symptom.ClassLogGroupMissing, "logs.group", "logs.group-missing"},
	{symptom.ClassLoggerConfig, "logs.options", "logs.config-invalid"},
	{symptom.ClassEFSMount, "efs.path", "efs.network"},
	{symptom.ClassOutOfMemory, "start.containers", "start.out-of-memory"},
	{symptom.ClassEssentialExited, "start.containers", "start.essential-exited"},
	{symptom.ClassHealthCheck, "start.containers", "start.health-check"},
	{symptom.ClassDiskFull, "start.containers", "start.disk-full"},
	{symptom.ClassSpot, "start.placement", "start.spot"},
	{symptom.ClassScaling, "start.placement", "start.scaled-in"},
	{symptom.ClassCapacity, "start.placement", "start.capacity"},
	{symptom.ClassENIProvisioning, "start.placement", "start.eni-provisioning"},
	{symptom.ClassInternal, "start.placement", "start.internal"},
}

// cause is the cause that the texts name, and the step that looks for it; "" when they name none.
func (x failure) cause() (step, code string) {
	if x.role {
		return "start.role", "start.role-not-assumable"
	}
	for _, t := range toldCauses {
		if t.class == x.Class {
			return t.step, t.code
		}
	}
	return "", ""
}

// narrower lists the causes that a step may name in place of what the texts say: they tell more exactly what went wrong.
var narrower = map[string][]string{
	"image.not-found": {"image.registry-unknown"},
	// Where the rest of a text is cut off, all that is known is that it was not tried again.
	"image.auth-denied":        {"iam.endpoint-policy-denied", "iam.role-missing", "start.role-not-assumable", "start.execution-role-missing"},
	"secret.not-found":         {"secret.wrong-region", "secret.invalid-reference"},
	"secret.access-denied":     {"secret.not-found", "secret.wrong-region", "secret.invalid-reference", "iam.endpoint-policy-denied", "kms.access-denied", "kms.key-disabled", "iam.role-missing", "start.role-not-assumable", "start.execution-role-missing"},
	"kms.access-denied":        {"kms.key-disabled", "secret.access-denied"},
	"logs.config-invalid":      {"logs.access-denied", "logs.group-missing", "iam.endpoint-policy-denied"},
	"start.role-not-assumable": {"iam.role-missing"},
	"efs.network":              {"efs.mount-target-missing", "efs.access-denied", "efs.not-found"},
}

// explainedBy reports whether a cause is what the texts name, or a nearer look at it.
func (x failure) explainedBy(code string) bool {
	_, own := x.cause()
	return code != "" && (code == own || slices.Contains(narrower[own], code))
}

// confirmed shows what the texts say beside a fault that they are about.
func confirmed(f Facts, step string, found Finding) Finding {
	x := told.Of(f)
	if own, _ := x.cause(); own != step || found.Verdict != Fail && found.Because == "" {
		return found
	}
	found.Evidence = slices.Concat(x.evidence(), found.Evidence)
	if way := x.dialledWay(); way != "" {
		found.Evidence = append(found.Evidence, Evidence{Kind: "address", ID: x.Address.String(), Detail: way})
	}
	return found
}

// saidAlone makes a finding of what only the texts can tell. Where a later task runs it is over; then, and where that is not known, the
// last step says what is left of it.
func saidAlone(f Facts, code string, evidence ...Evidence) (Finding, bool) {
	x := told.Of(f)
	later, err := successor.Try(f)
	if _, own := x.cause(); own != code || err != nil || later.ID != "" {
		return Finding{}, false
	}
	e, _ := Explain(code)
	return Finding{
		Verdict: Fail, Cause: code, Summary: e.Title, Means: e.Means, Evidence: slices.Concat(x.evidence(), evidence), Resources: x.about(f), Fixes: []Fix{{Title: lowerFirst(e.Mend)}},
	}, true
}

// about is what the texts are about: the resource or host that they name, else the task.
func (x failure) about(f Facts) []string {
	if named := cmp.Or(x.Resource, x.Host); named != "" {
		return []string{named}
	}
	return subjectOfFailure(f)
}

// subjectOfFailure is what a failure is about when the text names nothing.
func subjectOfFailure(f Facts) []string {
	f.scope, f.used = nil, nil
	if t, err := task.Try(f); err == nil && t.ID != "" {
		return []string{t.ID}
	}
	if s, err := owner.Try(f); err == nil && s.Name != "" {
		return []string{s.Name}
	}
	return nil
}

// lowerFirst makes a sentence a title.
func lowerFirst(s string) string {
	s = trimStop(aws.Clean(s))
	if len(s) < 2 || s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}

func trimStop(s string) string {
	if len(s) > 0 && s[len(s)-1] == '.' {
		return s[:len(s)-1]
	}
	return s
}

// explaining puts the causes first that explain what ECS says (R39): the others are wrong as well, and this is what the task failed of.
func explaining(f Facts, causes []Cause) []Cause {
	x, err := told.Try(f)
	if f.c.Symptom != Start || err != nil || !x.known() {
		return causes
	}
	rows, _ := matrix.Try(f)
	step, code := x.cause()
	stops := map[string]bool{} // what stops the ways that the text is about
	for _, n := range rows {
		if n.Path.Verdict == Fail && areaOf(step).holds(n.Kind) && strings.HasSuffix(code, ".network") {
			stops[n.Path.Cause] = true
		}
	}
	rank := func(c Cause) int {
		switch {
		case c.Step == "start.reason": // nothing explains it
			return 2
		case c.Code == code:
			return 0
		case x.explainedBy(c.Code) || stops[c.Code]:
			return 1
		}
		return 2
	}
	sorted := slices.Clone(causes)
	slices.SortStableFunc(sorted, func(a, b Cause) int { return cmp.Compare(rank(a), rank(b)) })
	return sorted
}

// foremostTrace is the way that a report shows: one that is stopped, of what ECS speaks of if it can be, else none.
func foremostTrace(f Facts) vpc.Trace {
	all, err := startWays.traced.Try(f)
	if err != nil {
		return vpc.Trace{}
	}
	x, _ := told.Try(f)
	step, _ := x.cause()
	var shown vpc.Trace
	for i, n := range startNeeds.Of(f) {
		w := all[i]
		if w.skip != "" || w.flows.main == nil || w.blocker() == "" || n.aside {
			continue
		}
		if areaOf(step).holds(string(n.kind)) {
			return w.main
		}
		if shown.Hops == nil {
			shown = w.main
		}
	}
	return shown
}
