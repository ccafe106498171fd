package read

import (
	"context"

	"fargate-doctor/aws"
)

// FamilyTasks returns the running and starting tasks of a cluster that were made from a family of task definitions.
func FamilyTasks(ctx context.Context, r aws.Reader, cluster, family string) ([]aws.Task, error) {
	var all []aws.Task
	err := listing[wireTask, aws.Task]{
		list:     aws.Query{Service: "ecs", Operation: "ListTasks", Input: inCluster(cluster, aws.Input{"family": family, "desiredStatus": "RUNNING"})},
		listKey:  "taskArns",
		describe: func(arns []string) aws.Query { return describeTasks(cluster, arns) },
		key:      "tasks", batch: 100, value: wireTask.task, arn: func(t aws.Task) string { return t.ARN },
	}.read(ctx, r, func(page []aws.Task) {
		for _, t := range page {
			if within(t.Cluster, cluster) && familyOf(t.TaskDefinition) == family { // recordings answer with all that they hold
				all = append(all, t)
			}
		}
	})
	return all, err
}

// TaskDefinitions returns the ARNs of the active revisions of a family, the newest first.
func TaskDefinitions(ctx context.Context, r aws.Reader, family string) ([]string, error) {
	q := aws.Query{Service: "ecs", Operation: "ListTaskDefinitions", Input: aws.Input{"familyPrefix": family, "status": "ACTIVE", "sort": "DESC"}}
	all, err := elements[string](ctx, r, q, "taskDefinitionArns")
	var own []string
	for _, arn := range all {
		if familyOf(arn) == family { // a prefix matches longer names too
			own = append(own, arn)
		}
	}
	return own, err
}

// familyOf returns the family in a task definition's ARN.
func familyOf(arn string) string {
	name := aws.ShortName(arn)
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == ':' {
			return name[:i]
		}
	}
	return name
}
