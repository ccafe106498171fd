package aws

// A DefinitionRequest asks for a task definition with one container for Fargate. Exec works in it, and an init process reaps what
// sessions leave behind.
type DefinitionRequest struct {
	Family, Container, Image string
	EntryPoint, Command      []string
	Environment              []Pair
	TaskRole, ExecutionRole  string // ARNs, "" for none
	Architecture             string // X86_64 or ARM64
	CPU, Memory              string // of Fargate: "256", "512"
	Tags                     map[string]string
}

// A RunRequest asks for one Fargate task, or for a service of one, with Exec on.
type RunRequest struct {
	Cluster, Definition string // names or ARNs
	Service             string // name of the service; "" for a standalone task
	Network             NetworkConfiguration
	Platform            string // version: "1.4.0", "LATEST"
	Container           string
	Environment         []Pair // overrides of the container's; a service takes none
	StartedBy           string
	Tags                map[string]string
	Token               string // makes it safe to ask again
}
