package steps

var taskCauses = []Explanation{{
	Code:      "task.eni-not-attached",
	Title:     "the task's network interface is not attached",
	Means:     "The task has no way to send or receive anything. Fargate makes and attaches the interface itself; a task that waits for it can't be helped from inside.",
	Condition: "DescribeTasks: the attachment of type ElasticNetworkInterface of a task that has not ended has a status other than ATTACHED.",
	Evidence:  "The task's status and the attachment's.",
	Mend:      "Wait a minute if the task has only just started; else stop it, and its service starts another. If new tasks hang too, look at free addresses in the subnet and at the service's events.",
	Docs:      []string{docTaskNetworking},
}, {
	Code:      "task.no-ipv4-address",
	Title:     "the task has no IPv4 address",
	Means:     "The target has only IPv4 addresses and the task sits in an IPv6-only subnet.",
	Condition: "The task's interface has no private IPv4 address, and the destination is IPv4.",
	Evidence:  "The interface and its addresses.",
	Mend:      "Use a subnet with an IPv4 block, or NAT64 and DNS64.",
	Docs:      []string{docTaskNetworking},
}, {
	Code:      "task.no-ipv6-address",
	Title:     "the task has no IPv6 address",
	Means:     "The target has only IPv6 addresses. A task gets an IPv6 address when it starts, or never.",
	Condition: "The task's interface has no IPv6 address, and the destination is IPv6.",
	Evidence:  "The interface and its addresses; the step on IPv6 says what is not set for it.",
	Mend:      "Switch on the account setting dualStackIPv6, give VPC and subnet an IPv6 block, let the subnet assign IPv6 on creation, and start new tasks on platform 1.4.0 or later.",
	Docs:      []string{docTaskNetworking, docDualStack},
}, {
	Code:      "task.platform-version-old",
	Title:     "the platform version is older than 1.4.0",
	Means:     "Registry logins and secrets go through an interface of Fargate's own and not through the task's. Groups, ACLs, routes and endpoints of your VPC do not touch them. What the application itself sends is not affected.",
	Condition: "DescribeTasks: platformVersion of a Linux task is below 1.4.0.",
	Evidence:  "Which traffic takes which interface and role on this platform.",
	Mend:      "Update the service to platform version LATEST, and give the task's interface a way to the registry and to the secrets first.",
	Docs:      []string{docTaskNetworking, docPlatform},
}, {
	Code:      "ecs.network-limits",
	Title:     "there are too many subnets or security groups",
	Means:     "ECS refuses to start tasks with this configuration.",
	Condition: "awsvpcConfiguration has more than 16 subnets or 5 security groups.",
	Evidence:  "The counts.",
	Mend:      "Name fewer of them; one security group can hold the rules of several.",
	Docs:      []string{docAwsvpc},
}}
