package steps

import (
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps/symptom"
)

// What the containers, and ECS, say in the end of a start, and what can be changed (R25, R32, R39).
var startEndSteps = []Step{{
	ID:           "start.containers",
	Ask:          "Did a container start, and end by itself?",
	Why:          "When an essential container ends, the task ends. Its exit code and the container's reason tell whether it was killed, failed or was done.",
	Branch:       "symptom",
	Requirements: []string{"R39"},
	Docs:         []string{docStoppedTasks, docStopCodes},
	Needs:        []known{task, told, definition},
	Eval:         judgeContainers,
	Next:         []Edge{{To: "start.reason"}},
}, {
	ID:           "start.reason",
	Ask:          "Does what was found explain what ECS says?",
	Why:          "A stopped reason that nothing explains is not forgotten: what it tells of was mended since, comes and goes, or can't be seen from here.",
	Branch:       "symptom",
	Requirements: []string{"R39"},
	Docs:         []string{docStoppedTasks},
	Needs:        []known{task, told, matrix},
	Wants:        []known{successor},
	Eval:         judgeReason,
	Next:         []Edge{{To: "start.change"}},
}, {
	ID:           "start.change",
	Ask:          "What can be changed for the task, and what for its service only?",
	Why:          "A task keeps its interface, its groups, its public address and its DHCP options as long as it lives. Only new tasks get others.",
	Branch:       "symptom",
	Requirements: []string{"R25", "R32"},
	Docs:         []string{docTaskNetworking, docUpdating},
	Needs:        []known{task, matrix},
	Wants:        []known{owner},
	Eval:         judgeChange,
	Next:         []Edge{{To: ""}},
}}

func judgeContainers(f Facts) Finding {
	t, x := task.Of(f), told.Of(f)
	step, code := x.cause()
	if step != "start.containers" {
		if t.Running() {
			return Finding{Verdict: Pass, Summary: "the containers run"}
		}
		return Finding{Verdict: Skipped, Summary: "no container has come to run, or none is said to have ended"}
	}
	e, _ := Explain(code)
	found := Finding{Verdict: Fail, Cause: code, Summary: e.Title, Means: e.Means, Evidence: x.evidence(), Resources: subjectOfFailure(f)}
	d := definition.Of(f)
	for _, c := range t.Containers {
		if c.HasExitCode && (c.ExitCode != 0 || x.is(symptom.ClassEssentialExited)) {
			found.Evidence = append(found.Evidence, Evidence{Kind: "container", ID: c.Name, Detail: exitWords(c.ExitCode)})
			if x.is(symptom.ClassEssentialExited) && isEssential(d, c.Name) {
				found.Summary = fmt.Sprintf("the essential container %s ended with exit code %d", c.Name, c.ExitCode)
			}
		}
	}
	switch {
	case x.is(symptom.ClassOutOfMemory):
		found.Evidence = append(found.Evidence, Evidence{Kind: "task-definition", ID: aws.ShortName(d.ARN), Detail: "memory " + d.Memory + ", cpu " + d.CPU})
	case x.is(symptom.ClassEssentialExited), x.is(symptom.ClassHealthCheck):
		for _, l := range logsOf(t, d, "", f.c.Region) {
			found.Fixes = append(found.Fixes, Fix{Title: "read what " + l.container + " printed last",
				Command: fmt.Sprintf("aws logs get-log-events --log-group-name %s --log-stream-name %s --limit 50 --region %s", l.group, l.stream, l.region)})
		}
	}
	if len(found.Fixes) == 0 {
		found.Fixes = []Fix{{Title: lowerFirst(e.Mend)}}
	}
	return found
}

func isEssential(d aws.TaskDefinition, container string) bool {
	i := slices.IndexFunc(d.Containers, func(c aws.ContainerDefinition) bool { return c.Name == container })
	return i < 0 || d.Containers[i].Essential
}

