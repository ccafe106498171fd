package read

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"fargate-doctor/aws"
)

// ImageActions are the IAM actions that Image needs. Without ecr:BatchGetImage the image is known but for its platforms.
var ImageActions = []string{"ecr:DescribeImages", "ecr:BatchGetImage"}

// Image returns an image of a private ECR repository, given by the repository's ARN, by tag or by digest ("sha256:…"). That there is no
// such image is an error of kind aws.NotFound with the code ImageNotFoundException; of no such repository, RepositoryNotFoundException.
func Image(ctx context.Context, r aws.Reader, repositoryARN, tagOrDigest string) (aws.Image, error) {
	q := imageQuery("DescribeImages", repositoryARN, tagOrDigest)
	var platforms []aws.Platform
	var platformsErr error
	var beside sync.WaitGroup
	beside.Go(func() { platforms, platformsErr = platformsOf(ctx, r, repositoryARN, tagOrDigest) })
	wire, err := elements[struct {
		ImageDigest      string
		ImageTags        []string
		ImagePushedAt    moment
		ImageSizeInBytes int64
	}](ctx, r, q, "imageDetails")
	beside.Wait()
	if err != nil {
		return aws.Image{}, err
	}
	if len(wire) == 0 {
		e := aws.Errorf(aws.NotFound, q, tagOrDigest, "there is no such image")
		e.Code = "ImageNotFoundException"
		return aws.Image{}, e
	}
	w := wire[0]
	return aws.Image{Digest: w.ImageDigest, Tags: w.ImageTags, Pushed: w.ImagePushedAt.Time, Size: w.ImageSizeInBytes,
		Platforms: platforms, PlatformsErr: platformsErr}, nil
}

func imageQuery(operation, repositoryARN, tagOrDigest string) aws.Query {
	a, _ := aws.ParseARN(repositoryARN)
	id := aws.Input{"imageTag": tagOrDigest}
	if strings.HasPrefix(tagOrDigest, "sha256:") {
		id = aws.Input{"imageDigest": tagOrDigest}
	}
	return aws.Query{Service: "ecr", Operation: operation, Region: a.Region,
		Input: aws.Input{"registryId": a.Account, "repositoryName": resourceName(a), "imageIds": []aws.Input{id}}}
}

// manifestTypes are the forms of manifest that this package reads: indexes, which name platforms, and single images.
var manifestTypes = []string{"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"}

// platformsOf returns the platforms that an index of images names; none for a single image. See "OCI Image Index Specification".
func platformsOf(ctx context.Context, r aws.Reader, repositoryARN, tagOrDigest string) ([]aws.Platform, error) {
	q := imageQuery("BatchGetImage", repositoryARN, tagOrDigest)
	q.Input["acceptedMediaTypes"] = manifestTypes
	wire, err := elements[struct{ ImageManifest string }](ctx, r, q, "images")
	if err != nil {
		return nil, err
	}
	if len(wire) == 0 {
		return nil, aws.Errorf(aws.NotFound, q, tagOrDigest, "the answer holds no manifest")
	}
	var manifest struct {
		Config    *struct{}
		Manifests []struct {
			Platform struct {
				OS, Architecture, Variant string
				OSVersion                 string `json:"os.version"`
			}
		}
	}
	err = json.Unmarshal([]byte(wire[0].ImageManifest), &manifest)
	if err == nil && manifest.Config == nil && manifest.Manifests == nil {
		err = errors.New("it is neither an image nor an index of images")
	}
	if err != nil {
		return nil, aws.Errorf(aws.Malformed, q, tagOrDigest, "manifest: %w", err)
	}
	var platforms []aws.Platform
	for _, m := range manifest.Manifests {
		if p := m.Platform; p.OS != "" && p.OS != "unknown" { // attestations are of an unknown platform
			platforms = append(platforms, aws.Platform{OS: p.OS, Architecture: p.Architecture, OSVersion: p.OSVersion, Variant: p.Variant})
		}
	}
	return platforms, nil
}
