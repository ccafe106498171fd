//go:build linux

package probe

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fargate-doctor/steps/symptom"
)

// runner counts the scripts that it runs in an image.
type runner struct {
	t     testing.TB
	image *image
	runs  int
}

func (r *runner) Run(_ context.Context, script string) (Output, error) {
	r.runs++
	return r.image.run(r.t, script), nil
}

// A whole round, from the survey on, in images that have different things.
func TestRounds(t *testing.T) {
	t.Parallel()
	r := enter(t)
	proxied := []string{"HTTPS_PROXY=http://user:secret@10.0.0.9:3128", "http_proxy=http://10.0.0.9:3128", "NO_PROXY=169.254.170.2"}
	full := []string{"timeout", "true", "bash", "getent", "dig", "curl", "openssl", "aws"}
	debian := r.image(t, "debian", "dash", full...)
	alpine := r.image(t, "alpine", "busybox sh", "timeout=busybox", "true=busybox", "nc=busybox", "wget=busybox", "nslookup=busybox", "getent")
	bare := r.image(t, "bare", "bash", "bash")
	behind := r.image(t, "behind a proxy", "bash", full...)
	behind.env = proxied
	wget := r.image(t, "wget behind a proxy", "dash", "sleep", "wget", "getent", "perl")
	wget.env = append(slices.Clone(proxied), "https_proxy=http://10.0.0.9:3128")
	python := r.image(t, "python behind a proxy", "dash", "sleep", "python3")
	python.env = proxied
	sns := Target{Host: host, Port: 443, Scheme: "https"}
	other := func(f func(*Target)) Target { t := sns; f(&t); return t }
	call := func(host string, port uint16) Target {
		return Target{Host: host, Port: port, Scheme: "https", Service: "sns", Region: "eu-central-1"}
	}
	lost := other(func(t *Target) { t.Host = "lost.example.com" })
	var all sync.WaitGroup
	for _, c := range []struct {
		image  *image
		target Target
		want   map[Kind]Verdict
	}{
		{debian, sns, map[Kind]Verdict{Name: OK, Connect: Reached, TLS: OK, HTTP: OK}},
		{debian, call(host, 444), map[Kind]Verdict{Name: OK, Connect: Reached, TLS: OK, HTTP: OK, Call: Denied}},
		{debian, lost, map[Kind]Verdict{Name: OK, Connect: Timeout, TLS: Timeout, HTTP: Timeout}},
		{debian, call("lost.example.com", 443), map[Kind]Verdict{Name: OK, Connect: Timeout, TLS: Timeout, HTTP: Timeout, Call: Timeout}},
		{debian, call(absent, 443), map[Kind]Verdict{Name: Unresolved, Call: Failed}},
		{debian, call(host, 81), map[Kind]Verdict{Name: OK, Connect: Refused, TLS: Refused, HTTP: Refused, Call: Failed}},
		{debian, Target{Host: "10.0.0.5", Port: 81}, map[Kind]Verdict{Connect: Refused}},
		{debian, Target{Host: "many.example.com", Port: 443}, map[Kind]Verdict{Name: OK, Connect: Unknown}},
		{alpine, Target{Host: host, Port: 80, Scheme: "http"}, map[Kind]Verdict{Name: OK, Connect: Reached, HTTP: OK}},
		{alpine, lost, map[Kind]Verdict{Name: OK, Connect: Timeout, HTTP: Timeout}},
		{bare, sns, map[Kind]Verdict{Connect: Reached}},
		{bare, other(func(t *Target) { t.Port = 81 }), map[Kind]Verdict{Connect: Refused}},
		{behind, sns, map[Kind]Verdict{Name: OK, Connect: Reached, TLS: OK, HTTP: OK, ToProxy: Reached, HTTPProxy: OK}},
		{behind, lost, map[Kind]Verdict{Name: OK, Connect: Timeout, TLS: Timeout, HTTP: Timeout, ToProxy: Reached, HTTPProxy: ProxyFailed}},
		{behind, call(absent, 443), map[Kind]Verdict{Name: Unresolved, ToProxy: Reached, HTTPProxy: ProxyFailed, Call: ProxyFailed}},
		{wget, sns, map[Kind]Verdict{Name: OK, Connect: Reached, HTTP: OK, ToProxy: Reached, HTTPProxy: OK}},
		{wget, other(func(t *Target) { t.Host = absent }), map[Kind]Verdict{Name: Unresolved, ToProxy: Reached, HTTPProxy: ProxyFailed}},
		{python, sns, map[Kind]Verdict{Name: OK, Connect: Reached, TLS: OK, HTTP: OK, ToProxy: Reached, HTTPProxy: OK}},
		{python, other(func(t *Target) { t.Host = absent }), map[Kind]Verdict{Name: Unresolved, ToProxy: Reached, HTTPProxy: ProxyFailed}},
	} {
		all.Go(func() {
			run := &runner{t: t, image: c.image}
			began := time.Now()
			round, err := Run(t.Context(), run, c.target)
			if err != nil || run.runs > 3 {
				t.Errorf("%s, %s: %d scripts, %v", c.image.name, c.target.address(), run.runs, err)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("%s, %s: took %s", c.image.name, c.target.address(), took)
			}
			for kind := range titles {
				got, there := round.Of(kind)
				if want, wanted := c.want[kind]; wanted != there && !(kind == Call && find("aws") == "") && !(kind == Call && !wanted) || wanted && there && got.Verdict != want {
					t.Errorf("%s, %s, %s: %s by %s (%s), want %s", c.image.name, c.target.address(), kind, got.Verdict, got.Tool, got.Evidence, want)
				}
			}
			for _, one := range round.Results {
				if strings.Contains(one.Evidence, "secret") || strings.Contains(fmt.Sprint(round.Image), "secret") {
					t.Errorf("%s: a password came out: %+v", c.image.name, one)
				}
			}
		})
	}
	all.Wait()
}

