package read

import (
	"context"

	"fargate-doctor/aws"
)

// NewestTask returns the running task of a service that was created last, else one that is starting, else the one that stopped last. It
// is the zero Task when there is none.
func NewestTask(ctx context.Context, r aws.Reader, cluster, service string) (aws.Task, error) {
	var all []aws.Task
	err := Tasks(ctx, r, cluster, service, func(page []aws.Task) { all = append(all, page...) })
	if err != nil {
		return aws.Task{}, err
	}
	return newest(all), nil
}

func newest(all []aws.Task) aws.Task {
	rank := func(t aws.Task) int {
		switch {
		case t.Running():
			return 2
		case !t.Ended():
			return 1
		}
		return 0
	}
	var best aws.Task
	for _, t := range all {
		switch {
		case best.ID == "" || rank(t) > rank(best):
			best = t
		case rank(t) < rank(best):
		case rank(t) == 0 && t.Stopped.After(best.Stopped), rank(t) > 0 && t.Created.After(best.Created):
			best = t
		}
	}
	return best
}
