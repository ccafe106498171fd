// Package snapshot reads recorded answers: folders and archives of the JSON that the AWS CLI prints. It also records them.
// A snapshot is an aws.Reader like any other; what it does not hold is an error of kind aws.NotRecorded, never an empty list.
//
// What the JSON means is aws/read's business.
package snapshot
