package symptom

import "strings"

// How far from the place that decided an envelope is looked for: its own line is often wrapped or followed by a trace.
const (
	reachBefore = 1600
	reachAfter  = 1600
)

// fill adds what stands around the place that decided.
func fill(r *Reading, s screen, at int) {
	service, operation := callAt(s, at)
	if r.Action == "" {
		r.Action = operation
	}
	if r.RequestID == "" {
		r.RequestID = requestID(s, at)
	}
	fillHost(r, s, at)
	for _, candidate := range []string{r.Service, service, serviceOfHost(r.Host), spokenService(s, at)} {
		if r.Service == "" {
			r.Service = candidate
		}
	}
	if r.Endpoint == "" {
		r.Endpoint = endpointID(s, at)
	}
	if r.Resource == "" {
		r.Resource = resourceAt(s, at)
	}
	for _, field := range []*string{&r.Service, &r.Action, &r.Resource, &r.Principal, &r.Host, &r.PolicyARN} {
		*field = strings.ToValidUTF8(*field, "")
	}
}

// envelope returns the place of a call that the end of the text names, of an API or of another host; -1 when it names none.
func (s screen) envelope() int {
	begin := max(0, len(s.text)-4*reachBefore)
	for _, lead := range []string{"when calling the ", "operation error ", "(Service: ", "rror calling ", "rror creating ",
		"com.amazonaws.services.", "software.amazon.awssdk.services.", ".Amazon", "::Errors::", "'$fault'",
		"annot connect to ", "ailed to connect to ", "rror connecting to ", "Max retries exceeded with url: ", "Get \"http", "Post \"http",
		"Error executing \"", "Error: creating ", "Error: reading ", "Error: updating ", "Error: deleting "} {
		if i := strings.LastIndex(s.cut(begin, len(s.text)), lead); i >= 0 {
			return begin + i
		}
	}
	for _, lead := range []string{"onnection: ", "onnecting to ", "onnection to "} {
		if i := strings.LastIndex(s.cut(begin, len(s.text)), lead); i >= 0 && tellsFailure(s, begin+i) {
			return begin + i
		}
	}
	return -1
}

// nearest returns the offset behind the phrase that stands nearest before an offset, else nearest behind it; -1 when there is none.
func nearest(s screen, at int, phrase string) int {
	before := s.cut(at-reachBefore, at+len(phrase))
	if strings.Contains(before, phrase) { // quicker than to look from the end
		return max(0, at-reachBefore) + strings.LastIndex(before, phrase) + len(phrase)
	}
	if i := strings.Index(s.cut(at, at+reachAfter), phrase); i >= 0 {
		return at + i + len(phrase)
	}
	return -1
}

// callAt returns the service and the operation of the call whose failure stands at an offset, as far as its envelope names them.
func callAt(s screen, at int) (service, operation string) {
	if i := nearest(s, at, "operation error "); i >= 0 { // Go v2; the outermost of nested ones is what the application called
		from, _ := s.lineAt(i)
		from = max(from, i-reachBefore)
		if j := strings.Index(s.cut(from, i), "operation error "); j >= 0 {
			i = from + j + len("operation error ")
		}
		if name, rest, ok := strings.Cut(s.cut(i, i+120), ": "); ok && len(name) < 50 {
			return serviceNamed(name), identifier(rest)
		}
	}
	operation = operationAt(s, at)
	for _, lead := range []string{"(Service: ", "AWS Service: "} {
		if i := nearest(s, at, lead); i >= 0 && service == "" {
			name := s.cut(i, i+60)
			if end := strings.IndexAny(name, ";,)"); end > 0 {
				service = serviceNamed(name[:end])
			}
		}
	}
	if operation != "" {
		if prefix, name, ok := strings.Cut(operation, ":"); ok && name != "" {
			return lowered(prefix), operation
		}
		if of := serviceOfOperation(operation); of != "" {
			return of, operation
		}
		return service, operation
	}
	if service != "" {
		return service, ""
	}
	for _, path := range []string{"com.amazonaws.services.", "software.amazon.awssdk.services.", "aws.sdk.kotlin.services.",
		"Aws::", "AWS::", "Amazon.", "aws_sdk_", "@aws-sdk/client-", "aws-sdk/lib/services/", "Send Request ",
		"Validate Response "} {
		i := nearest(s, at, path)
		if i < 0 {
			continue
		}
		if name := identifier(s.cut(i, len(s.text))); known(serviceNamed(name)) {
			return serviceNamed(name), ""
		}
	}
	return "", ""
}

