package steps

import (
	"context"
	"slices"
	"strings"
	"sync"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/steps/symptom"
)

// A lookedUp is one thing that was asked for, or why it is not known.
type lookedUp[T any] struct {
	value T
	err   error
}

// missing reports whether the thing is known not to exist.
func (l lookedUp[T]) missing() bool { return aws.KindOf(l.err) == aws.NotFound }

// lookUp asks for several things at once.
func lookUp[T any](keys []string, read func(key string) (T, error)) map[string]lookedUp[T] {
	found := make(map[string]lookedUp[T], len(keys))
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, k := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		all.Go(func() {
			v, err := read(k)
			mu.Lock()
			found[k] = lookedUp[T]{v, err}
			mu.Unlock()
		})
	}
	all.Wait()
	return found
}

// keysOfNeeds lists what identifies the needs of some kinds, "" left out.
func keysOfNeeds(all []need, key func(need) string, kinds ...needKind) []string {
	var keys []string
	for _, n := range all {
		if k := key(n); k != "" && slices.Contains(kinds, n.kind) {
			keys = append(keys, k)
		}
	}
	return keys
}

func definitionKey(f Facts) string {
	return definition.Of(f).ARN + " " + task.Of(f).ID
}

// images are the images in private registries of Amazon ECR, by their names as written.
var images = &Fact[map[string]lookedUp[aws.Image]]{
	Name:    "images",
	Actions: read.ImageActions,
	Needs:   []known{startNeeds, definition, task},
	Key:     definitionKey,
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]lookedUp[aws.Image], error) {
		return lookUp(keysOfNeeds(startNeeds.Of(f), func(n need) string {
			if n.image.registry == registryECR {
				return n.image.written
			}
			return ""
		}, needImage), func(written string) (aws.Image, error) {
			i, _ := parseImage(written)
			return read.Image(ctx, s, i.repositoryARN(), i.version())
		}), ctx.Err()
	},
}

// cacheRules are the pull-through cache rules of the registries that lack an image, by "account region": they fetch what is not there yet.
// Where ECS says that the image is not found, no rule has fetched it, and they are not asked for.
var cacheRules = &Fact[map[string]lookedUp[[]aws.CacheRule]]{
	Name:    "pull-through cache rules",
	Actions: read.CacheRuleActions,
	Needs:   []known{images, told, definition, task},
	Key:     definitionKey,
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]lookedUp[[]aws.CacheRule], error) {
		var registries []string
		for written, image := range images.Of(f) {
			if i, _ := parseImage(written); image.missing() && !told.Of(f).is(symptom.ClassImageNotFound) {
				registries = append(registries, i.account+" "+i.region)
			}
		}
		return lookUp(registries, func(registry string) ([]aws.CacheRule, error) {
			account, region, _ := strings.Cut(registry, " ")
			return read.CacheRules(ctx, s, account, region)
		}), ctx.Err()
	},
}

// A foundSecret is a secret without its value, with what else its reference asks for.
type foundSecret struct {
	aws.Secret
	versions    map[string][]string // all versions, where the reference names one
	versionsErr error
	here        bool // there is none in the reference's region, and one of that name in the task's
}

// secrets are the secrets of Secrets Manager, by how they are asked for. Their values are never read (R38).
var secrets = &Fact[map[string]lookedUp[foundSecret]]{
	Name:    "secrets",
	Actions: slices.Concat(read.SecretActions, read.SecretVersionActions),
	Needs:   []known{startNeeds, definition, task},
	Key:     definitionKey,
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]lookedUp[foundSecret], error) {
		versioned := map[string]bool{}
		for _, n := range startNeeds.Of(f) {
			versioned[n.from.asked()] = versioned[n.from.asked()] || n.kind == needSecret && n.from.version != ""
		}
		return lookUp(keysOfNeeds(startNeeds.Of(f), asWritten, needSecret), func(arn string) (foundSecret, error) {
			var found foundSecret
			var err error
			var beside sync.WaitGroup
			if versioned[arn] {
				beside.Go(func() { found.versions, found.versionsErr = read.SecretVersions(ctx, s, arn) })
			}
			found.Secret, err = read.Secret(ctx, s, arn)
			beside.Wait()
			if v := parseValueFrom(arn); aws.KindOf(err) == aws.NotFound && v.region != s.region {
				_, elsewhere := read.Secret(ctx, s, v.label())
				found.here = elsewhere == nil
			}
			return found, err
		}), ctx.Err()
	},
}

