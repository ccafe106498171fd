// Package runbooktest is a local server that answers as AWS Systems Manager Automation does, for tests with a real client over HTTP. It
// knows one runbook, AWSSupport-TroubleshootECSTaskFailedToStart, with the steps and parameters of its documentation, and checks what it
// is asked as the API reference says. What it is not asked of Automation it passes on, or refuses.
package runbooktest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const document = "AWSSupport-TroubleshootECSTaskFailedToStart"

// What the run is and says.
const (
	Region  = "eu-central-1"
	Cluster = "shop"
	Task    = "7c1e55ab9d0f4e0c8a1b2c3d4e5f6071"
	Role    = "arn:aws:iam::111122223333:role/automation"
)

// NotYet is what Systems Manager gives for the output of a step that has not run.
const NotYet = "No output available yet because the step is not successfully executed"

// steps are those of the runbook's documentation, in order. Their names are published nowhere.
var steps = []struct{ name, action string }{
	{"VerifyPermissions", "aws:executeScript"}, {"BranchOnPermissions", "aws:branch"}, {"CreateFunction", "aws:executeScript"},
	{"BranchOnFunction", "aws:branch"}, {"Analyze", "aws:executeScript"}, {"DeleteResources", "aws:executeScript"}, {"FormatOutput", "aws:executeScript"},
	{"BranchOnResources", "aws:branch"}, {"Wait", "aws:sleep"}, {"DeleteInterface", "aws:executeScript"}, {"FormatDeletion", "aws:executeScript"},
}

// The steps at which runs of this server do something.
const (
	formatting = 6
	sleeping   = 8
	// Steps is how many there are.
	Steps = 11
)

// A Fault is an answer that is none.
type Fault struct {
	Code, Message string
	Status        int    // 0 means 400
	Body          string // instead of an error of the API
	Times         int    // 0 means always
}

// Options say what a run does. Each look at it brings it further.
type Options struct {
	Deny      []string         // actions: "ssm:StartAutomationExecution"
	Faults    map[string]Fault // by operation
	Output    string           // of the analysis
	NoLambda  bool             // nothing has to be removed after the analysis
	Awake     bool             // the half hour of the sleeping step takes one look
	FailAt    int              // the step that fails, from 1
	FailAs    string           // "Failed", "TimedOut"
	Failure   string
	Type      string // of the failure: "Permission"
	Stride    int    // how many steps a look brings; 0 means 1
	Truncated bool   // the run is given with its first steps only
	Upstream  string // what is not Automation's goes here
}

// Server is the stand-in.
type Server struct {
	options Options
	http    *httptest.Server

	mu      sync.Mutex
	calls   map[string]int
	faulted map[string]int
	runs    []*run // oldest first
}

type run struct {
	id, token  string
	parameters map[string][]string
	tags       map[string]string
	looks      int
	stopped    bool
	started    time.Time
}

// Start starts a server, which ends with the test.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{options: o, calls: map[string]int{}, faulted: map[string]int{}}
	s.http = httptest.NewServer(s)
	t.Cleanup(func() {
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// URL is where the server listens.
func (s *Server) URL() string { return s.http.URL }

// Calls returns how often each action was called: "ssm:GetAutomationExecution".
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// Started returns what the runs were started with, and their tags.
func (s *Server) Started() (parameters []map[string][]string, tags []map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.runs {
		parameters, tags = append(parameters, r.parameters), append(tags, r.tags)
	}
	return parameters, tags
}

// Stopped returns how many runs were stopped.
func (s *Server) Stopped() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.runs {
		if r.stopped {
			n++
		}
	}
	return n
}

// Begin makes a run for a task, as somebody else would have started it, and returns its id.
func (s *Server) Begin(cluster, task string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begin("", map[string][]string{"ClusterName": {cluster}, "TaskId": {task}}, nil).id
}

func (s *Server) begin(token string, parameters map[string][]string, tags map[string]string) *run {
	r := &run{id: fmt.Sprintf("11112222-3333-4444-5555-%012d", len(s.runs)+1), token: token, parameters: parameters, tags: tags,
		started: time.Now().Add(time.Duration(len(s.runs)) * time.Millisecond)}
	s.runs = append(s.runs, r)
	return r
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	service, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if service != "AmazonSSM" || !strings.Contains(operation, "Automation") {
		s.elsewhere(w, r)
		return
	}
	action := "ssm:" + operation
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[action]++
	if f, ok := s.options.Faults[operation]; ok && (f.Times == 0 || s.faulted[operation] < f.Times) {
		s.faulted[operation]++
		status := f.Status
		if status == 0 {
			status = http.StatusBadRequest
		}
		if f.Body != "" {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, f.Body)
			return
		}
		refuse(w, status, f.Code, f.Message)
		return
	}
	if slices.Contains(s.options.Deny, action) {
		refuse(w, 400, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/me is not authorized to perform: "+action+
			" on resource: arn:aws:ssm:"+Region+"::automation-definition/"+document+":$DEFAULT because no identity-based policy allows the "+action+" action")
		return
	}
	switch operation {
	case "StartAutomationExecution":
		s.start(w, body)
	case "GetAutomationExecution":
		s.get(w, body)
	case "DescribeAutomationStepExecutions":
		s.describeSteps(w, body)
	case "StopAutomationExecution":
		s.stop(w, body)
	case "DescribeAutomationExecutions":
		s.describe(w, body)
	default:
		refuse(w, 400, "UnknownOperationException", operation)
	}
}

