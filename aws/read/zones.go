package read

import (
	"context"
	"strconv"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

type wireZone struct {
	HostedZoneId, Name string
	Owner              struct{ OwningAccount, OwningService string }
}

type wireRecordSet struct {
	Name, Type      string
	ResourceRecords []struct{ Value string }
	AliasTarget     struct{ DNSName string }
}

// privateZones reads the hosted zones of the VPC that can answer for host, and their records.
func privateZones(region, vpcID, host string) fill {
	return func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		zones, err := elements[wireZone](ctx, r, aws.Query{Service: "route53", Operation: "ListHostedZonesByVPC", Region: region,
			Input: aws.Input{"VPCId": vpcID, "VPCRegion": region}}, "HostedZoneSummaries")
		if err != nil {
			return nil, err
		}
		var values []vpc.PrivateZone
		for _, w := range zones {
			name := domainName(w.Name)
			if host == "" || name == "" || covers(name, host) {
				values = append(values, vpc.PrivateZone{ID: w.HostedZoneId, Name: name, VPC: vpcID, Owner: w.Owner.OwningService})
			}
		}
		var records []source
		for i := range values {
			records = append(records, source{vpc.KindPrivateZone, []string{values[i].ID}, zoneRecords(region, &values[i])})
		}
		gaps := round(ctx, r, records).Gaps
		return func(n *vpc.Network) {
			n.PrivateZones = append(n.PrivateZones, values...)
			n.Gaps = append(n.Gaps, gaps...)
		}, nil
	}
}

// covers reports whether a zone's names include host.
func covers(zone, host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == zone || strings.HasSuffix(host, "."+zone)
}

func zoneRecords(region string, zone *vpc.PrivateZone) fill {
	return func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		sets, err := elements[wireRecordSet](ctx, r, aws.Query{Service: "route53", Operation: "ListResourceRecordSets", Region: region,
			Input: aws.Input{"HostedZoneId": zone.ID}}, "ResourceRecordSets")
		if err != nil {
			return nil, err
		}
		for _, w := range sets {
			record := vpc.Record{Name: domainName(w.Name), Type: w.Type, Alias: domainName(w.AliasTarget.DNSName)}
			for _, v := range w.ResourceRecords {
				record.Values = append(record.Values, v.Value)
			}
			zone.Records = append(zone.Records, record)
		}
		zone.RecordsKnown = true
		return func(*vpc.Network) {}, nil
	}
}

// domainName returns a name in lower case, without the final dot and with Route 53's octal escapes undone ("\052" is "*").
func domainName(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return strings.ToLower(strings.TrimSuffix(b.String(), "."))
}
