package demoshell

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// A reach is what comes of a connection to a host.
type reach struct {
	host      string
	port      uint16
	addresses []netip.Addr // that the name has
	resolver  string       // address of the DNS server
	noServer  bool         // the DNS server does not answer
	noName    bool         // the name does not exist
	verdict   vpc.Verdict  // of the way there
	mute      bool         // nothing listens there that would answer
	why       string       // why it is not known, where it is not
}

// reach walks the way to a host and port, as the world's engine sees it.
func (s *Shell) reach(ctx context.Context, host string, port uint16) (reach, error) {
	c := s.place.Case
	c.Symptom, c.Target, c.Region = steps.Timeout, hostPort(host, port), s.place.Region
	r, err := s.place.Walk(ctx, c)
	if err != nil {
		return reach{}, err
	}
	to := reach{host: host, port: port, verdict: r.Trace.Verdict}
	if r.Resolved.Resolver.IsValid() {
		to.resolver = r.Resolved.Resolver.String()
	}
	to.noName = r.Resolved.Path == vpc.PathNowhere
	for _, step := range r.Steps {
		failed := step.Verdict == steps.Fail
		switch step.ID {
		case "dns.servers", "dns.support":
			to.noServer = to.noServer || failed
		case "dns.rules":
			to.noName = to.noName || failed
		case "target.port":
			to.mute = failed
		case "proxy.settings":
			// what a proxy does is part of the way
		}
		if step.Verdict == steps.Unknown && to.why == "" {
			to.why = step.Summary
		}
	}
	to.addresses = addressesOf(host, r)
	if to.noName || to.noServer {
		to.addresses = nil
	}
	return to, nil
}

func hostPort(host string, port uint16) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(int(port))
}

