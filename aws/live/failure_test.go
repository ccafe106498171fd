package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
)

// apiError returns a handler that refuses in the protocol of the service.
func apiError(service string, status int, code, message string) http.HandlerFunc {
	switch service {
	case "ec2":
		return answer(status, "text/xml;charset=UTF-8", fmt.Sprintf(
			`<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>r</RequestID></Response>`, code, message))
	case "s3":
		return answer(status, "application/xml", fmt.Sprintf(`<Error><Code>%s</Code><Message>%s</Message><RequestId>r</RequestId></Error>`, code, message))
	case "sts", "route53", "iam", "sns":
		return answer(status, "text/xml", fmt.Sprintf(
			`<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code, message))
	}
	body, _ := json.Marshal(map[string]string{"__type": "com.amazonaws#" + code, "message": message})
	return answer(status, "application/x-amz-json-1.1", string(body))
}

func TestFailures(t *testing.T) {
	subnets := query("ec2:DescribeSubnets", aws.Input{"SubnetIds": []string{"subnet-1"}})
	tasks := query("ecs:DescribeTasks", aws.Input{"cluster": "shop", "tasks": []string{"t1"}})
	identity := query("sts:GetCallerIdentity", nil)
	zones := query("route53:ListHostedZonesByVPC", aws.Input{"VPCId": "vpc-1", "VPCRegion": "eu-central-1"})
	rules := query("route53resolver:ListFirewallRules", aws.Input{"FirewallRuleGroupId": "rslvr-frg-1"})
	role := query("iam:GetRole", aws.Input{"RoleName": "task"})
	const topicARN = "arn:aws:sns:eu-central-1:111122223333:orders"
	topic := query("sns:GetTopicAttributes", aws.Input{"TopicArn": topicARN})
	queue := query("sqs:GetQueueAttributes", aws.Input{"QueueUrl": "https://sqs/1/q", "AttributeNames": []string{"QueueArn", "Policy"}})
	encryption := query("s3:GetBucketEncryption", aws.Input{"Bucket": "assets"})
	user := "User: arn:aws:iam::111122223333:user/me is not authorized to perform: "
	for _, test := range []struct {
		q             aws.Query
		status        int
		code, message string
		want          aws.Kind
		action        string
		resource      string
		text          string // of the whole error
		hint          string // part of it
		attempts      int
	}{
		{subnets, 403, "UnauthorizedOperation", "You are not authorized to perform this operation. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcd",
			aws.Denied, "ec2:DescribeSubnets", "subnet-1", "ec2:DescribeSubnets subnet-1: denied: UnauthorizedOperation: You are not authorized to perform this operation.", "Allow ec2:DescribeSubnets", 1},
		{tasks, 400, "AccessDeniedException", user + "ecs:DescribeTasks on resource: *", aws.Denied, "ecs:DescribeTasks", "t1", "", "Allow ecs:DescribeTasks", 1},
		{zones, 403, "AccessDenied", user + "ec2:DescribeVpcs because no identity-based policy allows it", aws.Denied, "ec2:DescribeVpcs", "vpc-1", "", "Allow ec2:DescribeVpcs", 1},
		{identity, 403, "AccessDenied", "no", aws.Denied, "sts:GetCallerIdentity", "", "", "Allow sts:GetCallerIdentity", 1},
		{subnets, 400, "AuthFailure", "Not authorized for images: [ami-1]", aws.Denied, "ec2:DescribeSubnets", "subnet-1", "", "Allow", 1},

		{subnets, 401, "AuthFailure", "AWS was not able to validate the provided access credentials", aws.Credentials, "", "subnet-1", "", "does not know this access key in eu-central-1", 1},
		{tasks, 400, "UnrecognizedClientException", "The security token included in the request is invalid.", aws.Credentials, "", "t1", "", "does not know", 1},
		{tasks, 400, "ExpiredTokenException", "The security token included in the request is expired", aws.Credentials, "", "t1", "", "expired", 1},
		{identity, 403, "ExpiredToken", "The security token included in the request is expired", aws.Credentials, "", "", "", "expired", 1},
		{identity, 403, "InvalidClientTokenId", "The security token included in the request is invalid.", aws.Credentials, "", "", "", "does not know", 1},
		{identity, 403, "SignatureDoesNotMatch", "The request signature we calculated does not match", aws.Credentials, "", "", "", "clock", 0},
		{subnets, 400, "RequestExpired", "Request has expired.", aws.Credentials, "", "subnet-1", "", "clock", 0},

		{subnets, 400, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist", aws.NotFound, "", "subnet-1", "", "", 1},
		{tasks, 400, "ClusterNotFoundException", "Cluster not found.", aws.NotFound, "", "shop", "ecs:DescribeTasks shop: not found: ClusterNotFoundException: Cluster not found.", "aws ecs list-clusters", 1},
		{query("ecs:DescribeTaskDefinition", aws.Input{"taskDefinition": "web:9"}), 400, "ClientException", "Unable to describe task definition.", aws.NotFound, "", "web:9", "", "", 1},
		{rules, 400, "ResourceNotFoundException", "no group", aws.NotFound, "", "rslvr-frg-1", "", "", 1},
		{query("route53:ListResourceRecordSets", aws.Input{"HostedZoneId": "Z1"}), 404, "NoSuchHostedZone", "none", aws.NotFound, "", "Z1", "", "", 1},

		{role, 404, "NoSuchEntity", "The role with name task cannot be found.", aws.NotFound, "", "task", "", "", 1},
		{role, 403, "AccessDenied", user + "iam:GetRole on resource: role task because no identity-based policy allows the iam:GetRole action", aws.Denied, "iam:GetRole", "task", "", "Allow iam:GetRole", 1},
		{topic, 403, "AuthorizationError", user + "SNS:GetTopicAttributes on resource: orders", aws.Denied, "sns:GetTopicAttributes", topicARN, "", "Allow sns:GetTopicAttributes", 1},
		{topic, 404, "NotFound", "Topic does not exist", aws.NotFound, "", topicARN, "", "", 1},
		{queue, 400, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.", aws.NotFound, "", "https://sqs/1/q", "", "", 1},
		{encryption, 404, "ServerSideEncryptionConfigurationNotFoundError", "not found", aws.NotFound, "", "assets", "", "", 1},
		{encryption, 403, "AccessDenied", "Access Denied", aws.Denied, "s3:GetEncryptionConfiguration", "assets", "", "Allow s3:GetEncryptionConfiguration", 1},
		{query("s3:GetBucketPolicy", aws.Input{"Bucket": "assets"}), 404, "NoSuchBucketPolicy", "The bucket policy does not exist", aws.NotFound, "", "assets", "", "", 1},

		{subnets, 503, "RequestLimitExceeded", "Request limit exceeded.", aws.Throttled, "", "subnet-1", "", "eu-central-1", 5},

		{subnets, 400, "InvalidAction", "The action DescribeSubnets is not valid for this web service.", aws.Unsupported, "", "subnet-1", "", "DescribeSubnets", 1},
		{rules, 400, "UnknownOperationException", "", aws.Unsupported, "", "rslvr-frg-1", "", "ListFirewallRules", 1},
		{subnets, 401, "OptInRequired", "You are not subscribed to this service.", aws.Unsupported, "", "subnet-1", "", "to this account", 1},

		{subnets, 400, "InvalidParameterValue", "bad", aws.Other, "", "subnet-1", "ec2:DescribeSubnets subnet-1: failed: InvalidParameterValue: bad", "", 1},
		{subnets, 500, "InternalError", "An internal error has occurred", aws.Other, "", "subnet-1", "", "", 5},
	} {
		t.Run(test.q.Name()+" "+test.code, func(t *testing.T) {
			attempts := 0
			var log bytes.Buffer
			refuse := apiError(test.q.Service, test.status, test.code, test.message)
			a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				attempts++
				refuse(w, r)
			}), Options{Log: &log})
			err := a.Read(t.Context(), test.q, func(p json.RawMessage) error {
				t.Errorf("passed on %s", p)
				return nil
			})
			e, ok := err.(*aws.Error)
			if !ok {
				t.Fatalf("got %#v", err)
			}
			if diff := cmp.Diff([]any{test.want, test.action, test.resource, test.q.Name(), test.code}, []any{e.Kind, e.Action, e.Resource, e.Operation, e.Code}); diff != "" {
				t.Errorf("%v -want +got:\n%s", e, diff)
			}
			if test.text != "" && e.Error() != test.text {
				t.Errorf("got  %q\nwant %q", e.Error(), test.text)
			}
			if !strings.Contains(e.Hint, test.hint) || test.hint == "" && e.Hint != "" {
				t.Errorf("hint %q", e.Hint)
			}
			if test.attempts > 0 && attempts != test.attempts {
				t.Errorf("%d attempts, want %d", attempts, test.attempts)
			}
			want := fmt.Sprintf("attempts %d: %s\n", attempts, test.want)
			if got := log.String(); strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, want) || !strings.Contains(got, " "+test.q.Name()+" eu-central-1 ") {
				t.Errorf("logged %q, want …%q", got, want)
			}
			for _, secret := range []string{accessKey, secretKey, token} {
				if strings.Contains(e.Error()+e.Hint+log.String(), secret) {
					t.Errorf("%s got out: %v", secret, e)
				}
			}
		})
	}
}

func TestThrottledThenWell(t *testing.T) {
	attempts := 0
	refuse := apiError("ecs", 400, "ThrottlingException", "Rate exceeded")
	accept := answer(200, "application/x-amz-json-1.1", `{"clusterArns":["c1"]}`)
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if attempts++; attempts == 1 {
			refuse(w, r)
			return
		}
		accept(w, r)
	}), Options{})
	if got := pages(t, a, query("ecs:ListClusters", nil)); len(got) != 1 || got[0] != `{"clusterArns":["c1"]}` || attempts != 2 {
		t.Errorf("got %s in %d attempts", got, attempts)
	}
}

// A failure on the second page is an error of the whole answer.
func TestSecondPageFails(t *testing.T) {
	first := answer(200, "application/x-amz-json-1.1", `{"clusterArns":["c1"],"nextToken":"more"}`)
	refuse := apiError("ecs", 400, "AccessDeniedException", "no")
	calls := 0
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls == 1 {
			first(w, r)
			return
		}
		refuse(w, r)
	}), Options{})
	if _, err := aws.ReadAll(t.Context(), a, query("ecs:ListClusters", nil)); aws.KindOf(err) != aws.Denied {
		t.Errorf("got %v", err)
	}
}

func TestNobodyListens(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	for name, endpoint := range map[string]string{
		"refused":      server.URL,
		"unknown name": "http://api.invalid",
		"no TLS":       "https://" + strings.TrimPrefix(plainServer(t), "http://"),
	} {
		t.Run(name, func(t *testing.T) {
			a := openAt(t, endpoint, Options{})
			_, err := aws.ReadAll(t.Context(), a, query("ec2:DescribeVpcs", nil))
			host := endpoint[strings.Index(endpoint, "//")+2:]
			if aws.KindOf(err) != aws.Unreachable || !strings.Contains(aws.Hint(err), host) {
				t.Errorf("got %v, hint %q", err, aws.Hint(err))
			}
		})
	}
}

func plainServer(t *testing.T) string {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server.URL
}

func TestOutsideTheTable(t *testing.T) {
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Errorf("%s %s was called", r.Method, r.URL) }), Options{})
	for _, name := range []string{"ec2:DeleteVpc", "ecs:RunTask", "iam:ListUsers", "ec2:describeSubnets", ""} {
		if _, err := aws.ReadAll(t.Context(), a, query(name, nil)); aws.KindOf(err) != aws.Unsupported {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := aws.ReadAll(t.Context(), a, query("ec2:DescribeNatGateways", aws.Input{"Filters": []aws.Filter{{Name: "vpc-id"}}})); err == nil {
		t.Error("DescribeNatGateways calls its filters Filter, and yet took Filters")
	}
}
