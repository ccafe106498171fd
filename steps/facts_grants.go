package steps

import (
	"maps"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/aws/vpc"
)

// A callRuled is what the policies come to for one call of a need.
type callRuled struct {
	needCall
	request  iam.Request
	own      iam.Verdict  // of the role's side and the resource's
	through  iam.Decision // of the policy of the endpoint on the way; Allow where there is none
	endpoint vpc.Endpoint // on the way; zero when there is none
	gaps     map[iam.Layer]error

	// What was judged, so that fixes can be made of it.
	identity aws.Policies
	limit    aws.PolicyDocument // the role's boundary
	guard    aws.PolicyDocument // of what the call is about; its ARN is set where it has been read
}

// A needRuled is what the policies come to for a need.
type needRuled struct {
	calls []callRuled
	role  string // whose permissions count; "" when nobody's do
	none  bool   // it asks for a role, and the task definition names none
	gone  bool   // its role does not exist
	key   keySide
}

// A keySide is the use of the KMS key behind a secret or parameter.
type keySide struct {
	called  string // what the secret or parameter calls it; "" when there is none, or it is not known
	unread  error  // why that is not known
	key     lookedUp[aws.Key]
	managed bool // a key of AWS
	foreign bool // managed, and of another account: nobody but that account may use it
	asked   bool // verdict says something
	verdict iam.Verdict
	request iam.Request
	gap     error // why the role's side is not known
}

// rulings judge the calls of all needs, in their order (R37). Organizations' policies can't be read from the account, and ECS gives tasks
// no session policies.
var rulings = &Fact[[]needRuled]{
	Name:  "rulings of the start",
	Needs: []known{startNeeds, task, definition},
	Wants: slices.Concat(executes.facts(), serves.facts(), []known{needPolicies, secrets, parameters, startKeys, fileSystems, logGroups, startWays.traced, startWays.network, here}),
	Derive: func(f Facts) []needRuled {
		all := make([]needRuled, 0, len(startNeeds.Of(f)))
		for i, n := range startNeeds.Of(f) {
			all = append(all, ruleNeed(f, n, i))
		}
		return all
	},
}

// roleFor returns the side of the role that a need asks for.
func roleFor(n need) (roleSide, bool) {
	switch n.role {
	case executionRole:
		return executes, true
	case taskRole:
		return serves, true
	}
	return roleSide{}, false
}

func ruleNeed(f Facts, n need, place int) needRuled {
	side, asks := roleFor(n)
	var ruled needRuled
	if asks {
		ruled.role = side.arn(f)
		found, err := side.found.Try(f)
		ruled.none, ruled.gone = ruled.role == "", err == nil && found.missing
		if err == nil && found.ARN != "" {
			ruled.role = found.ARN
		}
		if ruled.none || ruled.gone {
			return ruled
		}
	}
	for _, c := range n.calls {
		ruled.calls = append(ruled.calls, ruleCall(f, n, c, side, asks, ruled.role, place))
	}
	if len(n.calls) > 0 && n.creates {
		switch missing, err := groupMissing(f, n); {
		case missing:
			ruled.calls = append(ruled.calls, ruleMaking(f, n, side, ruled.role, place))
		case err != nil:
			ruled.calls = append(ruled.calls, ruleMaking(f, n, side, ruled.role, place).ifNeeded(err))
		}
	}
	if len(ruled.calls) > 0 {
		ruled.key = ruleKey(f, n, side, ruled.calls[0])
	}
	return ruled
}

// groupMissing reports whether the log group of a need is known not to exist. The error is why that is not known.
func groupMissing(f Facts, n need) (bool, error) {
	all, err := logGroups.Try(f)
	if err != nil {
		return false, err
	}
	g := all[n.logKey()]
	if g.missing() {
		return true, nil
	}
	return false, g.err
}

// ifNeeded is the ruling of a call of which it is not known whether it is made: that it is refused then decides nothing.
func (r callRuled) ifNeeded(why error) callRuled {
	if r.own.Answer.Refused() {
		r.own, r.gaps = iam.Verdict{Answer: iam.Unknown, Layer: iam.Identity, Open: []iam.Layer{iam.Identity}}, map[iam.Layer]error{iam.Identity: why, iam.Endpoint: why}
	}
	if r.through.Answer.Refused() {
		r.through, r.gaps[iam.Endpoint] = iam.Decision{Answer: iam.Unknown}, why
	}
	return r
}