// addressesOf lists the addresses that a name has. Those of the internet are not in the world: an address for documentation, always the
// same for a name, stands for them.
func addressesOf(host string, r steps.Report) []netip.Addr {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}
	}
	var all []netip.Addr
	for _, to := range r.Resolved.To {
		if to.Addresses != nil && to.PrefixList == "" {
			for _, span := range to.Addresses.Ranges() {
				if span.From() == span.To() && len(all) < 4 {
					all = append(all, span.From())
				}
			}
		}
	}
	if r.Resolved.Path == vpc.PathEndpoint && len(all) == 0 {
		for _, hop := range r.Trace.Hops[min(1, len(r.Trace.Hops)):] {
			if a, err := netip.ParseAddr(hop.Detail); err == nil && hop.Kind == vpc.KindInterface && !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	if len(all) == 0 && r.Resolved.Path == vpc.PathPublic {
		sum := sha256.Sum256([]byte(host))
		all = append(all, netip.AddrFrom4([4]byte{203, 0, 113, sum[0]})) // RFC 5737
	}
	return all
}

func (s *Shell) nslookup(ctx context.Context, out io.Writer, args []string) (int, error) {
	if len(args) != 1 || strings.HasPrefix(args[0], "-") {
		return usage(out, "nslookup NAME")
	}
	to, err := s.reach(ctx, args[0], 443)
	if err != nil {
		return s.puzzled(out, err)
	}
	server := to.resolver
	if server == "" {
		server = "169.254.169.253"
	}
	if to.noServer {
		if s.hang(ctx); ctx.Err() == nil {
			fmt.Fprintln(out, ";; connection timed out; no servers could be reached")
		}
		return 1, nil
	}
	if !to.noName && len(to.addresses) == 0 {
		return unknown(out, to.reason())
	}
	fmt.Fprintf(out, "Server:\t\t%s\nAddress:\t%s#53\n\n", server, server)
	if to.noName {
		fmt.Fprintf(out, "** server can't find %s: NXDOMAIN\n", aws.Clean(args[0]))
		return 1, nil
	}
	fmt.Fprintln(out, "Non-authoritative answer:")
	for _, a := range to.addresses {
		fmt.Fprintf(out, "Name:\t%s\nAddress: %s\n", aws.Clean(args[0]), a)
	}
	return 0, nil
}

func (s *Shell) getent(ctx context.Context, out io.Writer, args []string) (int, error) {
	if len(args) != 2 || args[0] != "hosts" && args[0] != "ahosts" {
		return usage(out, "getent hosts NAME")
	}
	to, err := s.reach(ctx, args[1], 443)
	switch {
	case err != nil:
		return s.puzzled(out, err)
	case to.noServer:
		s.hang(ctx)
		return 2, nil
	case to.noName:
		return 2, nil
	case len(to.addresses) == 0:
		return unknown(out, to.reason())
	}
	for _, a := range to.addresses {
		fmt.Fprintf(out, "%-15s %s\n", a, aws.Clean(args[1]))
	}
	return 0, nil
}

func (r reach) reason() string {
	if r.why == "" {
		return "the world does not tell"
	}
	return r.why
}

// puzzled says that a host can't be walked to: it can't be understood, or the walk broke off.
func (s *Shell) puzzled(out io.Writer, err error) (int, error) {
	if errors.Is(err, context.Canceled) {
		return 130, nil
	}
	return unknown(out, aws.Clean(err.Error()))
}

func (s *Shell) nc(ctx context.Context, out io.Writer, args []string) (int, error) {
	var words []string
	for i := 0; i < len(args); i++ {
		if args[i] == "-w" {
			i++
		} else if !strings.HasPrefix(args[i], "-") {
			words = append(words, args[i])
		}
	}
	if len(words) != 2 {
		return usage(out, "nc -vz HOST PORT")
	}
	port, err := strconv.ParseUint(words[1], 10, 16)
	if err != nil || port == 0 {
		fmt.Fprintf(out, "nc: port number invalid: %s\n", aws.Clean(words[1]))
		return 1, nil
	}
	host := aws.Clean(words[0])
	to, err := s.reach(ctx, words[0], uint16(port))
	switch {
	case err != nil:
		return s.puzzled(out, err)
	case to.noServer:
		if s.hang(ctx); ctx.Err() == nil {
			fmt.Fprintf(out, "nc: getaddrinfo for host \"%s\" port %d: Temporary failure in name resolution\n", host, port)
		}
		return 1, nil
	case to.noName:
		fmt.Fprintf(out, "nc: getaddrinfo for host \"%s\" port %d: Name or service not known\n", host, port)
		return 1, nil
	case to.verdict == vpc.Blocked || to.mute:
		if s.hang(ctx); ctx.Err() == nil {
			fmt.Fprintf(out, "nc: connect to %s port %d (tcp) timed out: Operation now in progress\n", host, port)
		}
		return 1, nil
	case to.verdict == vpc.Unknown || len(to.addresses) == 0:
		return unknown(out, to.reason())
	}
	fmt.Fprintf(out, "Connection to %s (%s) %d port [tcp/*] succeeded!\n", host, to.addresses[0], port)
	return 0, nil
}

func (s *Shell) curl(ctx context.Context, out io.Writer, args []string) (int, error) {
	verbose, head, address := false, false, ""
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "-m" || a == "--max-time" || a == "--connect-timeout" || a == "-o" || a == "-w" || a == "-H" || a == "-X":
			i++
		case a == "-I" || a == "-i" || a == "--head":
			head = true
		case strings.HasPrefix(a, "-"):
			verbose = verbose || a == "--verbose" || !strings.HasPrefix(a, "--") && strings.Contains(a, "v")
		default:
			address = a
		}
	}
	if address == "" {
		fmt.Fprintln(out, "curl: try 'curl --help' for more information")
		return 2, nil
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		fmt.Fprintf(out, "curl: (3) URL rejected: No host part in the URL\n")
		return 3, nil
	}
	port := map[string]uint16{"http": 80, "https": 443}[u.Scheme]
	if port == 0 {
		fmt.Fprintf(out, "curl: (1) Protocol \"%s\" not supported\n", aws.Clean(u.Scheme))
		return 1, nil
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		port = uint16(n)
	}
	host := aws.Clean(u.Hostname())
	to, err := s.reach(ctx, u.Hostname(), port)
	switch {
	case err != nil:
		return s.puzzled(out, err)
	case to.noServer:
		if s.hang(ctx); ctx.Err() == nil {
			fmt.Fprintf(out, "curl: (28) Resolving timed out after 10002 milliseconds\n")
		}
		return 28, nil
	case to.noName:
		fmt.Fprintf(out, "curl: (6) Could not resolve host: %s\n", host)
		return 6, nil
	}
	if verbose && len(to.addresses) > 0 {
		fmt.Fprintf(out, "* Host %s:%d was resolved.\n*   Trying %s...\n", host, port, netip.AddrPortFrom(to.addresses[0], port))
	}
	switch {
	case to.verdict == vpc.Blocked || to.mute:
		if s.hang(ctx); ctx.Err() == nil {
			fmt.Fprintf(out, "curl: (28) Failed to connect to %s port %d after 10002 ms: Timeout was reached\n", host, port)
		}
		return 28, nil
	case to.verdict == vpc.Unknown || len(to.addresses) == 0:
		return unknown(out, to.reason())
	}
	if verbose {
		fmt.Fprintf(out, "* Connected to %s (%s) port %d\n> GET / HTTP/1.1\n> Host: %s\n>\n", host, to.addresses[0], port, host)
	}
	if head || verbose {
		fmt.Fprintf(out, "%sHTTP/1.1 403 Forbidden\n", map[bool]string{true: "< "}[verbose])
	}
	if !head {
		fmt.Fprintln(out, "demo: connected, and the server answered. What it says is not part of the world.")
	}
	return 0, nil
}
