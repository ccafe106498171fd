package livetest

import (
	"context"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Region is where BuildWorld builds unless Knobs say otherwise.
const Region = "eu-central-1"

// Knobs say how a world differs from the healthy one.
type Knobs struct {
	Region            string // "" means Region
	NoEndpoint        bool   // no SNS interface endpoint
	NoEndpointIngress bool   // the endpoint's security group admits nobody
	NoNAT             bool   // the private route table has no default route
	NoEgress          bool   // the task's security group lets nothing out
	DenyACL           bool   // the private subnet's network ACL denies all TCP outbound
	Access            *Access
}

// A World is a Fargate task in a private subnet with a default route to a NAT gateway in a public subnet, and an interface
// endpoint for SNS with private DNS beside the task. Fields are ids but for names and ARNs where said.
type World struct {
	Region         string
	Cluster        string // name
	Service        string // name
	TaskDefinition string // ARN
	Task           string // ARN
	Interface      string // the task's

	VPC                         string
	PrivateSubnet, PublicSubnet string
	PrivateTable, PublicTable   string // route tables
	InternetGateway, NAT        string
	TaskGroup, EndpointGroup    string // security groups
	Endpoint                    string // "" with NoEndpoint
	PrivateACL                  string
	Role, Topic                 string // ARNs; "" without Access
	S3List                      string // prefix list of the gateway endpoint for S3; "" but in a world of BuildStart
}

// BuildWorld makes a world on the API server at url.
func BuildWorld(t testing.TB, url string, knobs Knobs) World {
	t.Helper()
	b, cfg := newBuilder(t, url, knobs.Region)
	b.network(knobs)
	b.groups(knobs)
	b.access(cfg, knobs.Access)
	b.endpoint(knobs)
	b.task(&ecs.RegisterTaskDefinitionInput{
		Family: sdk.String("web"), Cpu: sdk.String("256"), Memory: sdk.String("512"), NetworkMode: "awsvpc",
		RequiresCompatibilities: []ecstypes.Compatibility{"FARGATE"}, TaskRoleArn: orNil(b.world.Role),
		ContainerDefinitions: []ecstypes.ContainerDefinition{{
			Name: sdk.String("app"), Image: sdk.String("public.ecr.aws/docker/library/nginx:1"), Essential: sdk.Bool(true),
			Environment: []ecstypes.KeyValuePair{{Name: sdk.String("TOPIC"), Value: sdk.String("orders")}}}},
	})
	return b.world
}

type builder struct {
	testing.TB
	ctx   context.Context
	ec2   *ec2.Client
	ecs   *ecs.Client
	world World
}

// newBuilder is a builder in the region, "" means Region, and what other clients of the server are made of.
func newBuilder(t testing.TB, url, region string) (*builder, sdk.Config) {
	if region == "" {
		region = Region
	}
	cfg := sdk.Config{
		Region:       region,
		BaseEndpoint: &url,
		HTTPClient:   NewClient(),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "local", ""),
	}
	return &builder{TB: t, ctx: t.Context(), ec2: ec2.NewFromConfig(cfg), ecs: ecs.NewFromConfig(cfg),
		world: World{Region: region, Cluster: "shop", Service: "web"}}, cfg
}

// made ends the test when building failed.
func made[T any](b *builder) func(*T, error) *T {
	return func(out *T, err error) *T {
		b.Helper()
		if err != nil {
			b.Fatalf("build world: %v", err)
		}
		return out
	}
}