// asWritten is how a secret or parameter is asked for, "" when its reference can't be understood.
func asWritten(n need) string {
	if n.from.problem != "" {
		return ""
	}
	return n.from.asked()
}

// A foundParameter is a parameter without its value.
type foundParameter struct {
	aws.Parameter
	secret bool // there is no such parameter, and a secret of that name
}

// parameters are the parameters of Systems Manager, by how they are asked for.
var parameters = &Fact[map[string]lookedUp[foundParameter]]{
	Name:    "parameters",
	Actions: slices.Concat(read.ParameterActions, read.SecretActions),
	Needs:   []known{startNeeds, definition, task},
	Key:     definitionKey,
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]lookedUp[foundParameter], error) {
		return lookUp(keysOfNeeds(startNeeds.Of(f), asWritten, needParameter), func(called string) (foundParameter, error) {
			v := parseValueFrom(called)
			if v.behind != "" { // stands for a secret, and is in no list of parameters
				secret, err := read.Secret(ctx, s, v.behind)
				return foundParameter{Parameter: aws.Parameter{Name: v.name, Key: secret.Key}}, err
			}
			p, err := read.Parameter(ctx, s, called)
			found := foundParameter{Parameter: p}
			if aws.KindOf(err) == aws.NotFound && v.arn == "" {
				_, other := read.Secret(ctx, s, called)
				found.secret = other == nil
			}
			return found, err
		}), ctx.Err()
	},
}

// startKeys are the KMS keys behind the secrets and parameters, by what those call them. Keys of AWS need no permission, and are left out.
var startKeys = &Fact[map[string]lookedUp[aws.Key]]{
	Name:    "KMS keys of the secrets",
	Actions: read.KeyActions,
	Needs:   []known{startNeeds, definition, task},
	Wants:   []known{secrets, parameters},
	Key:     definitionKey,
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]lookedUp[aws.Key], error) {
		var keys []string
		for _, n := range startNeeds.Of(f) {
			if k, _ := keyBehindNeed(f, n); k != "" && !aws.ManagedByAWS(k) {
				keys = append(keys, k)
			}
		}
		return lookUp(keys, func(key string) (aws.Key, error) { return read.Key(ctx, s, key) }), ctx.Err()
	},
}

// keyBehindNeed returns what a secret or parameter calls its KMS key, "" when it has none. The error is why that is not known; of what does
// not exist there is none.
func keyBehindNeed(f Facts, n need) (string, error) {
	var called string
	var err error
	switch n.kind {
	case needSecret:
		called, err = keyOf(secrets, f, n, func(s foundSecret) string { return s.Key })
	case needParameter:
		called, err = keyOf(parameters, f, n, func(p foundParameter) string { return p.Key })
	}
	if aws.KindOf(err) == aws.NotFound {
		err = nil
	}
	return called, err
}

func keyOf[T any](fact *Fact[map[string]lookedUp[T]], f Facts, n need, key func(T) string) (string, error) {
	all, err := fact.Try(f)
	if err != nil || asWritten(n) == "" {
		return "", err
	}
	one := all[asWritten(n)]
	return key(one.value), one.err
}

