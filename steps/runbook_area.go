package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An Area is a part of what a start needs in which the runbook and this program both look. Some are ways to fail, others are the needs
// that fail.
type Area string

const (
	AreaNetwork     Area = "network" // the connection as a whole
	AreaGroups      Area = "security groups"
	AreaACLs        Area = "network ACLs"
	AreaRoutes      Area = "routes"
	AreaEndpoints   Area = "VPC endpoints"
	AreaNames       Area = "DNS"
	AreaPermissions Area = "permissions"

	AreaImages  Area = "images"
	AreaSecrets Area = "secrets"
	AreaLogs    Area = "logs"
	AreaFiles   Area = "file systems"
	areaOther   Area = "another service"
)

var needs = []Area{AreaImages, AreaSecrets, AreaLogs, AreaFiles, areaOther}

// areaWords say which areas a sentence is about.
var areaWords = []struct {
	area  Area
	words *regexp.Regexp
}{
	{AreaNetwork, regexp.MustCompile(`(?i)\bnetwork connect|\bconnect(?:ion|ivity|s|ed)?\b|\breach(?:able|es|ed|ability)?\b|\bunreachable\b`)},
	{AreaGroups, regexp.MustCompile(`(?i)\bsecurity ?groups?\b|\bsg-[0-9a-f]{6,}`)},
	{AreaACLs, regexp.MustCompile(`(?i)\bnetwork acls?\b|\bnacls?\b|\bacl-[0-9a-f]{6,}|\bnetwork access control`)},
	{AreaRoutes, regexp.MustCompile(`(?i)\brout(?:es?|ing)\b|\bnat gateways?\b|\binternet gateways?\b|\bpublic ip|\b(?:rtb|nat|igw)-[0-9a-f]{6,}`)},
	{AreaEndpoints, regexp.MustCompile(`(?i)\b(?:vpc|interface|gateway) endpoints?\b|\bvpce-[0-9a-f]{6,}|\bprivatelink\b|\bendpoint polic`)},
	{AreaNames, regexp.MustCompile(`(?i)\bdns\b|\bresolv(?:e|es|ed|er|ing)\b|\bhostnames?\b`)},
	{AreaPermissions, regexp.MustCompile(`(?i)\bpermissions?\b|\bpolic(?:y|ies)\b|\bauthori[sz]ed\b|\biam\b|\b(?:execution|task) role\b|\b[a-z0-9-]+:[A-Z][A-Za-z]+\b`)},
	{AreaImages, regexp.MustCompile(`(?i)\bregistr(?:y|ies)\b|\becr\b|\bdocker ?hub\b|\bimages?\b|\becr\.(?:api|dkr)\b`)},
	{AreaSecrets, regexp.MustCompile(`(?i)\bsecrets?\b|\bsecrets ?manager\b|\bparameter store\b|\bssm parameters?\b|\bkms\b`)},
	{AreaLogs, regexp.MustCompile(`(?i)\blog ?groups?\b|\blogging\b|\bawslogs\b|\blog (?:driver|configuration)\b|\bcloudwatch logs\b|\blogs:`)},
	{AreaFiles, regexp.MustCompile(`(?i)\befs\b|\belastic ?file ?system\b|\bmount targets?\b|\bfs-[0-9a-f]{6,}`)},
}

func areasIn(text string) []Area {
	var all []Area
	for _, w := range areaWords {
		if w.words.MatchString(text) {
			all = append(all, w.area)
		}
	}
	return all
}

