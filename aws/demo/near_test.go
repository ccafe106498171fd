package demo

import (
	"strings"
	"testing"

	"fargate-doctor/aws"
)

func TestOpenOfAnUnknownNameOffersThoseNearIt(t *testing.T) {
	for name, want := range map[string]string{
		"healthy-nta":       "near it are healthy-nat",
		"private-dns":       "near it are endpoint-private-dns-disabled",
		"nacl.egres-denied": "near it are nacl-egress-denied",
		"zebra":             `no demo world is called "zebra"`,
	} {
		_, _, err := Open(name)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v, want %s", name, err, want)
		}
		if aws.KindOf(err) != aws.NotFound || !strings.Contains(aws.Hint(err), "--demo=list") {
			t.Errorf("Open(%q): kind %v, hint %q", name, aws.KindOf(err), aws.Hint(err))
		}
	}
}

func TestOpenUnderstandsACauseCode(t *testing.T) {
	_, w, err := Open("nacl.egress-denied")
	if err != nil || w.Name != "nacl-egress-denied" {
		t.Errorf("got %q, %v", w.Name, err)
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"route", "routes", 1}, {"same", "same", 0}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
