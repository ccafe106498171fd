package symptom

import (
	"strings"
	"sync"
)

// A part is one half of a stopped reason: what ECS was doing, or how that failed.
type part string

const (
	// What ECS was doing.
	anything       part = ""
	doingSecret    part = "secret"
	doingLogin     part = "login"  // to the registry
	doingEither    part = "either" // "unable to pull secrets or registry auth", and no more
	doingImage     part = "image"  // pulling it
	doingLog       part = "log"    // preparing the log driver
	doingStart     part = "start"  // starting the container
	doingVolume    part = "volume" // mounting EFS
	doingInterface part = "interface"

	// How it failed.
	byKey       part = "key"
	byDenial    part = "denial"
	byNetwork   part = "network"
	byAbsence   part = "absence"
	byJSON      part = "json"
	byRate      part = "rate"
	byDisk      part = "disk"
	byPlatform  part = "platform"
	byCancel    part = "cancel"
	byRetries   part = "retries" // it was tried several times; the rest is cut off
	byNoRetry   part = "no-retry"
	byMemory    part = "memory"
	byHealth    part = "health"
	bySpot      part = "spot"
	byScaling   part = "scaling"
	byCapacity  part = "capacity"
	byInternal  part = "internal"
	byExit      part = "exit"
	byRole      part = "role"
	byUnfitness part = "unfitness" // of the task definition or its command
)

