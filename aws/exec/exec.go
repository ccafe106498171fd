// Package exec runs commands in containers of running tasks: ECS Exec sessions for a person at a terminal, for a script that wants a
// command's exact output and exit status, and for probes. It is a client of the session protocol of its own, so that no other program
// has to be installed; Plugin uses the official one for those who must.
//
// What AWS is asked for goes through API, which aws/live implements. What a probe asks and what its answer means do not belong here.
package exec

import (
	"context"
	"net/http"
	"time"

	"fargate-doctor/aws"
)

// An API is what sessions ask of AWS. Errors are *aws.Error.
type API interface {
	ExecuteCommand(ctx context.Context, r aws.ExecRequest) (aws.Ticket, error)
	ResumeSession(ctx context.Context, session string) (aws.Ticket, error)
	TerminateSession(ctx context.Context, session string) error
	GenerateDataKey(ctx context.Context, key string, bytes int, bound map[string]string) (aws.DataKey, error)
	SignDial(ctx context.Context, r *http.Request) error // Signature Version 4 for the service ssmmessages
	Transport() http.RoundTripper                        // how a data channel is dialled
}

const (
	connecting = 30 * time.Second // how long an agent may take to connect
	holding    = 4 * time.Second  // how long input waits for a sign of the agent
	dialling   = 15 * time.Second
	answering  = time.Minute     // how long a script may take to begin
	leaving    = 5 * time.Second // how long ssm:TerminateSession may take
	resuming   = time.Minute
	alive      = 4 * time.Minute // between pings, which keep gateways and proxies on the way from forgetting the connection

	// stuck is how long an output may go on to take nothing when the session has ended. Who waited longer could not be ended by a signal.
	stuck = time.Second
)

// A Client opens sessions. The zero values of its times are what ECS needs; tests shorten them.
type Client struct {
	API    API
	Notice func(string) // is told what the person waits for, a sentence each; nil means nobody

	Connecting time.Duration // how long TargetNotConnected is tried again; 0 means 30 s
	Holding    time.Duration // how long input is held back for a session that says nothing; 0 means 4 s
	Answering  time.Duration // how long a script may take to begin; 0 means a minute
}

func (c *Client) notice(text string) {
	if c.Notice != nil {
		c.Notice(text)
	}
}
