package steps

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/aws/vpc"
)

// least returns the least statement that allows a call, and what it is: the action on the resource, or on all where none is known.
func least(c refusedCall) iam.Statement { return iam.Least(c.action, c.asked()) }

// grantToRole gives the role the statement as an inline policy of its own, so that no other policy is touched.
func grantToRole(f Facts, s iam.Statement, what string) Fix {
	return grantStatements(f, []iam.Statement{s}, what)
}

// grantStatements is grantToRole for calls on several resources.
func grantStatements(f Facts, all []iam.Statement, what string) Fix {
	var actions []string
	for _, s := range all {
		actions = append(actions, s.Actions...)
	}
	name := policyNameFor(actions)
	document := iam.Document(all...)
	return Fix{
		Title:    "allow " + what + " to the role, and nothing more",
		Document: document,
		Command: fmt.Sprintf("aws iam put-role-policy --role-name %s --policy-name %s --policy-document %s",
			aws.ShortName(signer.Of(f).role), name, quoteJSON(document)),
		Effect: "It counts for every task that has this role, after some seconds. Running tasks need no restart.",
		apply: func(f Facts) Facts {
			known, err := rolePolicies.Try(f)
			if err != nil {
				return f
			}
			known.Known = append(slices.Clone(known.Known), aws.PolicyDocument{Name: name, Document: document})
			return f.with(rolePolicies, known, nil).withStaleSimulation()
		},
	}
}

// withoutStatement takes a Deny statement out of the policy of the role that it stands in.
func withoutStatement(f Facts, s iam.Statement) (Fix, bool) {
	known, err := rolePolicies.Try(f)
	if err != nil {
		return Fix{}, false
	}
	i := slices.IndexFunc(known.Known, func(d aws.PolicyDocument) bool { return nameOfPolicy(d) == s.Policy })
	if i < 0 {
		return Fix{}, false
	}
	d := known.Known[i]
	p, err := policyOf(d)
	if err != nil {
		return Fix{}, false
	}
	p = p.Without(s.Index)
	role := aws.ShortName(signer.Of(f).role)
	fix := Fix{Title: "take the Deny statement out of " + s.Policy, Effect: "Somebody put it there: ask why before you do. Narrowing it may be enough."}
	rest := slices.Delete(slices.Clone(known.Known), i, i+1)
	switch {
	case len(p.Statements) == 0 && d.ARN == "":
		fix.Command = fmt.Sprintf("aws iam delete-role-policy --role-name %s --policy-name %s", role, d.Name)
	case len(p.Statements) == 0 || strings.Contains(d.ARN, ":aws:policy/"):
		fix.Command = fmt.Sprintf("aws iam detach-role-policy --role-name %s --policy-arn %s", role, d.ARN)
	default:
		fix.Document = documentOf(p)
		d.Document = fix.Document
		rest = append(rest, d)
		fix.Command = fmt.Sprintf("aws iam put-role-policy --role-name %s --policy-name %s --policy-document %s", role, d.Name, quoteJSON(fix.Document))
		if d.ARN != "" {
			fix.Command = newVersion(d.ARN, fix.Document)
		}
	}
	fix.apply = func(f Facts) Facts {
		now := known
		now.Known = rest
		return f.with(rolePolicies, now, nil).withStaleSimulation()
	}
	return fix, true
}

// grantInBoundary adds the statement to the permissions boundary.
func grantInBoundary(f Facts, s iam.Statement) Fix {
	d, err := boundary.Try(f)
	fix := Fix{Title: "allow " + strings.Join(s.Actions, ", ") + " in the permissions boundary", Effect: "The boundary caps every role that has it."}
	if err != nil {
		return fix
	}
	p, err := policyOf(d)
	if err != nil || strings.Contains(d.ARN, "::aws:policy/") {
		return fix
	}
	d.Document = documentOf(p.With(s))
	fix.Document, fix.Command = d.Document, newVersion(d.ARN, d.Document)
	fix.apply = func(f Facts) Facts { return f.with(boundary, d, nil).withStaleSimulation() }
	return fix
}

