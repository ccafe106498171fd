package vpc_test

import (
	"testing"

	"fargate-doctor/aws/vpc"
)

func TestHealthyPaths(t *testing.T) {
	n := office()
	for name, f := range map[string]vpc.Flow{
		"endpoint":                 toEndpoint("eni-task"),
		"NAT, any address":         toInternet("eni-task"),
		"NAT, one address":         flow("eni-task", "8.8.8.8", 443),
		"internet gateway":         toInternet("eni-web"),
		"database":                 flow("eni-task", "10.0.2.30", 5432),
		"resolver":                 flow("eni-task", "10.0.0.2", 53),
		"public address of a peer": flow("eni-task", "198.51.100.10", 443),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "public address of a peer" {
				g := group(&n, "sg-app")
				g.Ingress = []vpc.Permission{permit("tcp 443", "198.51.100.5/32")}
			}
			tr := vpc.Compile(n).Trace(f)
			if tr.Verdict != vpc.Reachable {
				t.Errorf("verdict %v, want reachable", tr.Verdict)
				show(t, tr)
			}
		})
	}
}
