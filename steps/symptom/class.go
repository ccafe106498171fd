package symptom

// A Class is what kind of failure a text tells of. The values are those of contract.md.
type Class string

// What applications, SDKs and tools print (Read).
const (
	ClassOther Class = "other" // none of the others, or not certain

	ClassTimeout Class = "timeout"  // no answer came
	ClassDNS     Class = "dns"      // the name did not resolve, or its server did not answer
	ClassNoRoute Class = "no_route" // the operating system or a router knows no way
	ClassRefused Class = "refused"  // the host answers, and nothing listens on the port
	ClassReset   Class = "reset"    // the connection was cut after it was open
	ClassTLS     Class = "tls"      // the certificate or the handshake failed
	ClassProxy   Class = "proxy"    // the proxy can't be reached or does not let through

	ClassEndpointWrong  Class = "endpoint_wrong"  // no region, or a name that is no endpoint
	ClassRegionMismatch Class = "region_mismatch" // the resource or the signature belongs to another region
	ClassNotFound       Class = "not_found"       // the service answers that the resource does not exist
	ClassThrottled      Class = "throttled"       // the service answers that there are too many calls

	ClassCredentialsMissing Class = "credentials_missing" // the SDK found none, or the task's credential address did not answer
	ClassCredentialsExpired Class = "credentials_expired"
	ClassCredentialsInvalid Class = "credentials_invalid" // the service does not know the key, or the signature is wrong

	ClassAuthIdentity     Class = "auth_identity_policy"        // no identity policy allows it
	ClassAuthIdentityDeny Class = "auth_explicit_deny_identity" // an identity policy denies it
	ClassAuthResource     Class = "auth_resource_policy"
	ClassAuthBoundary     Class = "auth_permissions_boundary"
	ClassAuthSCP          Class = "auth_scp"
	ClassAuthRCP          Class = "auth_rcp"
	ClassAuthSession      Class = "auth_session_policy"
	ClassAuthEndpoint     Class = "auth_vpce_policy"
	ClassAuthUnspecified  Class = "auth_unspecified" // denied, and the text does not say by which policy
	ClassKMSAccess        Class = "kms_access"       // the key behind the resource is not usable
	ClassAssumeRoleDenied Class = "assume_role_denied"
)

// Why ECS tasks stopped (ReadStopped).
const (
	ClassSecretsAccessDenied Class = "secrets_access_denied"
	ClassSecretsNetwork      Class = "secrets_network"
	ClassSecretsNotFound     Class = "secrets_not_found"
	ClassSecretsBadJSONKey   Class = "secrets_bad_json_key"
	ClassKMSDenied           Class = "kms_denied"
	ClassECRAuthDenied       Class = "ecr_auth_denied"
	ClassECRAuthNetwork      Class = "ecr_auth_network"
	ClassImageAuthDenied     Class = "image_auth_denied"
	ClassImageNotFound       Class = "image_not_found"
	ClassImageNetwork        Class = "image_pull_network"
	ClassImageRateLimited    Class = "image_rate_limited"
	ClassImagePlatform       Class = "image_platform_mismatch"
	ClassDiskFull            Class = "disk_full"
	ClassLogGroupMissing     Class = "log_group_missing"
	ClassLogsNetwork         Class = "logs_network"
	ClassLoggerConfig        Class = "logger_config" // options or permissions of the log driver
	ClassEFSMount            Class = "efs_mount"
	ClassENIProvisioning     Class = "eni_provisioning"
	ClassOutOfMemory         Class = "out_of_memory"
	ClassHealthCheck         Class = "health_check"
	ClassEssentialExited     Class = "essential_exited"
	ClassSpot                Class = "spot"
	ClassScaling             Class = "scaling"
	ClassCapacity            Class = "capacity"
	ClassInternal            Class = "internal"
)

// A Policy is the policy type that a denial names.
type Policy string

// The policy types of the access-denied sentence (IAM user guide, "Access denied error message examples").
const (
	PolicyIdentity Policy = "identity"
	PolicyResource Policy = "resource"
	PolicyBoundary Policy = "boundary"
	PolicySCP      Policy = "scp"
	PolicyRCP      Policy = "rcp"
	PolicySession  Policy = "session"
	PolicyEndpoint Policy = "endpoint"
	PolicyTrust    Policy = "trust"
)

