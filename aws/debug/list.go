package debug

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

// List returns the debug tasks that have not ended, of one cluster, or of all clusters when cluster is "". Tasks of a debug service are
// among them.
func List(ctx context.Context, r aws.Reader, cluster string) ([]Launched, error) {
	return inEach(ctx, r, cluster, func(cluster string) ([]Launched, error) {
		tasks, err := read.FamilyTasks(ctx, r, cluster, Family)
		var here []Launched
		for _, t := range tasks {
			if !t.Ended() {
				here = append(here, Launched{Task: t, Service: t.ServiceName(), Definition: t.TaskDefinition})
			}
		}
		return here, err
	})
}

// Services returns the debug services, of one cluster, or of all clusters when cluster is "". Of its task each has the cluster only: one whose
// tasks end as soon as they start has none, and goes on starting them.
func Services(ctx context.Context, r aws.Reader, cluster string) ([]Launched, error) {
	return inEach(ctx, r, cluster, func(cluster string) ([]Launched, error) {
		s, err := read.Service(ctx, r, cluster, Family)
		switch {
		case aws.KindOf(err) == aws.NotFound, err == nil && s.Status == "INACTIVE":
			return nil, nil
		case err != nil:
			return nil, err
		}
		return []Launched{{Task: aws.Task{Cluster: s.Cluster}, Service: s.Name, Definition: s.TaskDefinition}}, nil
	})
}

// inEach returns what look finds in one cluster, or in all when cluster is "".
func inEach(ctx context.Context, r aws.Reader, cluster string, look func(cluster string) ([]Launched, error)) ([]Launched, error) {
	clusters := []string{cluster}
	if cluster == "" {
		clusters = nil
		if err := read.Clusters(ctx, r, func(page []aws.Cluster) {
			for _, c := range page {
				clusters = append(clusters, c.ARN)
			}
		}); err != nil {
			return nil, err
		}
	}
	found := make([][]Launched, len(clusters))
	failures := make([]error, len(clusters))
	var each sync.WaitGroup
	for i, c := range clusters {
		each.Go(func() { found[i], failures[i] = look(c) })
	}
	each.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(found...), nil
}

// Find returns a debug task that stands where the plan would put one, and is ready for sessions or on its way there: in the same subnet, with
// the same security groups, kind of address and task role. What another one sees and may do says nothing about the task under study. A task of
// a debug service does not tell where it stands, and is not found.
func Find(ctx context.Context, r aws.Reader, p Plan) (Launched, bool, error) {
	all, err := List(ctx, r, p.Cluster)
	if err != nil {
		return Launched{}, false, err
	}
	for _, l := range all {
		if slices.Contains(p.Network.Subnets, l.Task.Attachment.Subnet) && l.variable(placeName) == p.place() {
			return l, true, nil
		}
	}
	return Launched{}, false, nil
}

// Expires returns when a debug task ends by itself; it is zero when the task does not tell.
func (l Launched) Expires() time.Time {
	n, err := strconv.Atoi(l.variable(ttlName))
	if err != nil || l.Task.Created.IsZero() {
		return time.Time{}
	}
	return l.Task.Created.Add(time.Duration(n) * time.Second)
}

// Left returns how long a debug task still lives, to the minute; false when it does not end by itself, or does not tell.
func (l Launched) Left(now time.Time) (time.Duration, bool) {
	at := l.Expires()
	if at.IsZero() || l.Service != "" {
		return 0, false
	}
	return max(at.Sub(now).Round(time.Minute), 0), true
}

// Ending says when it ends, as what one says of it: "ends by itself in 60 min".
func (l Launched) Ending(now time.Time) string {
	if left, ends := l.Left(now); ends {
		return fmt.Sprintf("ends by itself in %d min", int(left.Minutes()))
	}
	return "runs until it is stopped"
}

// variable returns what the task was started with, "" when it does not tell.
func (l Launched) variable(name string) string {
	for _, pair := range l.Task.Environment[container] {
		if pair.Name == name {
			return pair.Value
		}
	}
	return ""
}
