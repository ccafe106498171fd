package read

import (
	"context"
	"fmt"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

type wirePrefixList struct {
	PrefixListId, PrefixListName string
	Cidrs                        *[]string
}

func (w wirePrefixList) list() (vpc.PrefixList, error) {
	if w.Cidrs == nil { // describe-managed-prefix-lists calls its list PrefixLists too, and gives no entries
		return vpc.PrefixList{}, nil
	}
	l := vpc.PrefixList{ID: w.PrefixListId, Name: w.PrefixListName}
	for _, c := range *w.Cidrs {
		p, err := prefix(c)
		if err != nil {
			return l, fmt.Errorf("%s: %w", w.PrefixListId, err)
		}
		l.Prefixes = append(l.Prefixes, p)
	}
	return l, nil
}

// servicePrefixLists are the lists of AWS's own services. Others have to be asked for one by one.
var servicePrefixLists = collection[wirePrefixList, vpc.PrefixList]{vpc.KindPrefixList, "DescribePrefixLists", "PrefixLists",
	wirePrefixList.list, func(n *vpc.Network) *[]vpc.PrefixList { return &n.PrefixLists }}

// managedPrefixList reads the entries of any prefix list.
func managedPrefixList(region, id string) source {
	q := aws.Query{Service: "ec2", Operation: "GetManagedPrefixListEntries", Region: region, Input: aws.Input{"PrefixListId": id}}
	return source{vpc.KindPrefixList, []string{id}, func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		entries, err := elements[struct{ Cidr string }](ctx, r, q, "Entries")
		if err != nil {
			return nil, err
		}
		list := vpc.PrefixList{ID: id}
		for _, e := range entries {
			p, err := prefix(e.Cidr)
			if err != nil {
				return nil, aws.Errorf(aws.Malformed, q, id, "%w", err)
			}
			list.Prefixes = append(list.Prefixes, p)
		}
		return func(n *vpc.Network) { n.PrefixLists = append(n.PrefixLists, list) }, nil
	}}
}
