package steps

import (
	"maps"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
)

// A keyRuled is what the key's policy and the role's come to for the KMS actions of a call.
type keyRuled struct {
	iam.Verdict          // of worst
	worst       string   // the action that is refused, or not decided; "" when all are allowed
	lacking     []string // the actions that are refused
	foreign     bool     // it is a key of AWS in another account, which lets nobody of this one through
}

// keyRuling judges the use of the key behind the resource.
var keyRuling = &Fact[keyRuled]{
	Name:  "ruling of the key",
	Needs: []known{refusal, signer, circumstances, encryption},
	Wants: []known{rolePolicies, boundary},
	Derive: func(f Facts) keyRuled {
		c, k := refusal.Of(f), encryption.Of(f)
		ruled := keyRuled{Verdict: iam.Verdict{Answer: iam.Allow}, foreign: k.managed && foreignResource(k.named(), signer.Of(f).principal)}
		if k.ID == "" || k.managed {
			return ruled
		}
		for _, action := range k.actions {
			v := keyVerdict(f, c, k, action)
			switch {
			case v.Answer.Refused():
				ruled.lacking = append(ruled.lacking, action)
				ruled.worst, ruled.Verdict = action, v
			case v.Answer == iam.Unknown && len(ruled.lacking) == 0:
				ruled.worst, ruled.Verdict = action, v
			}
		}
		return ruled
	},
}

// keyVerdict judges one KMS action that the service makes on the caller's behalf.
func keyVerdict(f Facts, c refusedCall, k keyBehind, action string) iam.Verdict {
	request := requestFor(f, action, k.ARN)
	request.Context = maps.Clone(request.Context)
	if service, _, _ := strings.Cut(c.action, ":"); service != "kms" {
		throughService(request.Context, service, k.ARN, f.c.Region)
	}
	side := ruled{request: request, gaps: map[iam.Layer]error{}}
	policies := iam.Policies{Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known(), Endpoint: iam.Known(),
		Boundary: side.boundarySide(f)}
	known, err := rolePolicies.Try(f)
	own, unread := policiesOf(known)
	policies.Identity = iam.Known(own...)
	if err != nil || signer.Of(f).role == "" || len(unread) > 0 {
		policies.Identity = iam.Unread("the role's policies could not all be read", own...)
	}
	policies.Resource, _ = guardOfKey(k.Key)
	return iam.Combine(policies, request)
}

// guardOfKey is the policy of a key, and why it is not known, if it is not.
func guardOfKey(k aws.Key) (iam.Attached, error) {
	err := k.PolicyErr
	if err == nil {
		var p iam.Policy
		if p, err = policyOf(aws.PolicyDocument{ARN: k.ARN, Document: k.Policy}); err == nil {
			p.Name = "the key's policy"
			return iam.Known(p), nil
		}
	}
	return iam.Unread(err.Error()), err
}

// throughService makes the circumstances of a call those of the call that a service makes, on the caller's behalf, of a key.
func throughService(known map[string][]string, service, key, region string) {
	if arn, ok := aws.ParseARN(key); ok {
		region = arn.Region
	}
	known["kms:ViaService"] = []string{service + "." + region + "." + aws.PartitionOf(region).DNSSuffix}
	known["aws:ViaAWSService"] = []string{"true"}
	for _, name := range []string{"aws:SourceVpce", "aws:SourceVpc", "aws:SourceIp", "aws:VpcSourceIp", "aws:CalledVia"} {
		delete(known, name) // the service calls KMS from its own network
	}
}