// ruleMaking judges logs:CreateLogGroup. Policies name the group with and without what is in it, and either is taken.
func ruleMaking(f Facts, n need, side roleSide, role string, place int) callRuled {
	group, _, _ := strings.Cut(n.calls[0].resource, ":log-stream:")
	bare := ruleCall(f, n, needCall{"logs:CreateLogGroup", group}, side, true, role, place)
	whole := ruleCall(f, n, needCall{"logs:CreateLogGroup", group + ":log-stream:"}, side, true, role, place)
	if whole.own.Answer == iam.Allow {
		return whole
	}
	return bare
}

func ruleCall(f Facts, n need, c needCall, side roleSide, asks bool, role string, place int) callRuled {
	if n.kind == needSecret {
		all, _ := secrets.Try(f)
		if arn := all[n.from.asked()].value.ARN; arn != "" { // references may leave its random end out
			c.resource = arn
		}
	}
	account := accountOf(task.Of(f).ARN, definition.Of(f).ARN)
	r := callRuled{needCall: c, gaps: map[iam.Layer]error{}}
	r.request = iam.Request{Action: c.action, Resource: c.resource, Context: circumstancesOf(c.resource, f.c.Region)}
	if asks {
		r.request.Principal = iam.Principal{ARN: role, Account: account, Session: sessionARN(role, account, task.Of(f).ID, f.c.Region)}
		if _, full := aws.ParseARN(role); !full {
			r.request.Principal.ARN = ""
		}
		r.request.Context["aws:MultiFactorAuthPresent"] = nil
	}
	r.onWay(f, n, place)
	if n.kind == needFiles {
		r.mounting(f, n)
	}
	policies := iam.Policies{Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known(), Endpoint: iam.Known(), Boundary: iam.Known(), Identity: iam.Known()}
	policies.Resource = r.resourceSide(f, n)
	if asks {
		policies.Identity, policies.Boundary = r.roleSides(f, side)
	}
	switch {
	case n.kind == needLayers: // signed by ECR
		r.own = iam.Verdict{Answer: iam.Allow}
	case n.kind == needFiles && policies.Resource.None(): // without a policy a file system lets everybody mount who reaches it
		r.own = iam.Verdict{Answer: iam.Allow}
	case n.kind == needFiles && !asks:
		r.own = r.anonymous(f, n)
	default:
		r.own = iam.Combine(policies, r.request)
	}
	return r
}

// onWay judges the policy of the endpoint on the way, and tells the request what the way makes known.
func (r *callRuled) onWay(f Facts, n need, place int) {
	r.through = iam.Decision{Answer: iam.Allow}
	all, err := startWays.traced.Try(f)
	var w needWay
	if err == nil {
		w = all[place]
	}
	switch {
	case err != nil:
	case w.skip != "":
		return
	case n.kind != needFiles:
		err = w.whyUnknown(startWays.network.Of(f))
	}
	if err != nil {
		r.gaps[iam.Endpoint] = err
		r.through = iam.Decision{Answer: iam.Unknown}
		return
	}
	network := startWays.network.Of(f)
	w.tell(r.request.Context, network, here.Of(f), task.Of(f))
	e, through := endpointOnWay(w.paths, network)
	if !through {
		return
	}
	r.endpoint = e
	if e.Policy == "" {
		return
	}
	policy, err := policyOf(aws.PolicyDocument{ARN: e.ID, Document: e.Policy})
	if err != nil {
		r.gaps[iam.Endpoint] = err
		r.through = iam.Decision{Answer: iam.Unknown}
		return
	}
	r.through = iam.EvaluateEndpoint(policy, e.Type == vpc.GatewayEndpoint, r.request)
}

// mounting sets the condition keys of EFS, see "Using IAM to control file system data access" in the EFS user guide.
func (r *callRuled) mounting(f Facts, n need) {
	known := r.request.Context
	known["elasticfilesystem:AccessedViaMountTarget"] = []string{"true"}
	known["aws:SecureTransport"] = []string{map[bool]string{true: "true", false: "false"}[n.files.TransitEncryption]}
	known["elasticfilesystem:AccessPointArn"] = nil
	if n.files.AccessPoint != "" {
		all, _ := fileSystems.Try(f)
		delete(known, "elasticfilesystem:AccessPointArn")
		if arn := all[n.name].value.point.value.ARN; arn != "" {
			known["elasticfilesystem:AccessPointArn"] = []string{arn}
		}
	}
	for _, key := range []string{"aws:SourceVpce", "aws:SourceVpc", "aws:SourceIp", "aws:VpcSourceIp"} {
		delete(known, key)
	}
}

