package aws

import (
	"strings"
	"time"
)

// A Role is an IAM role, from iam:GetRole.
type Role struct {
	ARN, Name, Path string
	Trust           string // the trust policy, a JSON document
	Boundary        string // ARN of the permissions boundary, "" when the role has none
	Created         time.Time
}

// ServiceLinked reports whether an AWS service owns the role. Nobody else can assume or change it.
func (r Role) ServiceLinked() bool { return strings.HasPrefix(r.Path, "/aws-service-role/") }

// A PolicyDocument is a policy with where it is from.
type PolicyDocument struct {
	Name     string
	ARN      string // of a managed policy, or of the resource that a resource policy belongs to; "" for an inline policy of a role
	Document string // JSON; "" when a resource has no policy
}

// Policies are the identity policies of a role.
type Policies struct {
	Known  []PolicyDocument
	Unread []error // an *Error for each policy that the role has and that could not be read
}

// A Simulation is what IAM says that it would decide about one action on one resource, from iam:SimulatePrincipalPolicy. It knows
// identity policies, the permissions boundary and service control policies without conditions; no resource, endpoint or session policy.
type Simulation struct {
	Action, Resource string
	Decision         string // "allowed", "explicitDeny", "implicitDeny"
	Matched          []MatchedStatement
	MissingContext   []string // condition keys that policies ask for and that were not supplied: with one of them the decision can be another
	Boundary         string   // what the permissions boundary says: "allowed", "denied", "" when there is none
	Organization     string   // the same of the organization's service control policies
}

// A MatchedStatement says in which policy a simulation found a statement that matches.
type MatchedStatement struct {
	PolicyID   string // name or ARN
	PolicyType string // "IAM Policy", "AWS Managed Policy", "Permissions Boundary" …, as the API spells it
}

// A Key is a KMS key.
type Key struct {
	ARN, ID   string
	State     string // Enabled, Disabled, PendingDeletion, PendingImport, Unavailable …
	Manager   string // AWS or CUSTOMER
	Policy    string // JSON; "" for a key that AWS manages, and when PolicyErr says why it is not known
	PolicyErr error
}

// ManagedByAWS reports whether a key is called by an alias that only keys of AWS services have. Such a key lets every principal of its
// own account use it through its service, and no principal of another account.
func ManagedByAWS(keyID string) bool {
	return strings.HasPrefix(keyID, "alias/aws/") || strings.Contains(keyID, ":alias/aws/")
}

// A LogLine is one event of a CloudWatch Logs stream.
type LogLine struct {
	At     time.Time
	Stream string
	Text   string // as it was written: not cleaned
}