func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request) {
	if s.options.Upstream == "" {
		refuse(w, 400, "UnknownOperationException", r.Header.Get("X-Amz-Target"))
		return
	}
	upstream, err := url.Parse(s.options.Upstream)
	if err != nil {
		refuse(w, 500, "InternalServerError", err.Error())
		return
	}
	httputil.NewSingleHostReverseProxy(upstream).ServeHTTP(w, r)
}

var (
	uuid     = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	taskID   = regexp.MustCompile(`^[0-9a-f]{32}$`)
	declared = []string{"AutomationAssumeRole", "LambdaRoleArn", "ClusterName", "CloudwatchRetentionPeriod", "TaskId"}
)

func (s *Server) start(w http.ResponseWriter, body []byte) {
	var in struct {
		DocumentName, ClientToken string
		Parameters                map[string][]string
		Tags                      []struct{ Key, Value string }
	}
	if !read(w, body, &in) {
		return
	}
	invalid := func(text string) { refuse(w, 400, "InvalidAutomationExecutionParametersException", text) }
	switch {
	case in.DocumentName != document:
		refuse(w, 400, "AutomationDefinitionNotFoundException", "Automation Definition not found.")
		return
	case in.ClientToken != "" && !uuid.MatchString(in.ClientToken):
		refuse(w, 400, "ValidationException", "Value at 'clientToken' failed to satisfy constraint: Member must satisfy regular expression pattern")
		return
	case len(in.Tags) > 5:
		refuse(w, 400, "ValidationException", "a maximum of five tags")
		return
	}
	for name := range in.Parameters {
		if !slices.Contains(declared, name) {
			invalid("Parameter " + name + " is not declared")
			return
		}
	}
	for _, name := range []string{"ClusterName", "TaskId"} {
		if len(in.Parameters[name]) != 1 || strings.Contains(in.Parameters[name][0], ":") {
			invalid("Parameter " + name + " is required")
			return
		}
	}
	if !taskID.MatchString(in.Parameters["TaskId"][0]) {
		invalid("Parameter TaskId does not match its pattern")
		return
	}
	for _, r := range s.runs {
		if in.ClientToken != "" && strings.EqualFold(r.token, in.ClientToken) {
			answer(w, map[string]string{"AutomationExecutionId": r.id})
			return
		}
	}
	tags := map[string]string{}
	for _, t := range in.Tags {
		tags[t.Key] = t.Value
	}
	answer(w, map[string]string{"AutomationExecutionId": s.begin(in.ClientToken, in.Parameters, tags).id})
}

// find returns the run that a request names, having refused the request where there is none.
func (s *Server) find(w http.ResponseWriter, body []byte) *run {
	var in struct{ AutomationExecutionID string }
	if !read(w, body, &in) {
		return nil
	}
	for _, r := range s.runs {
		if r.id == in.AutomationExecutionID {
			return r
		}
	}
	refuse(w, 400, "AutomationExecutionNotFoundException", "Automation execution "+in.AutomationExecutionID+" does not exist")
	return nil
}

func (s *Server) get(w http.ResponseWriter, body []byte) {
	r := s.find(w, body)
	if r == nil {
		return
	}
	r.looks++
	status, list := s.state(r)
	x := map[string]any{
		"AutomationExecutionId": r.id, "DocumentName": document, "DocumentVersion": "8", "AutomationExecutionStatus": status, "Parameters": r.parameters,
		"ExecutionStartTime": seconds(r.started), "StepExecutions": list, "StepExecutionsTruncated": false, "Mode": "Auto", "Outputs": map[string]any{},
	}
	if s.options.Truncated {
		x["StepExecutions"], x["StepExecutionsTruncated"] = list[:4], true
	}
	switch status {
	case "Success":
		x["Outputs"] = map[string]any{"FormatOutput.Report": []string{s.options.Output}, "FormatDeletion.Report": []string{NotYet}}
	case "Failed", "TimedOut":
		x["FailureMessage"] = fmt.Sprintf("Step fails when it is %s. %s", map[string]string{"Failed": "Execute/Cancelling action", "TimedOut": "timing out"}[status], s.options.Failure)
	}
	if status != "InProgress" {
		x["ExecutionEndTime"] = seconds(r.started.Add(200 * time.Second))
	}
	answer(w, map[string]any{"AutomationExecution": x})
}

