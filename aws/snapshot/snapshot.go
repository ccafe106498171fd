// Package snapshot reads recorded answers: folders and archives of the JSON that the AWS CLI prints. It also records them.
// A snapshot is an aws.Reader like any other; what it does not hold is an error of kind aws.NotRecorded, never an empty list.
//
// Files may be split, nested and named as one likes. A file holds what one command printed (or what several printed, one
// after the other). Lists with the same top-level key are joined. The region is the name of a folder above the file, else
// manifest.json's region, else what the answers say of themselves. Folders accounts/ID/ hold the views of several accounts.
//
// Some outputs do not name what was asked for. They are kept with the id beside them: either the output itself gets the id as
// one more top-level member, or several such objects stand in a list.
//
//	operation                    members of the output          id beside them               list of several
//	SearchTransitGatewayRoutes   Routes                         TransitGatewayRouteTableId   TransitGatewayRoutes
//	GetManagedPrefixListEntries  Entries                        PrefixListId                 PrefixListEntries
//	DescribeVpcAttribute         EnableDnsSupport …             VpcId (the CLI prints it)    VpcAttributes
//	ListFirewallDomains          Domains                        FirewallDomainListId         FirewallDomains
//	ListHostedZonesByVPC         HostedZoneSummaries            VPCId                        HostedZonesByVPC
//	ListResourceRecordSets       ResourceRecordSets             HostedZoneId                 ResourceRecordSetsByZone
//	ListAttachedRolePolicies     AttachedPolicies               RoleName                     AttachedRolePolicies
//	ListRolePolicies             PolicyNames                    RoleName                     RolePolicyNames
//	GetRolePolicy                PolicyDocument                 RoleName, PolicyName (CLI)   RolePolicies
//	GetPolicyVersion             PolicyVersion                  PolicyArn                    PolicyVersions
//	SimulatePrincipalPolicy      EvaluationResults              PolicySourceArn, and         Simulations
//	                                                            ContextEntries if given
//	DescribeKey                  KeyMetadata                    KeyId, or what is in it      DescribedKeys
//	GetKeyPolicy                 Policy                         KeyId                        KeyPolicies
//	GetBucketPolicy              Policy                         Bucket                       BucketPolicies
//	GetBucketEncryption          ServerSideEncryption…          Bucket                       BucketEncryptions
//	GetQueueAttributes           Attributes                     QueueUrl                     QueueAttributes
//	GetTopicAttributes           Attributes                     TopicArn, or what is in it   TopicAttributes
//	DynamoDB's GetResourcePolicy Policy                         ResourceArn                  TablePolicies
//	DescribeSecret               CreatedDate …                  SecretId, or what is in it   Secrets
//	ListSecretVersionIds         Versions                       SecretId, or what is in it   SecretVersions
//	Secret's GetResourcePolicy   ARN, ResourcePolicy            SecretId, or what is in it   SecretPolicies
//	DescribeParameters           Parameters                     Name (the one asked for)     ParametersByName
//	GetRepositoryPolicy          policyText                     repositoryName (CLI)         RepositoryPolicies
//	DescribeImages               imageDetails                   repositoryName, imageTag or  DescribedImages
//	BatchGetImage                images                         … imageDigest (asked for)    ImageManifests
//	DescribePullThroughCache…    pullThroughCacheRules          registryId                   PullThroughCacheRules
//	DescribeFileSystemPolicy     FileSystemId, Policy           FileSystemId (CLI)           FileSystemPolicies
//	DescribeMountTargets         MountTargets                   FileSystemId                 MountTargetsByFileSystem
//	DescribeMountTargetSecur…    SecurityGroups                 MountTargetId                MountTargetSecurityGroups
//	DescribeLogGroups            logGroups                      logGroupNamePrefix           LogGroupsByPrefix
//	FilterLogEvents              events                         logGroupName                 LogEvents
//
// A resource without policy has "" in place of it. Plain lists of parameters, log groups and mount targets are understood too, but tell of none that
// it is missing: for that, an empty output with the name beside it is needed.
//
// A transit gateway's routes are also understood as TransitGatewayStaticRoutes and TransitGatewayPropagations, each a list of
// outputs with the table's id: a propagated route leads to what the attached VPC has for CIDR blocks. Where the CLI prints an
// object (taskDefinition, FirewallConfig), several of them may stand in a list under the same key.
//
// What the JSON means is aws/read's business.
package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sort"
	"strings"
)

