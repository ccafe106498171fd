package aws

import "strings"

// Identity is who the program is, from sts:GetCallerIdentity.
type Identity struct {
	Account string
	ARN     string
	UserID  string
}

// An ARN is an Amazon Resource Name taken apart. Resource keeps its own slashes and colons.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// ParseARN reports whether s has the form arn:partition:service:region:account:resource.
func ParseARN(s string) (ARN, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, false
	}
	return ARN{p[1], p[2], p[3], p[4], p[5]}, true
}

func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// IsRole reports whether s is the ARN of an IAM role.
func IsRole(s string) bool {
	a, ok := ParseARN(s)
	return ok && a.Service == "iam" && len(a.Account) == 12 && strings.HasPrefix(a.Resource, "role/") && len(a.Resource) > len("role/")
}

// ShortName returns what follows the last slash of an ARN or path, which is how people call clusters, services and tasks.
func ShortName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
