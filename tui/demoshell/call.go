package demoshell

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// aws answers for the AWS CLI: the connection first, then what the policies say.
func (s *Shell) aws(ctx context.Context, out io.Writer, args []string) (int, error) {
	call, ok := s.parse(args)
	if !ok {
		return usage(out, "aws SERVICE OPERATION [--FLAG VALUE …], for example aws sts get-caller-identity")
	}
	endpoint := call.endpoint + "." + s.place.Region + "." + aws.PartitionOf(s.place.Region).DNSSuffix
	for _, c := range steps.Services(s.place.Region, nil) {
		if c.Name == call.endpoint {
			endpoint = c.Host
		}
	}
	endpoint = strings.TrimPrefix(endpoint, "*.")
	to, err := s.reach(ctx, endpoint, 443)
	switch {
	case err != nil:
		return s.puzzled(out, err)
	case to.noName, to.noServer:
		if to.noServer {
			s.hang(ctx)
		}
		fmt.Fprintf(out, "\nCould not connect to the endpoint URL: \"https://%s/\"\n", endpoint)
		return 255, nil
	case to.verdict == vpc.Blocked || to.mute:
		if s.hang(ctx); ctx.Err() == nil {
			fmt.Fprintf(out, "\nConnect timeout on endpoint URL: \"https://%s/\"\n", endpoint)
		}
		return 255, nil
	case to.verdict == vpc.Unknown:
		return unknown(out, to.reason())
	}
	if call.action == "sts:GetCallerIdentity" {
		return s.whoami(out)
	}
	c := s.place.Case
	c.Symptom, c.Region, c.Action, c.Resource, c.Target, c.Error = steps.Auth, s.place.Region, call.action, call.resource, "", ""
	r, err := s.place.Walk(ctx, c)
	if err != nil {
		return s.puzzled(out, err)
	}
	switch r.Verdict {
	case steps.OK:
		fmt.Fprintf(out, "demo: the call %s is allowed. What it answers is not part of the world.\n", call.action)
		return 0, nil
	case steps.Inconclusive:
		return unknown(out, "not every policy that decides on "+call.action+" can be read")
	}
	fmt.Fprintf(out, "\n%s\n", s.refusal(call, r))
	return 254, nil
}

// A call is what a command line of the AWS CLI asks for.
type call struct {
	endpoint         string // "sns"
	action, resource string // "sns:Publish", an ARN or ""
	operation        string // "Publish"
}

// parse reads a command line of the AWS CLI.
func (s *Shell) parse(args []string) (call, bool) {
	var words, values []string
	for i := 0; i < len(args); i++ {
		switch {
		case strings.HasPrefix(args[i], "--") && i+1 < len(args) && !strings.HasPrefix(args[i+1], "--"):
			if args[i] != "--region" && args[i] != "--output" && args[i] != "--message" && args[i] != "--message-body" {
				values = append(values, args[i+1])
			}
			i++
		case strings.HasPrefix(args[i], "--"):
		default:
			words = append(words, args[i])
		}
	}
	if len(words) < 2 {
		return call{}, false
	}
	service, operation := words[0], words[1]
	if service == "s3" || service == "s3api" {
		return s.bucketCall(operation, words[2:], values)
	}
	c := call{endpoint: service, operation: camel(operation)}
	c.action = service + ":" + c.operation
	form := ""
	for _, known := range steps.Calls(service, s.place.Region, s.place.Account) {
		if _, op, _ := strings.Cut(known.Action, ":"); strings.EqualFold(op, c.operation) {
			c.action, form = known.Action, known.Resource
			c.operation = op
		}
	}
	c.resource = resource(form, values)
	return c, true
}

