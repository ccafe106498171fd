package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"fargate-doctor/aws"
)

// kindOfCode says what the error codes mean that occur in more than one service, from "Common errors" in the services' API
// references and "Error codes" in the Amazon EC2 API reference. Throttling codes are the SDK's own.
var kindOfCode = map[string]aws.Kind{
	"AccessDenied":          aws.Denied,
	"AccessDeniedException": aws.Denied,
	"AuthorizationError":    aws.Denied,
	"Forbidden":             aws.Denied, // S3 without a body
	"NotAuthorized":         aws.Denied,
	"UnauthorizedException": aws.Denied,
	"UnauthorizedOperation": aws.Denied,

	"AuthFailure":                         aws.Credentials,
	"ExpiredToken":                        aws.Credentials,
	"ExpiredTokenException":               aws.Credentials,
	"IncompleteSignature":                 aws.Credentials,
	"IncompleteSignatureException":        aws.Credentials,
	"InvalidAccessKeyId":                  aws.Credentials,
	"InvalidClientTokenId":                aws.Credentials,
	"InvalidSignatureException":           aws.Credentials,
	"MissingAuthenticationToken":          aws.Credentials,
	"MissingAuthenticationTokenException": aws.Credentials,
	"RequestExpired":                      aws.Credentials,
	"RequestTimeTooSkewed":                aws.Credentials,
	"SignatureDoesNotMatch":               aws.Credentials,
	"UnrecognizedClientException":         aws.Credentials,

	"AWS.SimpleQueueService.NonExistentQueue":        aws.NotFound,
	"QueueDoesNotExist":                              aws.NotFound,
	"ServerSideEncryptionConfigurationNotFoundError": aws.NotFound,

	"InvalidAction":                 aws.Unsupported,
	"OptInRequired":                 aws.Unsupported,
	"UnknownOperationException":     aws.Unsupported,
	"UnsupportedOperation":          aws.Unsupported,
	"UnsupportedOperationException": aws.Unsupported,
}

// unknownCode is what the SDK calls an error that bears no code, so it was not the API that answered.
const unknownCode = "UnknownError"

// failure says what an SDK error means. It never holds credentials: the SDK's messages name hosts, codes and ARNs only.
func (a *Account) failure(ctx context.Context, q aws.Query, c *call, err error) *aws.Error {
	e := &aws.Error{Operation: q.Name(), Resource: resource(q.Input), Code: codeOf(err), Err: brief(err)}
	if cluster, ok := q.Input["cluster"].(string); ok && codeOf(err) == "ClusterNotFoundException" {
		e.Resource = cluster
	}
	e.Kind = kindOf(ctx, err)
	host := c.host
	switch e.Kind {
	case aws.Cancelled:
		e.Err = context.Cause(ctx)
	case aws.Denied:
		e.Action = deniedAction(q, err)
		e.Hint = fmt.Sprintf("Allow %s for the identity that the program runs as; `fargate-doctor policy` prints all that it needs.", e.Action)
	case aws.NotFound:
		if codeOf(err) == "ClusterNotFoundException" {
			e.Hint = fmt.Sprintf("Check the cluster's name, the region (%s) and the profile; `aws ecs list-clusters` lists the clusters.", q.Region)
		}
	case aws.Throttled:
		e.Hint = fmt.Sprintf("AWS limits the calls of this account in %s; try again in a minute.", q.Region)
	case aws.Credentials:
		a.credentials.fail()
		e.Hint = credentialsHint(a.profile, q.Region, err)
	case aws.Unreachable:
		if c.host == "" {
			host = "the service that hands out this profile's credentials"
		}
		e.Hint = fmt.Sprintf("No answer from %s. Check the network, the proxy settings (HTTPS_PROXY) and the region's name (%s).", host, q.Region)
	case aws.Malformed:
		e.Hint = fmt.Sprintf("What %s answers is not the AWS API: a log-in page or a proxy may stand in between.", host)
	case aws.Unsupported:
		e.Hint = fmt.Sprintf("%s does not offer %s to this account.", host, q.Operation)
	}
	return e
}

