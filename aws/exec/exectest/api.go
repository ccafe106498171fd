//go:build unix

package exectest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// services maps the first half of X-Amz-Target to what IAM calls the service.
var services = map[string]string{
	"AmazonEC2ContainerServiceV20141113": "ecs",
	"AmazonSSM":                          "ssm",
	"TrentService":                       "kms",
}

// api answers what a session asks of ECS, Systems Manager and KMS, in their JSON protocol.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	target, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	action := services[target] + ":" + operation
	var in map[string]any
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		refuse(w, 400, "SerializationException", err.Error())
		return
	}
	s.mu.Lock()
	s.calls[action]++
	nth := s.calls[action]
	s.mu.Unlock()
	if slices.Contains(s.options.Deny, action) {
		refuse(w, 400, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/me is not authorized to perform: "+action+" on resource: *")
		return
	}
	text := func(key string) string { v, _ := in[key].(string); return v }
	switch action {
	case "ecs:ListTasks":
		tasks := []string{}
		if text("desiredStatus") != "STOPPED" {
			tasks = append(tasks, TaskARN)
		}
		s.mu.Lock()
		tasks = append(tasks, s.startedTasks(text("desiredStatus") == "STOPPED")...)
		s.mu.Unlock()
		answer(w, map[string]any{"taskArns": tasks})
	case "ecs:DescribeTasks":
		s.describeTasks(w, in)
	case "ecs:ExecuteCommand":
		if nth <= s.options.NotConnected {
			refuse(w, 400, "TargetNotConnectedException", "The execute command failed due to an internal error. Try again later.")
			return
		}
		s.mu.Lock()
		s.entered = append(s.entered, text("task")+"/"+text("container"))
		s.mu.Unlock()
		one := s.newSession(text("container"), text("command"))
		answer(w, map[string]any{"clusterArn": ClusterARN, "taskArn": text("task"), "containerName": text("container"), "interactive": true,
			"session": map[string]string{"sessionId": one.id, "streamUrl": s.streamURL(one.id), "tokenValue": one.newToken()}})
	case "ssm:ResumeSession":
		one := s.session(text("SessionId"))
		if one == nil || one.isOver() {
			answer(w, map[string]any{"SessionId": text("SessionId")})
			return
		}
		answer(w, map[string]string{"SessionId": one.id, "StreamUrl": s.streamURL(one.id), "TokenValue": one.newToken()})
	case "ssm:TerminateSession":
		time.Sleep(s.options.Leaving)
		if one := s.session(text("SessionId")); one != nil {
			s.mu.Lock()
			one.terminated = true
			s.mu.Unlock()
			one.end()
		}
		answer(w, map[string]string{"SessionId": text("SessionId")})
	case "kms:GenerateDataKey":
		plain := make([]byte, int(in["NumberOfBytes"].(float64)))
		rand.Read(plain)
		sealed := []byte(randomHex(32))
		bound := map[string]string{}
		for k, v := range in["EncryptionContext"].(map[string]any) {
			bound[k] = v.(string)
		}
		s.mu.Lock()
		s.keys[string(sealed)], s.bound = plain, bound
		s.mu.Unlock()
		answer(w, map[string]string{"KeyId": text("KeyId"), "Plaintext": base64.StdEncoding.EncodeToString(plain), "CiphertextBlob": base64.StdEncoding.EncodeToString(sealed)})
	default:
		if !s.launches(w, action, in) {
			refuse(w, 400, "UnknownOperationException", action)
		}
	}
}

func (s *Server) describeTasks(w http.ResponseWriter, in map[string]any) {
	var containers []any
	for _, c := range s.options.Containers {
		one := map[string]any{"name": c.Name, "lastStatus": "RUNNING", "runtimeId": runtimeID(c.Name), "taskArn": TaskARN}
		if c.Agent != "" {
			one["managedAgents"] = []any{map[string]any{"name": "ExecuteCommandAgent", "lastStatus": c.Agent}}
		}
		containers = append(containers, one)
	}
	tasks, failures := []any{}, []any{}
	for _, t := range in["tasks"].([]any) {
		s.mu.Lock()
		started := s.startedTask(t.(string))
		s.mu.Unlock()
		if started != nil {
			tasks = append(tasks, started)
			continue
		}
		if t != TaskARN && t != TaskID {
			failures = append(failures, map[string]any{"arn": t, "reason": "MISSING"})
			continue
		}
		tasks = append(tasks, map[string]any{"taskArn": TaskARN, "clusterArn": ClusterARN, "lastStatus": "RUNNING", "desiredStatus": "RUNNING",
			"launchType": "FARGATE", "group": "service:" + Service, "enableExecuteCommand": true, "containers": containers,
			"attachments": []any{attachment()}})
	}
	answer(w, map[string]any{"tasks": tasks, "failures": failures})
}

func runtimeID(container string) string { return TaskID + "-" + container }

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(v) // a client that has gone needs no answer
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}
