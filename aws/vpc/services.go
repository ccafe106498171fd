package vpc

import (
	"slices"
	"strings"

	"fargate-doctor/aws"
)

// otherSuffixes are domains of AWS endpoints beside those of the partitions: dual-stack and function URLs.
var otherSuffixes = []string{"api.aws", "on.aws", "api.amazonwebservices.com.cn"}

// cutSuffix takes the domain of AWS endpoints off a name.
func cutSuffix(host string) (string, bool) {
	best := ""
	for _, p := range aws.Partitions() {
		if strings.HasSuffix(host, "."+p.DNSSuffix) && len(p.DNSSuffix) > len(best) {
			best = p.DNSSuffix
		}
	}
	for _, s := range otherSuffixes {
		if strings.HasSuffix(host, "."+s) && len(s) > len(best) {
			best = s
		}
	}
	return strings.TrimSuffix(host, "."+best), best != ""
}

// awsName reports whether the name is in a domain of AWS endpoints.
func awsName(host string) bool {
	_, ok := cutSuffix(host)
	return ok
}

// endpointLabels are the names in front of the region of services whose endpoint service is called differently; for all
// others both are the same. It serves where DescribeVpcEndpointServices can't be read.
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
var endpointLabels = map[string][]string{
	"ecr.api":                      {"api.ecr"},
	"ecr.dkr":                      {"*.dkr.ecr"},
	"ecs-agent":                    {"ecs-a"},
	"ecs-telemetry":                {"ecs-t"},
	"execute-api":                  {"*.execute-api"},
	"kinesis-firehose":             {"firehose"},
	"kinesis-streams":              {"kinesis"},
	"s3":                           {"s3", "*.s3"},
	"sagemaker.api":                {"api.sagemaker"},
	"sagemaker.runtime":            {"runtime.sagemaker"},
	"servicediscovery":             {"servicediscovery", "data-servicediscovery"},
	"iot.data":                     {"data.iot", "data-ats.iot"},
	"codeartifact.api":             {"codeartifact"},
	"codeartifact.repositories":    {"*.d.codeartifact"},
	"elasticache.serverless":       {"*.serverless.cache"},
	"grafana-workspace":            {"*.grafana-workspace"},
	"network-flow-monitor":         {"networkflowmonitor"},
	"network-flow-monitor-reports": {"networkflowmonitorreports"},
	"rum-dataplane":                {"dataplane.rum"},
}

// privateNames returns the names that the endpoint takes when its private DNS is on.
func (m *Model) privateNames(e *Endpoint) []string {
	for i := range m.net.EndpointServices {
		if s := &m.net.EndpointServices[i]; s.Name == e.Service && len(s.PrivateDNSNames) > 0 {
			return s.PrivateDNSNames
		}
	}
	var own []string
	for _, n := range e.DNSNames {
		if !strings.Contains(n, ".vpce.") && !strings.Contains(n, "vpce-") {
			own = append(own, domain(n))
		}
	}
	return append(own, usualNames(e.Service)...)
}

// usualNames derives the private DNS names of an AWS endpoint service from its name.
func usualNames(service string) []string {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(service, "cn."), "com.amazonaws.")
	if !ok {
		return nil
	}
	region, name, ok := strings.Cut(rest, ".")
	if !ok || strings.HasPrefix(name, "vpce-svc") {
		return nil
	}
	labels := endpointLabels[name]
	if labels == nil {
		labels = []string{name}
	}
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = l + "." + region + "." + aws.PartitionOf(region).DNSSuffix
	}
	return out
}

// serviceOf returns the endpoint service that a name belongs to, "" when it is no name of a known one.
func (m *Model) serviceOf(host string) string {
	for i := range m.net.EndpointServices {
		s := &m.net.EndpointServices[i]
		if slices.ContainsFunc(s.PrivateDNSNames, func(n string) bool { return matchesDomain(n, host) }) {
			return s.Name
		}
	}
	rest, ok := cutSuffix(host)
	if !ok {
		return ""
	}
	labels := slices.DeleteFunc(strings.Split(rest, "."), func(l string) bool { return l == "dualstack" })
	plain := strings.Join(labels, ".") + strings.TrimPrefix(host, rest)
	for i := len(labels) - 1; i > 0; i-- {
		if !regional(labels[i]) {
			continue
		}
		region := labels[i]
		for name := range endpointLabels {
			service := serviceName(region, name)
			if slices.ContainsFunc(usualNames(service), func(n string) bool { return matchesDomain(n, plain) }) {
				return m.called(service)
			}
		}
		name := strings.Join(labels[:i], ".")
		if usual := serviceName(region, name); m.lists(usual) || commonServices[name] {
			return m.called(usual)
		}
	}
	return ""
}

// called returns the name that an endpoint service goes by. In China gateway endpoints go by the names of other regions' kind.
func (m *Model) called(service string) string {
	plain := strings.TrimPrefix(service, "cn.")
	if plain == service || m.lists(service) {
		return service
	}
	if m.lists(plain) || slices.ContainsFunc(m.net.Endpoints, func(e Endpoint) bool { return e.Service == plain }) {
		return plain
	}
	return service
}

func serviceName(region, name string) string {
	service := "com.amazonaws." + region + "." + name
	if aws.PartitionOf(region).ID == "aws-cn" {
		return "cn." + service
	}
	return service
}

// lists reports whether the region has the endpoint service.
func (m *Model) lists(service string) bool {
	return slices.ContainsFunc(m.net.EndpointServices, func(s EndpointService) bool { return s.Name == service })
}

// regional reports whether a label has the form of a region's name: eu-central-1, us-gov-west-1.
func regional(label string) bool {
	parts := strings.Split(label, "-")
	if len(parts) < 3 || len(parts[0]) < 2 {
		return false
	}
	last := parts[len(parts)-1]
	return len(last) == 1 && last[0] >= '1' && last[0] <= '9'
}

// commonServices are services that applications in containers use, by the label of their endpoints; there are more.
var commonServices = func() map[string]bool {
	out := map[string]bool{}
	for _, s := range strings.Fields(`
		acm apigateway application-autoscaling appconfig appconfigdata athena autoscaling batch bedrock bedrock-runtime
		cloudformation cloudtrail codebuild codecommit codepipeline cognito-identity cognito-idp comprehend config datasync
		dynamodb ebs ec2 ec2messages ecs eks eks-auth elasticache elasticbeanstalk elasticfilesystem elasticloadbalancing
		elasticmapreduce email es events firehose glue guardduty inspector2 kafka kinesis kms lakeformation lambda logs
		monitoring mq polly rds rds-data redshift redshift-data rekognition s3 scheduler secretsmanager servicediscovery
		sns sqs ssm ssmmessages states storagegateway sts textract timestream translate xray`) {
		out[s] = true
	}
	return out
}()
