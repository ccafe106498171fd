package steps

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
)

func judgeExecLogging(f Facts) Finding {
	cluster := execCluster.Of(f)
	to := cluster.Exec
	switch {
	case to.Logging == "NONE":
		return Finding{Verdict: Skipped, Summary: "the cluster logs no sessions"}
	case to.Logging != loggedElsewhere:
		return Finding{Verdict: Skipped, Summary: "sessions are logged where the container's own log goes, if that is CloudWatch Logs"}
	case to.LogGroup == "" && to.Bucket == "":
		return Finding{Verdict: Skipped, Summary: "the cluster names neither a log group nor a bucket"}
	}
	if found, ok := noAgentRole(f); ok {
		return found
	}
	c := logCheck{Facts: f, cluster: cluster}
	if to.LogGroup != "" {
		c.group(to)
	}
	if to.Bucket != "" {
		c.bucket(to)
	}
	if found := slices.Concat(c.found, c.unknown); len(found) > 0 {
		found[0].Also = found[1:]
		return found[0]
	}
	return Finding{Verdict: Pass, Summary: "the log can be written", Evidence: []Evidence{{Kind: "cluster", ID: cluster.Name,
		Detail: "logging is OVERRIDE, to " + strings.TrimSpace(to.LogGroup+" "+to.Bucket)}}}
}

// A logCheck collects what is wrong with the destinations of the log, and what is not known of them.
type logCheck struct {
	Facts
	cluster        aws.Cluster
	found, unknown []Finding
}

// fail adds what is wrong with a destination.
func (c *logCheck) fail(fatal bool, summary, destination, detail string, fixes ...Fix) {
	found := explained("exec.logging-denied")
	found.Summary, found.Resources, found.Fixes = summary, []string{destination}, fixes
	found.Evidence = []Evidence{{Kind: "cluster", ID: c.cluster.Name, Detail: "logging is OVERRIDE, to " + destination}, {Kind: "log", ID: destination, Detail: detail}}
	found.Means = ""
	c.add(found, fatal)
}

// add says what comes of what is wrong. What is fatal makes the agent refuse sessions.
func (c *logCheck) add(found Finding, fatal bool) {
	means := "Sessions open, and their log is lost."
	if fatal {
		means = "The cluster asks for an encrypted log, and the agent refuses sessions while it can't see that the log is."
	}
	found.Means, found.spares = strings.TrimSpace(found.Means+" "+means), !fatal
	if !fatal && c.c.notConnected() {
		found.Verdict = Warn // the agent connects before it logs anything
	}
	c.found = append(c.found, found)
}

func (c *logCheck) doubt(d iam.Decision, gap error, what string) {
	c.unknown = append(c.unknown, undecided(d, gap, what))
}

// group checks the log group.
func (c *logCheck) group(to aws.ExecConfiguration) {
	l, region := execLog.Of(c.Facts), c.c.Region
	switch {
	case l.groupErr != nil:
		c.doubt(iam.Decision{}, l.groupErr, "whether log group "+to.LogGroup+" exists")
	case l.groupMissing:
		c.fail(to.LogEncrypted, "log group "+to.LogGroup+" does not exist", to.LogGroup, "does not exist", Fix{Title: "make the log group",
			Command: fmt.Sprintf("aws logs create-log-group --log-group-name %s --region %s", to.LogGroup, region),
			apply:   withLog(func(l *sessionLog) { l.groupMissing = false })})
	case to.LogEncrypted && l.group.Key == "":
		c.fail(true, "log group "+to.LogGroup+" has no KMS key, and the cluster asks for an encrypted log", to.LogGroup, "has no KMS key", Fix{Title: "give the log group a key",
			Command: fmt.Sprintf("aws logs associate-kms-key --log-group-name %s --kms-key-id KEY_ARN --region %s", to.LogGroup, region),
			Effect:  "Put the key's ARN in. Its policy must let the service logs." + region + "." + aws.PartitionOf(region).DNSSuffix + " use it.",
			apply:   withLog(func(l *sessionLog) { l.group.Key = "KEY_ARN" })})
	}
	group := aws.ARN{Partition: aws.PartitionOf(region).ID, Service: "logs", Region: region, Account: signer.Of(c.Facts).principal.Account,
		Resource: "log-group:" + to.LogGroup}.String()
	stream := group + ":log-stream:ecs-execute-command-session"
	c.permissions(needSessionGroup, to.LogGroup, iam.Known(), logCall{action: "logs:DescribeLogGroups", on: "*", fatal: to.LogEncrypted},
		logCall{action: "logs:CreateLogStream", on: stream, grant: group + ":*"}, logCall{action: "logs:DescribeLogStreams", on: stream, grant: group + ":*"},
		logCall{action: "logs:PutLogEvents", on: stream, grant: group + ":*"})
}

