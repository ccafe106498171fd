package read

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

type wirePrefixList struct {
	PrefixListId, PrefixListName string
	Cidrs                        []string
}

// list returns the list with its entries, none when the answer tells none: describe-managed-prefix-lists calls its list PrefixLists too and
// has no Cidrs, and a service whose list holds no address does not exist. So an empty list means that its entries are not known.
func (w wirePrefixList) list() (vpc.PrefixList, error) {
	l := vpc.PrefixList{ID: w.PrefixListId, Name: w.PrefixListName}
	for _, c := range w.Cidrs {
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

// managedPrefixList reads the entries of any prefix list. That a list has none is believed of a customer's own only.
func managedPrefixList(region, id string) source {
	q := aws.Query{Service: "ec2", Operation: "GetManagedPrefixListEntries", Region: region, Input: aws.Input{"PrefixListId": id}}
	return source{vpc.KindPrefixList, []string{id}, func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		entries, err := elements[struct{ Cidr string }](ctx, r, q, "Entries")
		if err != nil {
			return nil, err
		}
		prefixes := make([]netip.Prefix, 0, len(entries))
		for _, e := range entries {
			p, err := prefix(e.Cidr)
			if err != nil {
				return nil, aws.Errorf(aws.Malformed, q, id, "%w", err)
			}
			prefixes = append(prefixes, p)
		}
		if len(prefixes) == 0 {
			if err := ownedByCustomer(ctx, r, q, id); err != nil {
				return nil, err
			}
		}
		return func(n *vpc.Network) {
			at := slices.IndexFunc(n.PrefixLists, func(l vpc.PrefixList) bool { return l.ID == id })
			if at < 0 {
				at, n.PrefixLists = len(n.PrefixLists), append(n.PrefixLists, vpc.PrefixList{ID: id})
			}
			n.PrefixLists[at].Prefixes = prefixes
		}, nil
	}}
}

// ownedByCustomer returns nil when an account owns the list that q got no entries of, else why its entries are not known.
func ownedByCustomer(ctx context.Context, r aws.Reader, q aws.Query, id string) error {
	lists := aws.Query{Service: "ec2", Operation: "DescribeManagedPrefixLists", Region: q.Region, Input: aws.Input{"PrefixListIds": []string{id}}}
	found, err := elements[struct{ PrefixListId, OwnerId string }](ctx, r, lists, "PrefixLists")
	if err != nil {
		return err
	}
	for _, l := range found {
		if l.PrefixListId == id && l.OwnerId != "" && l.OwnerId != "AWS" {
			return nil
		}
	}
	return aws.Errorf(aws.Malformed, q, id, "it has no entries, which a list of AWS's own always has")
}

// withoutUnread leaves out the lists of which the name is known and nothing else: what they hold is to come out as not known. A list that is
// known to be empty has Prefixes, of length 0.
func withoutUnread(lists []vpc.PrefixList) []vpc.PrefixList {
	return slices.DeleteFunc(lists, func(l vpc.PrefixList) bool { return l.Prefixes == nil })
}