// judgeReason compares what was found with what ECS says (R39). What nothing explains stays a doubt: the task did fail of it, and whether
// it would again is not known.
func judgeReason(f Facts) Finding {
	x, t := told.Of(f), task.Of(f)
	step, code := x.cause()
	later, err := successor.Try(f)
	switch {
	case x.text == "":
		return Finding{Verdict: Skipped, Summary: "ECS says nothing that would have to be explained"}
	case code == "":
		return Finding{Verdict: Skipped, Summary: "what ECS says names no cause that is known"}
	case step == "start.placement" || step == "start.containers":
		return Finding{Verdict: Pass, Summary: "the text itself names the cause"}
	}
	undecided := false
	for _, n := range matrix.Of(f) {
		for _, c := range n.cells() {
			if c.Verdict == Fail && (x.explainedBy(c.Cause) || areaOf(step).holds(n.Kind) && c == n.Path && strings.HasSuffix(code, ".network")) {
				return Finding{Verdict: Pass, Summary: "yes: " + titleOfCause(c.Cause), Evidence: x.evidence()}
			}
			undecided = undecided || c.Verdict == Unknown && areaOf(step).holds(n.Kind)
		}
	}
	if said, ok := saidAlone(f, code); ok && slices.Contains(onlySaid, code) && !undecided {
		return Finding{Verdict: Pass, Summary: "the text itself names the cause", Evidence: said.Evidence}
	}
	e, _ := Explain(code)
	found := Finding{Cause: code, Evidence: x.evidence(), Resources: x.about(f), Fixes: []Fix{{Title: lowerFirst(e.Mend)}}}
	if way := x.dialledWay(); way != "" {
		found.Evidence = append(found.Evidence, Evidence{Kind: "address", ID: x.Address.String(), Detail: way})
	}
	switch {
	case later.ID != "":
		found.Verdict, found.Summary = Warn, e.Title+": so it was then"
		found.Means = fmt.Sprintf("Task %s of the same task definition started later and runs: it was mended since, or comes and goes.", later.ID)
		found.Fixes = nil
		return found
	case undecided || err != nil:
		found.Summary = e.Title + ", says ECS; what is set up now could not be read or decided"
		found.Means = e.Means + " The steps above name what is missing."
		found.Missing = missingFor(err)
	default:
		found.Summary = e.Title + ", says ECS; nothing that could be read explains it now"
		found.Means = "It was mended since the task failed, it comes and goes, or something that can't be seen from here is in the way."
		if s := t.ServiceName(); s != "" {
			found.Fixes = append(found.Fixes, Fix{Title: "or let the service try again",
				Command: fmt.Sprintf("aws ecs update-service --cluster %s --service %s --force-new-deployment --region %s", clusterName(t, f.c), s, f.c.Region)})
		}
	}
	found.settled = true
	return found
}

// onlySaid lists the causes that nothing but the text can tell.
var onlySaid = []string{"image.rate-limited", "secret.json-key-missing", "logs.config-invalid"}

// An area is which needs a step is about.
type area []needKind

func areaOf(step string) area {
	name, _, _ := strings.Cut(step, ".")
	return map[string]area{
		"image": {needLogin, needImage, needLayers}, "secret": {needSecret, needParameter}, "logs": {needLog}, "efs": {needFiles},
		"start": {needLogin, needImage, needLayers, needSecret, needParameter, needFile, needLog, needFiles},
	}[name]
}

func (a area) holds(kind string) bool { return slices.Contains(a, needKind(kind)) }

func judgeChange(f Facts) Finding {
	t := task.Of(f)
	s, _ := owner.Try(f)
	lost := slices.ContainsFunc(matrix.Of(f), func(n Need) bool { return n.Path.Verdict == Fail })
	if !lost {
		return Finding{Verdict: Skipped, Summary: "nothing of the network has to be changed"}
	}
	found := Finding{Verdict: Pass, Summary: "routes, groups' rules and endpoints count at once; subnets, groups and public address only for new tasks"}
	found.Means = "In CloudFormation they are the property NetworkConfiguration of AWS::ECS::Service."
	if s.Name != "" {
		found.Evidence = []Evidence{{Kind: "service", ID: s.Name, Detail: fmt.Sprintf("aws ecs update-service --cluster %s --service %s --network-configuration %q --region %s",
			clusterName(t, f.c), s.Name, awsvpc(s.Network.Subnets, s.Network.SecurityGroups, s.Network.AssignPublicIP), f.c.Region)}}
	}
	return found
}
