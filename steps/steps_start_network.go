package steps

// The ways of all that the start needs, question by question, so that what stops several of them is told once (R8, R11, R12, R23, R32-R36).
var startNetworkSteps = []Step{{
	ID:           "start.names",
	Ask:          "Do the names that are dialled resolve, and to the endpoints where there are some?",
	Why:          "Private DNS of an endpoint needs enableDnsHostnames and enableDnsSupport; with it the name leads to the endpoint and not to the internet gateway.",
	Branch:       "symptom",
	Requirements: []string{"R6", "R23", "R33", "R34"},
	Docs:         []string{docVPCDNS, docPrivateDNS},
	Needs:        []known{startWays.traced, startNeeds},
	Eval:         startWays.judgeNames,
	Next:         []Edge{{To: "start.route"}},
}, {
	ID:           "start.route",
	Ask:          "Is the subnet public or private, and does its way out work?",
	Why:          "Public: a default route to an internet gateway, and a public address. Private: a NAT gateway in a public subnet, or endpoints for all that is needed.",
	Branch:       "symptom",
	Requirements: []string{"R11", "R12", "R20", "R32", "R34"},
	Docs:         []string{docUnableToPull, docRouteTables},
	Needs:        []known{startWays.traced, startNeeds, task},
	Wants:        []known{owner},
	Eval:         startWays.judgeRoutes,
	Next:         []Edge{{To: "start.endpoints"}},
}, {
	ID:           "start.endpoints",
	Ask:          "Are all the endpoints there that the start needs?",
	Why:          "Without a way to the internet every one of them is needed: ecr.api and ecr.dkr, S3 for the layers, logs, and secretsmanager or ssm where the task definition uses them.",
	Branch:       "symptom",
	Requirements: []string{"R20", "R36"},
	Docs:         []string{docECREndpoints, docInterfaceEndpoint},
	Needs:        []known{startWays.traced, startNeeds, startWays.network, here},
	Eval:         startWays.judgeEndpoints,
	Next:         []Edge{{To: "start.endpoint-groups"}},
}, {
	ID:           "start.endpoint-groups",
	Ask:          "Do the endpoints work, and do their security groups admit the task?",
	Why:          "An endpoint's security group must admit TCP 443 from the task's group or the VPC's block. A gateway endpoint must be in the subnet's route table.",
	Branch:       "symptom",
	Requirements: []string{"R10", "R34", "R36"},
	Docs:         []string{docInterfaceEndpoint, docGatewayEndpoint},
	Needs:        []known{startWays.traced, startNeeds},
	Eval: func(f Facts) Finding {
		return startWays.over(f, "the endpoints on the ways work and admit the task", endpointTests...)
	},
	Next: []Edge{{To: "start.groups"}},
}, {
	ID:           "start.groups",
	Ask:          "Do the task's security groups let it out on port 443?",
	Why:          "Fargate's own calls go through the task's interface, and so through its security groups.",
	Branch:       "symptom",
	Requirements: []string{"R7", "R35"},
	Docs:         []string{docSecurityGroups, docUnableToPull},
	Needs:        []known{startWays.traced, startNeeds},
	Eval: func(f Facts) Finding {
		return startWays.over(f, "the security groups let the connections out", groupTests...)
	},
	Next: []Edge{{To: "start.acls"}},
}, {
	ID:           "start.acls",
	Ask:          "Do the network ACLs let both ways through?",
	Why:          "Network ACLs are stateless: port 443 out, and the answers to the ephemeral ports in, in each subnet on the way.",
	Branch:       "symptom",
	Requirements: []string{"R8", "R35"},
	Docs:         []string{docNetworkACLs, docEphemeral},
	Needs:        []known{startWays.traced, startNeeds},
	Eval: func(f Facts) Finding {
		return startWays.over(f, "the network ACLs let both ways through", aclTests...)
	},
	Next: []Edge{{To: "image.path"}},
}}

// sharesWay reports whether a need's way is judged by the shared questions. EFS is on a port of its own, and what FireLens does not
// reach keeps nothing from starting.
func sharesWay(n need) bool { return n.kind != needFiles && !n.aside }
