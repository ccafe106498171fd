package livetest

import (
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Start says how a task with needs differs from one whose start lacks nothing, and which runs.
type Start struct {
	NAT          bool   // the private route table has a default route to the NAT gateway
	NoEndpoints  bool   // the VPC has none
	NoEndpoint   string // the one that the VPC lacks: ecr.api ecr.dkr logs s3 secretsmanager ssm
	S3Policy     string // of the gateway endpoint for S3; "" is the default that lets everything through
	NoTag        bool   // the image was pushed with another tag than the task definition names
	SecretRegion string // where the secret is made; "" means the world's
	NamedRegion  string // the region in the secret's ARN as the task definition writes it; "" means where it was made
	NoParameter  bool   // nobody made the parameter
	NoLogGroup   bool   // nobody made the log group
	NoDecrypt    bool   // the execution role's policies don't allow kms:Decrypt
	KeyPolicy    string // of the key of the secret; "" is the default that lets the account's policies count
	Reason       string // stoppedReason of the task, which then failed to start; IMAGE, SECRET, PARAMETER and GROUP stand for what it names
}

const (
	pushedTag = "7"
	otherTag  = "8"
)

// BuildStart makes a world whose task needs an image of ECR, a secret under a customer's key, a parameter and a log group. It is in a private subnet with an interface endpoint for each service and a gateway endpoint for S3. Secrets
// Manager itself calls KMS, so the task needs no way there.
func BuildStart(t testing.TB, url, region string, start Start) World {
	t.Helper()
	b, cfg := newBuilder(t, url, region)
	b.network(Knobs{NoNAT: !start.NAT})
	b.groups(Knobs{})
	b.world.S3List = *made[ec2.DescribePrefixListsOutput](b)(b.ec2.DescribePrefixLists(b.ctx, &ec2.DescribePrefixListsInput{
		Filters: []ec2types.Filter{{Name: sdk.String("prefix-list-name"), Values: []string{"com.amazonaws." + region + ".s3"}}}})).PrefixLists[0].PrefixListId
	if !start.NoEndpoints {
		b.startEndpoints(start)
	}
	definition, reason := b.startNeeds(cfg, start)
	b.task(definition)
	if reason != "" {
		b.stop(url, reason)
	}
	return b.world
}

// PrefixLists is DescribePrefixLists' answer of AWS for the world: the server's own leaves out which addresses a list holds.
func (w World) PrefixLists() Rule {
	return Rule{Match: "ec2:DescribePrefixLists", Region: w.Region, Fault: "respond",
		Body: `<DescribePrefixListsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId><prefixListSet><item>` +
			`<prefixListId>` + w.S3List + `</prefixListId><prefixListName>com.amazonaws.` + w.Region + `.s3</prefixListName>` +
			`<cidrSet><item>52.216.0.0/15</item><item>3.5.0.0/19</item><item>54.231.0.0/16</item></cidrSet></item></prefixListSet></DescribePrefixListsResponse>`}
}

func (b *builder) startEndpoints(start Start) {
	w := &b.world
	for _, service := range []string{"ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "s3"} {
		if service == start.NoEndpoint {
			continue
		}
		in := ec2.CreateVpcEndpointInput{
			VpcId: &w.VPC, ServiceName: sdk.String("com.amazonaws." + w.Region + "." + service), VpcEndpointType: "Interface",
			SubnetIds: []string{w.PrivateSubnet}, SecurityGroupIds: []string{w.EndpointGroup}, PrivateDnsEnabled: sdk.Bool(true)}
		if service == "s3" {
			in = ec2.CreateVpcEndpointInput{VpcId: in.VpcId, ServiceName: in.ServiceName, VpcEndpointType: "Gateway",
				RouteTableIds: []string{w.PrivateTable}, PolicyDocument: orNil(start.S3Policy)}
		}
		made[ec2.CreateVpcEndpointOutput](b)(b.ec2.CreateVpcEndpoint(b.ctx, &in))
	}
}

// startNeeds makes what the task's start needs, and returns the task definition that needs it and the reason why the task stopped.
func (b *builder) startNeeds(cfg sdk.Config, start Start) (definition *ecs.RegisterTaskDefinitionInput, reason string) {
	image := b.image(cfg, start)
	secret := b.secret(cfg, start)
	parameter := b.parameter(cfg, start)
	group := "/ecs/web"
	if !start.NoLogGroup {
		made[cloudwatchlogs.CreateLogGroupOutput](b)(cloudwatchlogs.NewFromConfig(cfg).CreateLogGroup(b.ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group}))
	}
	definition = &ecs.RegisterTaskDefinitionInput{
		Family: sdk.String("web"), Cpu: sdk.String("256"), Memory: sdk.String("512"), NetworkMode: "awsvpc",
		RequiresCompatibilities: []ecstypes.Compatibility{"FARGATE"}, ExecutionRoleArn: b.executionRole(cfg, start),
		ContainerDefinitions: []ecstypes.ContainerDefinition{{
			Name: sdk.String("app"), Image: &image, Essential: sdk.Bool(true),
			Secrets: []ecstypes.Secret{{Name: sdk.String("DB"), ValueFrom: &secret}, {Name: sdk.String("MODE"), ValueFrom: &parameter}},
			LogConfiguration: &ecstypes.LogConfiguration{LogDriver: "awslogs", Options: map[string]string{
				"awslogs-group": group, "awslogs-region": b.world.Region, "awslogs-stream-prefix": "web"}}}},
	}
	return definition, strings.NewReplacer("IMAGE", image, "SECRET", secret, "PARAMETER", parameter, "GROUP", group).Replace(start.Reason)
}