func (b *builder) network(knobs Knobs) {
	w := &b.world
	w.VPC = *made[ec2.CreateVpcOutput](b)(b.ec2.CreateVpc(b.ctx, &ec2.CreateVpcInput{CidrBlock: sdk.String("10.40.0.0/16")})).Vpc.VpcId
	made[ec2.ModifyVpcAttributeOutput](b)(b.ec2.ModifyVpcAttribute(b.ctx, &ec2.ModifyVpcAttributeInput{
		VpcId: &w.VPC, EnableDnsHostnames: &ec2types.AttributeBooleanValue{Value: sdk.Bool(true)}}))
	w.PrivateSubnet, w.PublicSubnet = b.subnet("10.40.1.0/24"), b.subnet("10.40.0.0/24")
	w.PrivateTable, w.PublicTable = b.table(w.PrivateSubnet), b.table(w.PublicSubnet)

	w.InternetGateway = *made[ec2.CreateInternetGatewayOutput](b)(b.ec2.CreateInternetGateway(b.ctx, nil)).InternetGateway.InternetGatewayId
	made[ec2.AttachInternetGatewayOutput](b)(b.ec2.AttachInternetGateway(b.ctx, &ec2.AttachInternetGatewayInput{
		InternetGatewayId: &w.InternetGateway, VpcId: &w.VPC}))
	b.route(ec2.CreateRouteInput{RouteTableId: &w.PublicTable, GatewayId: &w.InternetGateway})

	address := made[ec2.AllocateAddressOutput](b)(b.ec2.AllocateAddress(b.ctx, &ec2.AllocateAddressInput{Domain: "vpc"}))
	w.NAT = *made[ec2.CreateNatGatewayOutput](b)(b.ec2.CreateNatGateway(b.ctx, &ec2.CreateNatGatewayInput{
		SubnetId: &w.PublicSubnet, AllocationId: address.AllocationId})).NatGateway.NatGatewayId
	if !knobs.NoNAT {
		b.route(ec2.CreateRouteInput{RouteTableId: &w.PrivateTable, NatGatewayId: &w.NAT})
	}
	w.PrivateACL = b.acl(w.PrivateSubnet, knobs.DenyACL)
}

func (b *builder) subnet(cidr string) string {
	return *made[ec2.CreateSubnetOutput](b)(b.ec2.CreateSubnet(b.ctx, &ec2.CreateSubnetInput{
		VpcId: &b.world.VPC, CidrBlock: &cidr, AvailabilityZone: sdk.String(b.world.Region + "a")})).Subnet.SubnetId
}

func (b *builder) table(subnet string) string {
	id := made[ec2.CreateRouteTableOutput](b)(b.ec2.CreateRouteTable(b.ctx, &ec2.CreateRouteTableInput{VpcId: &b.world.VPC})).RouteTable.RouteTableId
	made[ec2.AssociateRouteTableOutput](b)(b.ec2.AssociateRouteTable(b.ctx, &ec2.AssociateRouteTableInput{RouteTableId: id, SubnetId: &subnet}))
	return *id
}

// route adds a default route.
func (b *builder) route(in ec2.CreateRouteInput) {
	in.DestinationCidrBlock = sdk.String("0.0.0.0/0")
	made[ec2.CreateRouteOutput](b)(b.ec2.CreateRoute(b.ctx, &in))
}

// acl gives the subnet a network ACL of its own that lets everything through, or no TCP out.
func (b *builder) acl(subnet string, deny bool) string {
	id := made[ec2.CreateNetworkAclOutput](b)(b.ec2.CreateNetworkAcl(b.ctx, &ec2.CreateNetworkAclInput{VpcId: &b.world.VPC})).NetworkAcl.NetworkAclId
	entry := ec2.CreateNetworkAclEntryInput{NetworkAclId: id, CidrBlock: sdk.String("0.0.0.0/0"), RuleNumber: sdk.Int32(100), Protocol: sdk.String("-1"), RuleAction: "allow"}
	for _, egress := range []bool{true, false} {
		entry.Egress = &egress
		made[ec2.CreateNetworkAclEntryOutput](b)(b.ec2.CreateNetworkAclEntry(b.ctx, &entry))
	}
	if deny {
		entry.Egress, entry.RuleNumber, entry.Protocol, entry.RuleAction = sdk.Bool(true), sdk.Int32(90), sdk.String("6"), "deny"
		entry.PortRange = &ec2types.PortRange{From: sdk.Int32(0), To: sdk.Int32(65535)}
		made[ec2.CreateNetworkAclEntryOutput](b)(b.ec2.CreateNetworkAclEntry(b.ctx, &entry))
	}
	acls := made[ec2.DescribeNetworkAclsOutput](b)(b.ec2.DescribeNetworkAcls(b.ctx, &ec2.DescribeNetworkAclsInput{
		Filters: []ec2types.Filter{{Name: sdk.String("association.subnet-id"), Values: []string{subnet}}}}))
	for _, association := range acls.NetworkAcls[0].Associations {
		if *association.SubnetId == subnet {
			made[ec2.ReplaceNetworkAclAssociationOutput](b)(b.ec2.ReplaceNetworkAclAssociation(b.ctx, &ec2.ReplaceNetworkAclAssociationInput{
				AssociationId: association.NetworkAclAssociationId, NetworkAclId: id}))
		}
	}
	return *id
}

