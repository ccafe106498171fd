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
}

// keyRuling judges the use of the key behind the resource.
var keyRuling = &Fact[keyRuled]{
	Name:  "ruling of the key",
	Needs: []known{refusal, signer, circumstances, encryption},
	Wants: []known{rolePolicies, boundary},
	Derive: func(f Facts) keyRuled {
		c, k := refusal.Of(f), encryption.Of(f)
		ruled := keyRuled{Verdict: iam.Verdict{Answer: iam.Allow}}
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
	if !strings.HasPrefix(c.action, "kms:") {
		service, _, _ := strings.Cut(c.action, ":")
		region := f.c.Region
		if arn, ok := aws.ParseARN(k.ARN); ok {
			region = arn.Region
		}
		request.Context["kms:ViaService"] = []string{service + "." + region + "." + aws.PartitionOf(region).DNSSuffix}
		request.Context["aws:ViaAWSService"] = []string{"true"}
		for _, name := range []string{"aws:SourceVpce", "aws:SourceVpc", "aws:SourceIp", "aws:VpcSourceIp", "aws:CalledVia"} {
			delete(request.Context, name) // the service calls KMS from its own network
		}
	}
	side := ruled{request: request, gaps: map[iam.Layer]error{}}
	policies := iam.Policies{Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known(), Endpoint: iam.Known(),
		Boundary: side.side(iam.Boundary, boundary, f), Resource: iam.Unread("the key's policy can't be understood")}
	known, err := rolePolicies.Try(f)
	own, unread := policiesOf(known)
	policies.Identity = iam.Known(own...)
	if err != nil || signer.Of(f).role == "" || len(unread) > 0 {
		policies.Identity = iam.Unread("the role's policies could not all be read", own...)
	}
	if p, err := policyOf(aws.PolicyDocument{Document: k.Policy}); err == nil {
		p.Name = "the key's policy"
		policies.Resource = iam.Known(p)
	}
	return iam.Combine(policies, request)
}
