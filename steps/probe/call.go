package probe

import (
	"slices"
	"strings"

	"fargate-doctor/steps/symptom"
)

// calls holds, for each service, a call of the AWS CLI that reads a list and no content. None returns a secret value or a token, and what
// they print is thrown away in the container: only whether there was an answer counts.
var calls = map[string]string{
	"appconfigdata":         "",
	"athena":                "athena list-work-groups --max-results 1",
	"autoscaling":           "autoscaling describe-account-limits",
	"bedrock-runtime":       "",
	"cloudformation":        "cloudformation list-exports",
	"codeartifact.api":      "codeartifact list-domains --max-results 1",
	"cognito-idp":           "cognito-idp list-user-pools --max-results 1",
	"data-servicediscovery": "",
	"dynamodb":              "dynamodb list-tables --limit 1",
	"ec2":                   "ec2 describe-regions",
	"ecr.api":               "ecr describe-repositories --max-results 1",
	"ecs":                   "ecs list-clusters --max-results 1",
	"elasticfilesystem":     "efs describe-account-preferences",
	"elasticloadbalancing":  "elbv2 describe-account-limits",
	"email":                 "sesv2 list-email-identities --page-size 1",
	"events":                "events list-event-buses --limit 1",
	"glue":                  "glue get-databases --max-results 1",
	"kinesis-firehose":      "firehose list-delivery-streams --limit 1",
	"kinesis-streams":       "kinesis list-streams --limit 1",
	"kms":                   "kms list-aliases --limit 1",
	"lambda":                "lambda get-account-settings",
	"logs":                  "logs describe-log-groups --limit 1",
	"monitoring":            "cloudwatch describe-alarms --max-records 1",
	"rds":                   "rds describe-account-attributes",
	"s3":                    "s3api list-buckets",
	"secretsmanager":        "secretsmanager list-secrets --max-results 1",
	"sns":                   "sns list-topics",
	"sqs":                   "sqs list-queues --max-results 1",
	"ssm":                   "ssm describe-parameters --max-results 1",
	"states":                "stepfunctions list-state-machines --max-results 1",
	"sts":                   "sts get-caller-identity",
	"xray":                  "xray get-groups",
}

// CallFor returns the arguments of the AWS CLI for a harmless call of a service, by its short name. The bool is false for services that
// have none.
func CallFor(service string) (string, bool) {
	call := calls[service]
	return call, call != ""
}

// awsTool makes a call once, at the very endpoint that is probed. Its output never leaves the container, its errors do. The AWS CLI takes
// seconds to start on a small task.
func awsTool(call string) tool {
	return tool{
		name: "aws", needs: []string{"aws"},
		command: func(t Target) string {
			region := ""
			if t.Region != "" {
				region = " --region " + quote(t.Region)
			}
			return "export AWS_MAX_ATTEMPTS=1 AWS_EC2_METADATA_DISABLED=true AWS_PAGER=; t 25 aws " + call + region +
				" --endpoint-url " + quote(strings.TrimSuffix(t.url(), "/")) +
				" --cli-connect-timeout 5 --cli-read-timeout 10 --no-paginate --output json 2>&1 >/dev/null"
		},
		read: readCall,
	}
}

// refusals are the classes of an answer of the service that the call is not allowed.
var refusals = []symptom.Class{
	symptom.ClassAuthIdentity, symptom.ClassAuthIdentityDeny, symptom.ClassAuthResource, symptom.ClassAuthBoundary, symptom.ClassAuthSCP,
	symptom.ClassAuthRCP, symptom.ClassAuthSession, symptom.ClassAuthEndpoint, symptom.ClassAuthUnspecified, symptom.ClassKMSAccess,
}

// answers are the classes of other answers of the service.
var answers = []symptom.Class{
	symptom.ClassThrottled, symptom.ClassNotFound, symptom.ClassRegionMismatch, symptom.ClassCredentialsExpired, symptom.ClassCredentialsInvalid,
}

// readCall reads what the AWS CLI says on stderr. Only an error that names the operation comes from the service.
func readCall(p printed, _ Target) Result {
	if p.status == 0 {
		return Result{Verdict: OK, Evidence: "the service answered"}
	}
	heard := symptom.Read(p.text())
	r := Result{Class: heard.Class, Evidence: heard.Line}
	fromService := strings.Contains(p.text(), "An error occurred (") && strings.Contains(p.text(), " operation: ")
	switch {
	case fromService && slices.Contains(refusals, heard.Class):
		r.Verdict = Denied
	case fromService && slices.Contains(answers, heard.Class), fromService && heard.Class == symptom.ClassOther:
		r.Verdict = Reached
		if r.Class == symptom.ClassOther {
			r.Class, r.Evidence = "", p.line("An error occurred (")
		}
	case p.line("Could not connect to the endpoint URL") != "": // of a name, a route or a port: the AWS CLI says it of all three
		r = Result{Verdict: Failed, Evidence: p.line("Could not connect to the endpoint URL")}
	case heard.Class == symptom.ClassTimeout, heard.Class == symptom.ClassTLS, heard.Class == symptom.ClassProxy:
		r.Verdict = verdictOf[heard.Class]
	case heard.Class == symptom.ClassOther:
		r = failed(p)
		if r.Verdict != Timeout {
			r.Verdict = Unknown
		}
	}
	if r.Evidence == "" {
		r.Evidence = p.last()
	}
	return r
}
