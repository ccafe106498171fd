package steps

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/steps/symptom"
)

// imageExists judges whether an image is in its registry (R20).
func imageExists(f Facts, n need) Finding {
	i := n.image
	if _, well := parseImage(i.written); !well {
		e, _ := Explain("image.registry-unknown")
		return Finding{Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("%q is no name of an image", i.written), Means: e.Means, Resources: []string{i.written},
			Evidence: []Evidence{{Kind: "image", ID: i.written, Detail: "is written in container " + n.forWhom()}}, Fixes: []Fix{{Title: lowerFirst(e.Mend)}}}
	}
	if i.registry != registryECR {
		return Finding{Verdict: Skipped, Summary: "whether " + n.name + " exists, " + i.host + " tells only those who pull it"}
	}
	all, err := images.Try(f)
	found := all[i.written]
	if err == nil {
		err = found.err
	}
	switch {
	case aws.KindOf(err) == aws.NotFound:
		return missingOrCached(f, i, aws.CodeOf(err))
	case err != nil:
		return unread(err)
	}
	return Finding{Verdict: Pass, Summary: i.short() + " exists", Evidence: []Evidence{{Kind: "image", ID: i.short(), Detail: strings.TrimSpace(found.value.Digest + pushed(found.value.Pushed))}}}
}

// missingOrCached judges an image that is not in its registry: ECR may have a rule to fetch it when it is first pulled.
func missingOrCached(f Facts, i imageName, code string) Finding {
	missing := imageMissing(i, code)
	if x, err := told.Try(f); err == nil && x.is(symptom.ClassImageNotFound) {
		return missing
	}
	all, err := cacheRules.Try(f)
	rules := all[i.account+" "+i.region]
	if err == nil {
		err = rules.err
	}
	if err != nil && aws.KindOf(err) != aws.Unsupported { // an API that does not know rules has none
		unknown := undecided(iam.Decision{}, err, i.short()+" is not in its registry, and whether a pull-through cache rule fetches it")
		unknown.Evidence = missing.Evidence
		return unknown
	}
	for _, r := range rules.value {
		if strings.HasPrefix(i.repository, r.Prefix+"/") || r.Prefix == "ROOT" {
			return Finding{
				Verdict: Warn, Summary: fmt.Sprintf("%s is not in its registry yet; ECR fetches it from %s when it is first pulled", i.short(), r.Upstream),
				Means:     "The execution role needs ecr:BatchImportUpstreamImage for that, and ecr:CreateRepository where the repository does not exist. Whether the upstream registry has the image is not looked at.",
				Resources: []string{i.written},
				Evidence:  append(missing.Evidence, Evidence{Kind: "cache-rule", ID: r.Prefix, Detail: "fetches images of " + r.Upstream}),
			}
		}
	}
	missing.Evidence = append(missing.Evidence, Evidence{Kind: "registry", ID: i.account, Detail: "no pull-through cache rule covers " + i.repository})
	return missing
}

func pushed(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return ", pushed " + at.UTC().Format("2006-01-02 15:04")
}

func imageMissing(i imageName, code string) Finding {
	e, _ := Explain("image.not-found")
	found := Finding{
		Verdict: Fail, Cause: e.Code, Summary: "there is no image " + i.short() + " in the registry", Means: e.Means, Resources: []string{i.written},
		Evidence: []Evidence{{Kind: "image", ID: i.written, Detail: "ecr:DescribeImages answers " + cmp.Or(code, "that it does not exist")}},
		Fixes: []Fix{{
			Title: "look which tags there are, and name one of them in a new revision of the task definition; or push the image",
			Command: fmt.Sprintf("aws ecr describe-images --registry-id %s --repository-name %s --query 'sort_by(imageDetails,&imagePushedAt)[-5:].[imageTags,imagePushedAt]' --region %s",
				i.account, i.repository, i.region),
			Effect: "It only lists. A service starts tasks from the new revision after aws ecs update-service --task-definition.",
		}},
	}
	if code == "RepositoryNotFoundException" {
		found.Summary = "there is no repository " + i.repository + " in registry " + i.account + " of " + i.region
		found.Fixes = []Fix{{Title: "make the repository and push the image, or correct its name in the task definition",
			Command: fmt.Sprintf("aws ecr create-repository --repository-name %s --region %s", i.repository, i.region)}}
	}
	return found
}

