package tui

import (
	"errors"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

const ordersTopic = "arn:aws:sns:eu-central-1:111122223333:orders"

// refusalText is what boto3 prints, with what a log has around it.
const refusalText = `2025-03-14 11:56:02,113 ERROR shop.worker: publish failed
Traceback (most recent call last):
  File "/app/worker.py", line 41, in publish
    client.publish(TopicArn=topic, Message=body)
botocore.errorfactory.AuthorizationErrorException: An error occurred (AuthorizationError) when calling the Publish operation: ` +
	`User: arn:aws:sts::111122223333:assumed-role/shop-worker-task/b01ada8305d568858e1357e740027613 is not authorized to perform: SNS:Publish ` +
	`on resource: arn:aws:sns:eu-central-1:111122223333:orders because no VPC endpoint policy allows the SNS:Publish action`

// timeoutText is what botocore prints when nothing answers.
const timeoutText = `botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: "https://sns.eu-central-1.amazonaws.com/"`

const policyDocument = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": "*",
      "Action": "sns:Publish",
      "Resource": "arn:aws:sns:eu-central-1:111122223333:orders",
      "Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/shop-worker-task"}}
    }
  ]
}
`

const policyCommand = `aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-0f6a9000011112222 --policy-document '{"Version":"2012-10-17","Statement":[` +
	`{"Effect":"Allow","Principal":"*","Action":"sns:Publish","Resource":"arn:aws:sns:eu-central-1:111122223333:orders",` +
	`"Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/shop-worker-task"}}}]}' --region eu-central-1`

// refused is the report of a walk on which the role and the endpoint refuse a call.
func refused(c steps.Case) steps.Report {
	summary := "the policy of vpce-0f6a9000011112222 refuses sns:Publish"
	step := func(id, ask string, v steps.Verdict, summary string) steps.StepResult {
		return steps.StepResult{ID: id, Branch: "symptom", Ask: ask, Finding: steps.Finding{Verdict: v, Summary: summary}}
	}
	r := blocked(c)
	r.Verdict, r.Symptom, r.Trace = steps.DeniedCall, steps.Auth, vpc.Trace{}
	r.Call = steps.Call{Action: "sns:Publish", Resource: ordersTopic, Principal: "arn:aws:iam::111122223333:role/shop-worker-task", Message: refusalText}
	r.Causes = []steps.Cause{
		{Code: "iam.endpoint-policy-denied", Resources: []string{"vpce-0f6a9000011112222"}, Summary: summary, Step: "access.endpoint"},
		{Code: "iam.identity-not-allowed", Summary: "no policy of role shop-worker-task allows sns:Publish", Step: "access.identity"},
	}
	endpoint := step("access.endpoint", "Does the VPC endpoint's policy let the call through?", steps.Fail, summary)
	endpoint.Cause = "iam.endpoint-policy-denied"
	endpoint.Means = "The endpoint's policy and the role's must both allow the call."
	endpoint.Evidence = []steps.Evidence{{Kind: "vpc-endpoint", ID: "vpce-0f6a9000011112222", Detail: "no statement of its policy allows sns:Publish on " + ordersTopic}}
	endpoint.Fixes = []steps.Fix{{Title: "allow the call in the policy of vpce-0f6a9000011112222", Command: policyCommand, Document: policyDocument, Proven: true}}
	identity := step("access.identity", "Do the role's policies allow the call?", steps.Fail, "no policy of role shop-worker-task allows sns:Publish")
	identity.Cause = "iam.identity-not-allowed"
	organization := step("access.organization", "Does the organization, or a session policy, refuse the call?", steps.Unknown, "whether the organization lets the call through is not known")
	organization.Missing = []string{"iam:SimulatePrincipalPolicy"}
	symptom := step("symptom", "What do you see?", steps.Pass, "Access is denied")
	symptom.Branch = ""
	log := step("symptom.log", "What did the application log in the last hour?", steps.Skipped, "the log tells of no failure that this program knows")
	log.Branch = ""
	r.Steps = []steps.StepResult{
		symptom, log,
		step("access.call", "Which call was refused?", steps.Pass, "sns:Publish on "+ordersTopic),
		step("access.credentials", "Whose credentials signed the call?", steps.Pass, "the task role shop-worker-task"),
		identity,
		step("access.boundary", "Does the role's permissions boundary let the call through?", steps.Pass, "the role has no permissions boundary"),
		organization, endpoint,
		step("access.resource", "Does the resource's own policy agree?", steps.Pass, "it has no policy of its own"),
		step("access.key", "May the role use the KMS key behind the resource?", steps.Skipped, "no customer key is behind the resource"),
	}
	return r
}

// logged are failures that a log tells of.
func logged() []steps.Proposal {
	return []steps.Proposal{
		{Case: steps.Understand(steps.Case{Error: refusalText}), Line: hear(refusalText).reading.Line, At: noon.Add(-4 * time.Minute), Times: 12},
		{Case: steps.Understand(steps.Case{Error: timeoutText}), Line: timeoutText, At: noon.Add(-50 * time.Minute), Times: 1},
	}
}

func fromLog() Options { return with(shop(), &script{report: refused, told: logged()}) }

func fromUnreadLog() Options {
	return with(shop(), &script{report: blocked, logErr: &aws.Error{Kind: aws.Denied, Operation: "logs:FilterLogEvents", Action: "logs:FilterLogEvents",
		Err: errors.New("AccessDeniedException")}})
}

func fromStory() Options {
	o := with(shop(), &script{report: refused})
	o.World, o.Story = "demo: iam-endpoint-policy-denied", "The endpoint for SNS got a policy for the invoices topic. The orders topic was forgotten."
	o.Suggested = steps.Case{Cluster: "shop", Service: "worker", Symptom: steps.Auth, Action: "sns:Publish", Resource: ordersTopic, Error: refusalText}
	return o
}

func fromRefusal() Options { return with(shop(), &script{report: refused}) }

func fromRefusedWalk() Options {
	o := fromRefusal()
	o.Case = steps.Case{Cluster: "shop", Service: "web", Symptom: steps.Auth, Action: "sns:Publish", Resource: ordersTopic}
	return o
}
