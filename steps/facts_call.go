package steps

import (
	"cmp"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps/symptom"
)

// A refusedCall is the call that the case is about, as the person or the error text names it.
type refusedCall struct {
	symptom.Reading         // of the error text; zero when there is none
	action, resource string // "" when they are not known
}

// named reports whether it is known which call was refused. Nothing about permissions is read otherwise.
func (c refusedCall) named() bool { return c.action != "" }

// isAction reports whether what is named is an action as policies have them: sns:Publish.
func (c refusedCall) isAction() bool { return strings.Contains(c.action, ":") }

// asked is the resource as policies are asked about it: an unknown one stands for any.
func (c refusedCall) asked() string {
	if c.resource == "" && takesNoResource(c.action) {
		return "*"
	}
	return c.resource
}

// exact reports whether it is known which one resource the call is about, or that it has none.
func (c refusedCall) exact() bool { return c.asked() == "*" || exactARN(c.resource) }

// sentence says the call for a person: "sns:Publish on arn:…".
func (c refusedCall) sentence() string {
	if r := c.asked(); r != "" && r != "*" {
		return c.action + " on " + r
	}
	return c.action
}

// refusal is the refused call.
var refusal = &Fact[refusedCall]{
	Name: "refused call",
	Derive: func(f Facts) refusedCall {
		c := refusedCall{Reading: f.c.heard(), action: spelled(f.c.Action), resource: f.c.Resource}
		if strings.HasPrefix(c.action, "kms:") && strings.Contains(c.resource, ":alias/") {
			c.resource = "" // policies are asked about the key behind an alias
		}
		return c
	},
}

func reportedCall(f Facts) Call {
	c := refusal.Of(f)
	if f.c.Symptom == Exec { // the session is what is asked about, and several calls make it
		return Call{}
	}
	by, _ := signer.Try(f)
	return Call{Action: c.action, Resource: c.asked(), Principal: by.principal.ARN, Message: c.Line}
}

// What the credentials that signed a call are to the task (R21).
const (
	taskRole      = "task role"
	executionRole = "execution role"
	otherRole     = "a role that is neither of the task's"
	userKeys      = "a user's access keys"
	accessKeys    = "access keys in the environment"
	noCredentials = "none"
)

// A signedBy says whose credentials signed the call.
type signedBy struct {
	kind      string        // one of the above; "" when the task's definition does not exist yet
	principal iam.Principal // zero when it is not known
	role      string        // name or ARN of the role; "" when it is none
	keys      []string      // variables of the container that hold access keys
	files     []string      // environment files of the container, which are not read and may hold some
	told      bool          // the error text names the principal
}

// unseen reports whether the container, which has no role, may have credentials all the same: in a file that is not read.
func (s signedBy) unseen(c refusedCall) bool {
	return s.kind == noCredentials && len(s.files) > 0 && c.Class != symptom.ClassCredentialsMissing
}

// signer is whose credentials signed the call: what the error text says, else the container's access keys, else the task role, with
// which ECS signs what an application calls (R21).
var signer = &Fact[signedBy]{
	Name:  "credentials of the call",
	Needs: []known{refusal, task, definition},
	Derive: func(f Facts) signedBy {
		t, d := task.Of(f), definition.Of(f)
		if t.ID == "" && d.ARN == "" {
			return signedBy{}
		}
		s := signedBy{kind: taskRole, role: cmp.Or(t.TaskRole, d.TaskRole)}
		c, _ := containerOf(d, f.c.Container)
		s.keys, s.files = keysOf(environmentOf(c, t), c.Secrets), c.EnvironmentFiles
		execution := cmp.Or(t.ExecutionRole, d.ExecutionRole)
		account := ownAccount(t, aws.Service{})
		if account == "" {
			if arn, ok := aws.ParseARN(d.ARN); ok {
				account = arn.Account
			}
		}
		agent := f.c.Symptom == Exec // the Exec agent signs with the task role, whoever it was that opened the session
		if told, ok := principalOf(refusal.Of(f).Principal); ok && !agent {
			return s.as(told, execution)
		}
		switch {
		case len(s.keys) > 0 && !agent:
			s.kind, s.role = accessKeys, ""
		case s.role == "":
			s.kind = noCredentials
		default:
			s.principal = iam.Principal{ARN: s.role, Account: account, Session: sessionARN(s.role, account, t.ID, f.c.Region)}
			if _, full := aws.ParseARN(s.role); !full {
				s.principal.ARN = ""
			}
		}
		return s
	},
}

// as returns what the principal of an error text is to the task.
func (s signedBy) as(told iam.Principal, execution string) signedBy {
	name := aws.ShortName(told.ARN)
	own := s.role
	s.told, s.principal, s.role = true, told, ""
	switch {
	case strings.Contains(told.ARN, ":user/") || strings.HasSuffix(told.ARN, ":root"):
		s.kind = userKeys
	case own != "" && aws.ShortName(own) == name:
		s.kind, s.role = taskRole, own
	case execution != "" && aws.ShortName(execution) == name:
		s.kind, s.role = executionRole, execution
	default:
		s.kind, s.role = otherRole, told.ARN
	}
	if _, full := aws.ParseARN(s.role); full {
		s.principal.ARN = s.role // with its path, which session names lack
	}
	return s
}

