package demo

import (
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
)

// What does not exist in a world is told as the API tells it.
func TestFailedCalls(t *testing.T) {
	w := load(Default)
	w.failed = []snapshot.Failure{
		{Operation: "iam:GetRole", Input: map[string]any{"RoleName": "shop-web-task"}, Kind: "not found", Code: "NoSuchEntity"},
		{Operation: "s3:GetBucketPolicy", Input: map[string]any{"Bucket": "shop-assets"}, Kind: "not found", Code: "NoSuchBucketPolicy"},
	}
	r, err := w.open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read.Role(t.Context(), r, "shop-web-task"); aws.KindOf(err) != aws.NotFound || aws.CodeOf(err) != "NoSuchEntity" {
		t.Errorf("role: %v", err)
	}
	if p, err := read.ResourcePolicy(t.Context(), r, "arn:aws:s3:::shop-assets"); err != nil || p.Document != "" {
		t.Errorf("policy: %+v, %v", p, err)
	}
}
