package demo

import (
	"time"

	"fargate-doctor/aws/snapshot"
)

// captured is the moment that the worlds show: ages and "recently stopped" are told from it.
var captured = time.Date(2025, time.November, 20, 3, 7, 0, 0, time.UTC)

// manifest returns what the snapshot of the world says about itself.
func (w World) manifest() snapshot.Manifest {
	return snapshot.Manifest{Schema: snapshot.Schema, Captured: captured, Region: w.Region, Denied: w.denied, Failed: w.failed}
}
