package exec

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// pluginProgram is the official client, which some have to use. It is worse in every way that shows: its exit status is always 0, it prints
// banners on stdout, it keeps Ctrl-S and Ctrl-Q for itself and ends lines with \r\r\n.
const pluginProgram = "session-manager-plugin"

// pluginTicket names the environment variable in which the plugin finds the ticket. In an argument everybody on this computer could read it.
const pluginTicket = "AWS_SSM_START_SESSION_RESPONSE"

// A Plugin is a session that the session-manager-plugin runs. It is used as a Terminal is.
type Plugin struct {
	client          *Client
	ctx             context.Context // of the one Run
	target          Target
	command         string
	region, profile string
	endpoint        string // of ssm, "" for AWS
	in              io.Reader
	out, err        io.Writer
}

// Plugin returns a session that the official client runs, at the terminal of this process unless streams are set. Region, profile and
// endpoint are what that client calls Systems Manager with; profile and endpoint may be empty.
func (c *Client) Plugin(ctx context.Context, t Target, argv []string, region, profile, endpoint string) *Plugin {
	command := Quote(argv)
	if len(argv) == 0 {
		command = anyShell
	}
	return &Plugin{client: c, ctx: ctx, target: t, command: command, region: region, profile: profile, endpoint: endpoint,
		in: os.Stdin, out: os.Stdout, err: os.Stderr}
}

// SetStdin, SetStdout and SetStderr set what the plugin reads and writes.
func (p *Plugin) SetStdin(r io.Reader)  { p.in = r }
func (p *Plugin) SetStdout(w io.Writer) { p.out = w }
func (p *Plugin) SetStderr(w io.Writer) { p.err = w }

// Run opens the session and returns when the plugin has ended and AWS has been told.
func (p *Plugin) Run() (err error) {
	program, err := exec.LookPath(pluginProgram)
	if err != nil {
		return &Error{Text: pluginProgram + " is not installed", Hint: "leave --session-client out: this program needs no other"}
	}
	defer restorer(p.in)() // the plugin leaves the terminal without line editing
	ticket, err := p.client.execute(p.ctx, p.target, p.command)
	if err != nil {
		return err
	}
	s := &Session{client: p.client, id: ticket.Session}
	defer func() {
		if s.terminate(p.ctx); err == nil {
			err = s.left
		}
	}()
	response, err := json.Marshal(map[string]string{"SessionId": ticket.Session, "StreamUrl": ticket.StreamURL, "TokenValue": ticket.Token})
	if err != nil {
		return err
	}
	request, err := json.Marshal(map[string]string{"Target": p.target.id()})
	if err != nil {
		return err
	}
	c := exec.CommandContext(p.ctx, program, pluginTicket, p.region, "StartSession", p.profile, string(request), p.endpoint)
	c.Env = append(os.Environ(), pluginTicket+"="+string(response))
	c.Stdin, c.Stdout, c.Stderr = p.in, p.out, p.err
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = leaving
	if err := c.Run(); err != nil {
		if p.ctx.Err() != nil {
			return context.Cause(p.ctx)
		}
		return fmt.Errorf("%s: %w", pluginProgram, err)
	}
	return nil
}
