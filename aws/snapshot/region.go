package snapshot

import (
	"regexp"
	"strings"
)

// regionPattern matches the region names of all partitions: us-east-1, us-gov-west-1, us-isob-east-1, eusc-de-east-1.
var regionPattern = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)?-(north|south|east|west|central|northeast|southeast|northwest|southwest)-[0-9]+$`)

// regionOf returns the region that the innermost folder above a file names, or "".
func regionOf(name string) string {
	folders := strings.Split(name, "/")
	for i := len(folders) - 2; i >= 0; i-- {
		if regionPattern.MatchString(folders[i]) {
			return folders[i]
		}
	}
	return ""
}

// accountOf returns the ID of a folder accounts/ID above a file, or "".
func accountOf(name string) string {
	folders := strings.Split(name, "/")
	for i := 0; i+2 < len(folders); i++ {
		if folders[i] == "accounts" {
			return folders[i+1]
		}
	}
	return ""
}

// regionClue finds regions in answers: in zones, and in the ARNs of regional services.
var regionClue = regexp.MustCompile(`"AvailabilityZone":\s*"([a-z0-9-]+[0-9])[a-z]"|"arn:[a-z-]+:(?:ecs|ec2):([a-z0-9-]+):`)