// newVersion is the command that puts a new version of a managed policy in force.
func newVersion(arn, document string) string {
	return fmt.Sprintf("aws iam create-policy-version --policy-arn %s --set-as-default --policy-document %s", arn, quoteJSON(document))
}

// grantInEndpoint adds the statements to the policy of the VPC endpoint, for the principal of the call.
func grantInEndpoint(f Facts, r ruled, statements ...iam.Statement) Fix {
	p, err := policyOf(aws.PolicyDocument{Document: r.endpoint.Policy})
	if err != nil {
		var actions []string
		for _, s := range statements {
			actions = append(actions, s.Actions...)
		}
		return Fix{Title: "allow " + strings.Join(actions, ", ") + " in the policy of " + r.endpoint.ID}
	}
	if s := r.of(iam.Endpoint).Statement; s != nil && s.Effect == iam.EffectDeny {
		p = p.Without(s.Index)
	}
	for _, s := range statements {
		s.Principals = []iam.PrincipalName{{Type: iam.Everyone, Value: "*"}}
		if arn := r.request.Principal.ARN; arn != "" {
			// The principal is narrowed by a condition, which gateway endpoints understand as well; they take no role as a principal.
			s.Conditions = []iam.Condition{{Operator: "ArnEquals", Key: "aws:PrincipalArn", Values: []string{arn}}}
		}
		p = p.With(s)
	}
	document := documentOf(p)
	id := r.endpoint.ID
	return Fix{
		Title: "allow the call in the policy of " + id, Document: document,
		Command: fmt.Sprintf("aws ec2 modify-vpc-endpoint --vpc-endpoint-id %s --policy-document %s --region %s", id, quoteJSON(document), f.c.Region),
		Effect:  "It counts for every task whose traffic goes through this endpoint.",
		apply:   func(f Facts) Facts { return f.withEndpointPolicy(id, document) },
	}
}

// withEndpointPolicy gives an endpoint another policy.
func (f Facts) withEndpointPolicy(id, document string) Facts {
	return f.withNetwork(func(n vpc.Network) vpc.Network {
		n.Endpoints = slices.Clone(n.Endpoints)
		for i := range n.Endpoints {
			if n.Endpoints[i].ID == id {
				n.Endpoints[i].Policy = document
			}
		}
		return n
	})
}

// grantInResource allows the role in the resource's own policy, or takes the statement out that denies it.
func grantInResource(f Facts, r ruled, c refusedCall) Fix {
	side, err := resourcePolicy.Try(f)
	if err != nil {
		return Fix{Title: "allow the role in the policy of " + c.resource}
	}
	p := iam.Policy{Version: "2012-10-17"}
	if side.Document != "" {
		if p, err = policyOf(side.PolicyDocument); err != nil {
			return Fix{Title: "allow the role in the policy of " + c.resource}
		}
	}
	fix := Fix{Title: "allow the role in the policy of " + c.resource}
	if s := r.of(iam.Resource).Statement; s != nil && s.Effect == iam.EffectDeny {
		p = p.Without(s.Index)
		fix.Title = "take the Deny statement out of the policy of " + c.resource
		fix.Effect = "Somebody put it there: ask why before you do. Narrowing it may be enough."
	} else {
		p = p.With(iam.Least(c.action, c.asked(), iam.PrincipalName{Type: "AWS", Value: r.request.Principal.ARN}))
	}
	if len(p.Statements) > 0 {
		fix.Document = documentOf(p)
	}
	fix.Command = resourcePolicyCommand(c.resource, fix.Document, f.c.Region)
	side.Document = fix.Document
	fix.apply = func(f Facts) Facts { return f.with(resourcePolicy, side, nil) }
	return fix
}

