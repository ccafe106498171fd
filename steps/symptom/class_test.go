package symptom

import (
	"slices"
	"testing"
)

func TestEveryClassLeadsToASymptomOrToNone(t *testing.T) {
	for class := range classes {
		if s := class.Symptom(); !slices.Contains([]string{"", "timeout", "auth", "dns", "start"}, s) {
			t.Errorf("%s leads to %q", class, s)
		}
	}
	for class := range network {
		if class.Symptom() == "" {
			t.Errorf("%s leads to no walk", class)
		}
	}
	if s := Read("TargetNotConnectedException: the target is not connected").Symptom(); s != "exec" {
		t.Errorf("a session that did not open leads to %q", s)
	}
	if s := Class("no such class").Symptom(); s != "" {
		t.Errorf("an unknown class leads to %q", s)
	}
}