// wantedPlatform is the platform that the task definition asks for, in the names of image indexes.
func wantedPlatform(d aws.TaskDefinition) aws.Platform {
	p := aws.Platform{OS: "linux", Architecture: "amd64"}
	if strings.HasPrefix(strings.ToUpper(d.OperatingSystem), "WINDOWS") {
		p.OS = "windows"
	}
	if d.Architecture == "ARM64" {
		p.Architecture = "arm64"
	}
	return p
}

// imagePlatform judges whether an image is for the platform that the task runs on.
func imagePlatform(f Facts, n need) Finding {
	i, d := n.image, definition.Of(f)
	all, err := images.Try(f)
	found := all[i.written]
	switch {
	case i.registry != registryECR:
		return Finding{Verdict: Skipped, Summary: "the platforms of " + n.name + " are not read"}
	case err != nil || found.err != nil:
		return Finding{Verdict: Skipped, Summary: "the image itself is not known"}
	case found.value.PlatformsErr != nil:
		return unread(found.value.PlatformsErr)
	case len(found.value.Platforms) == 0:
		return Finding{Verdict: Skipped, Summary: i.short() + " is a single image, and does not tell its platform without being pulled"}
	}
	want := wantedPlatform(d)
	var has []string
	for _, p := range found.value.Platforms {
		if p.OS == want.OS && p.Architecture == want.Architecture {
			return Finding{Verdict: Pass, Summary: i.short() + " is built for " + want.OS + "/" + want.Architecture}
		}
		has = append(has, p.OS+"/"+p.Architecture)
	}
	e, _ := Explain("image.platform-mismatch")
	asks := want.OS + "/" + want.Architecture
	mismatch := Finding{
		Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("%s is built for %s, and the task runs on %s", i.short(), strings.Join(has, ", "), asks), Means: e.Means,
		Resources: []string{i.written, d.ARN}, Evidence: []Evidence{
			{Kind: "image", ID: i.short(), Detail: "its index holds " + strings.Join(has, ", ")},
			{Kind: "task-definition", ID: aws.ShortName(d.ARN), Detail: "runtimePlatform asks for " + asks},
		},
	}
	if p := found.value.Platforms[0]; p.OS == want.OS {
		architecture := map[string]string{"arm64": "ARM64", "amd64": "X86_64"}[p.Architecture]
		if architecture != "" {
			mismatch.Fixes = append(mismatch.Fixes, reviseDefinition(d, "let tasks run on "+architecture, `.runtimePlatform.cpuArchitecture="`+architecture+`"`, func(d aws.TaskDefinition) aws.TaskDefinition {
				d.Architecture = architecture
				return d
			}))
		}
	}
	mismatch.Fixes = append(mismatch.Fixes, Fix{Title: "or build the image for " + asks + " too", Command: fmt.Sprintf("docker buildx build --platform %s --tag %s --push .", asks, i.written)})
	return mismatch
}

// reviseDefinition registers a revision of the task definition in which one thing is changed.
func reviseDefinition(d aws.TaskDefinition, title, change string, apply func(aws.TaskDefinition) aws.TaskDefinition) Fix {
	return Fix{
		Title: title + ", in a new revision of " + d.Family,
		Command: fmt.Sprintf("aws ecs describe-task-definition --task-definition %s --query taskDefinition | jq '%s | "+
			"del(.taskDefinitionArn,.revision,.status,.requiresAttributes,.compatibilities,.registeredAt,.registeredBy)' > /tmp/%s.json && "+
			"aws ecs register-task-definition --cli-input-json file:///tmp/%s.json", aws.ShortName(d.ARN), change, d.Family, d.Family),
		Effect: "Tasks that start afterwards from the new revision have it: aws ecs update-service --task-definition " + d.Family + ".",
		apply: func(f Facts) Facts {
			return f.with(definition, apply(definition.Of(f)), nil).retried()
		},
	}
}