// logGroups are the log groups of the awslogs driver, by region and name.
var logGroups = &Fact[map[string]lookedUp[aws.LogGroup]]{
	Name:    "log groups",
	Actions: read.LogGroupActions,
	Needs:   []known{startNeeds, definition, task},
	Key:     definitionKey,
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]lookedUp[aws.LogGroup], error) {
		return lookUp(keysOfNeeds(startNeeds.Of(f), need.logKey, needLog), func(key string) (aws.LogGroup, error) {
			region, group, _ := strings.Cut(key, " ")
			return read.LogGroup(ctx, s, region, group)
		}), ctx.Err()
	},
}

// logKey identifies the log group of a need, "" when it has none.
func (n need) logKey() string {
	if n.group == "" {
		return ""
	}
	return n.region + " " + n.group
}

// A foundFiles is an EFS file system, where it is reached, and its access point.
type foundFiles struct {
	aws.FileSystem
	targets    []aws.MountTarget
	targetsErr error
	point      lookedUp[aws.AccessPoint] // zero when the volume names none
}

// fileSystems are the file systems of the volumes, by name of the need.
var fileSystems = &Fact[map[string]lookedUp[foundFiles]]{
	Name:    "file systems",
	Actions: slices.Concat(read.FileSystemActions, read.MountTargetActions, read.AccessPointActions),
	Needs:   []known{startNeeds, definition, task},
	Key:     definitionKey,
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]lookedUp[foundFiles], error) {
		volumes := map[string]aws.EFSVolume{}
		for _, n := range startNeeds.Of(f) {
			volumes[n.name] = n.files
		}
		return lookUp(keysOfNeeds(startNeeds.Of(f), func(n need) string { return n.name }, needFiles), func(name string) (foundFiles, error) {
			v := volumes[name]
			var found foundFiles
			var err error
			var all sync.WaitGroup
			all.Go(func() { found.FileSystem, err = read.FileSystem(ctx, s, s.region, v.FileSystem) })
			all.Go(func() { found.targets, found.targetsErr = read.MountTargets(ctx, s, s.region, v.FileSystem) })
			if v.AccessPoint != "" {
				all.Go(func() { found.point.value, found.point.err = read.AccessPoint(ctx, s, s.region, v.AccessPoint) })
			}
			all.Wait()
			return found, err
		}), ctx.Err()
	},
}

// needPolicies are the policies of what the needs' calls are about: repositories, secrets, buckets, file systems; by ARN.
var needPolicies = &Fact[map[string]lookedUp[aws.PolicyDocument]]{
	Name:    "policies of what the start needs",
	Actions: read.ResourcePolicyActions(""),
	Needs:   []known{startNeeds, definition, task},
	Key:     definitionKey,
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]lookedUp[aws.PolicyDocument], error) {
		var arns []string
		for _, n := range startNeeds.Of(f) {
			if arn := n.guarded(); arn != "" {
				arns = append(arns, arn)
			}
		}
		return lookUp(arns, func(arn string) (aws.PolicyDocument, error) { return read.ResourcePolicy(ctx, s, arn) }), ctx.Err()
	},
}

// guarded is the ARN of what has a policy of its own among what the need is about, "" when nothing has. The bucket of ECR's layers is AWS's.
func (n need) guarded() string {
	if n.kind == needLayers {
		return ""
	}
	for _, c := range n.calls {
		if read.HasResourcePolicy(c.resource) {
			return c.resource
		}
	}
	return ""
}

// targetGroups are the target groups of the task's service, by ARN.
var targetGroups = &Fact[map[string]lookedUp[aws.TargetGroup]]{
	Name:    "target groups",
	Actions: read.TargetGroupActions,
	Needs:   []known{owner},
	Key:     func(f Facts) string { return strings.Join(owner.Of(f).TargetGroups, " ") },
	Fetch: func(ctx context.Context, s source, f Facts) (map[string]lookedUp[aws.TargetGroup], error) {
		return lookUp(owner.Of(f).TargetGroups, func(arn string) (aws.TargetGroup, error) { return read.TargetGroup(ctx, s, arn) }), ctx.Err()
	},
}

