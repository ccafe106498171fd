package steps

import (
	"regexp"
	"strings"

	"fargate-doctor/aws"
)

// Registries that need something of their own.
const (
	registryECR       = "Amazon ECR"
	registryECRPublic = "Amazon ECR Public"
	registryDockerHub = "Docker Hub"
	registryOther     = "another registry"
)

// An imageName is the image of a container definition, taken apart.
type imageName struct {
	written         string
	registry        string // one of the above
	host            string // that is dialled for it
	repository      string
	tag, digest     string // the tag is "latest" where neither is written
	account, region string // of an ECR registry
}

var (
	// privateECR is the form of a private registry's name, see "Amazon ECR private registry" in the ECR user guide.
	privateECR = regexp.MustCompile(`^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2,4}(?:-[a-z]+)+-\d)\.([a-z0-9.-]+)$`)
	// repositoryForm is the form of a repository's name, tagForm of a tag: the grammar of the OCI distribution specification.
	repositoryForm = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)
	tagForm        = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)
	digestForm     = regexp.MustCompile(`^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$`)
)

// parseImage takes the name of an image apart, and reports whether it has the form of one. A first part without a dot or a port is no
// registry: the image is on Docker Hub.
func parseImage(written string) (imageName, bool) {
	i := imageName{written: written, registry: registryOther}
	rest, digest, hasDigest := strings.Cut(strings.TrimSpace(written), "@")
	i.digest = digest
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, '/') {
		rest, i.tag = rest[:colon], rest[colon+1:]
	} else if !hasDigest {
		i.tag = "latest"
	}
	first, after, found := strings.Cut(rest, "/")
	if found && (strings.ContainsAny(first, ".:") || first == "localhost") {
		i.host, i.repository = strings.ToLower(first), after
	} else {
		i.repository = rest
	}
	switch {
	case i.host == "" || i.host == "docker.io" || i.host == "index.docker.io" || i.host == "registry-1.docker.io":
		i.registry, i.host = registryDockerHub, "registry-1.docker.io"
	case i.host == "public.ecr.aws":
		i.registry = registryECRPublic
	default:
		if m := privateECR.FindStringSubmatch(i.host); m != nil {
			i.registry, i.account, i.region = registryECR, m[1], m[2]
		}
	}
	well := repositoryForm.MatchString(i.repository) && (i.tag == "" || tagForm.MatchString(i.tag)) && (!hasDigest || digestForm.MatchString(digest))
	return i, well
}

// version is what picks the image out of its repository: a digest wins over a tag.
func (i imageName) version() string {
	if i.digest != "" {
		return i.digest
	}
	return i.tag
}

// short is the image as people call it: without the registry.
func (i imageName) short() string {
	switch {
	case i.tag != "":
		return i.repository + ":" + i.tag
	case len(i.digest) > 19:
		return i.repository + "@" + i.digest[:19]
	}
	return i.repository + "@" + i.digest
}

// repositoryARN is the ARN of the image's repository in a private ECR registry, "" for other registries.
func (i imageName) repositoryARN() string {
	if i.registry != registryECR {
		return ""
	}
	return aws.ARN{Partition: aws.PartitionOf(i.region).ID, Service: "ecr", Region: i.region, Account: i.account, Resource: "repository/" + i.repository}.String()
}
