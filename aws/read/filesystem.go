package read

import (
	"context"
	"sync"

	"fargate-doctor/aws"
)

// The IAM actions that the reads of EFS need. The policy of a file system is a resource policy, see ResourcePolicy.
var (
	FileSystemActions  = []string{"elasticfilesystem:DescribeFileSystems"}
	MountTargetActions = []string{"elasticfilesystem:DescribeMountTargets", "elasticfilesystem:DescribeMountTargetSecurityGroups"}
	AccessPointActions = []string{"elasticfilesystem:DescribeAccessPoints"}
)

func filesQuery(operation, region, parameter, id string) aws.Query {
	return aws.Query{Service: "elasticfilesystem", Operation: operation, Region: region, Input: aws.Input{parameter: id}}
}

// FileSystem returns an EFS file system by id ("fs-…"), in a region ("" means the reader's own). One that does not exist is an error of
// kind aws.NotFound.
func FileSystem(ctx context.Context, r aws.Reader, region, id string) (aws.FileSystem, error) {
	q := filesQuery("DescribeFileSystems", region, "FileSystemId", id)
	wire, err := elements[struct {
		FileSystemArn, FileSystemId, Name, LifeCycleState, AvailabilityZoneName, KmsKeyId string
		Encrypted                                                                         bool
	}](ctx, r, q, "FileSystems")
	if err != nil {
		return aws.FileSystem{}, err
	}
	for _, w := range wire {
		if w.FileSystemId == id {
			return aws.FileSystem{ARN: w.FileSystemArn, ID: id, Name: w.Name, State: w.LifeCycleState, Zone: w.AvailabilityZoneName,
				Encrypted: w.Encrypted, Key: w.KmsKeyId}, nil
		}
	}
	return aws.FileSystem{}, aws.Errorf(aws.NotFound, q, id, "the answer does not hold it")
}

type wireMountTarget struct {
	MountTargetId, FileSystemId, VpcId, SubnetId, AvailabilityZoneName, AvailabilityZoneId, LifeCycleState, NetworkInterfaceId string

	IpAddress, Ipv6Address string
}

func (w wireMountTarget) target() (aws.MountTarget, error) {
	m := aws.MountTarget{ID: w.MountTargetId, FileSystem: w.FileSystemId, VPC: w.VpcId, Subnet: w.SubnetId, Zone: w.AvailabilityZoneName,
		ZoneID: w.AvailabilityZoneId, State: w.LifeCycleState, Interface: w.NetworkInterfaceId}
	var err error
	if m.Address, err = address(w.IpAddress); err != nil {
		return m, err
	}
	m.IPv6, err = address(w.Ipv6Address)
	return m, err
}

// MountTargets returns the mount targets of a file system with their security groups, read in two rounds of calls. A file system that
// does not exist is an error of kind aws.NotFound; one without mount targets has none.
func MountTargets(ctx context.Context, r aws.Reader, region, fileSystem string) ([]aws.MountTarget, error) {
	q := filesQuery("DescribeMountTargets", region, "FileSystemId", fileSystem)
	wire, err := elements[wireMountTarget](ctx, r, q, "MountTargets")
	if err != nil {
		return nil, err
	}
	targets, err := decodeAll(q, wire, wireMountTarget.target)
	if err != nil {
		return nil, err
	}
	var groups sync.WaitGroup
	for i := range targets {
		m := &targets[i]
		groups.Go(func() {
			q := filesQuery("DescribeMountTargetSecurityGroups", region, "MountTargetId", m.ID)
			m.SecurityGroups, m.GroupsErr = elements[string](ctx, r, q, "SecurityGroups")
		})
	}
	groups.Wait()
	return targets, nil
}

// AccessPoint returns an access point by id ("fsap-…"). One that does not exist is an error of kind aws.NotFound.
func AccessPoint(ctx context.Context, r aws.Reader, region, id string) (aws.AccessPoint, error) {
	q := filesQuery("DescribeAccessPoints", region, "AccessPointId", id)
	wire, err := elements[struct {
		AccessPointArn, AccessPointId, FileSystemId, LifeCycleState string
		RootDirectory                                               struct{ Path string }
		PosixUser                                                   *struct{ Uid, Gid int }
	}](ctx, r, q, "AccessPoints")
	if err != nil {
		return aws.AccessPoint{}, err
	}
	for _, w := range wire {
		if w.AccessPointId != id {
			continue
		}
		p := aws.AccessPoint{ARN: w.AccessPointArn, ID: id, FileSystem: w.FileSystemId, State: w.LifeCycleState, Root: w.RootDirectory.Path, UID: -1, GID: -1}
		if w.PosixUser != nil {
			p.UID, p.GID = w.PosixUser.Uid, w.PosixUser.Gid
		}
		return p, nil
	}
	return aws.AccessPoint{}, aws.Errorf(aws.NotFound, q, id, "the answer does not hold it")
}
