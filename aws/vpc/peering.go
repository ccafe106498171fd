package vpc

import (
	"net/netip"
	"slices"
	"strings"
)

// throughPeering brings the packet into the VPC on the other side of a peering connection. Only addresses of that VPC itself
// can be reached: no gateway, NAT or endpoint of it.
// https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
func (p *packet) throughPeering(id string, dead bool) arrival {
	w, x := p.w, p.w.m.peerings[id]
	j := p.judge(TestPeering, Ref{Kind: KindPeering, ID: id}, "")
	if x == nil {
		if !dead {
			j.unknown(need{kind: KindPeering, id: id, vpc: p.vpc.ID})
		}
		return arrival{}
	}
	near, far := x.Requester, x.Accepter
	if near.VPC != p.vpc.ID {
		near, far = far, near
	}
	if !strings.EqualFold(x.Status, "active") {
		j.fail(codePeeringInactive, id+" is "+x.Status, mendPeering(x), p.vpc.ID)
	}
	if near.VPC != p.vpc.ID {
		if !j.bad {
			j.fail(codePeeringInactive, id+" does not join "+p.vpc.ID, nil, p.vpc.ID)
		}
		return arrival{}
	}
	if p.entered || p.border != borderNone {
		j.fail(codePeeringNoTransit, "the packet comes from another VPC; a peering carries only what starts in the VPC itself", nil, p.vpc.ID)
		return arrival{}
	}
	there := w.m.vpcs[far.VPC]
	blocks := far.CIDRs
	if there != nil {
		blocks = there.CIDRs
	}
	if len(blocks) > 0 {
		if !slices.ContainsFunc(blocks, func(b netip.Prefix) bool { return p.dst.within(b) }) {
			for _, b := range blocks {
				if inside, outside := p.dst.split(b); len(inside) > 0 && !w.back {
					w.parts = []spans{inside, outside}
					return arrival{}
				}
			}
			j.fail(codePeeringNoTransit, far.VPC+" does not hold "+p.dst.String()+"; gateways, NAT and endpoints of a peer can't be used", nil, far.VPC)
			return arrival{}
		}
	}
	if there == nil {
		j.unknown(need{kind: KindVPC, id: far.VPC, region: far.Region, owner: far.Owner})
		return arrival{}
	}
	j.pass("active")
	p.border = borderPeering
	if regionOf(near, p.vpc) != regionOf(far, there) {
		p.border = borderRegions
	}
	p.vpc = there
	to, _ := p.locate()
	if w.parts != nil || w.elsewhere {
		return arrival{}
	}
	return p.deliver(to, nil)
}

func regionOf(s PeeringSide, v *vpcIndex) string {
	if v.Region != "" {
		return v.Region
	}
	return s.Region
}
