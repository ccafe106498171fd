package tui

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/steps"
)

// A name belongs to the id before it; anything else is said about the id.
func TestEvidenceReadsAsASentence(t *testing.T) {
	text := stepText{w: 80}
	for _, c := range []struct {
		evidence steps.Evidence
		want     []string
	}{
		{steps.Evidence{Kind: "security-group", ID: "sg-1", Detail: "(web) no rule allows tcp 443"}, []string{"sg-1 (web) no rule allows tcp 443"}},
		{steps.Evidence{Kind: "route-table", ID: "rtb-1", Detail: "no route to 10.0.0.1"}, []string{"rtb-1: no route to 10.0.0.1"}},
		{steps.Evidence{Kind: "route-table", Detail: "not known"}, []string{"route-table: not known"}},
		{steps.Evidence{Kind: "vpc-endpoint", ID: "vpce-1"}, []string{"vpce-1"}},
		{steps.Evidence{Kind: "you", Detail: "private"}, []string{"You said: private"}},
	} {
		if diff := cmp.Diff(c.want, text.evidence(c.evidence)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.evidence, diff)
		}
	}
}