// causeAreas say which areas a cause is about, by the longest beginning of its code. Codes of which nothing is said belong to no area.
var causeAreas = map[string][]Area{
	"sg.":                            {AreaNetwork, AreaGroups},
	"nacl.":                          {AreaNetwork, AreaACLs},
	"route.":                         {AreaNetwork, AreaRoutes},
	"endpoint.":                      {AreaNetwork, AreaEndpoints},
	"endpoint.sg-ingress-denied":     {AreaNetwork, AreaEndpoints, AreaGroups},
	"endpoint.gateway-route-missing": {AreaNetwork, AreaEndpoints, AreaRoutes},
	"endpoint.private-dns-disabled":  {AreaNetwork, AreaEndpoints, AreaNames},
	"dns.":                           {AreaNetwork, AreaNames},
	"target.sg-ingress-denied":       {AreaNetwork, AreaGroups},
	"iam.":                           {AreaPermissions},
	"iam.endpoint-policy-denied":     {AreaEndpoints, AreaPermissions},
	"iam.kms-denied":                 {AreaPermissions, AreaSecrets},
	"image.":                         {AreaImages},
	"image.network":                  {AreaImages, AreaNetwork},
	"image.auth-denied":              {AreaImages, AreaPermissions},
	"secret.":                        {AreaSecrets},
	"secret.network":                 {AreaSecrets, AreaNetwork},
	"secret.access-denied":           {AreaSecrets, AreaPermissions},
	"kms.":                           {AreaSecrets},
	"kms.access-denied":              {AreaSecrets, AreaPermissions},
	"file.":                          {AreaPermissions},
	"logs.":                          {AreaLogs},
	"logs.network":                   {AreaLogs, AreaNetwork},
	"logs.access-denied":             {AreaLogs, AreaPermissions},
	"efs.":                           {AreaFiles},
	"efs.network":                    {AreaFiles, AreaNetwork, AreaGroups},
	"efs.access-denied":              {AreaFiles, AreaPermissions},
	"start.role-not-assumable":       {AreaPermissions},
}

// AreasOf returns the areas that a cause is about, nil when it is about none that the runbook looks at too.
func AreasOf(code string) []Area { return slices.Clone(byBeginning(causeAreas, code)) }

// stepAreas say which areas a step looks at, by the longest beginning of its id.
var stepAreas = map[string][]Area{
	"task.groups":             {AreaGroups},
	"target.groups":           {AreaGroups},
	"endpoint.security-group": {AreaGroups, AreaEndpoints},
	"endpoint.":               {AreaEndpoints},
	"nacl.":                   {AreaACLs},
	"route.":                  {AreaRoutes},
	"dns.":                    {AreaNames},
	"access.":                 {AreaPermissions},
	"image.":                  {AreaImages},
	"secret.":                 {AreaSecrets},
	"logs.":                   {AreaLogs},
	"efs.":                    {AreaFiles},
	"start.names":             {AreaNames},
	"start.route":             {AreaRoutes},
	"start.endpoints":         {AreaEndpoints},
	"start.endpoint-groups":   {AreaGroups, AreaEndpoints},
	"start.groups":            {AreaGroups},
	"start.acls":              {AreaACLs},
	"start.role":              {AreaPermissions},
	"file.":                   {AreaPermissions},
	"exec.ways":               {AreaNames, AreaRoutes, AreaEndpoints, AreaGroups, AreaACLs},
}

// byBeginning returns what a table has for the longest of its keys that name begins with.
func byBeginning(table map[string][]Area, name string) []Area {
	for end := len(name); end > 0; end-- {
		if areas, ok := table[name[:end]]; ok {
			return areas
		}
	}
	return nil
}

// needOf returns which need the diagnosis was about. There is none when it was about the start as a whole.
func needOf(t Target) []Area {
	switch service, _, _ := strings.Cut(t.Service, "."); {
	case t.Service == "" && t.Host == "":
		return nil
	case service == "ecr":
		return []Area{AreaImages}
	case service == "secretsmanager", service == "ssm", service == "kms":
		return []Area{AreaSecrets}
	case service == "logs":
		return []Area{AreaLogs}
	case service == "elasticfilesystem":
		return []Area{AreaFiles}
	}
	return []Area{areaOther}
}

