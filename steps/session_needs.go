package steps

import (
	"cmp"

	"fargate-doctor/aws"
)

// What the Exec agent connects to for a session, from the task's own interface.
const (
	needChannel       needKind = "session channel"
	needSessionKey    needKind = "session key"
	needSessionGroup  needKind = "session log group"
	needSessionBucket needKind = "session log bucket"
)

// besideChannel reports whether a session's need has its way judged with the others of its kind. The way to ssmmessages is walked on the
// trunk, and a log that is only lost is told by itself.
func besideChannel(n need) bool { return n.kind != needChannel && !n.aside }

// sessionNeeds is what the Exec agent connects to: ssmmessages always, and what the cluster's executeCommandConfiguration makes it call
// beside that.
var sessionNeeds = &Fact[[]need]{
	Name:  "what a session needs",
	Needs: []known{execCluster, definition, task},
	Derive: func(f Facts) []need {
		c, _ := containerOf(definition.Of(f), f.c.Container)
		all := sessionNeedsOf(execCluster.Of(f).Exec, c, f.c.Region)
		for i, n := range all {
			if n.spares && f.c.notConnected() {
				all[i].aside = true // the agent connects before it logs anything
			}
			p := proxyFor(environmentOf(c, task.Of(f)), c.Secrets, n.target(nil))
			if p.used() || p.secret {
				all[i].proxy = p.variable
			}
		}
		return all
	},
}

// sessionNeedsOf lists what sessions need of the network, from "ECS Exec logging", "Creating the Systems Manager Session Manager endpoints"
// of the ECS developer guide, and what the public source of the agent does where it gets no answer: it can't have the key of an encrypted
// session decrypted, refuses a session whose log it can't see to be encrypted, and else waits, goes on, and logs nothing.
func sessionNeedsOf(to aws.ExecConfiguration, c aws.ContainerDefinition, region string) []need {
	all := []need{{kind: needChannel, name: execService, host: hostIn(execService, region)}}
	if to.Key != "" {
		all = append(all, need{kind: needSessionKey, name: "KMS for the cluster's key", host: hostIn("kms", region),
			without: "The session opens and ends in the handshake, after 15 seconds: the agent asks KMS to decrypt the session's key and gets no answer."})
	}
	const (
		refused = "The agent refuses sessions while it can't see that their log is encrypted."
		lost    = "Sessions can take minutes to open while the agent waits for an answer, and their log is lost."
	)
	log := func(kind needKind, name, host string, encrypted bool) {
		n := need{kind: kind, name: name, host: host, without: lost, spares: true}
		if encrypted {
			n.without, n.spares = refused, false
		}
		all = append(all, n)
	}
	switch {
	case to.Logging == loggedElsewhere:
		if to.LogGroup != "" {
			log(needSessionGroup, "log group "+to.LogGroup, hostIn("logs", region), to.LogEncrypted)
		}
		if to.Bucket != "" {
			log(needSessionBucket, "bucket "+to.Bucket, to.Bucket+"."+hostIn("s3", region), to.BucketEncrypted)
		}
	case to.Logging != "NONE" && c.LogDriver == "awslogs" && cmp.Or(c.LogOptions["awslogs-region"], region) == region:
		// The container's own log goes the same way, and a task whose driver does not reach it does not start.
		log(needSessionGroup, "log group "+c.LogOptions["awslogs-group"], hostIn("logs", region), false)
		all[len(all)-1].aside = true
	}
	for i := range all {
		all[i].port, all[i].traffic = 443, "application"
	}
	return all
}