// parts are the phrases, in lower case, by which each half is known.
var parts = []struct {
	part    part
	phrases []string
}{
	{doingSecret, []string{
		"unable to retrieve secret", "failed to fetch secret", "fetching secret data", "cannot pull secrets",
		"can't pull the secret", "cannot pull the secret", "retrieve the secret", "secret from asm", "secrets from ssm",
		"from secrets manager",
		"parameter store", "invalid ssm parameters", "asm fetching secret", "registry auth from asm", "retrieve secrets",
		"secrets manager can't find", "ssm parameter", "not authorized to perform: secretsmanager:",
		"not authorized to perform: ssm:", "secret does not exist",
	}},
	{doingLogin, []string{"ecr registry auth", "getauthorizationtoken", "registry auth from amazon ecr", "retrieve ecr",
		"ecr authorization", "ecr credentials", "pull registry auth", "//api.ecr", "registry authentication", "ecr login"}},
	{doingEither, []string{"unable to pull secrets", "execution resource retrieval failed"}},
	{doingImage, []string{
		"cannotpullcontainererror", "cannotpullimagemanifest", "cannotpullecrcontainer", "pull image manifest", "inspect image",
		"failed to resolve ref", "ref pull", "failed to copy", "image manifest", "pull access denied", "cannot pull '",
		"can't pull '", "cannot pull image", "cannot pull the image", "pull command failed",
		"manifest unknown", "manifest for ", "from the amazon ecr repository", "failed to pull image", "error pulling image",
		"toomanyrequests", "registry-1.docker.io", "docker.io/", "dkr.ecr.", "ecr:batchgetimage", "ecr:getdownloadurlforlayer",
		"failed to unpack image", "failed to register layer", "image has been retried", "failed to authorize",
		"failed to pull and unpack", "errimagepull",
	}},
	{doingLog, []string{
		"initialize logging driver", "validate logger args", "logging driver", "log driver", "log stream", "log group",
		"awslogs", "firelens", "logs:createlog", "logs:putlog", "amazon cloudwatch",
	}},
	{doingStart, []string{"cannotstartcontainererror", "cannotcreatecontainererror", "oci runtime", "runc",
		"starting container process"}},
	{doingVolume, []string{"efs utils", "mount.nfs4", "mount.efs", "efs volume", "invoke efs", "efs mount", "efs file system",
		"elasticfilesystem", "mount target", "failed to mount", "mounting volume", ".efs.", "volume mount",
		"efs access point"}},
	{doingInterface, []string{
		"network interface", "configure eni", "netplugin", "regular eni", "eni attachment", "eni provisioning",
		"insufficientfreeaddresses", "insufficient free addresses", "not have enough free", "networkinterfacelimit",
		"unexpected ec2 error", "eni limit", "failed to attach eni", "provisioning eni", "createnetworkinterface",
		"resource:eni", "eni plugin", "cni setup", "network namespace",
	}},

	{byKey, []string{"access to kms", "kms:", "kmsaccessdenied", "kms key", "customer master key", "kms.", "kmsinvalid",
		"key policy"}},
	{byDenial, []string{
		"accessdenied", "access denied", "not authorized", "403 forbidden", "403:", ": 403", "pull access denied",
		"no basic auth credentials", "authorization failed", "insufficient_scope", "unauthorized", " 401 ", "(401", "denied: ",
		"requested access to the resource is denied", "unrecognizedclient",
		"invalid username or password", "incorrect username or password", "authentication required", "no credentials",
		"permission denied", "not have permission", "check the role permissions", "check your role", "check that the role",
		"has permission", "has the permissions", "does not have permission", "invalid credentials", "expiredtoken",
	}},
	{byNetwork, []string{
		"i/o timeout", "deadline exceeded", "context deadli", "request canceled", "requestcanceled", "request context canceled",
		"requesterror", "send request failed", "dial tcp", "connection issue", "network configuration", "network connection",
		"client.timeout", "no such host", "connection refused", "connection reset", "timed out",
		"tls handshake", "x509", "network is unreachable", "no route to host", "signal: killed", ": eof", "unexpected eof",
		"temporary failure in name resolution", "failed to do request", "awaiting headers", "proxyconnect", "timeout exceeded",
		"canceled, context", "name resolution", "failed to resolve the", "timeout", "statuscode: 0",
		"connectivity", "could not connect", "cannot connect", "unable to connect", "server misbehaving",
		"connection timed out", "could not reach", "cannot reach", "unable to reach",
	}},
	{byCancel, []string{"context canceled"}},
	{byAbsence, []string{
		"resourcenotfound", "can't find", "cannot find", "could not find", "not found", "manifest unknown", " 404", "(404",
		"does not exist", "doesn't exist", "parameternotfound", "invalid ssm parameters", "invalid parameters: ", "whether the secret exists",
		"name unknown", "no such image", "no such log", "invalid reference", "secret exists", "marked for deletion", "nosuch",
		"not exist", "invalid name", "no such",
	}},
	{byJSON, []string{"did not contain json key", "json key", "invalid character", "looking for beginning of value",
		"unexpected end of json", "cannot unmarshal", "unmarshal", "json: ", "valid json", "in json", "parsing json",
		"does not contain key"}},
	{byRate, []string{"toomanyrequests", "too many requests", "pull rate limit", "rate limit", "rate exceeded", " 429", "(429",
		"throttl", "pull limit", "reached your pull"}},
	{byDisk, []string{"no space left on device", "disk full", "disk quota exceeded", "not enough disk", "enospc", "thin pool has "}},
	{byPlatform, []string{"descriptor matching platform", "exec format error", "no matching manifest for",
		"does not match the specified platform", "does not match the detected host platform", "cannot be used on this platform",
		"image operating system", "no match for platform", "unsupported platform", "os/arch", "platform mismatch",
		"wrong architecture", "cpu architecture"}},
	{byRetries, []string{"been retried 2 time", "been retried 3 time", "been retried 4 time", "been retried 5 time",
		"been retried 6 time", "been retried 7 time", "been retried 8 time", "been retried 9 time", "been retried 10 time"}},
	{byNoRetry, []string{"been retried 0 time", "been retried 1 time"}},
	{byMemory, []string{"outofmemory", "oomkilled", "oom-kill", "oom kill", "oom killed", "memory usage", "out of memory",
		"memory limit"}},
	{byHealth, []string{"health check", "is unhealthy", "unhealthy", "healthcheck"}},
	{bySpot, []string{"spot task was interrupted", "spotinterruption", "spot interruption", "spot capacity interrupted",
		"fargate_spot", "fargate spot"}},
	{byScaling, []string{"scaling activity initiated by", "servicescheduler", "scaled in", "service scheduler"}},
	{byCapacity, []string{
		"capacity is unavailable", "no container instance", "empty capacity provider", "capacity provider returned",
		"insufficient cpu", "insufficient memory", "resource:cpu", "resource:memory", "resource:ports",
		"limit on the number of tasks", "reached the limit", "limit for the number", "vcpu limit", "vcpus", "task_limit",
		"not enough capacity", "insufficient capacity", "insufficient resource",
		"concurrent tasks", "closest matching", "limit of concurrent", "availability zone. please try",
		"unable to place a task because", "unfulfillablecapacity", "unable to fulfill capacity", "insufficientinstancecapacity",
		"vcpulimitexceeded",
	}},
	{byInternal, []string{
		"cannotinspectcontainererror", "ephemeralstorage provisioning", "internal error", "internalerror",
		"internal server error", "dockertimeouterror", "could not transition", "cannotstopcontainererror",
		"containerruntimeerror", "containerruntimetimeout", "statuscode: 500", "500 internal", "agenterror",
		"failed to create shim", "host ec2", "server exception", "serverexception",
		"performing maintenance on", "underlying infrastructure", "task retirement", "taskhost", "fargate infrastructure", "ephemeral storage",
	}},
	{byExit, []string{"essential container", "exited with", "exit code", "container exited"}},
	{byRole, []string{"unable to assume the role", "unable to assume role", "assume the role", "passrole", "trust relationship",
		"service-linked role", "sts:assumerole"}},
	{byUnfitness, []string{"not compatible with", "executable file not found", "no such file or directory",
		"external connectivity", "not compatible", "user initiated", "stopped by user", "userinitiated", "task stopped by user",
		"scheduled for retirement"}},
}