// compare holds one sentence of the runbook against a diagnosis. When in doubt the two are not comparable.
func compare(line string, r Report) RunbookFinding {
	f := RunbookFinding{Text: line, Says: says(line), Areas: areasIn(line)}
	ways, want := split(f.Areas)
	switch {
	case f.Says == SaysUnclear:
		return f
	case len(f.Areas) == 0:
		f.Why = "it names nothing that this program checks"
		return f
	}
	if ports := portsIn(line); len(ports) > 0 && r.Target.Port != 0 && !slices.Contains(ports, r.Target.Port) {
		f.Why = fmt.Sprintf("this diagnosis was about port %d", r.Target.Port)
		return f
	}
	granted := f.Says == SaysFine && slices.Contains(f.Areas, AreaPermissions) // by one policy, which need not be enough
	for _, c := range r.Causes {
		if granted || !sameMatter(line, f.Areas, c, r) {
			continue
		}
		f.Cause, f.Agreement, f.Why = c.Code, Agrees, "this program found it too"
		if f.Says == SaysFine {
			f.Agreement, f.Why = Differs, "this program found it at fault"
		}
		return f
	}
	if asked := needOf(r.Target); len(want) > 0 && len(asked) > 0 && disjoint(want, asked) {
		f.Why = "this diagnosis was about " + targetService(r.Target)
		return f
	}
	looked := without(ways, AreaNetwork)
	if len(ways) == 0 {
		looked = want
	}
	if len(looked) == 0 {
		f.Why = "it names no single thing that this program checks"
		return f
	}
	for _, a := range looked {
		if state := lookedAt(a, r); state != Pass {
			f.Why = map[Verdict]string{
				Skipped: fmt.Sprintf("this diagnosis did not look at %s", a),
				Fail:    fmt.Sprintf("this program found something else about %s", a),
			}[state]
			if f.Why == "" {
				f.Why = fmt.Sprintf("this program could not settle %s", a)
			}
			return f
		}
	}
	var names []string
	for _, a := range looked {
		names = append(names, string(a))
	}
	checks := "this program's checks of " + strings.Join(names, " and ") + " pass"
	f.Agreement, f.Why = Agrees, checks+" too"
	if f.Says == SaysProblem {
		f.Agreement, f.Why = Differs, checks
	}
	return f
}

// split parts areas into ways to fail and needs.
func split(areas []Area) (ways, want []Area) {
	for _, a := range areas {
		if slices.Contains(needs, a) {
			want = append(want, a)
		} else {
			ways = append(ways, a)
		}
	}
	return ways, want
}

func without(areas []Area, drop Area) []Area {
	return slices.DeleteFunc(slices.Clone(areas), func(a Area) bool { return a == drop })
}

func disjoint(a, b []Area) bool {
	return !slices.ContainsFunc(a, func(x Area) bool { return slices.Contains(b, x) })
}

func sameSet(a, b []Area) bool {
	within := func(a, b []Area) bool {
		return !slices.ContainsFunc(a, func(x Area) bool { return !slices.Contains(b, x) })
	}
	return within(a, b) && within(b, a)
}

func targetService(t Target) string {
	if t.Service != "" {
		return t.Service
	}
	return t.Host
}

// sameMatter reports whether a sentence and a cause are about the same thing: the same ways to fail, the same need, the same direction,
// and no ids of the same kind that differ. A sentence that says no more than that the network fails is met by any cause on the network; one about permissions has to
// name the action.
func sameMatter(line string, areas []Area, c Cause, r Report) bool {
	of := byBeginning(causeAreas, c.Code)
	ways, want := split(areas)
	causeWays, causeNeeds := split(of)
	whole := len(ways) == 1 && ways[0] == AreaNetwork && slices.Contains(causeWays, AreaNetwork)
	if len(of) == 0 || !whole && !sameSet(without(ways, AreaNetwork), without(causeWays, AreaNetwork)) {
		return false
	}
	if len(causeNeeds) == 0 {
		causeNeeds = needOf(r.Target)
	}
	if len(want) > 0 && len(causeNeeds) > 0 && disjoint(want, causeNeeds) {
		return false
	}
	if in := direction(line); in != "" && direction(c.Code) != "" && in != direction(c.Code) {
		return false
	}
	evidence := evidenceText(c, r)
	if slices.Contains(ways, AreaPermissions) && !sharesAction(line, evidence) {
		return false
	}
	return !otherIDs(line, evidence)
}