// valueExists judges whether what a reference names exists, in its region and version (R38). No value is read.
func valueExists(f Facts, n need) Finding {
	v := n.from
	if v.problem != "" {
		e, _ := Explain("secret.invalid-reference")
		return Finding{Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("%s %s", cmp.Or(v.written, "a reference"), v.problem), Means: e.Means, Resources: []string{cmp.Or(v.written, n.forWhom())},
			Evidence: []Evidence{{Kind: "reference", ID: v.written, Detail: "is written for " + n.forWhom()}}, Fixes: []Fix{{Title: lowerFirst(e.Mend)}}}
	}
	if v.parameter {
		return parameterExists(f, n)
	}
	all, err := secrets.Try(f)
	s := all[v.asked()]
	if err == nil {
		err = s.err
	}
	switch {
	case aws.KindOf(err) == aws.NotFound && s.value.here:
		e, _ := Explain("secret.wrong-region")
		return Finding{Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("there is no secret %s in %s; %s has one", v.label(), v.region, f.c.Region), Means: e.Means, Resources: []string{v.arn},
			Evidence: []Evidence{{Kind: "secret", ID: v.arn, Detail: "secretsmanager:DescribeSecret finds none there, and one of this name in " + f.c.Region}},
			Fixes: []Fix{{Title: "name the ARN of the secret in " + f.c.Region + " in a new revision of the task definition",
				Command: fmt.Sprintf("aws secretsmanager describe-secret --secret-id %s --query ARN --region %s", v.label(), f.c.Region)}}}
	case aws.KindOf(err) == aws.NotFound:
		return secretMissing(v, "there is no secret "+v.label(), "secretsmanager:DescribeSecret finds no such secret", Fix{
			Title:   "make the secret, or correct its ARN in the task definition",
			Command: fmt.Sprintf("aws secretsmanager create-secret --name %s --secret-string file://secret.txt --region %s", v.label(), v.region),
			Effect:  "Secrets get a new ARN: name it in a new revision of the task definition.",
		})
	case err != nil:
		return unread(err)
	case !s.value.Deleted.IsZero():
		return secretMissing(v, "secret "+v.label()+" waits for its deletion", "its deletion is scheduled; until then nobody can read it", Fix{
			Title: "restore the secret", Command: fmt.Sprintf("aws secretsmanager restore-secret --secret-id %s --region %s", v.arn, v.region),
			apply: changeSecret(v, func(s *foundSecret) { s.Deleted = time.Time{} }),
		})
	}
	if missing, detail := versionMissing(v, s.value); missing != "" {
		return secretMissing(v, missing, detail, Fix{Title: "write a value, or name a version that exists in the task definition",
			Command: fmt.Sprintf("aws secretsmanager list-secret-version-ids --secret-id %s --region %s", v.arn, v.region)})
	}
	if s.value.versionsErr != nil && !ownVersion(v, s.value.Versions) {
		return unread(s.value.versionsErr)
	}
	return Finding{Verdict: Pass, Summary: "secret " + v.label() + " exists", Evidence: []Evidence{{Kind: "secret", ID: v.label(), Detail: "in " + v.region + ", " + strings.Join(labelsOf(s.value.Versions), ", ")}}}
}

func secretMissing(v valueFrom, summary, detail string, fix Fix) Finding {
	e, _ := Explain("secret.not-found")
	return Finding{Verdict: Fail, Cause: e.Code, Summary: summary, Means: e.Means, Resources: []string{v.asked()}, Evidence: []Evidence{{Kind: "secret", ID: v.asked(), Detail: detail}}, Fixes: []Fix{fix}}
}

// versionMissing says which version of a secret is asked for and not there, "" when it is.
func versionMissing(v valueFrom, s foundSecret) (summary, detail string) {
	stage := v.stage
	if stage == "" && v.version == "" {
		stage = "AWSCURRENT"
	}
	switch {
	case stage != "" && !s.Staged(stage):
		return "secret " + v.label() + " has no version with the label " + stage, "its labels are: " + cmp.Or(strings.Join(labelsOf(s.Versions), ", "), "none; it has no value yet")
	case v.version != "" && s.versionsErr == nil && !ownVersion(v, s.versions) && !ownVersion(v, s.Versions):
		return "secret " + v.label() + " has no version " + v.version, fmt.Sprintf("%d versions are there", len(s.versions))
	}
	return "", ""
}

func ownVersion(v valueFrom, versions map[string][]string) bool {
	_, ok := versions[v.version]
	return ok || v.version == ""
}

func labelsOf(versions map[string][]string) []string {
	var all []string
	for _, labels := range versions {
		all = append(all, labels...)
	}
	slices.Sort(all)
	return all
}

// changeSecret changes a secret in memory.
func changeSecret(v valueFrom, change func(*foundSecret)) func(Facts) Facts {
	return func(f Facts) Facts {
		all, err := secrets.Try(f)
		if err != nil {
			return f
		}
		now := maps.Clone(all)
		s := now[v.asked()]
		change(&s.value)
		now[v.asked()] = s
		return f.with(secrets, now, nil).retried()
	}
}

