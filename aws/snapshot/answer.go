package snapshot

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
)

// Read answers from the recording, on one page. Filters and ids in lists are not applied: an answer may hold more than was
// asked for. What was refused or failed when the snapshot was recorded ends the same way here.
func (s *Snapshot) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if err := ctx.Err(); err != nil {
		return aws.Errorf(aws.Cancelled, q, "", "%w", err)
	}
	if f, ok := s.failed[callKey(q.Name(), s.regionFor(q.Region), q.Input)]; ok {
		return f.error(q)
	}
	if s.denied[q.Action()] || s.denied[q.Name()] {
		return aws.Errorf(aws.Denied, q, "", "refused when the snapshot was recorded")
	}
	answer, err := s.answer(q)
	if err != nil && everywhere[q.Service] && q.Region == "" {
		answer, err = s.answerFromAnywhere(q, err)
	}
	if err != nil {
		return err
	}
	return page(answer)
}

// answerFromAnywhere returns the answer of the first region's files that have one, else err.
func (s *Snapshot) answerFromAnywhere(q aws.Query, err error) (json.RawMessage, error) {
	for _, region := range s.regions {
		q.Region = region
		if answer, err := s.answer(q); err == nil {
			return answer, nil
		}
	}
	return nil, err
}

func (s *Snapshot) answer(q aws.Query) (json.RawMessage, error) {
	op, ok := operations[q.Name()]
	if !ok {
		return nil, aws.Errorf(aws.NotRecorded, q, "", "snapshots do not hold this operation")
	}
	if q.Name() == "sts:GetCallerIdentity" {
		return s.identity(q)
	}
	asked := strings.Join(strings.Fields(strings.Join(op.asked(q), " ")), " ")
	h := s.holdings[s.regionFor(q.Region)]
	if h == nil {
		return nil, s.notRecorded(q, asked, "the snapshot holds nothing of region "+q.Region)
	}
	switch {
	case q.Name() == "ecs:DescribeTaskDefinition":
		return s.taskDefinition(q, h, asked)
	case op.several != "":
		if op.key == "" { // DescribeVpcAttribute: the attribute's own name, which the answer capitalizes
			attribute, _ := q.Input["Attribute"].(string)
			op.key = attribute
		}
		found := h.beside(op, op.asked(q))
		if q.Name() == "ec2:SearchTransitGatewayRoutes" && found == nil {
			found = s.transitRoutes(h, asked)
		}
		if found == nil && op.names != "" && h.has(op.key) {
			return s.list(q, h, op, asked)
		}
		if found == nil {
			return nil, s.notRecorded(q, asked, "the snapshot does not hold it")
		}
		return json.Marshal(found)
	case op.described != "":
		return s.arns(q, h, op)
	}
	return s.list(q, h, op, asked)
}

// list answers with all elements of a key, or with those of the parameter.
func (s *Snapshot) list(q aws.Query, h *holding, op operation, asked string) (json.RawMessage, error) {
	if !h.has(op.key) {
		return nil, s.notRecorded(q, "", "the snapshot holds no "+op.key)
	}
	if account := h.unseenBy(op.key); account != "" && q.Service == "ec2" {
		return nil, s.notRecorded(q, "", fmt.Sprintf("the snapshot holds no %s of account %s", op.key, account))
	}
	elements := h.elements(op.key)
	if op.names != "" {
		var theirs []json.RawMessage
		for _, e := range elements {
			if member(e, op.names) == asked {
				theirs = append(theirs, e)
			}
		}
		if len(theirs) == 0 {
			return nil, s.notRecorded(q, asked, "the snapshot holds "+op.key+" of others only")
		}
		elements = theirs
	}
	if op.one {
		return json.Marshal(map[string]json.RawMessage{op.key: elements[0]})
	}
	return marshalList(op.key, elements)
}

func marshalList(key string, elements []json.RawMessage) (json.RawMessage, error) {
	if elements == nil {
		elements = []json.RawMessage{}
	}
	return json.Marshal(map[string][]json.RawMessage{key: elements})
}