func (b *builder) groups(knobs Knobs) {
	w := &b.world
	w.TaskGroup, w.EndpointGroup = b.group("web"), b.group("endpoints")
	if knobs.NoEgress {
		made[ec2.RevokeSecurityGroupEgressOutput](b)(b.ec2.RevokeSecurityGroupEgress(b.ctx, &ec2.RevokeSecurityGroupEgressInput{
			GroupId: &w.TaskGroup, IpPermissions: []ec2types.IpPermission{{IpProtocol: sdk.String("-1"),
				IpRanges: []ec2types.IpRange{{CidrIp: sdk.String("0.0.0.0/0")}}}}}))
	}
	if !knobs.NoEndpointIngress {
		made[ec2.AuthorizeSecurityGroupIngressOutput](b)(b.ec2.AuthorizeSecurityGroupIngress(b.ctx, &ec2.AuthorizeSecurityGroupIngressInput{
			GroupId: &w.EndpointGroup, IpPermissions: []ec2types.IpPermission{{IpProtocol: sdk.String("tcp"), FromPort: sdk.Int32(443), ToPort: sdk.Int32(443),
				UserIdGroupPairs: []ec2types.UserIdGroupPair{{GroupId: &w.TaskGroup}}}}}))
	}
}

func (b *builder) group(name string) string {
	return *made[ec2.CreateSecurityGroupOutput](b)(b.ec2.CreateSecurityGroup(b.ctx, &ec2.CreateSecurityGroupInput{
		VpcId: &b.world.VPC, GroupName: &name, Description: &name})).GroupId
}

func (b *builder) endpoint(knobs Knobs) {
	if knobs.NoEndpoint {
		return
	}
	w := &b.world
	var policy *string
	if knobs.Access != nil && knobs.Access.EndpointPolicy != "" {
		policy = &knobs.Access.EndpointPolicy
	}
	w.Endpoint = *made[ec2.CreateVpcEndpointOutput](b)(b.ec2.CreateVpcEndpoint(b.ctx, &ec2.CreateVpcEndpointInput{
		VpcId: &w.VPC, ServiceName: sdk.String("com.amazonaws." + w.Region + ".sns"), VpcEndpointType: "Interface",
		SubnetIds: []string{w.PrivateSubnet}, SecurityGroupIds: []string{w.EndpointGroup}, PolicyDocument: policy, PrivateDnsEnabled: sdk.Bool(true)})).VpcEndpoint.VpcEndpointId
}

func (b *builder) task(definition *ecs.RegisterTaskDefinitionInput) {
	w := &b.world
	made[ecs.CreateClusterOutput](b)(b.ecs.CreateCluster(b.ctx, &ecs.CreateClusterInput{ClusterName: &w.Cluster}))
	w.TaskDefinition = *made[ecs.RegisterTaskDefinitionOutput](b)(b.ecs.RegisterTaskDefinition(b.ctx, definition)).TaskDefinition.TaskDefinitionArn
	network := &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{
		Subnets: []string{w.PrivateSubnet}, SecurityGroups: []string{w.TaskGroup}, AssignPublicIp: "DISABLED"}}
	made[ecs.CreateServiceOutput](b)(b.ecs.CreateService(b.ctx, &ecs.CreateServiceInput{
		Cluster: &w.Cluster, ServiceName: &w.Service, TaskDefinition: &w.TaskDefinition, LaunchType: "FARGATE",
		DesiredCount: sdk.Int32(1), NetworkConfiguration: network}))
	tasks := made[ecs.RunTaskOutput](b)(b.ecs.RunTask(b.ctx, &ecs.RunTaskInput{
		Cluster: &w.Cluster, TaskDefinition: &w.TaskDefinition, LaunchType: "FARGATE", Group: sdk.String("service:" + w.Service),
		NetworkConfiguration: network})).Tasks
	if len(tasks) != 1 {
		b.Fatalf("build world: %d tasks instead of 1", len(tasks))
	}
	w.Task = *tasks[0].TaskArn
	for _, detail := range tasks[0].Attachments[0].Details {
		if *detail.Name == "networkInterfaceId" {
			w.Interface = *detail.Value
		}
	}
}
