package snapshot

import (
	"encoding/json"
)

// transitRoutes returns the routes of a transit gateway's route table from the table's static routes and propagations, in the
// form that SearchTransitGatewayRoutes answers in; nil when the static routes were not recorded. A propagated route leads to
// what the attached VPC has for CIDR blocks. Where that is not known, the answer says that there are further routes.
func (s *Snapshot) transitRoutes(h *holding, table string) document {
	static := h.beside(operation{key: "Routes", several: "TransitGatewayStaticRoutes", id: "TransitGatewayRouteTableId"}, []string{table})
	if static == nil {
		return nil
	}
	propagations := h.beside(operation{key: "TransitGatewayRouteTablePropagations", several: "TransitGatewayPropagations",
		id: "TransitGatewayRouteTableId"}, []string{table})

	routes := []transitRoute{}
	_ = json.Unmarshal(static.value("Routes"), &routes)
	var more bool
	_ = json.Unmarshal(static.value("AdditionalRoutesAvailable"), &more)
	var propagated []transitAttachment
	if propagations == nil || json.Unmarshal(propagations.value("TransitGatewayRouteTablePropagations"), &propagated) != nil {
		more = true
	}
	for _, p := range propagated {
		if p.State != "enabled" {
			continue
		}
		blocks := s.blocksOf(p)
		more = more || len(blocks) == 0
		for _, b := range blocks {
			routes = append(routes, transitRoute{DestinationCidrBlock: b, Type: "propagated", State: "active",
				TransitGatewayAttachments: []transitAttachment{p}})
		}
	}
	all, _ := json.Marshal(routes)
	further, _ := json.Marshal(more)
	return document{"Routes": all, "AdditionalRoutesAvailable": further}
}

type transitRoute struct {
	DestinationCidrBlock      string              `json:",omitempty"`
	PrefixListId              string              `json:",omitempty"`
	TransitGatewayAttachments []transitAttachment `json:",omitempty"`
	Type, State               string
}

type transitAttachment struct {
	TransitGatewayAttachmentId, ResourceId, ResourceType string
	State                                                string `json:",omitempty"`
}

// blocksOf returns the CIDR blocks of an attached VPC, whichever region or account it is in; nil when the snapshot does not
// hold it, or when something else is attached.
func (s *Snapshot) blocksOf(a transitAttachment) []string {
	if a.ResourceType != "vpc" {
		return nil
	}
	for _, h := range s.holdings {
		for _, e := range h.elements("Vpcs") {
			if member(e, "VpcId") != a.ResourceId {
				continue
			}
			var v struct {
				CidrBlock               string
				CidrBlockAssociationSet []struct {
					CidrBlock      string
					CidrBlockState struct{ State string }
				}
				Ipv6CidrBlockAssociationSet []struct {
					Ipv6CidrBlock      string
					Ipv6CidrBlockState struct{ State string }
				}
			}
			if json.Unmarshal(e, &v) != nil {
				return nil
			}
			var blocks []string
			for _, b := range v.CidrBlockAssociationSet {
				if b.CidrBlockState.State == "associated" {
					blocks = append(blocks, b.CidrBlock)
				}
			}
			for _, b := range v.Ipv6CidrBlockAssociationSet {
				if b.Ipv6CidrBlockState.State == "associated" {
					blocks = append(blocks, b.Ipv6CidrBlock)
				}
			}
			if len(blocks) == 0 && v.CidrBlock != "" {
				blocks = []string{v.CidrBlock}
			}
			return blocks
		}
	}
	return nil
}
