package read

import (
	"context"
	"slices"
	"strings"
	"time"

	"fargate-doctor/aws"
)

// The IAM actions that LogGroup and LogLines need.
var (
	LogGroupActions = []string{"logs:DescribeLogGroups"}
	LogLineActions  = []string{"logs:FilterLogEvents"}
)

// LogGroup returns the log group of exactly that name, in a region ("" means the reader's own). One that does not exist is an error of
// kind aws.NotFound.
func LogGroup(ctx context.Context, r aws.Reader, region, name string) (aws.LogGroup, error) {
	q := aws.Query{Service: "logs", Operation: "DescribeLogGroups", Region: region, Input: aws.Input{"logGroupNamePrefix": name}}
	wire, err := elements[struct{ Arn, LogGroupName, KmsKeyId, LogGroupClass string }](ctx, r, q, "logGroups")
	if err != nil {
		return aws.LogGroup{}, err
	}
	for _, w := range wire {
		if w.LogGroupName == name {
			return aws.LogGroup{ARN: strings.TrimSuffix(w.Arn, ":*"), Name: name, Key: w.KmsKeyId, Class: w.LogGroupClass}, nil
		}
	}
	return aws.LogGroup{}, aws.Errorf(aws.NotFound, q, name, "there is no such log group")
}

// reversible is since when CloudWatch Logs can search from the newest event on.
var reversible = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// LogLines returns at most most lines of a log group that match a filter pattern, the newest ones, oldest first. No streams mean all, no
// pattern means every line. The search is bounded: that it finds nothing does not prove that there is nothing. See "Filter pattern
// syntax" in the CloudWatch Logs user guide.
func LogLines(ctx context.Context, r aws.Reader, region, group string, streams []string, since time.Time, pattern string, most int) ([]aws.LogLine, error) {
	input := aws.Input{"logGroupName": group, "limit": most}
	if !since.IsZero() {
		input["startTime"] = since.UnixMilli()
	}
	if !since.Before(reversible) {
		input["startFromHead"] = false
	}
	if len(streams) > 0 {
		input["logStreamNames"] = streams
	}
	if pattern != "" {
		input["filterPattern"] = pattern
	}
	q := aws.Query{Service: "logs", Operation: "FilterLogEvents", Region: region, Input: input}
	wire, err := elements[struct {
		EventId, LogStreamName, Message string
		Timestamp                       int64
	}](ctx, r, q, "events")
	if err != nil {
		return nil, err
	}
	wanted := terms(pattern)
	seen := map[string]bool{}
	var lines []aws.LogLine
	for _, w := range wire { // recordings answer with all that they hold
		at := time.UnixMilli(w.Timestamp).UTC()
		again := w.EventId != "" && seen[w.EventId]
		seen[w.EventId] = true
		if !again && !at.Before(since) && (len(streams) == 0 || slices.Contains(streams, w.LogStreamName)) && wanted.match(w.Message) {
			lines = append(lines, aws.LogLine{At: at, Stream: w.LogStreamName, Text: strings.TrimRight(w.Message, "\r\n")})
		}
	}
	slices.SortStableFunc(lines, func(a, b aws.LogLine) int { return a.At.Compare(b.At) })
	return lines[max(0, len(lines)-most):], nil
}