// beside returns the output that has the ids beside it, or names itself; nil when there is none. Outputs of one id are joined: a
// VPC's two attributes come from two calls, a long list from several files.
func (h *holding) beside(op operation, asked []string) document {
	if strings.Join(asked, "") == "" {
		return nil
	}
	candidates := h.documents[:len(h.documents):len(h.documents)]
	for _, e := range h.elements(op.several) {
		var d document
		if json.Unmarshal(e, &d) == nil {
			candidates = append(candidates, d)
		}
	}
	var found document
	for _, d := range candidates {
		if d.value(op.key) == nil || !op.about(d, asked) {
			continue
		}
		if found == nil {
			found = document{}
		}
		for key, value := range d {
			found[key] = joinLists(found[key], value)
		}
	}
	return found
}

// about reports whether an output is the one that was asked for.
func (op operation) about(d document, asked []string) bool {
	for _, name := range strings.Fields(op.others) {
		if d.value(name) != nil {
			return false
		}
	}
	whole, _ := json.Marshal(d)
	beside := true
	for i, id := range op.ids() {
		beside = beside && textAt(whole, id) == asked[i]
	}
	if beside || op.own == "" {
		return beside
	}
	return slices.ContainsFunc(strings.Fields(op.own), func(path string) bool { return textAt(whole, path) == asked[0] })
}

// joinLists returns the elements of both when both are lists, else b.
func joinLists(a, b json.RawMessage) json.RawMessage {
	var first, second []json.RawMessage
	if a == nil || json.Unmarshal(a, &first) != nil || json.Unmarshal(b, &second) != nil {
		return b
	}
	joined, err := json.Marshal(append(first, second...))
	if err != nil {
		return b
	}
	return joined
}

// arns answers a list of ARNs from recorded lists and from the descriptions, so that either is enough.
func (s *Snapshot) arns(q aws.Query, h *holding, op operation) (json.RawMessage, error) {
	if !h.has(op.key) && !h.has(op.described) {
		return nil, s.notRecorded(q, "", "the snapshot holds neither "+op.key+" nor "+op.described)
	}
	seen := map[string]bool{}
	var all []json.RawMessage
	add := func(arn string) {
		if arn == "" || seen[arn] {
			return
		}
		seen[arn] = true
		quoted, _ := json.Marshal(arn)
		all = append(all, quoted)
	}
	for _, e := range h.elements(op.key) {
		var arn string
		if json.Unmarshal(e, &arn) == nil {
			add(arn)
		}
	}
	for _, e := range h.elements(op.described) {
		add(member(e, op.arn))
	}
	return marshalList(op.key, all)
}

// taskDefinition answers for an ARN, family:revision, or a family, which means its newest revision.
func (s *Snapshot) taskDefinition(q aws.Query, h *holding, asked string) (json.RawMessage, error) {
	var best json.RawMessage
	newest := -1
	for _, e := range h.elements("taskDefinition") {
		var d struct {
			TaskDefinitionArn, Family string
			Revision                  int
		}
		if json.Unmarshal(e, &d) != nil {
			continue
		}
		if (d.TaskDefinitionArn == asked || aws.ShortName(d.TaskDefinitionArn) == asked || d.Family == asked) && d.Revision > newest {
			best, newest = e, d.Revision
		}
	}
	if best == nil {
		return nil, s.notRecorded(q, asked, "the snapshot does not hold it")
	}
	return json.Marshal(map[string]json.RawMessage{"taskDefinition": best})
}

// identity answers who recorded the snapshot. One that joins several accounts has no single answer.
func (s *Snapshot) identity(q aws.Query) (json.RawMessage, error) {
	var answer json.RawMessage
	account := ""
	for _, region := range s.regions {
		for _, d := range s.holdings[region].documents {
			if d.text("Account") == "" || d.text("Arn") == "" {
				continue
			}
			if account != "" && d.text("Account") != account {
				return nil, s.notRecorded(q, "", "the snapshot joins several accounts")
			}
			account = d.text("Account")
			var err error
			if answer, err = json.Marshal(d); err != nil {
				return nil, err
			}
		}
	}
	if answer == nil && s.manifest.Account != "" {
		return json.Marshal(map[string]string{"Account": s.manifest.Account, "Arn": s.manifest.Caller, "UserId": ""})
	}
	if answer == nil {
		return nil, s.notRecorded(q, "", "the snapshot does not say whose it is")
	}
	return answer, nil
}