// operationAt returns the API operation that an envelope names.
func operationAt(s screen, at int) string {
	for _, lead := range []string{"when calling the ", "Error executing \"", "rror calling ", "while calling the ",
		"occurred while ", "for operation '"} {
		if i := nearest(s, at, lead); i >= 0 {
			name := identifier(s.cut(i, len(s.text)))
			if name != "" && name[0] >= 'A' && name[0] <= 'Z' {
				return name
			}
			if action, n := actionToken(s.cut(i, i+120)); n > 0 && known(lowered(name)) { // sts:GetCallerIdentity
				return action
			}
		}
	}
	for text := s.cut(at-400, at); ; { // Rust: the type of an operation's errors
		_, after, ok := strings.Cut(text, "source: ")
		if !ok {
			break
		}
		if name, ok := strings.CutSuffix(identifier(after), "Error"); ok && serviceOfOperation(name) != "" {
			return name
		}
		text = after
	}
	// SERVICE/OPERATION of Go v1's log, and the query of an API that is called with one.
	for _, lead := range []string{"for operation ", "Send Request ", "Validate Response ", "?Action=", "&Action="} {
		if i := nearest(s, at, lead); i >= 0 {
			name := identifier(s.cut(i, len(s.text)))
			if after, ok := strings.CutPrefix(s.cut(i+len(name), len(s.text)), "/"); ok {
				name = identifier(after)
			}
			if serviceOfOperation(name) != "" {
				return name
			}
		}
	}
	for _, lead := range []string{"S3 ", "S3::", "DynamoDB ", "SQS ", "SNS "} { // JavaScript: the method of the client, in camel case
		from, to := s.lineAt(at)
		for text := s.cut(max(from, at-300), min(to, at+300)); ; {
			_, after, ok := strings.Cut(text, lead)
			if !ok {
				break
			}
			name := identifier(after)
			if name != "" && lower(name[0]) == name[0] && lowered(name) != name && serviceOfOperation(name) != "" {
				return name
			}
			text = after
		}
	}
	return ""
}

// identifier returns the letters and digits at the beginning of a text.
func identifier(text string) string {
	end := 0
	for end < len(text) && end < 80 && (isLetter(text[end]) || isDigit(text[end])) {
		end++
	}
	return text[:end]
}

// messageOf returns the message that goes with the error code at an offset, in whichever envelope; "" when there is none.
func messageOf(s screen, at int) string {
	rest := s.cut(at, at+600)
	rest = strings.TrimLeft(rest, "(")
	end := 0
	for end < len(rest) && isWord(rest[end]) {
		end++
	}
	rest = rest[end:]
	before := s.cut(at-400, at)
	switch {
	case strings.HasPrefix(rest, ") when calling the "):
		_, rest, _ = strings.Cut(rest, " operation")
		rest = strings.TrimLeft(rest, ": ")
	case strings.Contains(rest[:min(len(rest), 60)], "<Message>"):
		_, rest, _ = strings.Cut(rest, "<Message>")
		rest, _, _ = strings.Cut(rest, "</Message>")
		return rest
	case strings.LastIndex(before, "(Service: ") > strings.LastIndexByte(before, ')'):
		before = before[:strings.LastIndex(before, "(Service: ")]
		return before[max(0, len(before)-160):]
	case strings.Contains(lowered(rest[:min(len(rest), 80)]), "message"):
		i := strings.Index(lowered(rest), "message")
		rest = strings.TrimLeft(rest[i+len("message"):], "\"': =")
		rest = strings.TrimPrefix(rest, "Some(\"") // Rust
		rest, _, _ = strings.Cut(rest, "\"")
		return rest
	case strings.HasSuffix(lowered(before), "\"__type\":\"") || strings.HasSuffix(lowered(before), "\"__type\": \""):
		return before + rest
	}
	for _, stop := range []string{" (Service: ", "tatus code:", "equest id", "Request ID", "RequestID"} {
		rest, _, _ = strings.Cut(rest, stop)
	}
	return rest
}

// requestID returns the id that the service gave to the call.
func requestID(s screen, at int) string {
	for _, lead := range []string{"Request ID: ", "RequestID: ", "request id: ", "<RequestId>", "\"RequestId\":\"",
		"\"RequestId\": \"", "requestId: '", "\"requestId\":\"", "\"requestId\": \"", "RequestId: ", "requestId: ",
		"request ID: ", "Request Id: ", "<RequestID>"} {
		i := nearest(s, at, lead)
		if i < 0 {
			continue
		}
		end := i
		for end < len(s.text) && (isLetter(s.text[end]) || isDigit(s.text[end]) || s.text[end] == '-') {
			end++
		}
		if id := s.cut(i, end); len(id) >= 8 && id != "null" {
			return id
		}
	}
	return ""
}

// endpointID returns the id of a VPC endpoint that the text names. An id of an endpoint service (vpce-svc-…) is none.
func endpointID(s screen, at int) string {
	text := s.around(at, reachBefore, reachAfter)
	for {
		i := strings.Index(text, "vpce-")
		if i < 0 {
			return ""
		}
		end := i + len("vpce-")
		for end < len(text) && (isDigit(text[end]) || text[end] >= 'a' && text[end] <= 'f') {
			end++
		}
		if end-i >= len("vpce-")+8 {
			return text[i:end]
		}
		text = text[end:]
	}
}

// resourceAt returns the resource that the deciding line names: an ARN that is no caller, a bucket, a URL that is denied.
func resourceAt(s screen, at int) string {
	from, to := s.lineAt(at)
	for _, span := range [][2]int{{max(from, at-600), min(to, at+600)}, {max(0, at-300), min(len(s.text), at+300)}} {
		text := s.cut(span[0], span[1])
		if _, after, ok := strings.Cut(text, "<Bucket>"); ok {
			bucket, _, _ := strings.Cut(after, "<")
			return bucket
		}
		if _, after, ok := strings.Cut(text, "ccess to the resource "); ok {
			return arnToken(after)
		}
		for {
			i := strings.Index(text, "arn:aws")
			if i < 0 {
				break
			}
			arn := arnToken(text[i:])
			if strings.Count(arn, ":") >= 5 && !strings.Contains(arn, ":assumed-role/") && !strings.Contains(arn, ":user/") &&
				!strings.Contains(arn, ":policy/") && !strings.HasSuffix(arn, ":root") {
				return arn
			}
			text = text[i+len("arn:aws"):]
		}
	}
	return ""
}
