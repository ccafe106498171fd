package symptom

import "strings"

// session returns where a text tells of a session of ECS Exec that failed, -1 when it does not.
func (s screen) session() int {
	const most = "xec" // most signs hold it, and few texts do: a log is gone through once for all of them
	exec := strings.Contains(s.text, most)
	for _, sign := range sessionSigns {
		if !exec && strings.Contains(sign, most) {
			continue
		}
		if at := strings.Index(s.text, sign); at >= 0 {
			return at
		}
	}
	return -1
}

// sessionSigns are what ECS, the AWS CLI, the agent and this program print when a session fails, and nothing else does.
var sessionSigns = []string{
	"TargetNotConnected",
	"execute command failed",
	"execute command was not enabled",
	"SessionManagerPlugin is not found",
	"when calling the ExecuteCommand operation",
	"operation error ECS: ExecuteCommand",
	"ecs:ExecuteCommand",
	"ExecuteCommandAgent",
	"Failed to start pty",
	"Unable to start command: ",
	"ECS Exec is off",
	"Exec agent",
	"encrypts its sessions and KMS gave no key",
	"error while initiating handshake",
	"ouldn't start the session because ",
	"fork/exec /bin/sh: no such file",
	"fork/exec /bin/bash: no such file",
}
