package demo

import (
	"fmt"
	"sort"
	"strings"

	"fargate-doctor/aws"
)

// unknownWorld is the error for a name that no world has. It offers at most three names that look like it.
func unknownWorld(name string, names []string) error {
	var near []string
	for _, n := range names {
		if strings.Contains(n, name) || distance(n, name) <= len(n)/3 {
			near = append(near, n)
		}
	}
	sort.SliceStable(near, func(i, j int) bool { return distance(near[i], name) < distance(near[j], name) })
	cause := fmt.Errorf("no demo world is called %q", name)
	if len(near) > 0 {
		near = near[:min(3, len(near))]
		cause = fmt.Errorf("%w; near it are %s", cause, strings.Join(near, ", "))
	}
	return &aws.Error{Kind: aws.NotFound, Operation: "open demo world", Resource: name, Err: cause, Hint: "--demo=list lists all worlds"}
}

// distance is the Levenshtein distance: how many letters must be added, taken or replaced to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
