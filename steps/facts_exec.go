package steps

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/aws/read"
)

// execService is what the Exec agent connects to.
const execService = "ssmmessages"

// agentActions are what the Exec agent calls there, from "Task role permissions" of "Monitor Amazon ECS containers with ECS Exec".
var agentActions = []string{"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"}

// execCluster is the cluster, with how its sessions are encrypted and logged; zero when the task does not exist yet.
var execCluster = &Fact[aws.Cluster]{
	Name:    "cluster",
	Actions: []string{"ecs:DescribeClusters"},
	Key:     func(f Facts) string { return f.c.Cluster },
	Fetch: func(ctx context.Context, s source, f Facts) (aws.Cluster, error) {
		if f.c.Launch != nil && f.c.Cluster == "" {
			return aws.Cluster{}, nil
		}
		return read.Cluster(ctx, s, f.c.Cluster)
	},
}

// A foundKey is a KMS key as KMS has it, or the knowledge that it does not exist.
type foundKey struct {
	aws.Key
	missing bool
}

// execKey is the key that encrypts the cluster's sessions; zero when there is none.
var execKey = &Fact[foundKey]{
	Name:    "KMS key of the cluster",
	Actions: read.KeyActions,
	Needs:   []known{execCluster},
	Key:     func(f Facts) string { return execCluster.Of(f).Exec.Key },
	Fetch: func(ctx context.Context, s source, f Facts) (foundKey, error) {
		id := execCluster.Of(f).Exec.Key
		if id == "" {
			return foundKey{}, nil
		}
		k, err := read.Key(ctx, s, id)
		if aws.KindOf(err) == aws.NotFound {
			return foundKey{missing: true}, nil
		}
		return foundKey{Key: k}, err
	},
}

// A sessionLog is where the cluster's sessions are logged.
type sessionLog struct {
	group        aws.LogGroup
	groupErr     error
	groupMissing bool
	bucket       resourceSide // policy of the bucket
	bucketErr    error
}

// execLog is the log group and the bucket of the cluster's sessions, as far as it names any.
var execLog = &Fact[sessionLog]{
	Name:    "log of the cluster's sessions",
	Actions: append([]string{"s3:GetBucketPolicy"}, read.LogGroupActions...),
	Needs:   []known{execCluster},
	Key: func(f Facts) string {
		to := execCluster.Of(f).Exec
		return strings.Join([]string{to.Logging, to.LogGroup, to.Bucket}, " ")
	},
	Fetch: func(ctx context.Context, s source, f Facts) (sessionLog, error) {
		to := execCluster.Of(f).Exec
		var l sessionLog
		if to.Logging != loggedElsewhere {
			return l, nil
		}
		var both sync.WaitGroup
		if to.LogGroup != "" {
			both.Go(func() {
				l.group, l.groupErr = read.LogGroup(ctx, s, s.region, to.LogGroup)
				if aws.KindOf(l.groupErr) == aws.NotFound {
					l.groupMissing, l.groupErr = true, nil
				}
			})
		}
		if to.Bucket != "" {
			both.Go(func() {
				l.bucket.PolicyDocument, l.bucketErr = read.ResourcePolicy(ctx, s, bucketARNOf(to.Bucket, s.region))
				if aws.KindOf(l.bucketErr) == aws.NotFound {
					l.bucket.missing, l.bucketErr = true, nil
				}
			})
		}
		both.Wait()
		return l, ctx.Err()
	},
}

// loggedElsewhere is the logging setting of clusters that name a log group or bucket of their own.
const loggedElsewhere = "OVERRIDE"

func bucketARNOf(name, region string) string {
	return aws.ARN{Partition: aws.PartitionOf(region).ID, Service: "s3", Resource: name}.String()
}

// agentSimulation asks IAM itself what the task role may do of what the agent calls, by action.
var agentSimulation = &Fact[map[string]simulated]{
	Name:    "simulation of the agent's calls",
	Actions: read.SimulateActions,
	Needs:   []known{role},
	Key:     func(f Facts) string { return role.Of(f).ARN },
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]simulated, error) {
		arn := role.Of(f).ARN
		if arn == "" || f.c.Symptom != Exec {
			return nil, nil
		}
		all, err := read.Simulate(ctx, s, arn, agentActions, []string{"*"}, map[string][]string{
			"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {f.c.Region},
		})
		if err != nil {
			return nil, err
		}
		byAction := map[string]simulated{}
		for _, one := range all {
			byAction[one.Action] = simulated{Simulation: one, asked: true}
		}
		return byAction, nil
	},
}

// A ruledCall is a ruling and the action that it is about.
type ruledCall struct {
	action string
	ruled
}

// agentRulings judges the four calls that the agent makes, through the endpoint on its way.
var agentRulings = &Fact[[]ruledCall]{
	Name:  "rulings of the agent's calls",
	Needs: []known{signer, circumstances},
	Wants: []known{rolePolicies, boundary, agentSimulation, path, network},
	Derive: func(f Facts) []ruledCall {
		simulations, _ := agentSimulation.Try(f)
		var all []ruledCall
		for _, action := range agentActions {
			r := ruled{request: requestFor(f, action, "*"), gaps: map[iam.Layer]error{}}
			all = append(all, ruledCall{action, r.combined(f, simulations[action], iam.Known(), r.endpointSide(f))})
		}
		return all
	},
}

// besideRuling judges a call that the agent makes of another service than ssmmessages, through the endpoint on the way there.
func besideRuling(f Facts, kind needKind, action, resource string, policy iam.Attached) ruledCall {
	r := ruled{request: requestFor(f, action, resource), gaps: map[iam.Layer]error{}}
	r.request.Context = maps.Clone(r.request.Context)
	for _, name := range []string{"aws:SourceVpce", "aws:SourceVpc", "aws:SourceIp", "aws:VpcSourceIp"} { // the way to ssmmessages told these
		delete(r.request.Context, name)
	}
	if strings.HasPrefix(action, "kms:") {
		r.request.Context["kms:ViaService"] = nil // the agent calls KMS itself
	}
	if arn, ok := aws.ParseARN(resource); ok && arn.Service == "s3" {
		r.request.ResourceAccount = r.request.Principal.Account // ARNs of buckets name no account
	}
	return ruledCall{action, r.combined(f, simulated{}, policy, r.endpointBeside(f, kind))}
}

// endpointBeside is the policy of the endpoint on the way to what a session needs. It tells the request what the way makes known.
func (r *ruled) endpointBeside(f Facts, kind needKind) iam.Attached {
	all, err := sessionWays.traced.Try(f)
	if err != nil {
		r.gaps[iam.Endpoint] = err
		return iam.Unread(err.Error())
	}
	i := slices.IndexFunc(sessionWays.needs.Of(f), func(n need) bool { return n.kind == kind })
	if i < 0 || all[i].skip != "" {
		r.gaps[iam.Endpoint] = errNoWay
		return iam.Unread(errNoWay.Error())
	}
	n := sessionWays.network.Of(f)
	all[i].tell(r.request.Context, n, here.Of(f), task.Of(f))
	return r.endpointOf(all[i].paths, n)
}