// anonymous judges a mount without IAM: only the file system's policy counts, for everybody.
func (r *callRuled) anonymous(f Facts, n need) iam.Verdict {
	all, err := needPolicies.Try(f)
	found := all[n.guarded()]
	if err == nil {
		err = found.err
	}
	if err != nil {
		r.gaps[iam.Resource] = err
		return iam.Verdict{Answer: iam.Unknown, Layer: iam.Resource, Open: []iam.Layer{iam.Resource}}
	}
	p, err := policyOf(found.value)
	if err != nil {
		r.gaps[iam.Resource] = err
		return iam.Verdict{Answer: iam.Unknown, Layer: iam.Resource, Open: []iam.Layer{iam.Resource}}
	}
	p.Name = "the policy of " + n.files.FileSystem
	d := p.Evaluate(r.request)
	v := iam.Verdict{Answer: d.Answer, Layer: iam.Resource, Decision: d}
	if d.Answer.Refused() {
		v.Refusing = []iam.Layer{iam.Resource}
	}
	return v
}

// resourceSide is the policy of what the call is about.
func (r *callRuled) resourceSide(f Facts, n need) iam.Attached {
	guarded := n.guarded()
	if guarded == "" {
		return iam.Known()
	}
	all, err := needPolicies.Try(f)
	found := all[guarded]
	if err == nil {
		err = found.err
	}
	if aws.KindOf(err) == aws.NotFound || secretMissingFor(f, n) { // that it does not exist is told elsewhere
		return iam.Known()
	}
	if arn, ok := aws.ParseARN(guarded); ok && arn.Account == "" && err == nil { // only its owner may read a bucket's policy
		r.request.ResourceAccount = r.request.Principal.Account
	}
	if r.guard = found.value; err == nil {
		r.guard.ARN = guarded
	}
	if err == nil && found.value.Document == "" {
		return iam.Known()
	}
	var p iam.Policy
	if err == nil {
		p, err = policyOf(found.value)
	}
	if err != nil {
		r.gaps[iam.Resource] = err
		return iam.Unread(err.Error())
	}
	return iam.Known(p)
}

// secretMissingFor reports whether the secret of a need is known not to exist.
func secretMissingFor(f Facts, n need) bool {
	all, err := secrets.Try(f)
	return err == nil && n.kind == needSecret && all[n.from.asked()].missing()
}

// roleSides are the role's policies and its boundary.
func (r *callRuled) roleSides(f Facts, side roleSide) (identity, limit iam.Attached) {
	all, err := side.policies.Try(f)
	r.identity = all
	own, unread := policiesOf(all)
	identity = iam.Known(own...)
	if err == nil && len(unread) > 0 {
		err = unread[0]
	}
	if err != nil {
		r.gaps[iam.Identity] = err
		identity = iam.Unread(err.Error(), own...)
	}
	r.limit, _ = side.boundary.Try(f)
	as := ruled{gaps: r.gaps}
	return identity, as.side(iam.Boundary, side.boundary, f)
}

// ruleKey judges the use of the key behind a secret or parameter: Secrets Manager and Systems Manager decrypt in the caller's name.
func ruleKey(f Facts, n need, side roleSide, read callRuled) keySide {
	var k keySide
	k.called, k.unread = keyBehindNeed(f, n)
	if k.called == "" {
		return k
	}
	account := read.request.Principal.Account
	if aws.ManagedByAWS(k.called) {
		k.managed = true
		k.foreign = foreignResource(k.called, read.request.Principal) && account != ""
		return k
	}
	all, err := startKeys.Try(f)
	k.key = all[k.called]
	if err != nil {
		k.key.err = err
	}
	if k.key.err != nil {
		return k
	}
	key := k.key.value
	if key.Manager == "AWS" {
		k.managed = true
		k.foreign = foreignResource(key.ARN, read.request.Principal) && account != ""
		return k
	}
	service := "secretsmanager"
	if n.kind == needParameter && n.from.behind == "" {
		service = "ssm"
	}
	k.request = read.request
	k.request.Action, k.request.Resource, k.request.ResourceAccount = "kms:Decrypt", key.ARN, ""
	k.request.Context = maps.Clone(read.request.Context)
	throughService(k.request.Context, service, key.ARN, f.c.Region)
	judged := callRuled{request: k.request, gaps: map[iam.Layer]error{}}
	policies := iam.Policies{Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known(), Endpoint: iam.Known()}
	policies.Identity, policies.Boundary = judged.roleSides(f, side)
	policies.Resource, k.gap = guardOfKey(key)
	if k.gap == nil {
		k.gap = judged.gaps[iam.Identity]
	}
	k.verdict, k.asked = iam.Combine(policies, k.request), true
	return k
}
