// Package demotest says which demo worlds tests walk: all of them, or with go test -short a few of each kind. What a race needs to show itself is in
// those too, and the race detector makes every walk ten times as long. Nothing but tests belongs here.
package demotest

import (
	"testing"

	"fargate-doctor/aws/demo"
)

// every is how many worlds, sorted by name and so by kind, one stands for in short tests.
const every = 6

// Worlds returns the worlds that a test walks.
func Worlds() []demo.World { return Some(demo.Worlds()) }

// Some returns all values, or in short tests one of every few.
func Some[T any](all []T) []T {
	if !testing.Short() {
		return all
	}
	var some []T
	for i := 0; i < len(all); i += every {
		some = append(some, all[i])
	}
	return some
}
