package read

import (
	"context"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

type wireTransitAttachment struct {
	TransitGatewayAttachmentId, TransitGatewayId, ResourceType, ResourceId, ResourceOwnerId, State string

	Association struct{ TransitGatewayRouteTableId, State string }
}

func (w wireTransitAttachment) attachment() (vpc.TransitAttachment, error) {
	a := vpc.TransitAttachment{ID: w.TransitGatewayAttachmentId, Gateway: w.TransitGatewayId, ResourceType: w.ResourceType,
		Resource: w.ResourceId, ResourceOwner: w.ResourceOwnerId, State: w.State}
	if w.Association.State != "disassociated" {
		a.RouteTable = w.Association.TransitGatewayRouteTableId
	}
	return a, nil
}

// transitAttachments are attachments of all kinds, with their associations.
var transitAttachments = collection[wireTransitAttachment, vpc.TransitAttachment]{vpc.KindTransitAttachment,
	"DescribeTransitGatewayAttachments", "TransitGatewayAttachments", wireTransitAttachment.attachment,
	func(n *vpc.Network) *[]vpc.TransitAttachment { return &n.TransitAttachments }}

type wireTransitVPCAttachment struct {
	TransitGatewayAttachmentId, TransitGatewayId, VpcId, VpcOwnerId, State string

	SubnetIds *[]string
	Options   struct{ ApplianceModeSupport string }
}

func (w wireTransitVPCAttachment) attachment() (vpc.TransitAttachment, error) {
	a := vpc.TransitAttachment{ID: w.TransitGatewayAttachmentId, Gateway: w.TransitGatewayId, ResourceType: "vpc",
		Resource: w.VpcId, ResourceOwner: w.VpcOwnerId, State: w.State, ApplianceMode: w.Options.ApplianceModeSupport == "enable"}
	if w.SubnetIds != nil {
		a.Subnets, a.SubnetsKnown = *w.SubnetIds, true
	}
	return a, nil
}

// transitVPCAttachments are a VPC's attachments, with their subnets. unite joins them with transitAttachments.
var transitVPCAttachments = collection[wireTransitVPCAttachment, vpc.TransitAttachment]{vpc.KindTransitAttachment,
	"DescribeTransitGatewayVpcAttachments", "TransitGatewayVpcAttachments", wireTransitVPCAttachment.attachment,
	func(n *vpc.Network) *[]vpc.TransitAttachment { return &n.TransitAttachments }}

type wireTransitRoutes struct {
	Routes []struct {
		DestinationCidrBlock, PrefixListId, Type, State string

		TransitGatewayAttachments []struct{ TransitGatewayAttachmentId string }
	}
	AdditionalRoutesAvailable bool
}

// transitRouteTable reads the routes of a transit gateway's route table. The API gives at most 1,000: when there are
// more, Known is false and a Gap says so.
func transitRouteTable(region, gateway, id string) source {
	input := only("type", "static", "propagated")
	input["TransitGatewayRouteTableId"] = id
	q := aws.Query{Service: "ec2", Operation: "SearchTransitGatewayRoutes", Region: region, Input: input}
	return source{vpc.KindTransitRouteTable, []string{id}, func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		answer, err := object[wireTransitRoutes](ctx, r, q, "Routes")
		if err != nil {
			return nil, err
		}
		table := vpc.TransitRouteTable{ID: id, Gateway: gateway, Known: !answer.AdditionalRoutesAvailable}
		for _, w := range answer.Routes {
			if w.State == "deleting" || w.State == "deleted" {
				continue
			}
			route := vpc.TransitRoute{Static: w.Type == "static", Blackhole: w.State == "blackhole"}
			if w.DestinationCidrBlock == "" && w.PrefixListId != "" {
				route.PrefixList = w.PrefixListId
			} else if route.Prefix, err = prefix(w.DestinationCidrBlock); err != nil {
				return nil, aws.Errorf(aws.Malformed, q, id, "%w", err)
			}
			for _, a := range w.TransitGatewayAttachments {
				route.Attachments = append(route.Attachments, a.TransitGatewayAttachmentId)
			}
			table.Routes = append(table.Routes, route)
		}
		return func(n *vpc.Network) {
			n.TransitRouteTables = append(n.TransitRouteTables, table)
			if !table.Known {
				n.Gaps = append(n.Gaps, vpc.Gap{Kind: vpc.KindTransitRouteTable, Scope: id, Reason: "the answer does not hold all routes of " + id})
			}
		}, nil
	}}
}

// unite joins the two views of a VPC attachment: what it is associated with, and its subnets. A peering attachment is seen
// from each of its gateways, hence the gateway in the key.
func unite(attachments []vpc.TransitAttachment) []vpc.TransitAttachment {
	at := map[[2]string]int{}
	var out []vpc.TransitAttachment
	for _, a := range attachments {
		key := [2]string{a.ID, a.Gateway}
		i, seen := at[key]
		if !seen {
			at[key] = len(out)
			out = append(out, a)
			continue
		}
		if out[i].RouteTable == "" {
			out[i].RouteTable = a.RouteTable
		}
		if !out[i].SubnetsKnown && a.SubnetsKnown {
			out[i].Subnets, out[i].SubnetsKnown, out[i].ApplianceMode = a.Subnets, true, a.ApplianceMode
		}
	}
	return out
}