// principalOf understands the principal of an error text: a role's session, a role or a user. Sessions lack the role's path.
func principalOf(text string) (iam.Principal, bool) {
	arn, ok := aws.ParseARN(text)
	if !ok {
		return iam.Principal{}, false
	}
	p := iam.Principal{ARN: text, Account: arn.Account}
	if rest, session := strings.CutPrefix(arn.Resource, "assumed-role/"); session {
		name, _, _ := strings.Cut(rest, "/")
		p.Session = text
		p.ARN = aws.ARN{Partition: arn.Partition, Service: "iam", Account: arn.Account, Resource: "role/" + name}.String()
	}
	return p, true
}

// sessionARN returns the ARN of the session that ECS opens for a task: it is named after the task's id.
func sessionARN(role, account, task, region string) string {
	if account == "" || task == "" {
		return ""
	}
	return aws.ARN{Partition: aws.PartitionOf(region).ID, Service: "sts", Account: account,
		Resource: "assumed-role/" + aws.ShortName(role) + "/" + aws.ShortName(task)}.String()
}

// keyVariables are the variables in which SDKs look for access keys before they ask for the task role's credentials.
var keyVariables = []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}

func keysOf(environment, secrets []aws.Pair) []string {
	var found []string
	for _, p := range slices.Concat(environment, secrets) {
		if slices.Contains(keyVariables, p.Name) && !slices.Contains(found, p.Name) {
			found = append(found, p.Name)
		}
	}
	if !slices.Contains(found, keyVariables[0]) {
		return nil // one without the other counts for nothing
	}
	return found
}

// circumstances is what is known of the condition keys of the call, from "AWS global condition context keys" and the services' own. A
// key that is not here is not known, and no statement with it decides anything.
var circumstances = &Fact[map[string][]string]{
	Name:  "circumstances of the call",
	Needs: []known{refusal, signer},
	Wants: []known{path, network, here, task},
	Derive: func(f Facts) map[string][]string {
		known := circumstancesOf(refusal.Of(f).resource, f.c.Region)
		if by := signer.Of(f); by.kind == taskRole || by.kind == executionRole {
			known["aws:MultiFactorAuthPresent"] = nil // a service assumed the role: there was nobody to show a device
		}
		if way, err := path.Try(f); err == nil {
			way.tell(known, network.Of(f), here.Of(f), task.Of(f))
		}
		return known
	},
}

// circumstancesOf is what is known of a call whoever makes it, on whichever way.
func circumstancesOf(resource, region string) map[string][]string {
	known := map[string][]string{
		"aws:SecureTransport": {"true"}, "aws:ViaAWSService": {"false"}, "aws:RequestedRegion": {region}, "aws:CalledVia": nil,
		"aws:FederatedProvider": nil, "aws:Referer": nil,
		// Services set these when they call for somebody else; who calls by himself has none of them.
		"aws:SourceArn": nil, "aws:SourceAccount": nil, "aws:SourceOwner": nil, "aws:SourceOrgID": nil, "aws:SourceOrgPaths": nil,
	}
	if arn, ok := aws.ParseARN(resource); ok && arn.Region != "" {
		known["aws:RequestedRegion"] = []string{arn.Region}
	}
	return known
}

// tell adds what the way of a call makes known of its condition keys.
func (p paths) tell(known map[string][]string, n knownNetwork, at place, t aws.Task) {
	if p.resolution.Path == vpc.PathUnknown {
		return
	}
	e, through := endpointOnWay(p, n)
	switch {
	case through:
		known["aws:SourceVpce"], known["aws:SourceIp"] = []string{e.ID}, nil
		if e.VPC == at.vpc {
			known["aws:SourceVpc"] = []string{at.vpc}
		}
		if a := t.Attachment.PrivateIPv4; a.IsValid() {
			known["aws:VpcSourceIp"] = []string{a.String()}
		}
	case p.main.Verdict == vpc.Reachable && p.resolution.Path == vpc.PathPublic:
		known["aws:SourceVpce"], known["aws:SourceVpc"], known["aws:VpcSourceIp"] = nil, nil, nil
		if a, ok := publicAddressOn(p.main, n, t); ok {
			known["aws:SourceIp"] = []string{a}
		}
	}
}

// endpointOnWay returns the VPC endpoint that the connection goes through.
func endpointOnWay(p paths, n knownNetwork) (vpc.Endpoint, bool) {
	for _, e := range n.Endpoints {
		if e.ID == "" {
			continue
		}
		if e.ID == p.resolution.Endpoint || passesThrough(p.main, e.ID) {
			return e, true
		}
	}
	return vpc.Endpoint{}, false
}

// publicAddressOn returns the public IPv4 address that the packets of a path have when they leave: a NAT gateway's or the task's own.
func publicAddressOn(t vpc.Trace, n knownNetwork, running aws.Task) (string, bool) {
	for _, g := range n.NATGateways {
		if g.ID == "" || !passesThrough(t, g.ID) {
			continue
		}
		if len(g.Addresses) == 1 && g.Addresses[0].Public.IsValid() {
			return g.Addresses[0].Public.String(), true
		}
		return "", false // one of several
	}
	if i, ok := n.networkInterface(running.Attachment.Interface); ok {
		for _, a := range i.Addresses {
			if a.Public.IsValid() {
				return a.Public.String(), true
			}
		}
	}
	return "", false
}

// requestFor is a call as policies are asked about it.
func requestFor(f Facts, action, resource string) iam.Request {
	return iam.Request{Action: action, Resource: resource, Principal: signer.Of(f).principal, Context: circumstances.Of(f)}
}