// state returns how far a run has come: a step with each look.
func (s *Server) state(r *run) (string, []any) {
	at := (r.looks - 1) * max(s.options.Stride, 1) // the step at work
	last := Steps
	if s.options.NoLambda {
		last = sleeping // the steps after it are never run, and stay Pending
	} else if !s.options.Awake {
		at = min(at, sleeping)
	}
	status := "InProgress"
	fails := s.options.FailAt - 1
	switch {
	case r.stopped:
		status = "Cancelled"
	case fails >= 0 && at > fails:
		at, status = fails, s.options.FailAs
	case at >= last:
		status = "Success"
	}
	var list []any
	for i, one := range steps {
		step := map[string]any{"StepName": one.name, "Action": one.action, "StepExecutionId": fmt.Sprint(r.id, i), "StepStatus": "Pending"}
		switch {
		case i < at && i < last:
			step["StepStatus"] = "Success"
		case i == at && i < last && status == "Success":
			step["StepStatus"] = "Success"
		case i == at && i < last:
			step["StepStatus"] = status
		}
		if step["StepStatus"] != "Pending" {
			step["ExecutionStartTime"] = seconds(r.started.Add(time.Duration(i) * 10 * time.Second))
		}
		if step["StepStatus"] == "Success" && i == formatting {
			payload, _ := json.Marshal(map[string]any{"Payload": map[string]string{"Report": s.options.Output}})
			step["Outputs"] = map[string]any{"OutputPayload": []string{string(payload)}, "Report": []string{s.options.Output}, "ExecutionLog": []string{"formatting 1 result"}}
		}
		if i == fails && (status == "Failed" || status == "TimedOut") {
			step["FailureMessage"] = s.options.Failure
			step["FailureDetails"] = map[string]any{"FailureStage": "Invocation", "FailureType": s.options.Type, "Details": map[string]any{"VerificationErrorMessage": []string{"see the log"}}}
		}
		list = append(list, step)
	}
	return status, list
}

// describeSteps answers in pages of four.
func (s *Server) describeSteps(w http.ResponseWriter, body []byte) {
	r := s.find(w, body)
	if r == nil {
		return
	}
	var in struct{ NextToken string }
	if !read(w, body, &in) {
		return
	}
	from, _ := strconv.Atoi(in.NextToken)
	_, list := s.state(r)
	out := map[string]any{"StepExecutions": list[from:min(from+4, len(list))]}
	if from+4 < len(list) {
		out["NextToken"] = strconv.Itoa(from + 4)
	}
	answer(w, out)
}

func (s *Server) stop(w http.ResponseWriter, body []byte) {
	r := s.find(w, body)
	if r == nil {
		return
	}
	var in struct{ Type string }
	if !read(w, body, &in) {
		return
	}
	if status, _ := s.state(r); status != "InProgress" || in.Type != "Cancel" && in.Type != "Complete" {
		refuse(w, 400, "InvalidAutomationStatusUpdateException", "The automation execution has ended")
		return
	}
	r.stopped = true
	answer(w, struct{}{})
}

// describe answers one run a page, the oldest first.
func (s *Server) describe(w http.ResponseWriter, body []byte) {
	var in struct {
		Filters []struct {
			Key    string
			Values []string
		}
		NextToken string
	}
	if !read(w, body, &in) {
		return
	}
	from, _ := strconv.Atoi(in.NextToken)
	out := map[string]any{}
	list := []any{}
	for i := from; i < len(s.runs) && len(list) == 0; i++ {
		r := s.runs[i]
		before := r.looks
		status, _ := s.state(&run{looks: max(before, 1), stopped: r.stopped})
		matches := true
		for _, f := range in.Filters {
			switch f.Key {
			case "DocumentNamePrefix":
				matches = matches && strings.HasPrefix(document, f.Values[0])
			case "ExecutionStatus":
				matches = matches && slices.Contains(f.Values, status)
			default:
				refuse(w, 400, "InvalidFilterKey", f.Key)
				return
			}
		}
		if matches {
			list = append(list, map[string]any{"AutomationExecutionId": r.id, "DocumentName": document, "AutomationExecutionStatus": status, "ExecutionStartTime": seconds(r.started)})
		}
		if i+1 < len(s.runs) {
			out["NextToken"] = strconv.Itoa(i + 1)
		} else {
			delete(out, "NextToken")
		}
	}
	out["AutomationExecutionMetadataList"] = list
	answer(w, out)
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func read(w http.ResponseWriter, body []byte, in any) bool {
	if err := json.Unmarshal(body, in); err != nil {
		refuse(w, 400, "SerializationException", err.Error())
		return false
	}
	return true
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(v) // a client that has gone needs no answer
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}
