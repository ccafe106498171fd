package aws

import "net/netip"

// A FileSystem is a file system of EFS.
type FileSystem struct {
	ARN, ID, Name string
	State         string // available, creating, updating, deleting, deleted, error
	Zone          string // availability zone of a One Zone file system, else ""
	Encrypted     bool
	Key           string // ARN of its KMS key
}

// A MountTarget is where tasks of one availability zone reach a file system.
type MountTarget struct {
	ID, FileSystem            string
	VPC, Subnet, Zone, ZoneID string
	State                     string // available, creating, updating, deleting, error
	Interface                 string // elastic network interface id
	Address, IPv6             netip.Addr
	SecurityGroups            []string
	GroupsErr                 error // why SecurityGroups is not known
}

// An AccessPoint is an entry into a file system, with a root directory and a user of its own.
type AccessPoint struct {
	ARN, ID, FileSystem string
	State               string // available, creating, …
	Root                string
	UID, GID            int // of every call; -1 when the client's own count
}

// A TargetGroup is a target group of a load balancer.
type TargetGroup struct {
	ARN, Name  string
	TargetType string // ip, instance, lambda, alb
	Protocol   string
	Port       int
	VPC        string
	HealthPath string // of HTTP health checks
	HealthPort string // a port, or "traffic-port"
}