// bucketCall reads aws s3 ls, aws s3 cp and the like.
func (s *Shell) bucketCall(operation string, words, values []string) (call, bool) {
	c := call{endpoint: "s3", operation: map[string]string{"ls": "ListObjectsV2", "cp": "GetObject", "get-object": "GetObject", "put-object": "PutObject", "list-objects-v2": "ListObjectsV2"}[operation]}
	if c.operation == "" {
		c.operation = camel(operation)
	}
	c.action = "s3:" + map[bool]string{true: "ListBucket", false: c.operation}[c.operation == "ListObjectsV2"]
	partition := "arn:" + aws.PartitionOf(s.place.Region).ID + ":s3:::"
	for _, w := range append(words, values...) {
		if name, ok := strings.CutPrefix(w, "s3://"); ok {
			c.resource = partition + strings.TrimSuffix(name, "/")
			return c, true
		}
	}
	if len(values) > 0 {
		c.resource = partition + strings.Join(values[:min(2, len(values))], "/")
	}
	return c, true
}

var capitals = regexp.MustCompile(`[A-Z][A-Z_-]+[A-Z]`)

// resource returns the ARN that a call names: one of its values, or the service's form filled with one.
func resource(form string, values []string) string {
	for _, v := range values {
		if _, ok := aws.ParseARN(v); ok {
			return v
		}
	}
	if form == "" || form == "*" || len(values) == 0 {
		return form
	}
	v := values[0]
	v = v[strings.LastIndexByte(v, '/')+1:] // of the URL of a queue
	return capitals.ReplaceAllLiteralString(form, v)
}

// camel turns get-secret-value into GetSecretValue.
func camel(s string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(s, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// principal is who the calls come from.
func (s *Shell) principal() string {
	return fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", aws.PartitionOf(s.place.Region).ID, s.place.Account, aws.ShortName(s.place.Role), s.place.Task)
}

func (s *Shell) whoami(out io.Writer) (int, error) {
	if s.place.Role == "" {
		fmt.Fprintln(out, "\nUnable to locate credentials. You can configure credentials by running \"aws configure\".")
		return 253, nil
	}
	fmt.Fprintf(out, "{\n    \"UserId\": \"AROAEXAMPLE:%s\",\n    \"Account\": \"%s\",\n    \"Arn\": \"%s\"\n}\n", s.place.Task, s.place.Account, s.principal())
	return 0, nil
}

// because is how AWS ends the message of a denial, by cause; %s is the action.
var because = map[string]string{
	"iam.identity-not-allowed":   "because no identity-based policy allows the %s action",
	"iam.identity-explicit-deny": "with an explicit deny in an identity-based policy",
	"iam.boundary-denied":        "because no permissions boundary allows the %s action",
	"iam.scp-denied":             "with an explicit deny in a service control policy",
	"iam.rcp-denied":             "with an explicit deny in a resource control policy",
	"iam.session-denied":         "because no session policy allows the %s action",
	"iam.endpoint-policy-denied": "because no VPC endpoint policy allows the %s action",
	"iam.resource-policy-denied": "because no resource-based policy allows the %s action",
}

// refusal is what the AWS CLI prints for a call that was refused.
func (s *Shell) refusal(c call, r steps.Report) string {
	cause := ""
	if len(r.Causes) > 0 {
		cause = r.Causes[0].Code
	}
	switch cause {
	case "iam.credentials-missing", "iam.role-missing":
		return `Unable to locate credentials. You can configure credentials by running "aws configure".`
	case "iam.credentials-expired":
		return fmt.Sprintf("An error occurred (ExpiredToken) when calling the %s operation: The security token included in the request is expired", c.operation)
	}
	text := fmt.Sprintf("An error occurred (AccessDenied) when calling the %s operation: User: %s is not authorized to perform: %s", c.operation, s.principal(), c.action)
	if c.resource != "" {
		text += " on resource: " + c.resource
	}
	if end := because[cause]; strings.Contains(end, "%s") {
		text += " " + fmt.Sprintf(end, c.action)
	} else if end != "" {
		text += " " + end
	}
	return aws.Clean(text)
}
