// Package symptom reads what an application, an SDK, a tool or ECS printed when something failed, and says what kind of failure it
// is and what the text holds of service, action, resource, principal, host and port. It takes text and returns a value; what to do
// about it is decided elsewhere. When the text is not certain, the class is ClassOther.
//
// # The grammar
//
// Everything that is read here has one of a few forms, nested in one another:
//
//	text        = lines of a log, a traceback, JSON or XML, in which a message stands, quoted or wrapped anyhow
//	message     = wrapper* envelope? cause
//	cause       = denial | answer | network | credentials
//	denial      = "User: " principal " is not authorized to perform: " action [" on resource: " resource] [reason [": " ARN]]
//	reason      = " because no " policy " policy allows the " action " action" | " with an explicit deny in a " policy " policy"
//	answer      = code ": " text, where the code is the API's: ThrottlingException, NoSuchBucket, AuthorizationHeaderMalformed …
//	network     = what the operating system says, within what the HTTP client says, within what the SDK says
//	envelope    = botocore:  "An error occurred (" code ") when calling the " operation " operation: " text
//	              Go v2:     "operation error " service ": " operation ", https response error …, api error " code ": " text
//	              Go v1:     code ": " text " status code: " number ", request id: " id
//	              Java 1, 2: text " (Service: " service "; Status Code: " number "; Error Code: " code "; Request ID: " id ")"
//	              PHP:       "Error executing " operation " on " URL "; AWS HTTP error: " …
//	              Ruby:      "Aws::" service "::Errors::" code
//	              REST:      <Error><Code>…</Code><Message>…</Message></Error>, {"__type": code, "message": text}
//
// The sentence of a denial and its policy types are those of the IAM user guide, "Troubleshoot access denied error messages"; AWS
// Organizations' two policy types, and the role's trust policy, are among them. The innermost cause decides: the system's
// "connection refused" within an SDK's "could not connect" within a wrapper of the application.
//
// A stopped reason of ECS nests likewise, and there both halves count: what ECS was doing (fetching a secret, logging in to the
// registry, pulling the image, preparing the log driver …) and how that failed (denied, no answer, not there …).
//
// # How it works
//
// The text is flattened (screen), all phrases of a table are looked for in one pass (finder), each phrase's place is judged by a
// function that reads the grammar around it, and the heaviest decides. The work beyond that one pass is bounded by the number of
// phrases, not by the text.
//
// The host is read likewise, by phrases that name one (host). Where none does, it is the token with the shape of a host that stands
// nearest to the place that decided, with its port (nearby): in its line, else around it.
package symptom