// verdicts say what each pair of halves comes to, the first that fits. Where the same text holds several failures, the one that
// does not depend on the others stands first.
var verdicts = []struct {
	doing, by part
	class     Class
}{
	{anything, bySpot, ClassSpot},
	{anything, byDisk, ClassDiskFull},
	{anything, byPlatform, ClassImagePlatform},
	{doingStart, byUnfitness, ClassOther},
	{doingVolume, anything, ClassEFSMount},
	{doingSecret, byKey, ClassKMSDenied},
	{doingEither, byKey, ClassKMSDenied},
	{doingSecret, byJSON, ClassSecretsBadJSONKey},
	{doingEither, byJSON, ClassSecretsBadJSONKey},
	{doingLog, byNetwork, ClassLogsNetwork},
	{doingLog, byAbsence, ClassLogGroupMissing},
	{doingLog, anything, ClassLoggerConfig},
	{doingLogin, byRole, ClassECRAuthDenied},
	{doingSecret, byDenial, ClassSecretsAccessDenied},
	{doingLogin, byDenial, ClassECRAuthDenied},
	{doingSecret, byAbsence, ClassSecretsNotFound},
	{doingSecret, byNetwork, ClassSecretsNetwork},
	{doingLogin, byNetwork, ClassECRAuthNetwork},
	// The agent does not try again what was denied, and tries again what got no answer. Where the rest is cut off, this is all
	// that is known.
	{doingSecret, byRetries, ClassSecretsNetwork},
	{doingLogin, byRetries, ClassECRAuthNetwork},
	{doingSecret, byNoRetry, ClassSecretsAccessDenied},
	{doingLogin, byNoRetry, ClassECRAuthDenied},
	{doingLogin, byAbsence, ClassECRAuthDenied},
	{doingInterface, anything, ClassENIProvisioning},
	{doingImage, byRate, ClassImageRateLimited},
	{doingImage, byDenial, ClassImageAuthDenied},
	{doingImage, byNetwork, ClassImageNetwork},
	{doingImage, byCancel, ClassImageNetwork},
	{doingImage, byAbsence, ClassImageNotFound},
	{doingImage, byRetries, ClassOther}, // not pulled, and the reason is cut off
	{doingEither, byDenial, ClassECRAuthDenied},
	{doingEither, byNetwork, ClassECRAuthNetwork},
	{anything, byRole, ClassOther},
	{anything, byUnfitness, ClassOther},
	{anything, byMemory, ClassOutOfMemory},
	{anything, byHealth, ClassHealthCheck},
	{anything, byCapacity, ClassCapacity},
	{anything, byScaling, ClassScaling},
	{doingImage, byInternal, ClassOther},
	{anything, byInternal, ClassInternal},
	{anything, byExit, ClassEssentialExited},
}

// partLexicon is the finder for the phrases of parts, and the part of each.
type partLexicon struct {
	finder *finder
	parts  [][]part // by phrase; some say both what was being done and how it failed
}

var stopped = sync.OnceValue(func() *partLexicon {
	var phrases []string
	l := &partLexicon{}
	index := map[string]int{}
	for _, p := range parts {
		for _, phrase := range p.phrases {
			i, ok := index[phrase]
			if !ok {
				i = len(phrases)
				index[phrase] = i
				phrases = append(phrases, phrase)
				l.parts = append(l.parts, nil)
			}
			l.parts[i] = append(l.parts[i], p.part)
		}
	}
	l.finder = newFinder(phrases)
	return l
})

// ReadStopped reads a stopped reason of an ECS task, the reason of a container, or a service event that quotes one.
func ReadStopped(text string) Reading {
	s := newScreen(text)
	l := stopped()
	found := l.finder.find(s.withoutNames())
	at := map[part]int{}
	for i, of := range l.parts {
		place := int(found.last[i])
		if place < 0 {
			continue
		}
		for _, p := range of {
			if before, ok := at[p]; !ok || place > before {
				at[p] = place
			}
		}
	}
	r := Reading{Class: ClassOther}
	place := -1
	for _, v := range verdicts {
		doing, ok := at[v.doing]
		by, ok2 := at[v.by]
		if v.doing != anything && !ok || v.by != anything && !ok2 {
			continue
		}
		r.Class = v.class
		place = by
		if v.by == anything {
			place = doing
		}
		break
	}
	if place < 0 && strings.EqualFold(strings.Trim(s.text, " ."),
		"context canceled") { // all that the console shows of a pull that was given up
		r.Class, place = ClassImageNetwork, 0
	}
	if place < 0 {
		return r
	}
	if i := strings.LastIndex(s.text, denied); i >= 0 && r.Class != ClassOther {
		d := readDenial(s, i)
		d.Class = r.Class
		r = d
	}
	r.Line = s.shown(place)
	fill(&r, s, place)
	return r
}
