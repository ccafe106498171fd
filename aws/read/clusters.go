package read

import (
	"context"

	"fargate-doctor/aws"
)

type wireCluster struct {
	ClusterArn, ClusterName, Status                           string
	RunningTasksCount, PendingTasksCount, ActiveServicesCount int
}

func (w wireCluster) cluster() (aws.Cluster, error) {
	return aws.Cluster{ARN: w.ClusterArn, Name: w.ClusterName, Status: w.Status, RunningTasks: w.RunningTasksCount,
		PendingTasks: w.PendingTasksCount, ActiveServices: w.ActiveServicesCount}, nil
}

// Clusters passes all clusters to page, as they arrive.
func Clusters(ctx context.Context, r aws.Reader, page func([]aws.Cluster)) error {
	return listing[wireCluster, aws.Cluster]{
		list: aws.Query{Service: "ecs", Operation: "ListClusters"}, listKey: "clusterArns",
		describe: func(arns []string) aws.Query {
			return aws.Query{Service: "ecs", Operation: "DescribeClusters", Input: aws.Input{"clusters": arns}}
		},
		key: "clusters", batch: 100, value: wireCluster.cluster, arn: func(c aws.Cluster) string { return c.ARN },
	}.read(ctx, r, page)
}

// named reports whether an ARN is what a person called by ARN or by name.
func named(arn, called string) bool { return arn == called || aws.ShortName(arn) == called }

// inCluster returns the Input of a call about one cluster; "" is the API's default cluster.
func inCluster(cluster string, more aws.Input) aws.Input {
	if cluster != "" {
		more["cluster"] = cluster
	}
	return more
}

// within reports whether the cluster with this ARN is the one that was asked about, by name or ARN.
func within(arn, cluster string) bool {
	return cluster == "" || arn == cluster || aws.ShortName(arn) == aws.ShortName(cluster)
}