// What a lookup tells besides whether there is an address.
func TestLookupsTellAddressesAndServer(t *testing.T) {
	r := enter(t)
	i := r.image(t, "debian", "dash", "timeout", "true", "getent", "dig")
	round, err := Run(t.Context(), &runner{t: t, image: i}, Target{Host: "many.example.com", Port: 443})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range round.Results {
		if one.Probe == Name && fmt.Sprint(one.Addresses) != "[10.0.0.5 10.0.0.6 10.9.0.1]" {
			t.Errorf("%s gives %v", one.Tool, one.Addresses)
		}
		if one.Tool == "dig" && one.Server.String() != "10.0.0.2" {
			t.Errorf("dig asked %s", one.Server)
		}
	}
	if got := fmt.Sprint(round.Image.Servers); got != "[10.0.0.2]" {
		t.Errorf("resolv.conf has %s", got)
	}
}

// A refusal of IAM goes through the classifier.
func TestARefusedCallTellsWhichPolicy(t *testing.T) {
	r := enter(t)
	i := r.image(t, "aws", "dash", "timeout", "true", "aws")
	if find("aws") == "" {
		t.Skip("the AWS CLI is not installed")
	}
	round, err := Run(t.Context(), &runner{t: t, image: i}, Target{Host: host, Port: 444, Scheme: "https", Service: "sns", Region: "eu-central-1"})
	if got, _ := round.Of(Call); err != nil || got.Verdict != Denied || got.Class != symptom.ClassAuthIdentity {
		t.Errorf("%+v, %v", round, err)
	}
}

// What a person types as a host is no shell's to run.
func TestAHostIsQuoted(t *testing.T) {
	r := enter(t)
	for _, i := range []*image{r.image(t, "dash", "dash", "timeout", "true", "bash", "getent", "curl", "openssl", "nc=nc.openbsd"), r.image(t, "busybox", "busybox sh", "busybox")} {
		file := i.path + "/touched"
		for _, evil := range []string{"$(echo x >" + file + ")", "'; echo x >" + file + "; '", "a`echo x >" + file + "`", "x\necho x >" + file + "\n", "-h"} {
			found := i.survey(t)
			for _, script := range []Script{Lookups(found, Target{Host: evil, Port: 443, Scheme: "https"}, nil), Connections(found, Target{Host: evil, Port: 443, Scheme: "https", Region: evil, Service: "sns"}, nil)} {
				for _, got := range script.Read(i.run(t, script.Text())) {
					if got.Verdict.Good() {
						t.Errorf("%q: %+v", evil, got)
					}
				}
			}
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%s ran what stands in a host", i.name)
		}
	}
}

// The AWS CLI itself knows each call and its options.
func TestTheAWSCLIKnowsTheCalls(t *testing.T) {
	t.Parallel()
	aws := find("aws")
	if aws == "" {
		t.Skip("the AWS CLI is not installed")
	}
	interpreter := "/usr/bin/python3"
	if head, err := os.ReadFile(aws); err == nil && strings.HasPrefix(string(head), "#!/") {
		interpreter = strings.TrimSpace(strings.TrimPrefix(strings.SplitN(string(head), "\n", 2)[0], "#!"))
	}
	r := enter(t)
	var list []string
	for _, call := range calls {
		if call != "" {
			list = append(list, call)
		}
	}
	slices.Sort(list)
	// One process for all calls: each start takes a second. To a port where nothing listens every call fails to connect.
	script := `import sys,shlex
from awscli.clidriver import create_clidriver
for call in sys.argv[1:]:
  sys.stdout.write("%s|%s\n"%(create_clidriver().main(shlex.split(call)+["--region","eu-central-1","--endpoint-url","http://10.0.0.5:81","--cli-connect-timeout","2","--no-paginate"]),call)); sys.stdout.flush()`
	cmd := exec.Command(interpreter, append([]string{"-c", script}, list...)...)
	cmd.Env = append(os.Environ(), "AWS_MAX_ATTEMPTS=1", "AWS_EC2_METADATA_DISABLED=true", "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=local", "AWS_CONFIG_FILE=/dev/null")
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := r.start(cmd); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Skipf("the AWS CLI can't be run as a module: %v\n%s", err, errs.String())
	}
	if got := strings.Count(errs.String(), "Could not connect to the endpoint URL"); got != len(list) {
		t.Errorf("%d of %d calls were tried:\n%s%s", got, len(list), out.String(), errs.String())
	}
}
