package live

import (
	"context"
	"maps"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"fargate-doctor/aws"
)

// Automation starts, watches and stops runs of Systems Manager Automation.
type Automation struct{ actor }

// automationOperations lists every API call that a run needs.
func automationOperations(cfg sdk.Config) []operation {
	runs := ssm.NewFromConfig(cfg)
	return []operation{
		op("ssm", asIs, runs.DescribeAutomationExecutions, 0),
		op("ssm", asIs, runs.DescribeAutomationStepExecutions, 0),
		op("ssm", asIs, runs.GetAutomationExecution, 0),
		op("ssm", asIs, runs.StartAutomationExecution, 0),
		op("ssm", asIs, runs.StopAutomationExecution, 0),
	}
}

// AutomationOperations returns the names ("ssm:StartAutomationExecution") of the API calls that a run needs, in order.
func AutomationOperations() []string { return names(automationOperations) }

// Automation returns what runs runbooks in the account's region.
func (a *Account) Automation() *Automation { return &Automation{a.actor(automationOperations)} }

const (
	runsPerPage = 50 // the most that ssm:DescribeAutomationExecutions allows
	runPages    = 4
	stepPages   = 20
)

// Start calls ssm:StartAutomationExecution. The request's token makes it safe to try again.
func (a *Automation) Start(ctx context.Context, r aws.StartRequest) (string, error) {
	q := aws.Query{Service: "ssm", Operation: "StartAutomationExecution", Input: aws.Input{"DocumentName": r.Document}}
	in := &ssm.StartAutomationExecutionInput{DocumentName: &r.Document, Parameters: r.Parameters, ClientToken: optional(r.Token)}
	for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
		in.Tags = append(in.Tags, types.Tag{Key: &key, Value: sdk.String(r.Tags[key])})
	}
	out, err := invoke[ssm.StartAutomationExecutionOutput](ctx, a.actor, q, in)
	if err != nil {
		return "", err
	}
	if sdk.ToString(out.AutomationExecutionId) == "" {
		return "", aws.Errorf(aws.Malformed, q, r.Document, "the answer holds no run")
	}
	return *out.AutomationExecutionId, nil
}

// Get calls ssm:GetAutomationExecution.
func (a *Automation) Get(ctx context.Context, id string) (aws.Execution, error) {
	q := runQuery("GetAutomationExecution", id)
	out, err := invoke[ssm.GetAutomationExecutionOutput](ctx, a.actor, q, &ssm.GetAutomationExecutionInput{AutomationExecutionId: &id})
	if err != nil {
		return aws.Execution{}, err
	}
	x := out.AutomationExecution
	if x == nil || x.AutomationExecutionStatus == "" {
		return aws.Execution{}, aws.Errorf(aws.Malformed, q, id, "the answer holds no run")
	}
	return aws.Execution{
		ID: id, Document: sdk.ToString(x.DocumentName), Status: aws.ExecutionStatus(x.AutomationExecutionStatus), Parameters: x.Parameters,
		Started: sdk.ToTime(x.ExecutionStartTime), Ended: sdk.ToTime(x.ExecutionEndTime), Failure: sdk.ToString(x.FailureMessage),
		Steps: executionSteps(0, x.StepExecutions), More: x.StepExecutionsTruncated, Outputs: x.Outputs,
	}, nil
}

// Steps calls ssm:DescribeAutomationStepExecutions, page after page.
func (a *Automation) Steps(ctx context.Context, id string) ([]aws.ExecutionStep, error) {
	q := runQuery("DescribeAutomationStepExecutions", id)
	in := &ssm.DescribeAutomationStepExecutionsInput{AutomationExecutionId: &id}
	var all []aws.ExecutionStep
	for range stepPages {
		out, err := invoke[ssm.DescribeAutomationStepExecutionsOutput](ctx, a.actor, q, in)
		if err != nil {
			return nil, err
		}
		all = append(all, executionSteps(len(all), out.StepExecutions)...)
		if sdk.ToString(out.NextToken) == "" {
			return all, nil
		}
		in.NextToken = out.NextToken
	}
	return nil, aws.Errorf(aws.Malformed, q, id, "the list of steps has no end")
}

// Stop calls ssm:StopAutomationExecution, which cancels the run.
func (a *Automation) Stop(ctx context.Context, id string) error {
	_, err := invoke[ssm.StopAutomationExecutionOutput](ctx, a.actor, runQuery("StopAutomationExecution", id),
		&ssm.StopAutomationExecutionInput{AutomationExecutionId: &id, Type: types.StopTypeCancel})
	return err
}

// Find calls ssm:DescribeAutomationExecutions for the runs of a runbook that are under way, the newest first.
func (a *Automation) Find(ctx context.Context, document string) ([]aws.Execution, error) {
	q := aws.Query{Service: "ssm", Operation: "DescribeAutomationExecutions", Input: aws.Input{"DocumentName": document}}
	in := &ssm.DescribeAutomationExecutionsInput{MaxResults: sdk.Int32(runsPerPage), Filters: []types.AutomationExecutionFilter{
		{Key: types.AutomationExecutionFilterKeyDocumentNamePrefix, Values: []string{document}},
		{Key: types.AutomationExecutionFilterKeyExecutionStatus, Values: []string{
			string(types.AutomationExecutionStatusPending), string(types.AutomationExecutionStatusInprogress), string(types.AutomationExecutionStatusWaiting)}},
	}}
	var all []aws.Execution
	for range runPages {
		out, err := invoke[ssm.DescribeAutomationExecutionsOutput](ctx, a.actor, q, in)
		if err != nil {
			return nil, err
		}
		for _, x := range out.AutomationExecutionMetadataList {
			all = append(all, aws.Execution{
				ID: sdk.ToString(x.AutomationExecutionId), Document: sdk.ToString(x.DocumentName), Status: aws.ExecutionStatus(x.AutomationExecutionStatus),
				Started: sdk.ToTime(x.ExecutionStartTime), Ended: sdk.ToTime(x.ExecutionEndTime), Failure: sdk.ToString(x.FailureMessage),
			})
		}
		if in.NextToken = out.NextToken; sdk.ToString(in.NextToken) == "" {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b aws.Execution) int { return b.Started.Compare(a.Started) })
	return all, nil
}

func runQuery(operation, id string) aws.Query {
	return aws.Query{Service: "ssm", Operation: operation, Input: aws.Input{"AutomationExecutionId": id}}
}

// executionSteps returns the steps in a page of the list, which follows on so many others.
func executionSteps(before int, list []types.StepExecution) []aws.ExecutionStep {
	var all []aws.ExecutionStep
	for i, s := range list {
		one := aws.ExecutionStep{
			Number: before + i + 1, Name: sdk.ToString(s.StepName), Action: sdk.ToString(s.Action), Status: aws.ExecutionStatus(s.StepStatus), Failure: sdk.ToString(s.FailureMessage),
			Started: sdk.ToTime(s.ExecutionStartTime), Ended: sdk.ToTime(s.ExecutionEndTime), Outputs: s.Outputs,
		}
		if f := s.FailureDetails; f != nil {
			one.Stage, one.Type = sdk.ToString(f.FailureStage), sdk.ToString(f.FailureType)
			for _, key := range slices.Sorted(maps.Keys(f.Details)) {
				one.Details = append(one.Details, f.Details[key]...)
			}
		}
		all = append(all, one)
	}
	return all
}
