package live

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"fargate-doctor/aws"
)

// A Profile is a named set of settings in the AWS shared config and credentials files.
type Profile struct {
	Name   string
	Region string // "" when the profile sets none
}

// Profiles returns the profiles of the shared config and credentials files, in order of their names; none when there are no
// such files. See "Configuration and credential file settings in the AWS CLI".
func Profiles() ([]Profile, error) {
	regions := make(map[string]string)
	for _, file := range []struct{ path, prefix string }{
		{cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), config.DefaultSharedCredentialsFilename()), ""},
		{cmp.Or(os.Getenv("AWS_CONFIG_FILE"), config.DefaultSharedConfigFilename()), "profile"},
	} {
		err := scanProfiles(file.path, file.prefix, regions)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list profiles: %w", err)
		}
	}
	var profiles []Profile
	for name, region := range regions {
		profiles = append(profiles, Profile{name, region})
	}
	slices.SortFunc(profiles, func(a, b Profile) int { return cmp.Compare(a.Name, b.Name) })
	return profiles, nil
}

// scanProfiles adds the profiles of one file to regions. In the config file all sections but [default] bear a prefix, and
// those with another one ([sso-session x], [services x]) are no profiles.
func scanProfiles(path, prefix string, regions map[string]string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var name string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		if section, ok := strings.CutPrefix(strings.TrimSpace(line), "["); ok {
			section, _, _ = strings.Cut(section, "]")
			if name = profileName(section, prefix); name != "" {
				regions[name] = cmp.Or(regions[name], "")
			}
			continue
		}
		// Indented lines are settings of a single service.
		key, value, ok := strings.Cut(line, "=")
		if ok && name != "" && strings.TrimRight(key, " \t") == "region" {
			value, _, _ = strings.Cut(value, " #")
			value, _, _ = strings.Cut(value, " ;")
			regions[name] = strings.TrimSpace(value)
		}
	}
	return lines.Err()
}

func profileName(section, prefix string) string {
	section = strings.TrimSpace(section)
	if prefix != "" && section != "default" {
		kind, name, _ := strings.Cut(strings.ReplaceAll(section, "\t", " "), " ")
		if kind != prefix {
			return ""
		}
		section = name
	}
	return strings.TrimSpace(section) // quotes are part of the name to the SDK
}

// Regions returns the names of all regions that the SDK knows, those of the commercial partition first. It asks nobody: a
// region newer than the SDK is missing, and not every account may use every region.
func Regions() []string {
	var names []string
	for _, r := range types.VPCRegion("").Values() {
		names = append(names, string(r))
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(partitionOrder(a), partitionOrder(b)), cmp.Compare(a, b))
	})
	return names
}

func partitionOrder(region string) int {
	id := aws.PartitionOf(region).ID
	if id == "aws" {
		return -1
	}
	return slices.IndexFunc(aws.Partitions(), func(p aws.Partition) bool { return p.ID == id })
}