// serviceLinkedRole is the role with which ECS makes network interfaces and registers targets for the account (R22).
const serviceLinkedRole = "AWSServiceRoleForECS"

var linkedRole = &Fact[foundRole]{
	Name:    "service-linked role of ECS",
	Actions: []string{"iam:GetRole"},
	Fetch: func(ctx context.Context, s source, _ Facts) (foundRole, error) {
		r, err := read.Role(ctx, s, serviceLinkedRole)
		if aws.KindOf(err) == aws.NotFound {
			return foundRole{missing: true}, nil
		}
		return foundRole{Role: r}, err
	},
}

// A roleSide is one of the task's two roles with its policies.
type roleSide struct {
	kind     string // executionRole or taskRole
	arn      func(Facts) string
	found    *Fact[foundRole]
	policies *Fact[aws.Policies]
	boundary *Fact[aws.PolicyDocument]
}

func (r roleSide) facts() []known { return []known{r.found, r.policies, r.boundary} }

// The roles that a start uses (R21, R37).
var (
	executes = sideOf(executionRole, func(f Facts) string {
		if t := task.Of(f); t.ExecutionRole != "" {
			return t.ExecutionRole
		}
		return definition.Of(f).ExecutionRole
	})
	serves = sideOf(taskRole, func(f Facts) string {
		if t := task.Of(f); t.TaskRole != "" {
			return t.TaskRole
		}
		return definition.Of(f).TaskRole
	})
)

// sideOf makes the facts about a role. Its policies are read only where a need asks for the role.
func sideOf(kind string, named func(Facts) string) roleSide {
	arn := func(f Facts) string {
		if !slices.ContainsFunc(startNeeds.Of(f), func(n need) bool { return n.role == kind }) {
			return ""
		}
		return named(f)
	}
	r := roleSide{kind: kind, arn: named}
	r.found = &Fact[foundRole]{
		Name:    kind + " of the start",
		Actions: []string{"iam:GetRole"},
		Needs:   []known{task, definition},
		Key:     named,
		Fetch: func(ctx context.Context, s source, f Facts) (foundRole, error) {
			name := named(f)
			if name == "" {
				return foundRole{}, nil
			}
			if err := foreignRole(f, signedBy{role: name}); err != nil {
				return foundRole{}, err
			}
			found, err := read.Role(ctx, s, aws.ShortName(name))
			if aws.KindOf(err) == aws.NotFound {
				return foundRole{missing: true}, nil
			}
			return foundRole{Role: found}, err
		},
	}
	r.policies = &Fact[aws.Policies]{
		Name:    "policies of the " + kind + " of the start",
		Actions: read.RolePolicyActions,
		Needs:   []known{startNeeds, task, definition},
		Key:     arn,
		Fetch: func(ctx context.Context, s source, f Facts) (aws.Policies, error) {
			name := arn(f)
			if name == "" {
				return aws.Policies{}, nil
			}
			if err := foreignRole(f, signedBy{role: name}); err != nil {
				return aws.Policies{}, err
			}
			p, err := read.RolePolicies(ctx, s, aws.ShortName(name))
			if aws.KindOf(err) == aws.NotFound { // found tells
				return aws.Policies{}, nil
			}
			return p, err
		},
	}
	r.boundary = &Fact[aws.PolicyDocument]{
		Name:    "permissions boundary of the " + kind + " of the start",
		Actions: []string{"iam:GetPolicy", "iam:GetPolicyVersion"},
		Needs:   []known{r.found},
		Key:     func(f Facts) string { return r.found.Of(f).Boundary },
		Fetch: func(ctx context.Context, s source, f Facts) (aws.PolicyDocument, error) {
			if arn := r.found.Of(f).Boundary; arn != "" {
				return read.ManagedPolicy(ctx, s, arn)
			}
			return aws.PolicyDocument{}, nil
		},
	}
	return r
}
