package read

import (
	"context"

	"fargate-doctor/aws"
)

type wireService struct {
	ServiceArn, ServiceName, ClusterArn, Status string
	TaskDefinition, LaunchType, PlatformVersion string
	DesiredCount, RunningCount, PendingCount    int
	NetworkConfiguration                        wireNetworkConfiguration
	EnableExecuteCommand                        bool
	CreatedAt                                   moment
	LoadBalancers                               []struct{ TargetGroupArn string }
	Events                                      []struct {
		CreatedAt moment
		Message   string
	}
}

type wireNetworkConfiguration struct {
	AwsvpcConfiguration struct {
		Subnets, SecurityGroups []string
		AssignPublicIp          string
	}
}

func (w wireNetworkConfiguration) configuration() aws.NetworkConfiguration {
	c := w.AwsvpcConfiguration
	return aws.NetworkConfiguration{Subnets: c.Subnets, SecurityGroups: c.SecurityGroups, AssignPublicIP: c.AssignPublicIp == "ENABLED"}
}

func (w wireService) service() (aws.Service, error) {
	s := aws.Service{ARN: w.ServiceArn, Name: w.ServiceName, Cluster: w.ClusterArn, Status: w.Status,
		TaskDefinition: w.TaskDefinition, LaunchType: w.LaunchType, PlatformVersion: w.PlatformVersion,
		Desired: w.DesiredCount, Running: w.RunningCount, Pending: w.PendingCount,
		Network: w.NetworkConfiguration.configuration(), ExecEnabled: w.EnableExecuteCommand, Created: w.CreatedAt.Time}
	for _, e := range w.Events {
		s.Events = append(s.Events, aws.ServiceEvent{At: e.CreatedAt.Time, Message: e.Message})
	}
	for _, b := range w.LoadBalancers {
		if b.TargetGroupArn != "" { // a classic load balancer has none
			s.TargetGroups = append(s.TargetGroups, b.TargetGroupArn)
		}
	}
	return s, nil
}

func describeServices(cluster string, services []string) aws.Query {
	return aws.Query{Service: "ecs", Operation: "DescribeServices", Input: inCluster(cluster, aws.Input{"services": services})}
}

// Services passes all services of a cluster to page, as they arrive.
func Services(ctx context.Context, r aws.Reader, cluster string, page func([]aws.Service)) error {
	return listing[wireService, aws.Service]{
		list:     aws.Query{Service: "ecs", Operation: "ListServices", Input: inCluster(cluster, aws.Input{})},
		listKey:  "serviceArns",
		describe: func(arns []string) aws.Query { return describeServices(cluster, arns) },
		key:      "services", batch: 10, value: wireService.service, arn: func(s aws.Service) string { return s.ARN },
	}.read(ctx, r, func(all []aws.Service) {
		var here []aws.Service
		for _, s := range all {
			if within(s.Cluster, cluster) {
				here = append(here, s)
			}
		}
		page(here)
	})
}

// Service returns one service by name or ARN. One that does not exist is an error of kind aws.NotFound.
func Service(ctx context.Context, r aws.Reader, cluster, service string) (aws.Service, error) {
	q := describeServices(cluster, []string{service})
	wire, err := elements[wireService](ctx, r, q, "services")
	if err != nil {
		return aws.Service{}, err
	}
	services, err := decodeAll(q, wire, wireService.service)
	if err != nil {
		return aws.Service{}, err
	}
	for _, s := range services {
		if named(s.ARN, service) && within(s.Cluster, cluster) {
			return s, nil
		}
	}
	return aws.Service{}, aws.Errorf(aws.NotFound, q, service, "%s has no such service", clusterOf(cluster))
}
