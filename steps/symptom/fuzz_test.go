package symptom

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"fargate-doctor/aws"
)

// check looks for what no reading may be, whatever the text.
func check(t *testing.T, r Reading, classOf map[Class]bool) {
	t.Helper()
	if !classOf[r.Class] {
		t.Errorf("class %q is not one of this kind of text", r.Class)
	}
	for name, value := range map[string]string{
		"service": r.Service, "action": r.Action, "resource": r.Resource, "principal": r.Principal, "host": r.Host,
		"request id": r.RequestID,
		"endpoint":   r.Endpoint, "policy ARN": r.PolicyARN, "line": r.Line,
	} {
		if aws.Clean(value) != value || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
			t.Errorf("%s holds control characters: %q", name, value)
		}
	}
	if len(r.Line) > mostLine+len("… ")+len(" …") {
		t.Errorf("the line has %d bytes", len(r.Line))
	}
	if r.Class == ClassOther && r.Policy != "" {
		t.Errorf("no failure, yet policy %q", r.Policy)
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range seeds(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		check(t, Read(text), printed)
		check(t, ReadStopped(text), stops)
	})
}

// printed and stops are the classes of the two kinds of text.
var printed, stops = func() (map[Class]bool, map[Class]bool) {
	a, b := map[Class]bool{ClassOther: true, ClassAssumeRoleDenied: true, ClassCredentialsMissing: true},
		map[Class]bool{ClassOther: true}
	for _, sign := range signs {
		a[sign.class] = true
	}
	for _, class := range policyClass {
		a[class] = true
	}
	a[ClassAuthIdentityDeny] = true
	for _, v := range verdicts {
		b[v.class] = true
	}
	return a, b
}()
