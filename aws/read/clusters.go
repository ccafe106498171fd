package read

import (
	"context"

	"fargate-doctor/aws"
)

type wireCluster struct {
	ClusterArn, ClusterName, Status                           string
	RunningTasksCount, PendingTasksCount, ActiveServicesCount int
	Configuration                                             struct {
		ExecuteCommandConfiguration struct {
			KmsKeyId, Logging string
			LogConfiguration  struct {
				CloudWatchLogGroupName, S3BucketName, S3KeyPrefix string
				CloudWatchEncryptionEnabled, S3EncryptionEnabled  bool
			}
		}
	}
}

func (w wireCluster) cluster() (aws.Cluster, error) {
	exec := w.Configuration.ExecuteCommandConfiguration
	to := exec.LogConfiguration
	return aws.Cluster{ARN: w.ClusterArn, Name: w.ClusterName, Status: w.Status, RunningTasks: w.RunningTasksCount,
		PendingTasks: w.PendingTasksCount, ActiveServices: w.ActiveServicesCount,
		Exec: aws.ExecConfiguration{Key: exec.KmsKeyId, Logging: exec.Logging, LogGroup: to.CloudWatchLogGroupName,
			LogEncrypted: to.CloudWatchEncryptionEnabled, Bucket: to.S3BucketName, BucketEncrypted: to.S3EncryptionEnabled, Prefix: to.S3KeyPrefix}}, nil
}

// describeClusters asks for clusters by name or ARN, with their settings, which the API leaves out unless it is asked for them.
func describeClusters(names []string) aws.Query {
	q := aws.Query{Service: "ecs", Operation: "DescribeClusters", Input: aws.Input{"include": []string{"CONFIGURATIONS"}}}
	if len(names) > 0 {
		q.Input["clusters"] = names
	}
	return q
}

// Clusters passes all clusters to page, as they arrive.
func Clusters(ctx context.Context, r aws.Reader, page func([]aws.Cluster)) error {
	return listing[wireCluster, aws.Cluster]{
		list: aws.Query{Service: "ecs", Operation: "ListClusters"}, listKey: "clusterArns", describe: describeClusters,
		key: "clusters", batch: 100, value: wireCluster.cluster, arn: func(c aws.Cluster) string { return c.ARN },
	}.read(ctx, r, page)
}

// Cluster returns one cluster by name or ARN; "" is the API's default cluster. One that does not exist is an error of kind aws.NotFound.
func Cluster(ctx context.Context, r aws.Reader, name string) (aws.Cluster, error) {
	var names []string
	if name != "" {
		names = []string{name}
	}
	q := describeClusters(names)
	wire, err := elements[wireCluster](ctx, r, q, "clusters")
	if err != nil {
		return aws.Cluster{}, err
	}
	for _, w := range wire { // recordings answer with all that they hold
		if name == "" && w.ClusterName == "default" || name != "" && named(w.ClusterArn, name) {
			return w.cluster()
		}
	}
	return aws.Cluster{}, aws.Errorf(aws.NotFound, q, name, "there is no such cluster")
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