// A Snapshot is a recording, held in memory. It is immutable and safe for concurrent use.
type Snapshot struct {
	manifest Manifest
	holdings map[string]*holding // by region
	regions  []string            // of the holdings, the default one first
	denied   map[string]bool
	failed   map[string]Failure // by callKey
}

// Open reads a snapshot from a folder, a .zip or a .tar.gz. The error names the file that could not be understood.
func Open(path string) (*Snapshot, error) {
	s, err := open(path, generous)
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", path, err)
	}
	return s, nil
}

func open(path string, within limits) (*Snapshot, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	var found []file
	switch {
	case info.IsDir():
		found, err = filesOf(os.DirFS(path), within)
	case strings.HasSuffix(path, ".zip"):
		found, err = unzip(path, within)
	case strings.HasSuffix(path, ".tar.gz"), strings.HasSuffix(path, ".tgz"):
		found, err = untar(path, within)
	default:
		err = errors.New("a snapshot is a folder, a .zip or a .tar.gz")
	}
	if err != nil {
		return nil, err
	}
	return build(found)
}

// OpenFS reads a snapshot from a file system, an embedded one for instance.
func OpenFS(fsys fs.FS) (*Snapshot, error) {
	found, err := filesOf(fsys, generous)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	s, err := build(found)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return s, nil
}

// Manifest returns what the snapshot says about itself; zero when it has no manifest.json.
func (s *Snapshot) Manifest() Manifest { return s.manifest }

// Regions returns the regions that the snapshot holds answers of. The first one answers queries that name none.
func (s *Snapshot) Regions() []string { return slices.Clone(s.regions) }

// build makes a snapshot from files.
func build(files []file) (*Snapshot, error) {
	s := &Snapshot{holdings: map[string]*holding{}, denied: map[string]bool{}, failed: map[string]Failure{}}
	homeless := &holding{}
	for _, f := range files {
		documents, err := f.documents()
		if err != nil {
			return nil, err
		}
		if f.isManifest() {
			if s.manifest, err = parseManifest(f); err != nil {
				return nil, err
			}
			continue
		}
		home := homeless
		if region := regionOf(f.name); region != "" {
			if home = s.holdings[region]; home == nil {
				home = &holding{}
				s.holdings[region] = home
			}
		}
		home.add(accountOf(f.name), documents)
	}
	if !homeless.empty() {
		region := s.manifest.Region
		if region == "" && len(s.holdings) == 1 {
			for region = range s.holdings {
			}
		}
		if region == "" {
			region = homeless.region()
		}
		if s.holdings[region] == nil {
			s.holdings[region] = &holding{}
		}
		s.holdings[region].join(homeless)
	}
	for region := range s.holdings {
		s.regions = append(s.regions, region)
	}
	if len(s.regions) == 0 && len(s.manifest.Failed) == 0 && len(s.manifest.Denied) == 0 {
		return nil, errors.New("it holds no answers: no JSON file with an AWS CLI answer was found")
	}
	sort.Slice(s.regions, func(i, j int) bool {
		a, b := s.rank(s.regions[i]), s.rank(s.regions[j])
		if a != b {
			return a < b
		}
		return s.regions[i] < s.regions[j]
	})
	for _, action := range s.manifest.Denied {
		s.denied[action] = true
	}
	for _, f := range s.manifest.Failed {
		s.failed[callKey(f.Operation, s.regionFor(f.Region), f.Input)] = f
	}
	return s, nil
}

// rank orders the regions by how likely a question without a region is about them.
func (s *Snapshot) rank(region string) int {
	h := s.holdings[region]
	switch {
	case region == s.manifest.Region:
		return 0
	case h.has("tasks"), h.has("services"), h.has("clusters"):
		return 1
	case h.has("vpcs"):
		return 2
	}
	return 3
}

// regionFor returns the region that a question is about.
func (s *Snapshot) regionFor(asked string) string {
	if asked == "" && len(s.regions) > 0 {
		return s.regions[0]
	}
	return asked
}
