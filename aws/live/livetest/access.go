package livetest

import (
	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// Access gives a world's task a role and a topic, orders, to publish on. Policies are JSON documents; "" means none, and for Trust that
// ECS may assume the role.
type Access struct {
	Policy         string // inline, of the role
	Boundary       string
	Trust          string
	EndpointPolicy string
	TopicPolicy    string // with the topic's ARN for TOPIC
}

// Allow is a policy that allows one action on everything; of a resource or an endpoint, to everybody.
func Allow(action string) string { return statement("Allow", action) }

// Deny is a policy of one Deny.
func Deny(action string) string { return statement("Deny", action) }

func statement(effect, action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":"` + action + `","Resource":"*"}]}`
}

// ForEverybody is the same as a resource's or an endpoint's policy, which name principals.
func ForEverybody(effect, action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Principal":"*","Action":"` + action + `","Resource":"*"}]}`
}

// Trusting is a trust policy for a service.
func Trusting(service string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`
}

func (b *builder) access(cfg sdk.Config, a *Access) {
	if a == nil {
		return
	}
	w := &b.world
	roles, topics := iam.NewFromConfig(cfg), sns.NewFromConfig(cfg)
	name := sdk.String("web-" + w.Region)
	trust := a.Trust
	if trust == "" {
		trust = Trusting("ecs-tasks.amazonaws.com")
	}
	var boundary *string
	if a.Boundary != "" {
		boundary = made[iam.CreatePolicyOutput](b)(roles.CreatePolicy(b.ctx, &iam.CreatePolicyInput{
			PolicyName: sdk.String("boundary-" + w.Region), PolicyDocument: &a.Boundary})).Policy.Arn
	}
	w.Role = *made[iam.CreateRoleOutput](b)(roles.CreateRole(b.ctx, &iam.CreateRoleInput{
		RoleName: name, AssumeRolePolicyDocument: &trust, PermissionsBoundary: boundary})).Role.Arn
	if a.Policy != "" {
		made[iam.PutRolePolicyOutput](b)(roles.PutRolePolicy(b.ctx, &iam.PutRolePolicyInput{
			RoleName: name, PolicyName: sdk.String("web"), PolicyDocument: &a.Policy}))
	}
	w.Topic = *made[sns.CreateTopicOutput](b)(topics.CreateTopic(b.ctx, &sns.CreateTopicInput{Name: sdk.String("orders")})).TopicArn
	if a.TopicPolicy != "" {
		made[sns.SetTopicAttributesOutput](b)(topics.SetTopicAttributes(b.ctx, &sns.SetTopicAttributesInput{
			TopicArn: &w.Topic, AttributeName: sdk.String("Policy"), AttributeValue: &a.TopicPolicy}))
	}
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