// sharesAction reports whether two texts name the same IAM action.
func sharesAction(a, b string) bool {
	b = strings.ToLower(b)
	return slices.ContainsFunc(actionName.FindAllString(a, -1), func(action string) bool { return strings.Contains(b, strings.ToLower(action)) })
}

var portNumber = regexp.MustCompile(`(?i)\bports? (\d{1,5})\b`)

func portsIn(line string) []uint16 {
	var all []uint16
	for _, m := range portNumber.FindAllStringSubmatch(line, -1) {
		if n, err := strconv.ParseUint(m[1], 10, 16); err == nil {
			all = append(all, uint16(n))
		}
	}
	return all
}

var (
	inwards  = regexp.MustCompile(`(?i)\binbound\b|ingress`)
	outwards = regexp.MustCompile(`(?i)\boutbound\b|egress`)
)

// direction returns "in", "out", or "" when a text names none or both.
func direction(text string) string {
	switch in, out := inwards.MatchString(text), outwards.MatchString(text); {
	case in && !out:
		return "in"
	case out && !in:
		return "out"
	}
	return ""
}

// identified matches ids of what a network is made of, and IAM actions; the first group, or the word before the colon, is the kind.
var identified = regexp.MustCompile(`\b(?:(sg|subnet|vpce|rtb|acl|nat|igw|eni|vpc|fs)-[0-9a-f]{6,}|[a-z0-9-]+:[A-Z][A-Za-z]+)\b`)

// otherIDs reports whether two texts name things of the same kind, and none in common.
func otherIDs(a, b string) bool {
	byKind := func(text string) map[string][]string {
		found := map[string][]string{}
		for _, m := range identified.FindAllStringSubmatch(text, -1) {
			found[m[1]] = append(found[m[1]], m[0]) // actions have the kind ""
		}
		return found
	}
	first, second := byKind(a), byKind(b)
	for kind, ids := range first {
		if len(second[kind]) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(second[kind], id) }) {
			return true
		}
	}
	return false
}

// evidenceText returns all that names what a cause is about.
func evidenceText(c Cause, r Report) string {
	all := append([]string{c.Summary}, c.Resources...)
	if slices.Contains(byBeginning(causeAreas, c.Code), AreaPermissions) {
		all = append(all, r.Call.Action)
	}
	for _, s := range r.Steps {
		for _, f := range append([]Finding{s.Finding}, s.Also...) {
			if s.ID != c.Step || f.Cause != c.Code {
				continue
			}
			for _, e := range f.Evidence {
				all = append(all, e.ID, e.Detail)
			}
		}
	}
	return strings.Join(all, "\n")
}

// lookedAt sums up what a diagnosis found in an area: Pass only when something was looked at and nothing of it is open or at fault,
// Skipped when nothing was looked at.
func lookedAt(a Area, r Report) Verdict {
	sum := Skipped
	for _, s := range r.Steps {
		if !slices.Contains(byBeginning(stepAreas, s.ID), a) {
			continue
		}
		for _, f := range append([]Finding{s.Finding}, s.Also...) {
			switch {
			case sum == Fail:
			case f.Verdict == Fail || f.Because != "": // what another cause keeps from working does not work
				sum = Fail
			case f.Verdict == Skipped:
			case f.Verdict != Pass:
				sum = Unknown
			case sum == Skipped:
				sum = Pass
			}
		}
	}
	return sum
}
