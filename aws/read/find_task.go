package read

import (
	"context"
	"regexp"
	"strings"

	"fargate-doctor/aws"
)

var wholeTaskID = regexp.MustCompile(`^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

// FindTask returns one task by id, by ARN, or by the beginning of its id. A beginning is looked up among the tasks of the cluster, or of
// one service if that is given. No task, and several, are errors of kind aws.NotFound.
func FindTask(ctx context.Context, r aws.Reader, cluster, service, task string) (aws.Task, error) {
	if wholeTaskID.MatchString(aws.ShortName(task)) {
		return Task(ctx, r, cluster, task)
	}
	var found []aws.Task
	err := Tasks(ctx, r, cluster, service, func(page []aws.Task) {
		for _, t := range page {
			if strings.HasPrefix(t.ID, task) {
				found = append(found, t)
			}
		}
	})
	if err != nil {
		return aws.Task{}, err
	}
	q := aws.Query{Service: "ecs", Operation: "ListTasks"}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		err := aws.Errorf(aws.NotFound, q, task, "no running or recently stopped task of %s has an id that begins so", clusterOf(cluster))
		err.Hint = "stopped tasks can be read for about an hour; choose a service or another task"
		return aws.Task{}, err
	}
	several := aws.Errorf(aws.NotFound, q, task, "%d tasks of %s have ids that begin so", len(found), clusterOf(cluster))
	several.Hint = "say more of the id"
	return aws.Task{}, several
}

// clusterOf names a cluster in a sentence. Without a name ECS takes the one that is called default.
func clusterOf(cluster string) string {
	if cluster == "" {
		return "the default cluster"
	}
	return "cluster " + aws.ShortName(cluster)
}