func parameterExists(f Facts, n need) Finding {
	v := n.from
	region := cmp.Or(v.region, f.c.Region)
	all, err := parameters.Try(f)
	p := all[v.asked()]
	if err == nil {
		err = p.err
	}
	switch {
	case n.foreign:
		return Finding{Summary: fmt.Sprintf("parameter %s is of account %s, whose parameters can't be listed from here", v.name, v.account), settled: true}
	case aws.KindOf(err) == aws.NotFound && p.value.secret:
		e, _ := Explain("secret.invalid-reference")
		return Finding{Verdict: Fail, Cause: e.Code, Summary: v.name + " is the name of a secret, and only parameters may be written by name", Means: e.Means, Resources: []string{v.written},
			Evidence: []Evidence{{Kind: "reference", ID: v.written, Detail: "ECS takes it for a parameter; there is none, and a secret of this name"}},
			Fixes: []Fix{{Title: "write the secret's whole ARN in a new revision of the task definition",
				Command: fmt.Sprintf("aws secretsmanager describe-secret --secret-id %s --query ARN --region %s", v.name, region)}}}
	case aws.KindOf(err) == aws.NotFound && v.behind != "":
		return secretMissing(v, "there is no secret "+v.behind+" behind the parameter", "secretsmanager:DescribeSecret finds no such secret", Fix{Title: "make the secret, or correct the reference in the task definition"})
	case aws.KindOf(err) == aws.NotFound:
		found := secretMissing(v, "there is no parameter "+v.name+" in "+region, "ssm:DescribeParameters finds no such parameter", Fix{
			Title:   "make the parameter, or correct its name in the task definition",
			Command: fmt.Sprintf("aws ssm put-parameter --name %s --type SecureString --value file://value.txt --region %s", v.name, region),
		})
		if v.arn == "" {
			found.Fixes[0].Effect = "A parameter of another region must be written with its whole ARN."
		}
		return found
	case err != nil:
		return unread(err)
	case v.number() > p.value.Version && v.behind == "":
		return secretMissing(v, fmt.Sprintf("parameter %s has no version %s", v.name, v.version), fmt.Sprintf("its newest version is %d", p.value.Version),
			Fix{Title: "name a version that exists in the task definition, or none"})
	case v.version != "" && v.number() == 0 && v.behind == "":
		return Finding{
			Verdict: Warn, Summary: fmt.Sprintf("whether parameter %s has the label %s, only its history tells, which holds its values and is not read", v.name, v.version), Resources: []string{v.asked()},
			Evidence: []Evidence{{Kind: "reference", ID: v.written, Detail: "asks for the version with the label " + v.version}},
			Fixes: []Fix{{Title: "look yourself: this prints versions and labels, and no value",
				Command: fmt.Sprintf("aws ssm get-parameter-history --name %s --query 'Parameters[].[Version,Labels]' --region %s", v.name, region)}},
		}
	}
	return Finding{Verdict: Pass, Summary: "parameter " + v.name + " exists", Evidence: []Evidence{{Kind: "parameter", ID: v.name, Detail: strings.TrimPrefix("in "+region+", "+p.value.Type, ", ")}}}
}

// logExists judges whether the log group exists, or is made by the driver.
func logExists(f Facts, n need) Finding {
	switch {
	case n.kind != needLog:
		return Finding{Verdict: Skipped, Summary: n.title() + " is named, not looked at"}
	case n.group == "" && n.problem == "":
		return Finding{Verdict: Skipped, Summary: n.title() + " is named, not looked at"}
	case n.group == "":
		return Finding{Verdict: Skipped, Summary: "which log group is meant is not said", Because: "logs.config-invalid"}
	}
	all, err := logGroups.Try(f)
	g := all[n.logKey()]
	if err == nil {
		err = g.err
	}
	switch {
	case aws.KindOf(err) == aws.NotFound && n.creates:
		return Finding{Verdict: Pass, Summary: "log group " + n.group + " does not exist yet; the driver makes it", Evidence: []Evidence{{Kind: "log-group", ID: n.group, Detail: "awslogs-create-group is true"}}}
	case aws.KindOf(err) == aws.NotFound:
		e, _ := Explain("logs.group-missing")
		return Finding{
			Verdict: Fail, Cause: e.Code, Summary: "there is no log group " + n.group + " in " + n.region, Means: e.Means, Resources: []string{n.group},
			Evidence: []Evidence{{Kind: "log-group", ID: n.group, Detail: "logs:DescribeLogGroups finds none in " + n.region + ", and awslogs-create-group is not true"}},
			Fixes: []Fix{{Title: "make the log group", Command: fmt.Sprintf("aws logs create-log-group --log-group-name %s --region %s", n.group, n.region),
				apply: func(f Facts) Facts {
					now := maps.Clone(all)
					now[n.logKey()] = lookedUp[aws.LogGroup]{value: aws.LogGroup{Name: n.group}}
					return f.with(logGroups, now, nil).retried()
				}}},
		}
	case err != nil:
		return unread(err)
	}
	return Finding{Verdict: Pass, Summary: "log group " + n.group + " exists", Evidence: []Evidence{{Kind: "log-group", ID: n.group, Detail: "in " + n.region}}}
}

