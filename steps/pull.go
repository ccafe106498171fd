package steps

import "fargate-doctor/aws"

// PullCase asks whether a task that does not exist yet could reach an image registry from a network (R20).
func PullCase(region string, n aws.NetworkConfiguration, registry string) Case {
	return Case{
		Region: region, Symptom: Timeout, Target: registry + ":443",
		Launch: &Launch{Subnets: n.Subnets, SecurityGroups: n.SecurityGroups, PublicIP: n.AssignPublicIP},
	}
}

// PullBlocked says where the way to the registry ends, by a report about a PullCase. It is "" when the way is free, and when that is not
// known.
func PullBlocked(r Report) string {
	if r.Verdict != BlockedPath || len(r.Causes) == 0 {
		return ""
	}
	return r.Causes[0].Summary
}
