package aws

import "time"

// An Image is an image in a private repository of ECR, by tag or digest.
type Image struct {
	Digest string // sha256:…
	Tags   []string
	Pushed time.Time
	Size   int64 // bytes, compressed

	// Platforms are what the image can run on. The registry tells that of an index of several images only: the platform of a single
	// image is in its configuration, which is a layer that would have to be pulled. Then the list is empty, as it is when
	// PlatformsErr says why the manifest is not known.
	Platforms    []Platform
	PlatformsErr error
}

// A Platform is what an image is built for, in the names of the OCI image specification.
type Platform struct {
	OS, Architecture string // linux amd64, linux arm64, windows amd64
	OSVersion        string // of Windows: 10.0.20348.2402
	Variant          string // of ARM: v8
}

// A CacheRule is a pull-through cache rule of a private registry of ECR: images of an upstream registry are fetched into repositories that
// begin with its prefix when they are first pulled. See "Sync an upstream registry with an Amazon ECR private registry".
type CacheRule struct {
	Prefix   string // "docker-hub"; "ROOT" for all repositories that no other rule covers
	Upstream string // "registry-1.docker.io"
}
