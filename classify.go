package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"text/tabwriter"

	"fargate-doctor/steps/symptom"

	"github.com/spf13/cobra"
)

// classifyLimit is how long a line of --jsonl may be, in bytes.
const classifyLimit = 1 << 20

// A classification is what classify prints for one text.
type classification struct {
	Class       symptom.Class  `json:"class"`
	Service     string         `json:"service"`
	Action      string         `json:"action"`
	Resource    string         `json:"resource"`
	Principal   string         `json:"principal"`
	Host        string         `json:"host"`
	Port        uint16         `json:"port"`
	RequestID   string         `json:"requestId"`
	VPCEndpoint string         `json:"vpcEndpoint"`
	Symptom     string         `json:"symptom"`
	Policy      symptom.Policy `json:"policy"`
	Explicit    bool           `json:"explicit"`
	PolicyARN   string         `json:"policyArn"`
	Address     string         `json:"address"`
	Line        string         `json:"line"`
}

func (p *program) classifyCommand() *cobra.Command {
	var lines, stopped bool
	cmd := &cobra.Command{
		Use:   "classify",
		Short: "Say what kind of failure an error text tells of",
		Long: `classify reads from stdin what an application, an SDK, the AWS CLI, curl or a database driver printed, one line or a screen
of log, and says what kind of failure it is, which call and host it concerns, and what to run next. It asks AWS nothing.

--stopped reads why an ECS task stopped. --jsonl reads {"text"} lines and answers a line each.

Exit status: 0 the text was read, whatever it tells; 1 it could not be read.`,
		Example: `  aws sns list-topics 2>&1 | fargate-doctor classify
  fargate-doctor classify --format json < error.txt
  fargate-doctor classify --stopped < reason.txt`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			read := symptom.Read
			if stopped {
				read = symptom.ReadStopped
			}
			if lines {
				return p.classifyLines(read)
			}
			return p.classify(read)
		},
	}
	cmd.Flags().BoolVar(&lines, "jsonl", false, `read {"text"} lines from stdin and answer a JSON line each`)
	cmd.Flags().BoolVar(&stopped, "stopped", false, "the text is a stopped reason of an ECS task or container")
	return cmd
}

// classify reads stdin as one text.
func (p *program) classify(read func(string) symptom.Reading) error {
	text, err := errorText(p.in)
	if err != nil {
		return readStdin(err)
	}
	if strings.TrimSpace(text) == "" {
		return usagef("for example: fargate-doctor classify < error.txt", "stdin holds no text")
	}
	r := read(text)
	if p.set.format == "json" {
		return p.writeJSON(classified(r))
	}
	return p.tellClass(r)
}

// errorText reads what an application printed. Of much of it the end is kept, where the failure stands: more than is ever looked at.
func errorText(in io.Reader) (string, error) {
	var t tail
	_, err := io.Copy(&t, in)
	return string(t.kept), err
}

// tail keeps the end of what is written to it, 1 MiB of it at least.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	const most = 1 << 20
	t.kept = append(t.kept, p...)
	if len(t.kept) > 2*most {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-most:]...)
	}
	return len(p), nil
}

// classifyLines answers every line of stdin with a line. A line that can't be understood is answered too, with other.
func (p *program) classifyLines(read func(string) symptom.Reading) error {
	in := bufio.NewScanner(p.in)
	in.Buffer(nil, classifyLimit)
	out := bufio.NewWriter(p.out)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for in.Scan() {
		line := bytes.TrimSpace(in.Bytes())
		if len(line) == 0 {
			continue
		}
		var asked struct {
			Text string `json:"text"`
		}
		r := symptom.Reading{Class: symptom.ClassOther}
		if json.Unmarshal(line, &asked) == nil {
			r = read(asked.Text)
		}
		if err := enc.Encode(classified(r)); err != nil {
			return err
		}
	}
	// What was answered is printed also where a line could not be read.
	return errors.Join(out.Flush(), readStdin(in.Err()))
}

func readStdin(err error) error {
	if errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("read stdin: a line is longer than %d bytes", classifyLimit)
	}
	if err != nil {
		return fmt.Errorf("read stdin: %w", err)
	}
	return nil
}

func classified(r symptom.Reading) classification {
	c := classification{
		Class: r.Class, Service: r.Service, Action: r.Action, Resource: r.Resource, Principal: r.Principal, Host: r.Host,
		Port: r.Port, RequestID: r.RequestID, VPCEndpoint: r.Endpoint, Symptom: r.Symptom(), Policy: r.Policy, Explicit: r.Explicit,
		PolicyARN: r.PolicyARN, Line: r.Line,
	}
	if r.Address.IsValid() {
		c.Address = r.Address.String()
	}
	return c
}

// tellClass prints a reading for a person: the class in words, what the text holds, and what to run next.
func (p *program) tellClass(r symptom.Reading) error {
	c := classified(r)
	fmt.Fprintf(p.out, "%s: %s\n", c.Class, c.Class.Words())
	if c.Line != "" {
		fmt.Fprintf(p.out, "\nFrom\n%s\n", indent(c.Line, p.width()))
	}
	port := ""
	if c.Port != 0 {
		port = strconv.Itoa(int(c.Port))
	}
	tab := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	gap := "\n"
	for _, row := range []struct{ label, value string }{
		{"Service", c.Service}, {"Action", c.Action}, {"Resource", c.Resource}, {"Principal", c.Principal}, {"Policy", c.PolicyARN},
		{"Host", c.Host}, {"Port", port}, {"Address", c.Address}, {"VPC endpoint", c.VPCEndpoint}, {"Request id", c.RequestID},
	} {
		if row.value != "" {
			fmt.Fprintf(tab, "%s%s\t%s\n", gap, row.label, row.value)
			gap = ""
		}
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	if next := nextCommand(r); next != "" {
		_, err := fmt.Fprintf(p.out, "\nNext\n  %s\n", next)
		return err
	}
	return nil
}

// nextCommand is the diagnosis that goes on from a reading; "" when none would find anything.
func nextCommand(r symptom.Reading) string {
	what := r.Symptom()
	if what == "" {
		return ""
	}
	words := []string{"fargate-doctor diagnose --cluster CLUSTER --task TASK --symptom", what}
	target := ""
	switch what {
	case "timeout", "dns":
		target = cmp.Or(r.Host, r.Service)
		if r.Host != "" && r.Port != 0 && r.Port != 443 {
			target = net.JoinHostPort(r.Host, strconv.Itoa(int(r.Port)))
		}
	case "auth":
		target = r.Service // where the credentials came from, or failed to, is no target
	}
	if target != "" {
		words = append(words, "--to", target)
	}
	if what == "auth" && r.Action != "" {
		action := r.Action
		if !strings.Contains(action, ":") && r.Service != "" {
			action = r.Service + ":" + action
		}
		words = append(words, "--action", action)
	}
	return strings.Join(words, " ")
}