// image pushes an image and returns how the task definition names it.
func (b *builder) image(cfg sdk.Config, start Start) string {
	const manifest = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
		`"config":{"mediaType":"application/vnd.oci.image.config.v1+json",` +
		`"digest":"sha256:b5b2b2c507a0944348e0303114d8d93aaaa081732b86451d9bce1f432a537bc7","size":7023},"layers":[]}`
	images := ecr.NewFromConfig(cfg)
	repository := made[ecr.CreateRepositoryOutput](b)(images.CreateRepository(b.ctx, &ecr.CreateRepositoryInput{RepositoryName: sdk.String("team/web")})).Repository
	made[ecr.PutImageOutput](b)(images.PutImage(b.ctx, &ecr.PutImageInput{
		RepositoryName: repository.RepositoryName, ImageTag: sdk.String(pushedTag), ImageManifest: sdk.String(manifest)}))
	if start.NoTag {
		return *repository.RepositoryUri + ":" + otherTag
	}
	return *repository.RepositoryUri + ":" + pushedTag
}

// secret makes a secret under a key of its own and returns how the task definition refers to it.
func (b *builder) secret(cfg sdk.Config, start Start) string {
	cfg = cfg.Copy()
	if start.SecretRegion != "" {
		cfg.Region = start.SecretRegion
	}
	key := made[kms.CreateKeyOutput](b)(kms.NewFromConfig(cfg).CreateKey(b.ctx, &kms.CreateKeyInput{Policy: orNil(start.KeyPolicy)})).KeyMetadata.Arn
	arn := *made[secretsmanager.CreateSecretOutput](b)(secretsmanager.NewFromConfig(cfg).CreateSecret(b.ctx, &secretsmanager.CreateSecretInput{
		Name: sdk.String("shop/db"), KmsKeyId: key, SecretString: sdk.String("none")})).ARN
	if start.NamedRegion != "" {
		return strings.Replace(arn, ":"+cfg.Region+":", ":"+start.NamedRegion+":", 1)
	}
	return arn
}

func (b *builder) parameter(cfg sdk.Config, start Start) string {
	name := "/shop/mode"
	if !start.NoParameter {
		made[ssm.PutParameterOutput](b)(ssm.NewFromConfig(cfg).PutParameter(b.ctx, &ssm.PutParameterInput{
			Name: &name, Value: sdk.String("none"), Type: "String"}))
	}
	return name
}

// executionRole makes the role with AWS's own policy for it and one for the secret and the parameter. The role's name holds the region:
// roles are the account's, and one server is for many worlds.
func (b *builder) executionRole(cfg sdk.Config, start Start) *string {
	roles := iam.NewFromConfig(cfg)
	name := sdk.String("start-" + b.world.Region)
	role := made[iam.CreateRoleOutput](b)(roles.CreateRole(b.ctx, &iam.CreateRoleInput{
		RoleName: name, AssumeRolePolicyDocument: sdk.String(Trusting("ecs-tasks.amazonaws.com"))})).Role.Arn
	made[iam.AttachRolePolicyOutput](b)(roles.AttachRolePolicy(b.ctx, &iam.AttachRolePolicyInput{
		RoleName: name, PolicyArn: sdk.String("arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy")}))
	for action, without := range map[string]bool{"secretsmanager:GetSecretValue": false, "ssm:GetParameters": false, "kms:Decrypt": start.NoDecrypt} {
		if !without {
			made[iam.PutRolePolicyOutput](b)(roles.PutRolePolicy(b.ctx, &iam.PutRolePolicyInput{
				RoleName: name, PolicyName: sdk.String(strings.ReplaceAll(action, ":", "-")), PolicyDocument: sdk.String(Allow(action))}))
		}
	}
	b.serviceLinkedRole(roles)
	return role
}

// serviceLinkedRole makes the role that ECS itself makes in an account's first cluster, once for all worlds of a server. The server's
// CreateServiceLinkedRole spells the name in another way than AWS.
func (b *builder) serviceLinkedRole(roles *iam.Client) {
	const path = "/aws-service-role/ecs.amazonaws.com/"
	there := made[iam.ListRolesOutput](b)(roles.ListRoles(b.ctx, &iam.ListRolesInput{PathPrefix: sdk.String(path)})).Roles
	if len(there) == 0 {
		made[iam.CreateRoleOutput](b)(roles.CreateRole(b.ctx, &iam.CreateRoleInput{
			RoleName: sdk.String("AWSServiceRoleForECS"), Path: sdk.String(path), AssumeRolePolicyDocument: sdk.String(Trusting("ecs.amazonaws.com"))}))
	}
}

// stop ends the task before its containers ran, through the server's admin API: ECS's own StopTask knows no stop code.
func (b *builder) stop(url, reason string) {
	b.Helper()
	err := post(url+"/world/patch", map[string]any{"kind": "ecs_task", "region": b.world.Region, "id": b.world.Task,
		"stop": map[string]string{"reason": reason, "code": "TaskFailedToStart"}}, nil)
	if err != nil {
		b.Fatalf("build world: %v", err)
	}
}