// classes says, for each class, what it means in words and which symptom of contract.md it leads to.
//
// The network classes lead to the walk of a timeout: a refused, reset or unroutable connection, a failed handshake and a proxy in
// between are found on the same path. A wrong endpoint and a name that does not resolve lead to dns. Whatever concerns who calls,
// missing credentials included, leads to auth. A service that answers "too many calls", "not here" or "another region" was reached
// and has let the caller in, so no walk would find anything. A stopped task leads to start, except when its end was meant.
var classes = map[Class]struct{ words, symptom string }{
	ClassOther: {"no failure that this program knows", ""},

	ClassTimeout: {"no answer came: the connection timed out", "timeout"},
	ClassDNS:     {"the name could not be resolved", "dns"},
	ClassNoRoute: {"there is no route to the host", "timeout"},
	ClassRefused: {"the connection was refused", "timeout"},
	ClassReset:   {"the connection was cut", "timeout"},
	ClassTLS:     {"the TLS handshake failed", "timeout"},
	ClassProxy:   {"the proxy failed or does not let through", "timeout"},

	ClassEndpointWrong:  {"the endpoint or region is missing or wrong", "dns"},
	ClassRegionMismatch: {"the resource or the signature belongs to another region", ""},
	ClassNotFound:       {"the service was reached, and the resource does not exist", ""},
	ClassThrottled:      {"the service was reached, and there are too many calls", ""},

	ClassCredentialsMissing: {"no AWS credentials were found", "auth"},
	ClassCredentialsExpired: {"the AWS credentials have expired", "auth"},
	ClassCredentialsInvalid: {"the AWS credentials are not valid", "auth"},

	ClassAuthIdentity:     {"denied: no identity policy of the caller allows it", "auth"},
	ClassAuthIdentityDeny: {"denied by a statement in an identity policy of the caller", "auth"},
	ClassAuthResource:     {"denied by the policy of the resource", "auth"},
	ClassAuthBoundary:     {"denied by the permissions boundary of the caller", "auth"},
	ClassAuthSCP:          {"denied by a service control policy", "auth"},
	ClassAuthRCP:          {"denied by a resource control policy", "auth"},
	ClassAuthSession:      {"denied by the session policy of the caller", "auth"},
	ClassAuthEndpoint:     {"denied by the policy of a VPC endpoint", "auth"},
	ClassAuthUnspecified:  {"denied, and the text does not say by which policy", "auth"},
	ClassKMSAccess:        {"denied at the KMS key", "auth"},
	ClassAssumeRoleDenied: {"the role may not be assumed", "auth"},

	ClassSecretsAccessDenied: {"the execution role may not read the secret", "start"},
	ClassSecretsNetwork:      {"the secret's service could not be reached", "start"},
	ClassSecretsNotFound:     {"the secret does not exist", "start"},
	ClassSecretsBadJSONKey:   {"the secret does not hold that JSON key", "start"},
	ClassKMSDenied:           {"the key of the secret could not be used", "start"},
	ClassECRAuthDenied:       {"the execution role may not log in to Amazon ECR", "start"},
	ClassECRAuthNetwork:      {"Amazon ECR could not be reached for the login", "start"},
	ClassImageAuthDenied:     {"the registry denies the image", "start"},
	ClassImageNotFound:       {"the image does not exist", "start"},
	ClassImageNetwork:        {"the registry could not be reached", "start"},
	ClassImageRateLimited:    {"the registry's pull limit is reached", "start"},
	ClassImagePlatform:       {"the image is for another platform", "start"},
	ClassDiskFull:            {"the task's storage is full", "start"},
	ClassLogGroupMissing:     {"the log group does not exist", "start"},
	ClassLogsNetwork:         {"CloudWatch Logs could not be reached", "start"},
	ClassLoggerConfig:        {"the log driver's options or permissions are wrong", "start"},
	ClassEFSMount:            {"the EFS file system could not be mounted", "start"},
	ClassENIProvisioning:     {"the task got no network interface", "start"},
	ClassOutOfMemory:         {"a container ran out of memory", "start"},
	ClassHealthCheck:         {"a health check failed", "start"},
	ClassEssentialExited:     {"an essential container exited", "start"},
	ClassSpot:                {"the Spot task was interrupted", "start"},
	ClassScaling:             {"the service stopped the task on purpose", ""},
	ClassCapacity:            {"there was no capacity", "start"},
	ClassInternal:            {"ECS failed internally", "start"},
}

// Symptom returns the symptom of contract.md that the class leads to: timeout, auth, dns or start; "" when it leads to none.
func (c Class) Symptom() string { return classes[c].symptom }

// Words returns what the class means, for a person.
func (c Class) Words() string { return classes[c].words }

// policyClass is the class of a denial by each policy type.
var policyClass = map[Policy]Class{
	PolicyIdentity: ClassAuthIdentity,
	PolicyResource: ClassAuthResource,
	PolicyBoundary: ClassAuthBoundary,
	PolicySCP:      ClassAuthSCP,
	PolicyRCP:      ClassAuthRCP,
	PolicySession:  ClassAuthSession,
	PolicyEndpoint: ClassAuthEndpoint,
	PolicyTrust:    ClassAssumeRoleDenied,
}