// bucket checks the bucket.
func (c *logCheck) bucket(to aws.ExecConfiguration) {
	l := execLog.Of(c.Facts)
	policy := iam.Known()
	switch {
	case l.bucket.missing:
		c.fail(to.BucketEncrypted, "bucket "+to.Bucket+" does not exist", to.Bucket, "does not exist",
			Fix{Title: "make the bucket, or name one that exists in the cluster's executeCommandConfiguration"})
		return
	case l.bucketErr != nil:
		policy = iam.Unread(l.bucketErr.Error())
		c.doubt(iam.Decision{}, l.bucketErr, "what the policy of bucket "+to.Bucket+" says")
	case l.bucket.Document != "":
		p, err := policyOf(l.bucket.PolicyDocument)
		if policy = iam.Known(p); err != nil {
			policy = iam.Unread(err.Error())
		}
	}
	bucket := bucketARNOf(to.Bucket, c.c.Region)
	folder := bucket + "/"
	if prefix := strings.Trim(to.Prefix, "/"); prefix != "" {
		folder += prefix + "/"
	}
	calls := []logCall{{action: "s3:PutObject", on: folder + "ecs-execute-command-session.log", grant: folder + "*"}}
	if to.BucketEncrypted {
		calls = append(calls, logCall{action: "s3:GetEncryptionConfiguration", on: bucket, fatal: true})
	}
	c.permissions(needSessionBucket, to.Bucket, policy, calls...)
}

// A logCall is what the agent calls to log a session.
type logCall struct {
	action, on string
	grant      string // what a statement that allows it names; "" means on
	fatal      bool   // without it the agent refuses the session
}

// permissions checks what the task role needs at one destination.
func (c *logCheck) permissions(kind needKind, name string, policy iam.Attached, calls ...logCall) {
	var lacking, stopped []string
	var statements, through []iam.Statement
	var shown []Evidence
	var onWay ruled
	fatal, fatalOnWay, byRole := false, false, true
	for _, call := range calls {
		r := besideRuling(c.Facts, kind, call.action, call.on, policy)
		least := func(all []iam.Statement) []iam.Statement {
			return withAction(all, call.action, cmp.Or(call.grant, call.on))
		}
		if r.Answer == iam.Unknown {
			open := r.Open[0]
			c.doubt(r.of(open).Decision, r.gaps[open], "whether the task role may call "+call.action)
			continue
		}
		if r.refuses(iam.Endpoint) {
			stopped, through, onWay, fatalOnWay = append(stopped, call.action), least(through), r.ruled, fatalOnWay || call.fatal
		}
		refusing := r.refusedBeside(iam.Endpoint)
		if len(refusing) == 0 {
			continue
		}
		lacking, fatal = append(lacking, call.action), fatal || call.fatal
		statements = least(statements)
		byRole = byRole && slices.Equal(refusing, []iam.Layer{iam.Identity}) && r.identity != iam.Deny
		for _, l := range refusing {
			shown = append(shown, Evidence{Kind: "policy", ID: name, Detail: fmt.Sprintf("%s does not allow %s", l, call.action)})
		}
		shown = append(shown, statementEvidence("policy", name, r.of(refusing[0]).Decision)...)
	}
	if len(stopped) > 0 {
		c.add(refusedByEndpoint(c.Facts, onWay, stopped, through...), fatalOnWay)
	}
	if len(lacking) == 0 {
		return
	}
	fix := Fix{Title: "allow it in the policies that refuse it, as the evidence names them"}
	if byRole {
		fix = grantStatements(c.Facts, statements, "writing the log of sessions")
	}
	c.fail(fatal, "the task role may not write the log of sessions: "+strings.Join(lacking, ", "), name, "the task role may not call "+strings.Join(lacking, ", "), fix)
	last := &c.found[len(c.found)-1]
	last.Evidence = append(last.Evidence, shown...)
}

// withAction adds an action to the statement of its resource.
func withAction(all []iam.Statement, action, resource string) []iam.Statement {
	for i, s := range all {
		if s.Resources[0] == resource {
			all[i].Actions = append(s.Actions, action)
			return all
		}
	}
	return append(all, iam.Least(action, resource))
}

// withLog changes what is known of the log of sessions in memory.
func withLog(change func(*sessionLog)) func(Facts) Facts {
	return func(f Facts) Facts {
		l := execLog.Of(f)
		change(&l)
		return f.with(execLog, l, nil)
	}
}