// filesExist judges whether a file system, its access point and a mount target in the task's zone exist.
func filesExist(f Facts, n need) Finding {
	all, err := fileSystems.Try(f)
	fs := all[n.name]
	if err == nil {
		err = fs.err
	}
	v := fs.value
	gone := func(id, detail string) Finding {
		e, _ := Explain("efs.not-found")
		return Finding{Verdict: Fail, Cause: e.Code, Summary: id + " " + detail, Means: e.Means, Resources: []string{id}, Evidence: []Evidence{{Kind: "file-system", ID: id, Detail: detail}},
			Fixes: []Fix{{Title: lowerFirst(e.Mend)}}}
	}
	switch {
	case aws.KindOf(err) == aws.NotFound:
		return gone(n.files.FileSystem, "does not exist")
	case err != nil:
		return unread(err)
	case v.State != "" && v.State != "available" && v.State != "updating":
		return gone(v.ID, "is "+v.State)
	case n.files.AccessPoint != "" && v.point.missing():
		return gone(n.files.AccessPoint, "does not exist")
	case n.files.AccessPoint != "" && v.point.err != nil:
		return unread(v.point.err)
	case v.targetsErr != nil:
		return unread(v.targetsErr)
	}
	zone := subnetZone(f)
	at, err := here.Try(f)
	if err != nil {
		return unread(err)
	}
	if zone == "" {
		return Finding{Summary: "in which zone the task starts is not known", settled: true}
	}
	var zones []string
	for _, m := range v.targets {
		switch {
		case m.Zone == zone && m.State == "available" && (m.VPC == "" || m.VPC == at.vpc):
			return Finding{Verdict: Pass, Summary: v.ID + " has a mount target in " + zone, Evidence: []Evidence{{Kind: "mount-target", ID: m.ID, Detail: m.Address.String() + " in " + m.Subnet}}}
		case m.State == "available":
			zones = append(zones, m.Zone)
		}
	}
	e, _ := Explain("efs.mount-target-missing")
	fix := Fix{Title: "make a mount target in the task's subnet", Effect: "Its security group must admit TCP 2049 from the task.",
		Command: fmt.Sprintf("aws efs create-mount-target --file-system-id %s --subnet-id %s --security-groups SECURITY_GROUP --region %s", v.ID, at.subnets[0], f.c.Region)}
	if len(v.targets) > 0 && len(v.targets[0].SecurityGroups) > 0 {
		like := v.targets[0]
		fix.Command = strings.Replace(fix.Command, "SECURITY_GROUP", strings.Join(like.SecurityGroups, " "), 1)
	}
	return Finding{
		Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("%s has no mount target in %s, where the task is", v.ID, zone), Means: e.Means, Resources: []string{v.ID, zone},
		Evidence: []Evidence{{Kind: "file-system", ID: v.ID, Detail: "its mount targets are in: " + cmp.Or(strings.Join(zones, ", "), "no zone")}}, Fixes: []Fix{fix},
	}
}

// existence judges whether what a need is about exists and fits.
func existence(f Facts, n need) Finding {
	switch n.kind {
	case needImage:
		found := imageExists(f, n)
		if fits := imagePlatform(f, n); found.Verdict == Pass && (fits.Verdict == Fail || fits.Verdict == Unknown) {
			return fits
		}
		return found
	case needSecret, needParameter:
		return valueExists(f, n)
	case needLog:
		if n.problem != "" {
			return optionsOf(n)
		}
		return logExists(f, n)
	case needFiles:
		return filesExist(f, n)
	}
	return Finding{Verdict: Skipped}
}
