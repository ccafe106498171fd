package snapshot_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
	"fargate-doctor/aws/vpc"
)

func TestLabsLoad(t *testing.T) {
	shared := os.Getenv("FARGATE_DOCTOR_SHARED")
	if shared == "" {
		t.Skip("FARGATE_DOCTOR_SHARED does not name the folder with the reachability labs")
	}
	labs, err := filepath.Glob(filepath.Join(shared, "data/reachability-labs/*/aws"))
	if err != nil || len(labs) == 0 {
		t.Fatalf("no labs: %v", err)
	}
	for _, lab := range labs {
		s, err := snapshot.Open(lab)
		if err != nil {
			t.Error(err)
			continue
		}
		n := read.Everything(context.Background(), s)
		t.Log(lab, s.Regions(), len(n.VPCs), len(n.TransitRouteTables))
		for _, g := range n.Gaps {
			t.Logf("  %+v", g)
		}
		_ = vpc.KindACL
	}
}
