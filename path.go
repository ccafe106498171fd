package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"

	"github.com/spf13/cobra"
)

// pathQuestion is one line of --batch, and what the flags of a single question come down to.
type pathQuestion struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Port     uint16 `json:"port"`
	Protocol string `json:"protocol"`
}

func (p *program) pathCommand() *cobra.Command {
	var q pathQuestion
	var cluster string
	var launch steps.Launch
	var batch bool
	var to destination
	cmd := &cobra.Command{
		Use:   "path",
		Short: "Say what happens to one packet",
		Long: `path follows one connection through security groups, network ACLs, route tables, gateways, endpoints, peerings and transit
gateways, out and back, and prints every hop and every blocker.

--from takes an address, a network interface id, or a task id (with --cluster). --subnet and --security-group stand for a task that
does not exist yet. --batch reads {"from","to","port","protocol"} lines from stdin and answers a line each.`,
		Example: `  fargate-doctor path --from eni-0a1b2c3d --to 10.0.3.7:5432
  fargate-doctor path --subnet subnet-0a1 --security-group sg-0b2 --to sns.eu-central-1.amazonaws.com
  fargate-doctor path --snapshot recorded.zip --batch < probes.jsonl`,
		Args:        cobra.NoArgs,
		Annotations: writesReports,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.set.formatFor(cmd, to); err != nil {
				return err
			}
			if batch && (to != destination{} || cmd.Flags().Changed("format") && p.set.format != "json") {
				return usagef("leave --format, --output and --redact out", "--batch answers JSON lines on stdout")
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), p.set.timeout)
			defer cancel()
			if p.set.demo == demoList {
				return listDemos(p.out)
			}
			w, err := p.open(ctx)
			if err != nil {
				return err
			}
			if batch {
				return p.paths(ctx, w)
			}
			return p.path(ctx, w, q, cluster, launch, to)
		},
	}
	f := cmd.Flags()
	f.StringVar(&q.From, "from", "", "where the packet starts: address, network interface id, or task id")
	f.StringVar(&q.To, "to", "", "where it goes: address or host, with :port if it is not 443")
	f.Uint16Var(&q.Port, "port", 0, "destination port (default: --to's, else 443)")
	f.StringVar(&q.Protocol, "protocol", "tcp", "tcp, udp or icmp")
	f.StringVar(&cluster, "cluster", "", "cluster of the task that --from names")
	f.StringSliceVar(&launch.Subnets, "subnet", nil, "subnet of a task that does not exist yet")
	f.StringSliceVar(&launch.SecurityGroups, "security-group", nil, "its security groups")
	f.BoolVar(&launch.PublicIP, "public-ip", false, "it gets a public address")
	f.BoolVar(&batch, "batch", false, "read questions from stdin, a JSON object a line")
	to.register(f)
	return cmd
}

// path answers the question of the command line.
func (p *program) path(ctx context.Context, w world, q pathQuestion, cluster string, launch steps.Launch, to destination) error {
	if q.From == "" && len(launch.Subnets) == 0 {
		return usagef("an address, a network interface id, a task id with --cluster, or --subnet and --security-group", "say --from")
	}
	if q.To == "" {
		return usagef("an address or host name, for example --to 10.0.3.7:5432", "say --to")
	}
	if q.From != "" && len(launch.Subnets) > 0 {
		return usagef("--subnet stands for a task that does not exist yet", "--from and --subnet exclude each other")
	}
	target, err := steps.ParseTarget(q.To, w.region, steps.Services(w.region, nil))
	if err != nil {
		return usageError{err.Error(), aws.Hint(err)}
	}
	if q.Port != 0 {
		target.Port = q.Port
	}
	protocol, ok := protocols[strings.ToLower(q.Protocol)]
	if !ok {
		return usagef("use tcp, udp or icmp", "--protocol %s is not known", q.Protocol)
	}
	source, n, err := p.start(ctx, w, q.From, cmp.Or(cluster, w.asked.Cluster), launch)
	if err != nil {
		return err
	}
	trace := p.trace(ctx, w, n, source, target.Host, protocol, target.Port)
	p.status = report.PathExitCode(trace)
	asked := report.PathQuestion{From: asStart(q.From, source), To: asGoal(target, q.Protocol), Region: w.region}
	text, err := p.renderedPath(asked, trace, to)
	if err != nil {
		return err
	}
	return p.write(to, text)
}

// asStart names where the packet starts: as the person did, else by the subnet of the task that does not exist yet.
func asStart(from string, source vpc.Source) string {
	switch {
	case from == "":
		return "A task in " + source.Subnet
	case from != source.Interface && !source.Address.IsValid():
		return "Task " + aws.ShortName(from)
	}
	return from
}

func asGoal(t steps.Target, protocol string) string {
	if strings.EqualFold(protocol, "icmp") {
		return t.Host + " by icmp"
	}
	return fmt.Sprintf("%s, %s %d", t.Host, strings.ToLower(protocol), t.Port)
}

// protocols are the names that --protocol and --batch take.
var protocols = map[string]int{"": vpc.TCP, "tcp": vpc.TCP, "udp": vpc.UDP, "icmp": vpc.ICMP}