func kindOf(ctx context.Context, err error) aws.Kind {
	var (
		lookup  *credentialsError
		api     smithy.APIError
		foreign *foreignAnswer
		garbled *smithy.DeserializationError
		unsent  *smithyhttp.RequestSendError
		answer  *smithyhttp.ResponseError
	)
	switch {
	case ctx.Err() != nil:
		return aws.Cancelled
	case errors.As(err, &lookup):
		return lookup.kind()
	case errors.As(err, &api) && api.ErrorCode() != unknownCode:
		return kindOfAPI(api)
	case errors.As(err, &foreign) && foreign.unimplemented:
		return aws.Unsupported
	case errors.As(err, &foreign), errors.As(err, &garbled):
		return aws.Malformed
	case errors.As(err, &unsent):
		return aws.Unreachable
	case errors.As(err, &answer): // there was an answer, but no error that the API would send
		return aws.Malformed
	}
	return aws.Other
}

// codeOf returns the API's error code, "" when it was not the API that failed.
func codeOf(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() == unknownCode {
		return ""
	}
	return api.ErrorCode()
}

func kindOfAPI(err smithy.APIError) aws.Kind {
	code := strings.TrimPrefix(err.ErrorCode(), "Client.")
	if _, ok := retry.DefaultThrottleErrorCodes[code]; ok {
		return aws.Throttled
	}
	kind, known := kindOfCode[code]
	switch {
	// EC2 uses one code for keys that it does not know and for things that are not the caller's.
	case code == "AuthFailure" && !strings.Contains(err.ErrorMessage(), "credentials"):
		return aws.Denied
	case known:
		return kind
	case strings.HasSuffix(code, "NotFound"), strings.HasSuffix(code, "NotFoundException"), strings.HasPrefix(code, "NoSuch"):
		return aws.NotFound
	// ECS has no code of its own for a task definition that does not exist.
	case code == "ClientException" && strings.HasPrefix(err.ErrorMessage(), "Unable to describe task definition"):
		return aws.NotFound
	}
	return aws.Other
}

var notAuthorized = regexp.MustCompile(`not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9]+)`)

// deniedAction returns the action that AWS names as missing. It can be another than the operation's: Route 53 asks for
// ec2:DescribeVpcs before it lists the zones of a VPC.
func deniedAction(q aws.Query, err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		if m := notAuthorized.FindStringSubmatch(api.ErrorMessage()); m != nil {
			return m[1]
		}
	}
	return q.Action()
}

// A cause is an SDK error in fewer words: without the operation, which aws.Error names, and without request ids.
type cause struct {
	text string
	err  error
}

func (c *cause) Error() string { return c.text }
func (c *cause) Unwrap() error { return c.err }

func brief(err error) error {
	var (
		lookup *credentialsError
		api    smithy.APIError
		unsent *smithyhttp.RequestSendError
		op     *smithy.OperationError
	)
	switch {
	case errors.As(err, &lookup):
		return &cause{lookup.err.Error(), err}
	case errors.As(err, &api) && api.ErrorCode() != unknownCode:
		// EC2 appends the decision in a coded form that only sts:DecodeAuthorizationMessage can read.
		message, _, _ := strings.Cut(api.ErrorMessage(), " Encoded authorization failure message:")
		return &cause{api.ErrorCode() + ": " + message, err}
	case errors.As(err, &unsent):
		return &cause{unsent.Err.Error(), err}
	case errors.As(err, &op):
		return &cause{op.Err.Error(), err}
	}
	return err
}

// naming lists how the parameters end that say which one thing is asked for.
var naming = []string{"Id", "Name", "Arn", "NamePrefix", "Bucket", "QueueUrl", "taskDefinition", "task"}

// resource returns the one thing that the parameters ask for, or "".
func resource(in aws.Input) string {
	var container string // "cluster": where the thing is, worth naming when there is nothing narrower
	for _, key := range slices.Sorted(maps.Keys(in)) {
		switch v := in[key].(type) {
		case []string:
			if len(v) == 1 {
				return v[0]
			}
		case []aws.Filter:
			if len(v) == 1 && len(v[0].Values) == 1 {
				return v[0].Values[0]
			}
		case string:
			if slices.ContainsFunc(naming, func(end string) bool { return strings.HasSuffix(key, end) }) {
				return v
			}
			if strings.EqualFold(key, "cluster") {
				container = v
			}
		}
	}
	return container
}
