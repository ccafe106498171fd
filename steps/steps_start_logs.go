package steps

import (
	"fargate-doctor/aws/iam"
	"fargate-doctor/steps/symptom"
)

func judgeLogOptions(f Facts) Finding {
	found := eachNeed(f, "the options of the log drivers are complete", func(_ Facts, n need) Finding { return optionsOf(n) }, needLog, needRouter)
	if x := told.Of(f); !x.is(symptom.ClassLoggerConfig) || found.Verdict == Fail {
		return found
	}
	// The same text may mean what the next steps find: a group that is not there, or permissions.
	cause, decided := logCause(f)
	if cause != "" {
		return Finding{Verdict: Skipped, Summary: "ECS says that the log driver failed; why is found below", Because: cause, Evidence: told.Of(f).evidence()}
	}
	said, ok := saidAlone(f, "logs.config-invalid", found.Evidence...)
	switch {
	case ok && decided:
		return said
	case ok:
		return Finding{Summary: "ECS says that the log driver failed; its options are complete, and what else it lacks could not all be read", Evidence: said.Evidence, settled: true}
	}
	return found
}

// logCause is what is wrong with the logs besides the driver's options, "" when nothing is, and whether all of it could be decided.
func logCause(f Facts) (cause string, decided bool) {
	all, err := rulings.Try(f)
	if err != nil {
		return "", false
	}
	decided = true
	for i, n := range startNeeds.Of(f) {
		if n.kind != needLog {
			continue
		}
		if found := logExists(f, n); found.Verdict == Fail {
			return found.Cause, true
		} else if found.Verdict == Unknown {
			decided = false
		}
		for _, c := range all[i].calls {
			switch {
			case c.own.Answer.Refused():
				return "logs.access-denied", true
			case c.through.Answer.Refused():
				return "iam.endpoint-policy-denied", true
			case c.own.Answer == iam.Unknown || c.through.Answer == iam.Unknown:
				decided = false
			}
		}
	}
	return "", decided
}

// optionsOf judges the options of a log driver.
func optionsOf(n need) Finding {
	switch {
	case n.problem != "":
		e, _ := Explain("logs.config-invalid")
		return Finding{Verdict: Fail, Cause: e.Code, Summary: n.forWhom() + ": " + n.problem, Means: e.Means, Resources: []string{n.forWhom()},
			Evidence: []Evidence{{Kind: "log-driver", ID: n.forWhom(), Detail: n.problem}}, Fixes: []Fix{{Title: lowerFirst(e.Mend)}}}
	case n.kind == needLog && n.group != "":
		return Finding{Verdict: Pass, Summary: "the options that awslogs needs are there"}
	}
	return Finding{Verdict: Skipped, Summary: n.title() + " is named, not looked at"}
}
