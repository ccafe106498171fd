package main

import (
	"encoding/json"
	"testing"

	"fargate-doctor/aws/live/livetest"
)

func diagnoseStart(t *testing.T, w livetest.World) (result, reported) {
	t.Helper()
	r := run(t, "", "diagnose", "--cluster", w.Cluster, "--task", w.Task, "--symptom", "start", "--format", "json")
	var report reported
	if r.out != "" {
		if err := json.Unmarshal([]byte(r.out), &report); err != nil {
			t.Fatalf("stdout is not JSON: %v\n%s", err, r.out)
		}
	}
	return r, report
}

// What ECS says of a start that failed, by what failed.
const (
	noRegistry = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: " +
		"service call has been retried 3 time(s): RequestError: send request failed caused by: Post \"https://api.ecr.us-east-1.amazonaws.com/\": " +
		"dial tcp 52.94.204.17:443: i/o timeout. Please check your task network configuration."
	noSecrets = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: " +
		"There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration. failed to fetch secret SECRET from secrets manager: " +
		"operation error Secrets Manager: GetSecretValue, https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded"
	noSecret = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: " +
		"service call has been retried 1 time(s): failed to fetch secret SECRET from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret."
	noKey = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: " +
		"service call has been retried 1 time(s): failed to fetch secret SECRET from secrets manager: AccessDeniedException: Access to KMS is not allowed"
	noParameter = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: " +
		"service call has been retried 1 time(s): invalid ssm parameters: PARAMETER"
	noImage       = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref IMAGE: IMAGE: not found"
	noLayers      = "CannotPullContainerError: failed to register layer: error pulling image configuration: download failed after attempts=1: denied: Access Denied: IMAGE: 403 Forbidden"
	noWayToLayers = "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: failed to do request: " +
		"Get \"https://prod-us-west-1-starport-layer-bucket.s3.us-west-1.amazonaws.com/7b1a\": dial tcp 52.219.120.1:443: i/o timeout"
	noGroup = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: " +
		"ResourceNotFoundException: The specified log group does not exist. : exit status 1"

	ownBucketOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::shop","arn:aws:s3:::shop/*"]}]}`
	otherRoleOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/admin"},"Action":"kms:*","Resource":"*"}]}`
)

// What a task needs is made on an API server that is not ours, through the SDK, but for one thing. The server runs no tasks, so each
// case brings the reason that ECS would give. An image's platforms are not shown here: a single image does not tell its own.
func TestDiagnoseFailedStartsOnAnAPIServer(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	for _, test := range []struct {
		name, region string
		start        livetest.Start
		cause        string
	}{
		{"endpoints", "eu-west-1", livetest.Start{}, ""},
		{"NAT gateway", "eu-west-2", livetest.Start{NAT: true, NoEndpoints: true}, ""},
		{"no endpoints", "us-east-1", livetest.Start{NoEndpoints: true, Reason: noRegistry}, "route.none"},
		{"one endpoint is missing", "us-east-2", livetest.Start{NoEndpoint: "secretsmanager", Reason: noSecrets}, "endpoint.missing"},
		{"the S3 endpoint is missing", "us-west-1", livetest.Start{NoEndpoint: "s3", Reason: noWayToLayers}, "endpoint.missing"},
		{"secret in another region", "eu-west-3", livetest.Start{SecretRegion: "ap-south-1", Reason: noSecrets}, "secret.wrong-region"},
		{"secret named in another region", "eu-north-1", livetest.Start{NamedRegion: "ap-south-1", NAT: true, Reason: noSecret}, "secret.wrong-region"},
		{"parameter", "eu-central-1", livetest.Start{NoParameter: true, Reason: noParameter}, "secret.not-found"},
		{"image tag", "us-west-2", livetest.Start{NoTag: true, Reason: noImage}, "image.not-found"},
		{"log group", "ca-central-1", livetest.Start{NoLogGroup: true, Reason: noGroup}, "logs.group-missing"},
		{"no kms:Decrypt", "sa-east-1", livetest.Start{NoDecrypt: true, Reason: noKey}, "kms.access-denied"},
		{"key policy", "ap-northeast-1", livetest.Start{KeyPolicy: otherRoleOnly, Reason: noKey}, "kms.access-denied"},
		{"layer bucket", "ap-southeast-1", livetest.Start{S3Policy: ownBucketOnly, Reason: noLayers}, "iam.endpoint-policy-denied"},
	} {
		t.Run(test.name, func(t *testing.T) {
			livetest.Environment(t, url, test.region)
			w := livetest.BuildStart(t, upstream, test.region, test.start)
			faults.Set(t, 0, w.PrefixLists())
			r, report := diagnoseStart(t, w)
			codes := report.codes()
			if test.cause == "" && (len(codes) > 0 || r.status != exitFine) || test.cause != "" && (len(codes) != 1 || codes[0] != test.cause || r.status != exitProblem) {
				t.Errorf("verdict %s with status %d, causes %v, want %q alone\n%s%s", report.Verdict, r.status, codes, test.cause, r.out, r.err)
			}
		})
	}
}