// start finds where the packet starts and reads the network around it.
func (p *program) start(ctx context.Context, w world, from, cluster string, launch steps.Launch) (vpc.Source, vpc.Network, error) {
	var source vpc.Source
	home := ""
	switch {
	case len(launch.Subnets) > 0:
		subnets, err := read.Subnets(ctx, w.reader, launch.Subnets[0])
		if err != nil {
			return source, vpc.Network{}, err
		}
		home = subnets[0].VPC
		source = vpc.Source{VPC: home, Subnet: subnets[0].ID, Groups: launch.SecurityGroups, PublicIP: launch.PublicIP}
	default:
		address, err := netip.ParseAddr(from)
		id := from
		if err != nil && !strings.HasPrefix(from, "eni-") {
			if cluster == "" {
				return source, vpc.Network{}, usagef("for a task say --cluster too", "%s is no address and no network interface id", from)
			}
			task, err := read.FindTask(ctx, w.reader, cluster, "", from)
			if err != nil {
				return source, vpc.Network{}, err
			}
			if id = task.Attachment.Interface; id == "" || task.Ended() {
				if task.OfInstance() {
					return source, vpc.Network{}, usagef("--from takes the address of its instance", "task %s runs on an instance and has no network interface of its own", task.ID)
				}
				hint := "--subnet and --security-group stand for a task in its place"
				if s := task.Attachment.Subnet; s != "" {
					hint = "--subnet " + s + " with --security-group stands for a task in its place"
				}
				return source, vpc.Network{}, usagef(hint, "task %s has no network interface: it is %s", task.ID, strings.ToLower(task.LastStatus))
			}
		}
		var found vpc.NetworkInterface
		if err == nil {
			found, err = read.InterfaceAt(ctx, w.reader, w.region, address)
		} else {
			found, err = one(read.Interfaces(ctx, w.reader, id))
		}
		if err != nil {
			return source, vpc.Network{}, err
		}
		home = found.VPC
		source = vpc.Source{Interface: found.ID, Address: address, VPC: home}
	}
	if aws.Regions(w.reader) != nil {
		return source, read.Everything(ctx, w.reader), nil
	}
	return source, read.VPC(ctx, w.reader, w.region, home).Join(read.EndpointServices(ctx, w.reader, w.region)), nil
}

// one takes the only interface of an answer.
func one(found []vpc.NetworkInterface, err error) (vpc.NetworkInterface, error) {
	if err != nil {
		return vpc.NetworkInterface{}, err
	}
	return found[0], nil
}

// trace follows the packet to a host, reading what lies on its way.
func (p *program) trace(ctx context.Context, w world, n vpc.Network, from vpc.Source, host string, protocol int, port uint16) vpc.Trace {
	_, m := read.Follow(ctx, w.reader, n, vpc.Compile(n), func(_ vpc.Network, m *vpc.Model) []vpc.Need {
		return traceHost(m, from, host, protocol, port).Needs
	})
	return traceHost(m, from, host, protocol, port)
}

// traceHost traces to an address, or to what a name leads to: its IPv4 addresses, else its IPv6 ones.
func traceHost(m *vpc.Model, from vpc.Source, host string, protocol int, port uint16) vpc.Trace {
	flow := vpc.Flow{From: from, Protocol: protocol, Port: port}
	if address, err := netip.ParseAddr(host); err == nil {
		flow.To = m.DestinationOf(address)
		return m.Trace(flow)
	}
	resolution := m.Resolve(host, from.VPC)
	if len(resolution.To) == 0 {
		return unresolved(resolution)
	}
	flow.To = resolution.To[0]
	return m.Trace(flow)
}

// unresolved is the trace of a packet that has no address to go to. Without an address nothing is dropped on the way, so what is
// not known about the name keeps the verdict unknown.
func unresolved(r vpc.Resolution) vpc.Trace {
	t := vpc.Trace{Hops: []vpc.Hop{{Ref: vpc.Ref{Kind: vpc.KindInternet, ID: r.Name}, Detail: "the name leads to no known address", Unknown: true}}}
	for _, c := range r.Checks {
		t.Checks = append(t.Checks, vpc.Check{Test: vpc.Test(c.Test), Result: c.Result, Code: c.Code, Subject: c.Subject, Detail: c.Detail,
			Resources: c.Resources, Missing: c.Missing, Mend: c.Mend})
		if c.Result == vpc.Failed && r.Path == vpc.PathNowhere {
			t.Verdict, t.Hops[0].Blocked, t.Hops[0].Unknown = vpc.Blocked, true, false
		}
	}
	return t
}

// paths answers every line of stdin with a line. A line that can't be understood is answered too, with unknown.
func (p *program) paths(ctx context.Context, w world) error {
	if aws.Regions(w.reader) == nil {
		return usagef("record a snapshot first, and use --snapshot", "--batch works on snapshots and demo worlds")
	}
	m := vpc.Compile(read.Everything(ctx, w.reader))
	in := bufio.NewScanner(p.in)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriter(p.out)
	defer out.Flush()
	for in.Scan() {
		line := bytes.TrimSpace(in.Bytes())
		if len(line) == 0 {
			continue
		}
		fmt.Fprintf(out, "%s\n", answer(m, line))
	}
	return in.Err()
}

// answer answers one line of --batch.
func answer(m *vpc.Model, line []byte) []byte {
	var q pathQuestion
	if err := json.Unmarshal(line, &q); err != nil {
		return report.PathUnknown("not a question: " + err.Error())
	}
	protocol, ok := protocols[strings.ToLower(q.Protocol)]
	if !ok {
		return report.PathUnknown("protocol " + q.Protocol + " is not known")
	}
	from, err := netip.ParseAddr(q.From)
	if err != nil {
		return report.PathUnknown("from is no address: " + q.From)
	}
	source, ok := m.InterfaceAt(from)
	if !ok {
		return report.PathUnknown("no network interface has the address " + q.From)
	}
	host, port := q.To, q.Port
	if h, typed, err := net.SplitHostPort(q.To); err == nil {
		n, err := strconv.ParseUint(typed, 10, 16)
		if err != nil {
			return report.PathUnknown("to names no port: " + q.To)
		}
		host, port = h, uint16(n)
	}
	return report.PathJSON(traceHost(m, vpc.Source{Interface: source.ID, Address: from, VPC: source.VPC}, host, protocol, port))
}