// resourcePolicyCommand is the command that sets a resource's policy, "" where one command does not do it. An empty document takes the
// policy away.
func resourcePolicyCommand(resource, document, region string) string {
	arn, ok := aws.ParseARN(resource)
	if !ok {
		return ""
	}
	if arn.Region != "" {
		region = arn.Region
	}
	name := aws.ShortName(arn.Resource)
	quoted := quoteJSON(document)
	switch arn.Service {
	case "s3":
		bucket, _, _ := strings.Cut(arn.Resource, "/")
		if document == "" {
			return "aws s3api delete-bucket-policy --bucket " + bucket
		}
		return fmt.Sprintf("aws s3api put-bucket-policy --bucket %s --policy %s", bucket, quoted)
	case "sqs": // an empty policy takes it away
		attributes, _ := json.Marshal(map[string]string{"Policy": compact(document)})
		return fmt.Sprintf("aws sqs set-queue-attributes --queue-url https://sqs.%s.%s/%s/%s --attributes %s --region %s",
			region, aws.PartitionOf(region).DNSSuffix, arn.Account, arn.Resource, quoteJSON(string(attributes)), region)
	case "sns":
		if document == "" {
			return "" // a topic has always a policy
		}
		return fmt.Sprintf("aws sns set-topic-attributes --topic-arn %s --attribute-name Policy --attribute-value %s --region %s", resource, quoted, region)
	case "kms":
		if document == "" {
			return "" // and so has a key
		}
		return fmt.Sprintf("aws kms put-key-policy --key-id %s --policy-name default --policy %s --region %s", name, quoted, region)
	case "secretsmanager":
		if document == "" {
			return fmt.Sprintf("aws secretsmanager delete-resource-policy --secret-id %s --region %s", resource, region)
		}
		return fmt.Sprintf("aws secretsmanager put-resource-policy --secret-id %s --resource-policy %s --region %s", resource, quoted, region)
	case "ecr":
		repository := strings.TrimPrefix(arn.Resource, "repository/")
		if document == "" {
			return fmt.Sprintf("aws ecr delete-repository-policy --repository-name %s --region %s", repository, region)
		}
		return fmt.Sprintf("aws ecr set-repository-policy --repository-name %s --policy-text %s --region %s", repository, quoted, region)
	case "elasticfilesystem":
		if document == "" {
			return fmt.Sprintf("aws efs delete-file-system-policy --file-system-id %s --region %s", name, region)
		}
		return fmt.Sprintf("aws efs put-file-system-policy --file-system-id %s --policy %s --region %s", name, quoted, region)
	case "dynamodb":
		if document == "" {
			return fmt.Sprintf("aws dynamodb delete-resource-policy --resource-arn %s --region %s", resource, region)
		}
		return fmt.Sprintf("aws dynamodb put-resource-policy --resource-arn %s --policy %s --region %s", resource, quoted, region)
	}
	return ""
}

// withStaleSimulation says that the policies in memory are no longer those that the simulation was about.
func (f Facts) withStaleSimulation() Facts {
	f.scope, f.used = nil, nil
	if s, err := simulation.Try(f); err == nil {
		s.stale = true
		f = f.with(simulation, s, nil)
	}
	if _, err := agentSimulation.Try(f); err == nil {
		f = f.with(agentSimulation, map[string]simulated(nil), nil)
	}
	return f
}

// documentOf writes a policy as JSON.
func documentOf(p iam.Policy) string { return iam.Document(p.Statements...) }

// compact writes JSON on one line.
func compact(document string) string {
	var v json.RawMessage = []byte(document)
	one, err := json.Marshal(v)
	if err != nil {
		return document
	}
	return string(one)
}

// quoteJSON quotes a document for a POSIX shell, on one line.
func quoteJSON(document string) string {
	return "'" + strings.ReplaceAll(compact(document), "'", `'\''`) + "'"
}

// policyNameFor names an inline policy after what it allows, in the 128 characters that IAM takes.
func policyNameFor(actions []string) string {
	name := "allow-" + strings.NewReplacer(":", "-", "*", "all").Replace(strings.ToLower(strings.Join(actions, "-")))
	return name[:min(len(name), 128)]
}
