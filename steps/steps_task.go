package steps

import (
	"fmt"
	"strings"

	"fargate-doctor/aws"
)

const (
	docTaskNetworking = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
	docStoppedTasks   = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html"
	docConnectivity   = "https://repost.aws/knowledge-center/ecs-fargate-connectivity-issues"
)

// The task and its network interface.
var taskSteps = []Step{{
	ID:           "task.interface",
	Ask:          "Does the task have its network interface?",
	Why:          "All traffic of the task goes through this one interface. Fargate makes it, attaches it, and deletes it when the task stops.",
	Requirements: []string{"R25", "R31"},
	Docs:         []string{docTaskNetworking, docStoppedTasks},
	Needs:        []known{task},
	Wants:        []known{owner, whereabouts},
	Eval:         judgeInterface,
	Next:         []Edge{{To: "target.form"}},
}}

func judgeInterface(f Facts) Finding {
	t := task.Of(f)
	at, err := whereabouts.Try(f)
	s, _ := owner.Try(f)
	a := t.Attachment
	status := Evidence{Kind: "attachment", ID: a.ID, Detail: strings.TrimSpace("status " + a.Status + " " + a.Interface)}
	switch {
	case f.c.Launch != nil && at.vpc == "":
		return unread(err)
	case f.c.Launch != nil:
		return Finding{Verdict: Pass, Summary: "a task that does not exist yet would get one here", Evidence: evidenceOf("subnet", at.subnets)}
	case t.ID == "" && at.vpc != "":
		return Finding{
			Verdict: Warn, Summary: "the service has no task; what it would launch is examined",
			Evidence: append([]Evidence{{Kind: "service", ID: s.Name, Detail: fmt.Sprintf("%d wanted, %d running", s.Desired, s.Running)}},
				evidenceOf("subnet", at.subnets)...),
		}
	case t.ID == "":
		return Finding{Summary: "the service has no task, and its network configuration is not known"}
	case t.Ended():
		found := Finding{
			Verdict: Warn, Summary: "the task has stopped and its interface is gone; a task in its place is examined",
			Means:    "Stopped tasks can be read for about an hour. The subnet comes from the task, the security groups from its service.",
			Evidence: []Evidence{{Kind: "task", ID: t.ID, Detail: aws.Clean(strings.TrimSpace(t.StopCode + " " + t.StoppedReason))}, status},
		}
		if s.Name == "" {
			found.Means = "The subnet comes from the task. No service started it, so its security groups are not recorded anywhere."
		}
		return found
	case t.OfInstance():
		return Finding{
			Summary:  "the task runs on an instance and not on Fargate, and has no network interface of its own",
			Means:    "Its network mode is not awsvpc: its packets leave through the instance, with the instance's address, groups and routes. Follow those: fargate-doctor path --from, with the instance's address.",
			Evidence: []Evidence{{Kind: "task", ID: t.ID, Detail: "launch type " + t.LaunchType}},
		}
	case a.Status == "ATTACHED" && a.Interface != "":
		return Finding{Verdict: Pass, Summary: "the interface is attached", Evidence: []Evidence{status}}
	}
	explained, _ := Explain("task.eni-not-attached")
	return Finding{
		Verdict: Fail, Cause: "task.eni-not-attached", Summary: explained.Title, Means: explained.Means,
		Evidence: []Evidence{{Kind: "task", ID: t.ID, Detail: "is " + t.LastStatus}, status}, Resources: []string{t.ID},
		Fixes: []Fix{replaceTask(t, f.c)},
	}
}

func evidenceOf(kind string, ids []string) []Evidence {
	var out []Evidence
	for _, id := range ids {
		out = append(out, Evidence{Kind: kind, ID: id})
	}
	return out
}

// replaceTask stops a task; its service starts another one.
func replaceTask(t aws.Task, c Case) Fix {
	return Fix{
		Title:   "if it still waits after a minute, stop the task and let a new one start",
		Command: fmt.Sprintf("aws ecs stop-task --cluster %s --task %s --region %s", clusterName(t, c), t.ID, c.Region),
		Effect:  "An interface that Fargate attached can't be changed or detached; only a new task gets a new one. A service starts a new task by itself.",
	}
}

func clusterName(t aws.Task, c Case) string {
	if c.Cluster != "" {
		return aws.ShortName(c.Cluster)
	}
	return aws.ShortName(t.Cluster)
}
