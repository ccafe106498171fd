package symptom

import "sync"

// The weight of a sign. A text often holds several: of the SDK, of its HTTP client, of the operating system. The heavier one
// decides, because it lies deeper in the nesting or says more; among equals the last one does.
const (
	vague   = 10 // says that something failed, not how
	wrapper = 20 // what an SDK prints around the failure of a call it makes for itself
	late    = 30 // network, by how far the connection got: no answer …
	cut     = 34
	closed  = 38
	noWay   = 42
	secured = 46
	named   = 50 // … to not even an address
	proxied = 54 // a proxy stands before all that
	replied = 60 // an API answered, with its error code
	keyless = 70 // the SDK could not sign the call
	refusal = 80 // an API answered that it is denied
	sealed  = 84 // … at the key
	spelled = 90 // … in the full sentence
)

// A sign is a phrase of an error text, and what it tells.
type sign struct {
	class  Class
	weight int
	// loose phrases are everyday English too: they do not count in a sentence that gives advice.
	loose bool
	// read looks closer at the place where the phrase begins. Without it the phrase alone decides. The class "" says: not this.
	read func(s screen, at int) Reading
	// phrases, in lower case; a phrase that begins with a letter counts at the beginning of a word only.
	phrases []string
}

// signs are the phrases of applications, SDKs and tools. doc.go tells where they stand in the messages.
var signs = []sign{
	// Denials. The sentence is read by its grammar, a bare code by its message.
	{class: ClassAuthUnspecified, weight: spelled, read: readDenial, phrases: []string{"not authorized to perform"}},
	{class: ClassAuthUnspecified, weight: refusal, read: readReason, phrases: []string{
		"because no identity-based policy allows", "because no resource-based policy allows",
		"because no permissions boundary allows", "because no service control policy allows",
		"because no resource control policy allows", "because no session policy allows",
		"because no vpc endpoint policy allows", "because no role trust policy allows", "with an explicit deny in a",
	}},
	{class: ClassAuthUnspecified, weight: refusal, read: readDenialCode, phrases: []string{
		"accessdenied", "unauthorizedoperation", "authorizationerror", "unauthorizedexception", "notauthorized",
		"(403) when calling the ", "(accessdenied", "[forbidden: null]", "code: 'forbidden'", "forbiddenexception",
		"forbidden: forbidden", "errors::forbidden", "insufficientprivileges",
	}},
	{class: ClassAuthUnspecified, weight: refusal, read: readForbidden, phrases: []string{"access denied", "403 forbidden",
		"status code: 403", "statuscode: 403", "statuscode=403"}},
	{class: ClassAuthUnspecified, weight: refusal, read: readAccessTo, phrases: []string{"access to the resource "}},
	{class: ClassAuthUnspecified, weight: refusal, phrases: []string{"user is not authorized to access this resource"}},
	{class: ClassKMSAccess, weight: sealed, phrases: []string{
		"the ciphertext refers to a customer master key", "access to kms is not allowed", "kmsaccessdenied",
		"invalidciphertextexception", "kms.accessdenied", "invalidkmsresource", "have access to the kms key",
		"kms access was denied", "kms access denied", "kms key access denied", "kms.disabledexception",
		"kmsdisabledexception", "kmsinvalidstate", "kms.kmsinvalidstate", "kms.notfoundexception", "kms.invalidstate",
		"kmsnotfoundexception", "kms key is not accessible", "not have permission to use the kms",
	}},
	{class: ClassKMSAccess, weight: sealed, read: readUnusableKey, phrases: []string{"kms key"}},
	{class: ClassKMSAccess, weight: sealed, read: readKeyState, phrases: []string{"is pending deletion", "is disabled",
		"does not exist"}},
	{class: ClassAssumeRoleDenied, weight: wrapper, phrases: []string{
		"is unable to assume the role", "was unable to assume the role", "unable to assume role",
		"not authorized to assume role", "roles may not be assumed by root accounts",
	}},

	// Credentials.
	{class: ClassCredentialsMissing, weight: keyless, phrases: []string{
		"unable to locate credentials", "nocredentialserror", "missing credentials in config", "credentialsprovidererror",
		"could not load credentials from any", "nocredentialproviders", "no valid providers in chain",
		"unable to load aws credentials", "unable to load credentials from any", "no ec2 imds role found",
		"unable to get iam security credentials", "failed to resolve aws credentials", "missingcredentialserror",
		"unable to sign request without credentials", "error retrieving credential from ecs",
		"error retrieving credentials from the instance profile", "failed to load credentials from imds",
		"failed to connect to service endpoint", "unable to load credentials from service endpoint",
		"error when retrieving credentials from container-role", "error when retrieving credentials from iam-role",
		"no credentials in the property bag", "could not find credentials", "credentialsnotloaded",
		"credentials were not loaded", "failed to load credentials", "no aws credentials", "partialcredentialserror",
		"partial credentials found", "aws access key id and secret access key could not be found", "credentialsnotfound",
		"http request to retrieve credentials failed", "source: providererror(",
		"source: invalidconfiguration(", "static credentials are empty",
		"staticcredentialsempty", "emptystaticcreds", "the credential provider was not enabled",
		"no providers in chain provided credentials", "no credential provider", "missingauthenticationtoken",
		"request is missing authentication token", "could not load ec2 task role credentials",
		"request is missing security token", "unable to retrieve credentials", "cannot find aws credentials",
		"couldn't find aws credentials", "ec2rolerequesterror", "credentialretrievalerror", "could not load credentials",
		"unable to load credentials from", "error loading credentials", "no session credentials",
		"instance profile metadata server", "ec2 metadata from imds",
		"no valid credential sources", "cannot load credentials", "unable to fetch credentials", "failed to get credentials",
		"unable to find credentials", "containercredentialsprovider", "awscredentials must not be null",
		"you must specify credentials", "credentialunavailable", "not locate credentials", "the config profile",
		"error retrieving metadata: ", "\" must have credentials", "the requested metadata is not found", "unable to contact ec2 metadata",
		"credential is missing",
		"resolved credential object is not valid", "failed to get shared config profile", "cannot read credentials from",
		"could not find environment variable credentials", "aws credentials not found", "no credentials found",
	}},
	{class: ClassCredentialsMissing, weight: keyless, read: failed(ClassCredentialsMissing), phrases: []string{
		"instance metadata service"}},
	{class: ClassCredentialsMissing, weight: vague, read: readMetadata, phrases: []string{"max retries exceeded with url"}},
	{class: ClassCredentialsMissing, weight: wrapper, phrases: []string{
		"failed to refresh cached credentials", "failed to retrieve credentials", "get credentials: ",
		"error retrieving credentials", "metadata request failed", "get identity: ",
	}},
	{class: ClassCredentialsExpired, weight: keyless + 1, phrases: []string{
		"expiredtoken", "security token included in the request is expired", "the provided token has expired",
		"requestexpired", "token has expired and refresh failed", "sso session associated with this profile has expired",
		"unauthorizedssotokenerror", "tokenrefreshrequired", "error loading sso token", "the sso session has expired",
		"security token is expired", "credentials have expired", "authorization token has expired",
		"token provided is expired", "credentials are expired", "signature expired", "cached sso token is expired",
		"the refreshed credentials are still expired", "session token not found or invalid", "token expired: current date",
		"your session has expired. please reauthenticate", "token is expired", "refresh cached sso token failed",
		"failed to refresh cached sso token", "unable to refresh sso token",
		"request has expired",
	}},
	{class: ClassCredentialsInvalid, weight: replied + 2, phrases: []string{
		"invalidclienttokenid", "unrecognizedclient", "invalidaccesskeyid", "signaturedoesnotmatch",
		"invalidsignatureexception", "authfailure", "incompletesignature",
		"security token included in the request is invalid", "was not able to validate the provided access credentials",
		"requesttimetooskewed", "access key id you provided does not exist",
		"request signature we calculated does not match", "invalididentitytoken", "the provided token is malformed",
		"difference between the request time and the current time is too large", "invalid security token", "notsignedup",
		"optinrequired", "no openidconnect provider found",
	}},

	// Answers of an API.
	{class: ClassRegionMismatch, weight: replied + 4, phrases: []string{
		"authorizationheadermalformed", "permanentredirect", "credential should be scoped to a valid region",
		"is wrong; expecting '", "illegallocationconstraint", "must be addressed using the specified endpoint",
		"please send all future requests to this endpoint", "(301) when calling the ", "301 moved permanently",
		"incorrect region", "bucketregionerror", "the bucket is in this region",
		"is in this region: ", "temporaryredirect", "s3regionmismatch", "constraint is incompatible for the region",
		"bucket is in another region", "status code: 301", "statuscode: 301",
	}},
	{class: ClassRegionMismatch, weight: replied + 4, read: failed(ClassRegionMismatch), phrases: []string{"in a different region"}},
	{class: ClassThrottled, weight: replied, phrases: []string{
		"throttlingexception", "throttleexception", "throttling:", "throttling)", "throttledexception", "throttling\"",
		"throttling'", "throttling<", "(throttling", "code: throttling", "requestlimitexceeded", "slowdown",
		"please reduce your request rate", "provisionedthroughputexceeded", "throughput exceeds the ",
		"toomanyrequestsexception", "requestthrottled", "throttlederror", "bandwidthlimitexceeded",
		"maximum sending rate exceeded", "ec2throttled", "priorrequestnotcomplete", "too many requests, please wait",
		"request rate is too high", "throttled due to", "request was throttled", "throttlingerror", "errors::throttling",
		"toomanyrequests (service", "transactionthrottled", "rate of requests exceeds",
	}},
	{class: ClassThrottled, weight: replied, read: readRate, phrases: []string{"rate exceeded", "429 too many requests",
		"status code: 429", "statuscode: 429", "rate limit exceeded", "request limit exceeded"}},
	{class: ClassNotFound, weight: replied, phrases: []string{
		"resourcenotfoundexception", "resourcenotfound ", "resourcenotfound:", "nosuchbucket", "nosuchkey", "nosuchentity",
		"nosuchupload", "nosuchhostedzone", "nonexistentqueue", "queuedoesnotexist", "the specified queue does not exist",
		"the specified bucket does not exist", "the specified key does not exist", "can't find the specified secret",
		"parameternotfound", "topic does not exist", "parameterversionnotfound", "repositorynotfound",
		"clusternotfoundexception", "servicenotfoundexception", "servicenotactive", "the specified log group does not exist",
		"the specified log stream does not exist", "requested resource not found", "tablenotfoundexception",
		"dbinstancenotfound", "dbclusternotfound", "filesystemnotfound", "statemachinedoesnotexist", "executiondoesnotexist",
		".notfound)", ".notfound:", "imagenotfoundexception", "(404) when calling the ", "entitynotfoundexception",
		"nosuchdistribution", "rulenotfound", "functionnotfound", "function not found: arn:", "stacknotfound",
		"streamnotfound", "eventbus not found", "cachecluster not found", "cacheclusternotfound", "loadbalancernotfound",
		"targetgroupnotfound", "hostedzonenotfound", "secrets manager can't find", "errors::notfound", "nosuchlifecycle",
		"nosuchversion", "queuenotfound", "topicnotfound", "s3 bucket does not exist",
	}},
	{class: ClassNotFound, weight: replied, read: readNotFound, phrases: []string{"notfoundexception", "(notfound)",
		"error code: notfound", "api error notfound", "notfound: ", "code: notfound", "404 not found", "status code: 404",
		"statuscode: 404"}},
	{class: ClassNotFound, weight: replied, read: readCode, phrases: codeLeads},
	{class: ClassEndpointWrong, weight: replied, phrases: []string{
		"invalid endpoint", "invalidendpoint", "value for serviceurl is not", "not a valid uri", "resulted in an invalid uri", "host must not be null",
		"you must specify a region", "noregionerror", "region is missing", "missing region in config", "missing region",
		"invalid region", "missingregion", "unable to find a region", "unable to load region", "could not find region",
		"no regionendpoint or serviceurl", "could not resolve endpoint", "missingendpoint", "not resolve endpoint",
		"unable to construct an endpoint", "failed to resolve service endpoint", "resolveendpointv2", "resolveendpoint ",
		"endpoint rule error", "unknown endpoint", "not a valid endpoint", "region must be set", "unknownregionerror",
		"invalidregionerror", "doesn't match a supported format", "does not match a supported format",
		"provided region_name", "a region must be specified", "region not specified", "no region was specified",
		"must provide a region", "missingrequiredparameter: region", "region cannot be", "could not determine region",
		"unknown region", "not a valid aws region", "is not a valid region", "region is required", "no endpoint rule",
		"endpointprovidererror", "configured region (", "endpoint must be a valid", "invalid configuration: missing region",
		"cannot read properties of undefined (reading 'endpoint", "endpointnotfound", "unknown aws region",
		"invalid aws region", "unable to find endpoint", "not a valid hostname component", "client configuration options: region",
	}},

	// The network, from the proxy inwards. A lookup that its server does not answer is a matter of names, whatever it ended with.
	{class: ClassProxy, weight: proxied, phrases: []string{
		"proxyconnect tcp", "proxyconnectionerror", "failed to connect to proxy", "tunnel connection failed",
		"cannot connect to proxy", "unable to connect to proxy", "proxy authentication required", "from proxy after connect",
		"connect tunnel failed", "resolve proxy", "unable to tunnel through proxy",
		"tunneling socket could not be established", "proxy connect aborted", "proxyerror(", "proxy connection failed",
		"could not connect to proxy", "curl: (5)", "curl error 5:", "curl: (97)", "proxy tunnel", "proxy responded with", "err_proxy_connection_failed", "err_tunnel_connection_failed",
		"407 proxy", "status 407",
	}},
	{class: ClassDNS, weight: named, phrases: []string{
		"getaddrinfo ", "getaddrinfo:", "getaddrinfo(", "getaddrinfo]", "enotfound", "eai_again", "eai_noname",
		"no such host", "name or service not known", "temporary failure in name resolution", "failure in name resolution",
		"nodename nor servname", "could not resolve host", "couldn't resolve host", "couldn't resolve server", "curl: (6)",
		"curl error 6:", "curl 6:", "[curl] 6:", "name lookup timed out", "unknownhostexception", "nxdomain", "servfail",
		"server can't find", "no servers could be reached", "failed to lookup address information", "dns error",
		"no address associated with", "nameresolutionerror", "gaierror", "failed to resolve '", "no such host is known",
		"could not translate host name", "could not be resolved by dns", "could not be resolved (", "nosuchendpointerror",
		"`socketerror`", "eai_fail", "resource temporarily unavailable (", "temporary failure resolving", "*** can't find ",
		"** can't find ", "no such host:", "querya e", "queryaaaa e", "querysrv e", "no address for host", "unknown host:",
		"unknown host '", "ping: unknown host", "unable to resolve host", "bad address '", "unresolvedaddress",
		"dns resolution failed", "dnsnameresolver", "no resolvable bootstrap", "dns lookup failed", "resolving timed out",
		"dnsresolve", "esrvfail", "err_name_not_resolved", "unknown mysql server host",
		"connection timed out; no servers", "curlcode: 6,", "error code 6 -", "host name lookup failure",
		"failed to resolve address", "dnserror", "non-existent domain", "try again (host lookup", "ora-12545",
		"host not found in upstream", "invalid for dns resolution", "aws_io_dns_", "etimeout ", "dns lookup timed out",
		"dns resolution timed out", "ping: cannot resolve ", "temporary error (try again later)",
		"the remote name could not be resolved",
	}},
	{class: ClassDNS, weight: named, read: readNameless, phrases: []string{"nslookup: can't resolve '", "name does not resolve"}},
	{class: ClassDNS, weight: named, read: readDig, phrases: []string{"communications error to "}},
	{class: ClassDNS, weight: named, read: readLookup, phrases: []string{"lookup "}},
	{class: ClassDNS, weight: named, read: readHostAlone, phrases: []string{"unable to execute http request: "}},
	{class: ClassDNS, weight: named, read: readHostOfURL, phrases: []string{"i/o error on "}},
	{class: ClassDNS, weight: vague, read: readEndpoint, phrases: []string{"could not connect to the endpoint url",
		"inaccessible host: "}},
	{class: ClassTLS, weight: secured, phrases: []string{
		"certificate verify failed", "certificate_verify_failed", "x509:", "unable to find valid certification path",
		"pkix path", "self signed certificate", "self-signed certificate", "unable to get local issuer certificate",
		"sslhandshakeexception", "handshake_failure", "handshake failure", "failed to verify certificate", "curl: (60)",
		"curl: (35)", "curl: (51)", "curl: (58)", "curl: (77)", "curl error 60", "curl error 35", "curl error 77",
		"[curl] 77", "ssl_error_", "wrong version number", "certificate has expired", "cert_has_expired",
		"unable to verify the first certificate", "unable_to_verify_leaf", "unable_to_get_issuer", "depth_zero_self_signed",
		"self_signed_cert_in_chain", "err_tls_cert", "certificate's altnames", "doesn't match either of", "doesn't match any of the subject", "trustanchors parameter",
		"certificate is not valid for", "invalidcertificate", "unknownissuer", "invalid peer certificate", "tlsv1 alert",
		"sslv3 alert", "eof occurred in violation of protocol", "remotecertificate", "remote error: tls",
		"gave http response to https client", "ssl certificate problem", "eproto",
		"first record does not look like a tls handshake", "closed connection during handshake",
		"could not create ssl/tls secure channel", "ssl handshake failed", "tls handshake failed", "tls handshake error",
		"peer certificate cannot be authenticated", "error setting certificate", "unsupported or unrecognized ssl",
		"remote certificate is invalid", "unexpected_eof_while_reading", "unexpected eof while reading", "hostname mismatch",
		"certificate subject name", "tls handshake eof", "bad certificate", "sslpeerunverified",
		"server certificate verification failed", "unknown_ca", "unknown ca", "ssl: error",
		"no alternative certificate subject name", "tls_process_server_certificate", "certificate is not trusted",
		"untrusted certificate", "gnutls_handshake() failed", "err_ssl_", "server does not support ssl",
		"terminated the handshake", "aws_io_tls_", "unrecognized ssl message", "notsslrecordexception", "received fatal alert",
	}},
	{class: ClassTLS, weight: wrapper, phrases: []string{"ssl validation failed", "sslerror",
		"ssl connection could not be established", "sslexception", "ssl routines", "authentication failed, see inner exception",
		"sslprotocolexception"}},
	{class: ClassNoRoute, weight: noWay, read: readNoRoute, phrases: []string{
		"no route to host", "ehostunreach", "enetunreach", "network is unreachable", "host is unreachable",
		"unreachable network", "unreachable host", "host is down", "errno 113", "errno 101", "noroutetohost",
		"networkunreachable", "hostunreachable", "network unreachable", "host unreachable", "destination net unreachable",
		"destination host unreachable", "ehostdown", "network is down", "enetdown",
	}},
	{class: ClassRefused, weight: closed, read: readRefused, phrases: []string{
		"connection refused", "econnrefused", "actively refused", "connectionrefused", "errno 111", "errno 61",
		"tns:no listener", "aws_io_socket_connection_refused",
	}},
	{class: ClassRefused, weight: closed, read: readJDBC, phrases: []string{" refused. check that the hostname", " refused"}},
	{class: ClassReset, weight: cut, phrases: []string{
		"connection reset", "econnreset", "socket hang up", "connection was closed before we received", "broken pipe",
		"epipe", "remotedisconnected", "remote end closed connection", "forcibly closed", "server closed the connection",
		"empty reply from server", "curl: (52)", "curl: (56)", "curl error 52", "curl error 56", "curl: (55)",
		"curl error 55", "curl: (92)", "incompletemessage", "nohttpresponse", "response ended prematurely", "premature eof",
		"badstatusline", "broken connection to", "channel was closed before", "client connection lost",
		"connection closed by server",
		"failed to send complete response", "aws_error_http_connection_closed", "premature end of content-length",
		"closedchannelexception", "server closed idle connection", "use of closed network connection", "connection broken: ",
		"; received from peer", "serverdisconnected", "server disconnected", "ssl syscall error",
		"socket disconnected before secure tls", "lost connection to mysql server", ": unexpected eof",
		"end of file reached", "server failed to respond", ":443 failed to respond",
		"connection closed before message completed", "prematurely closed", "premature close", "connectionclosederror",
		"connection was closed", "connection was aborted", "econnaborted", "peer closed connection", "connectionreset",
		"incompleteread", "connection closed unexpectedly", "closed by remote host", "connection prematurely",
		"und_err_socket", "other side closed", "connection_reset", "err_connection_closed", "responseended", "errno 104",
		"errno 32", "connection closed by peer", "connection closed by foreign host", "reset by peer",
		"err_http2_stream_cancel", "the connection was closed", "connection aborted",
	}},
	{class: ClassReset, weight: cut, read: readEOF, phrases: []string{": eof"}},
	{class: ClassReset, weight: cut, read: readEOFField, phrases: []string{"err=\"eof\"", "error=\"eof\"", "err=eof", "error=eof",
		"\"error\":\"eof\"", "\"err\":\"eof\""}},
	{class: ClassReset, weight: cut, read: readClosed, phrases: []string{" closed"}},
	{class: ClassTimeout, weight: closed, read: readAborted, phrases: []string{"timeout of ", "system error: 110"}},
	{class: ClassTimeout, weight: late, phrases: []string{
		"connect timeout on endpoint url", "read timeout on endpoint url", "connecttimeouterror", "connecttimeoutexception",
		"readtimeouterror", "readtimeoutexception", "net::readtimeout", "net::opentimeout", "connect timed out",
		"deadline has elapsed", "awaiting response headers", "exceptions.connecttimeout", "exceptions.readtimeout",
		"httpx.connecttimeout", "httpx.readtimeout", "not read from or written to within the timeout period",
		"did not complete before the specified timeout", "socket timed out", "without establishing a connection within",
		"no connection within", "timeout connecting to ", "read timed out", "i/o timeout", "etimedout", "esockettimedout",
		"execution expired", "socket connection timeout", "err_socket_connection_timeout", "httptimeouterror",
		"timedouterror", "timeouterror", "sockettimeoutexception", "connectexception: connection timed out",
		"und_err_connect_timeout", "und_err_headers_timeout", "curl: (28)", "curl error 28", "curl 28:", "[curl] 28",
		"curlcode: 28", "error code 28", "connect() timed out", "connect timeout occurred",
		"did not properly respond after a period of time", "client.timeout exceeded", "tls handshake timeout",
		"ssl connection timeout", "handshake timed out", "awaiting headers", "err_connection_timed_out",
		"apicalltimeoutexception", "apicallattempttimeoutexception", "socket.timeout:", "the operation has timed out",
		"operation timed out", "connection establishment timed out", "timed out: operation now in progress",
		"(tcp) timed out", "timed out (connect timeout", "errno 110", "errno 60", "timeout was reached",
		"http request timed out", "requesttimeoutexception", "httpclient.timeout of", "connection timed out after",
		"acquire operation took longer", "timed out waiting for a node assignment", "ssl connection timed out",
		"taskcanceledexception", "error connecting to node", "could not be established. broker may not be available",
		"read operation timed out", "write operation timed out", "handshake operation timed out", "no response from server",
		"server selection timed out", "serverselectiontimeouterror", "operationtimedoutexception", "connection attempt timed out",
		"connectiontimeouterror", "connection timeout to host ", "redistimeoutexception", "rediscommandtimeoutexception", "mongotimeoutexception",
		"not present in metadata after ", "failed to update metadata after ", "kafkatimeouterror",
		"timeout during reading attempt", "100% packet loss", "100.0% packet loss", "source: timedout", "reason: :timeout",
		"reason: :connect_timeout", "request timeout for icmp_seq",
	}},
	{class: ClassTimeout, weight: late, loose: true, read: readBusy, phrases: []string{
		"connection timed out", "request timed out", "error: timed out", "context deadline exceeded", "deadline exceeded",
		"connection timeout", "connect timeout", "read timeout", "connection time out", "request timeout", "dial timeout",
		"timeout expired", "server selection timeout",
	}},
	{class: ClassTimeout, weight: late, read: readErrno, phrases: []string{"can't connect to mysql server on '"}},
	{class: ClassTimeout, weight: late, read: readConnecting, phrases: []string{"connectionerror: error ", "[winerror "}},
	{class: ClassRefused, weight: closed, read: readSocketNumber, phrases: []string{"socketexception ("}},
	{class: ClassTimeout, weight: vague, read: readTried, phrases: []string{"for query failed (tried: ",
		"complete the operation against any hosts"}},
	{class: ClassReset, weight: vague, read: readDisconnected, phrases: []string{"bootstrap broker ",
		"disconnected while requesting apiversion"}},
	{class: ClassRefused, weight: closed, read: readDelayed, phrases: []string{"delayed connect error: ",
		"delayed connection error: "}},
	{class: ClassReset, weight: vague, phrases: []string{"communications link failure",
		"upstream connect error or disconnect/reset before headers"}},
	{class: ClassTimeout, weight: vague, phrases: []string{"network-related or instance-specific error occurred",
		"unabletoconnect on ", "unable to connect to the remote server", "exception opening socket", "nobrokersavailable",
		"run out of available brokers", "redisconnectionexception: unable to connect to ", "all connection attempts failed",
		"failed to connect to any host resolved", "tcptestsucceeded : false", "connect:errno=110",
		"could not open connection to the host, on port "}},
	{class: ClassTimeout, weight: vague, read: readUnreached, phrases: []string{"can't reach database server at ",
		"failed connecting to ", "cannot connect to host ", "connect call failed ('"}},
	{class: ClassRefused, weight: vague, phrases: []string{"curl: (7)", "curl error 7:", "[curl] 7:", "curl 7:", "curlcode: 7,",
		"error code 7 -"}},
	{class: ClassRefused, weight: vague, read: readConnectFailed, phrases: []string{"failed to connect to ",
		"couldn't connect to server",
		"could not connect to server"}},
	{class: ClassTimeout, weight: vague, loose: true, read: readTimedOut, phrases: []string{"timed out", "timeout",
		"request canceled", "requestcanceled"}},
}

// lexicon is the signs, and a finder for their phrases.
type lexicon struct {
	finder *finder
	signs  []*sign // by phrase
}

func newLexicon(signs []sign) *lexicon {
	var phrases []string
	l := &lexicon{}
	for i := range signs {
		for _, phrase := range signs[i].phrases {
			phrases = append(phrases, phrase)
			l.signs = append(l.signs, &signs[i])
		}
	}
	l.finder = newFinder(phrases)
	return l
}

var application = sync.OnceValue(func() *lexicon { return newLexicon(signs) })
