package steps

import (
	"slices"
	"strings"

	"fargate-doctor/aws/iam"
)

// A Need is one thing that a start needs, and how it stands with it: a row of the matrix.
type Need struct {
	Kind       string // "image", "secret", "log" …
	Name       string // as people call it: "web:41", "shop/orders-db"
	Title      string // the same with what it is: "secret shop/orders-db"
	Containers []string
	Host       string // "" when nothing is dialled, or it is not known
	Port       uint16
	Interface  string // "task ENI", or "Fargate-owned ENI" on old platforms (R21)
	Role       string // "execution role", "task role"; "" when neither is asked
	Aside      bool   // a failure of it does not keep the task from starting

	Path     Cell // the network's way there
	Access   Cell // the role's policies, those of what it is about, and its KMS key
	Endpoint Cell // the policy of the VPC endpoint on the way
	Exists   Cell // the thing itself, in the form that is asked for
}

// A Cell is one answer of the matrix.
type Cell struct {
	Verdict Verdict // Skipped where the question does not come up
	Cause   string  // of a Fail; steps say more
	Summary string
}

func (n Need) cells() []Cell { return []Cell{n.Path, n.Access, n.Endpoint, n.Exists} }

// matrix is how it stands with everything that the start needs. The steps judge by the same functions, so that they can't disagree.
var matrix = &Fact[[]Need]{
	Name:  "matrix of the start",
	Needs: []known{startNeeds, task, definition, told},
	Wants: slices.Concat([]known{startWays.traced, rulings, images, cacheRules, secrets, parameters, startKeys, logGroups, fileSystems, here, subnets, needPolicies}, executes.facts(), serves.facts()),
	Derive: func(f Facts) []Need {
		platform := platformOf(task.Of(f))
		rows := make([]Need, 0, len(startNeeds.Of(f)))
		for i, n := range startNeeds.Of(f) {
			rows = append(rows, Need{
				Kind: string(n.kind), Name: n.name, Title: n.title(), Containers: n.containers, Host: n.host, Port: n.port, Interface: n.interfaceOn(platform), Role: n.role, Aside: n.aside,
				Path: pathCell(f, n, i), Access: accessCell(f, n, i), Endpoint: endpointCell(f, i), Exists: cellOf(existence(f, n)),
			})
		}
		return rows
	},
}

// cellOf shortens a finding. What is only the consequence of a cause is as bad as the cause.
func cellOf(f Finding) Cell {
	c := Cell{Verdict: f.Verdict, Cause: f.Cause, Summary: f.Summary}
	if f.Because != "" {
		c.Verdict, c.Cause = Fail, f.Because
	}
	return c
}

func pathCell(f Facts, n need, i int) Cell {
	all, err := startWays.traced.Try(f)
	if err != nil {
		return cellOf(unread(err))
	}
	w := all[i]
	if w.skip != "" {
		return Cell{Verdict: Skipped, Summary: w.skip}
	}
	if n.kind == needFiles {
		found := judgeMountWay(f, n, w)
		return cellOf(found)
	}
	code := map[needKind]string{needImage: "image.network", needLogin: "image.network", needLayers: "image.network", needLog: "logs.network", needFile: "file.access-denied"}[n.kind]
	return cellOf(wayOfNeed(f, n, w, code))
}

// accessCodes are the causes of refused calls by kind of need.
var accessCodes = map[needKind]string{
	needLogin: "image.auth-denied", needImage: "image.auth-denied", needSecret: "secret.access-denied", needParameter: "secret.access-denied",
	needFile: "file.access-denied", needLog: "logs.access-denied", needFiles: "efs.access-denied",
}

func accessCell(f Facts, n need, i int) Cell {
	all, err := rulings.Try(f)
	if err != nil {
		return cellOf(unread(err))
	}
	r := all[i]
	side, asks := roleFor(n)
	switch {
	case n.kind == needLayers || len(n.calls) == 0:
		return Cell{Verdict: Skipped, Summary: "no permission of the task's is asked"}
	case r.none && n.kind == needFiles:
		return Cell{Fail, "efs.access-denied", "the task definition names no task role"}
	case r.none:
		return Cell{Fail, "start.execution-role-missing", "the task definition names no " + n.role}
	case r.gone:
		return Cell{Fail, "iam.role-missing", "the " + n.role + " does not exist"}
	}
	var parts []Finding
	if asks {
		if found := judgeStartRole(f, side, accountOf(task.Of(f).ARN, definition.Of(f).ARN)); found.Verdict == Fail {
			parts = append(parts, found)
		}
	}
	for _, c := range r.calls {
		if asks && identityLacks(c.own) {
			parts = append(parts, Finding{Verdict: Fail, Cause: accessCodes[n.kind], Summary: "no policy of the " + n.role + " allows " + c.action})
			continue
		}
		parts = append(parts, ownSide(f, accessCodes[n.kind], n, c, r, side))
	}
	switch k := r.key; {
	case k.asked && k.verdict.Answer.Refused():
		parts = append(parts, Finding{Verdict: Fail, Cause: "kms.access-denied", Summary: "the " + n.role + " may not decrypt it"})
	case k.called != "" || k.unread != nil:
		parts = append(parts, keyOfNeed(f, n, k, r.role))
	}
	return cellOf(together(parts, "the "+strings.TrimSpace(n.role)+" may"))
}

func endpointCell(f Facts, i int) Cell {
	all, err := rulings.Try(f)
	if err != nil {
		return cellOf(unread(err))
	}
	worst := Cell{Verdict: Skipped, Summary: "no endpoint is on the way"}
	for _, c := range all[i].calls {
		switch {
		case c.through.Answer == iam.Unknown:
			if worst.Verdict != Fail {
				worst = Cell{Verdict: Unknown, Summary: "whether the policy of an endpoint allows " + c.action + " is not known"}
			}
		case c.through.Answer.Refused():
			worst = Cell{Fail, "iam.endpoint-policy-denied", "the policy of " + c.endpoint.ID + " refuses " + c.action}
		case c.endpoint.ID != "" && worst.Verdict == Skipped:
			worst = Cell{Verdict: Pass, Summary: "the policy of " + c.endpoint.ID + " allows it"}
		}
	}
	return worst
}
