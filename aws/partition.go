package aws

import "strings"

// A Partition is a group of AWS regions with its own ARNs and DNS names. A test in aws/live holds this table against
// the SDK's endpoint rules.
type Partition struct {
	ID        string // "aws", "aws-cn", "aws-us-gov"
	DNSSuffix string // of endpoint names: "amazonaws.com"
	regions   string // prefix of its region names
}

// Partitions lists all partitions; the commercial one is last because it takes every region that no other claims.
func Partitions() []Partition {
	return []Partition{
		{"aws-cn", "amazonaws.com.cn", "cn-"},
		{"aws-us-gov", "amazonaws.com", "us-gov-"},
		{"aws-iso", "c2s.ic.gov", "us-iso-"},
		{"aws-iso-b", "sc2s.sgov.gov", "us-isob-"},
		{"aws-iso-e", "cloud.adc-e.uk", "eu-isoe-"},
		{"aws-iso-f", "csp.hci.ic.gov", "us-isof-"},
		{"aws-eusc", "amazonaws.eu", "eusc-"},
		{"aws", "amazonaws.com", ""},
	}
}

// PartitionOf returns the partition that region lies in.
func PartitionOf(region string) Partition {
	all := Partitions()
	for _, p := range all {
		if strings.HasPrefix(region, p.regions) {
			return p
		}
	}
	return all[len(all)-1]
}