// notRecorded says what is missing and which command would have recorded it.
func (s *Snapshot) notRecorded(q aws.Query, resource, reason string) error {
	e := aws.Errorf(aws.NotRecorded, q, resource, "%s", reason)
	e.Hint = "record it with: " + command(q, s.regionFor(q.Region))
	if op := operations[q.Name()]; op.several != "" && op.key != "" && op.own == "" && op.names == "" {
		for i, value := range op.asked(q) {
			if value != "" {
				e.Hint += fmt.Sprintf(" and add %q: %q to what it prints", op.ids()[i], value)
			}
		}
	}
	return e
}

// cliName lists the services that the AWS CLI calls otherwise.
var cliName = map[string]string{"s3": "s3api", "elasticloadbalancing": "elbv2", "elasticfilesystem": "efs"}

// command returns the AWS CLI command that answers a query.
func command(q aws.Query, region string) string {
	words := []string{"aws", cmp.Or(cliName[q.Service], q.Service), kebab(q.Operation)}
	for _, name := range []string{"cluster", "tasks", "services", "taskDefinition", "name", "VpcId", "Attribute", "VPCId", "VPCRegion",
		"PrefixListId", "TransitGatewayRouteTableId", "HostedZoneId", "FirewallDomainListId", "FirewallRuleGroupId", "ResourceId",
		"RoleName", "PolicyName", "PolicyArn", "VersionId", "PolicySourceArn", "ActionNames", "ResourceArns", "KeyId", "Bucket", "QueueUrl",
		"AttributeNames", "TopicArn", "TableName", "ResourceArn", "SecretId", "IncludeDeprecated", "registryId", "repositoryName", "repositoryNames",
		"logGroupNamePrefix", "logGroupName", "filterPattern", "FileSystemId", "MountTargetId", "AccessPointId", "TargetGroupArns",
		"acceptedMediaTypes"} {
		switch v := q.Input[name].(type) {
		case string:
			words = append(words, "--"+kebab(name), v)
		case []string:
			words = append(words, append([]string{"--" + kebab(name)}, v...)...)
		case bool:
			if v {
				words = append(words, "--"+kebab(name))
			}
		}
	}
	if ids, ok := q.Input["imageIds"].([]aws.Input); ok {
		words = append(words, "--image-ids")
		for _, id := range ids {
			for name, value := range id {
				words = append(words, fmt.Sprintf("%s=%v", name, value))
			}
		}
	}
	if filters, ok := q.Input["ParameterFilters"].([]aws.Input); ok {
		for _, f := range filters {
			words = append(words, "--parameter-filters", fmt.Sprintf("Key=%v,Option=%v,Values=%s", f["Key"], f["Option"], strings.Join(f["Values"].([]string), ",")))
		}
	}
	if q.Operation == "SearchTransitGatewayRoutes" {
		words = append(words, "--filters", "Name=type,Values=static,propagated")
	}
	if region != "" {
		words = append(words, "--region", region)
	}
	return strings.Join(append(words, "--output", "json"), " ")
}

// kebab spells a name of the API as the AWS CLI does: ListHostedZonesByVPC becomes list-hosted-zones-by-vpc.
func kebab(name string) string {
	upper := func(i int) bool { return i < len(name) && name[i] >= 'A' && name[i] <= 'Z' }
	var b strings.Builder
	for i := range len(name) {
		if upper(i) && i > 0 && (!upper(i-1) || i+1 < len(name) && !upper(i+1)) {
			b.WriteByte('-')
		}
		b.WriteString(strings.ToLower(name[i : i+1]))
	}
	return b.String()
}
