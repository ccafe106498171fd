package iam_test

import (
	"strings"
	"testing"

	"fargate-doctor/aws/iam"
)

// ctx makes a request context of "key=value" pairs; a key may come twice.
func ctx(pairs ...string) map[string][]string {
	m := map[string][]string{}
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		m[key] = append(m[key], value)
	}
	return m
}

// "IAM JSON policy elements: Condition operators": its examples, with what the page says of each.
func TestConditionOperators(t *testing.T) {
	const user = "arn:aws:iam::111122223333:user/adele"
	keys := func(condition string) string {
		return `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": "arn:aws:iam::111122223333:user/*", "Condition": ` + condition + `}}`
	}
	create := func(name string, context map[string][]string, absent string, want iam.Answer) docCase {
		return docCase{name: name, action: "iam:CreateAccessKey", resource: user, context: context, absent: absent, want: want}
	}
	check(t, keys(`{"StringEquals": {"aws:PrincipalTag/job-category": "iamuser-admin"}}`),
		create("tagged", ctx("aws:PrincipalTag/job-category=iamuser-admin"), "", iam.Allow),
		create("the name of the key has no case", ctx("AWS:principaltag/Job-Category=iamuser-admin"), "", iam.Allow),
		create("the value has", ctx("aws:PrincipalTag/job-category=IAMuser-admin"), "", iam.NoMatch),
		create("a user without the tag", nil, "aws:PrincipalTag/job-category", iam.NoMatch),
		create("a user without any tag", nil, "aws:PrincipalTag/*", iam.NoMatch),
		create("a tag that is not known", nil, "", iam.Unknown))
	check(t, keys(`{"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}}`),
		create("later", ctx("aws:TokenIssueTime=2020-06-01T12:00:00+02:00"), "", iam.Allow),
		create("in epoch time", ctx("aws:TokenIssueTime=1590998400"), "", iam.Allow),
		create("the same second", ctx("aws:TokenIssueTime=1577836801"), "", iam.NoMatch),
		create("earlier", ctx("aws:TokenIssueTime=2019-12-31T23:59Z"), "", iam.NoMatch),
		create("by day", ctx("aws:TokenIssueTime=2020-01-02"), "", iam.Allow),
		create("long-term keys", nil, "aws:TokenIssueTime", iam.NoMatch),
		create("not a date", ctx("aws:TokenIssueTime=yesterday"), "", iam.Unknown))
	check(t, keys(`{"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}`),
		create("inside", ctx("aws:SourceIp=203.0.113.255"), "", iam.Allow),
		create("outside", ctx("aws:SourceIp=203.0.114.1"), "", iam.NoMatch),
		create("inside, as IPv6 writes it", ctx("aws:SourceIp=::ffff:203.0.113.9"), "", iam.Allow),
		create("through a VPC endpoint", nil, "aws:SourceIp", iam.NoMatch))
	check(t, keys(`{"IpAddress": {"aws:SourceIp": ["203.0.113.7", "2001:DB8:1234:5678::/64"]}}`),
		create("one address", ctx("aws:SourceIp=203.0.113.7"), "", iam.Allow),
		create("its neighbour", ctx("aws:SourceIp=203.0.113.8"), "", iam.NoMatch),
		create("IPv6", ctx("aws:SourceIp=2001:db8:1234:5678:9::1"), "", iam.Allow),
		create("other IPv6", ctx("aws:SourceIp=2001:db8:1234:5679::1"), "", iam.NoMatch))
	check(t, keys(`{"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}`),
		create("outside", ctx("aws:SourceIp=198.51.100.1"), "", iam.Allow),
		create("inside", ctx("aws:SourceIp=203.0.113.1"), "", iam.NoMatch),
		create("a negated operator without the key is true", nil, "aws:SourceIp", iam.Allow))
	check(t, keys(`{"BinaryEquals": {"x:key": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}`),
		create("the same bytes", ctx("x:key=QmluYXJ5VmFsdWVJbkJhc2U2NA=="), "", iam.Allow),
		create("other bytes", ctx("x:key=QUJD"), "", iam.NoMatch))
	check(t, keys(`{"StringNotEqualsIgnoreCase": {"x:key": ["Red", "Green"]}}`),
		create("neither", ctx("x:key=blue"), "", iam.Allow),
		create("one of both", ctx("x:key=GREEN"), "", iam.NoMatch))
	check(t, keys(`{"StringEquals": {"x:key": "a*"}}`),
		create("no wildcard here", ctx("x:key=ab"), "", iam.NoMatch),
		create("the star itself", ctx("x:key=a*"), "", iam.Allow))
	check(t, keys(`{"StringSimilar": {"x:key": "a"}}`),
		create("an operator of tomorrow", ctx("x:key=a"), "", iam.Unknown))
	check(t, keys(`{"StringEquals": {"x:one": "1", "x:two": "2"}, "Bool": {"x:three": true}}`),
		create("all hold", ctx("x:one=1", "x:two=2", "x:three=True"), "", iam.Allow),
		create("one does not, though another is not known", ctx("x:one=1", "x:three=false"), "", iam.NoMatch),
		create("one is not known", ctx("x:one=1", "x:three=true"), "", iam.Unknown))

	check(t, `{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "s3:GetBucketLocation"], "Resource": "arn:aws:s3:::*"},
			{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::BUCKET-NAME", "Condition": {"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/"]}}},
			{"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::BUCKET-NAME/home/${aws:username}", "arn:aws:s3:::BUCKET-NAME/home/${aws:username}/*"]}]}`,
		docCase{"the top", "s3:ListBucket", "arn:aws:s3:::BUCKET-NAME", iam.Principal{ARN: user}, ctx("s3:prefix="), "", iam.Allow},
		docCase{"her home", "s3:ListBucket", "arn:aws:s3:::BUCKET-NAME", iam.Principal{ARN: user}, ctx("s3:prefix=home/adele/"), "", iam.Allow},
		docCase{"another's home", "s3:ListBucket", "arn:aws:s3:::BUCKET-NAME", iam.Principal{ARN: user}, ctx("s3:prefix=home/bob/"), "", iam.NoMatch},
		docCase{"her file", "s3:PutObject", "arn:aws:s3:::BUCKET-NAME/home/adele/a:b", iam.Principal{ARN: user}, nil, "", iam.Allow},
		docCase{"a role has no user name", "s3:PutObject", "arn:aws:s3:::BUCKET-NAME/home/adele/x", iam.Principal{ARN: "arn:aws:iam::111122223333:role/adele"}, nil, "", iam.NoMatch},
		docCase{"nobody known", "s3:PutObject", "arn:aws:s3:::BUCKET-NAME/home/adele/x", iam.Principal{}, nil, "", iam.Unknown},
		docCase{"nobody known, and no name would help", "s3:PutObject", "arn:aws:s3:::BUCKET-NAME/work/x", iam.Principal{}, nil, "", iam.NoMatch})

	check(t, `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::example_bucket", "Condition": {"NumericLessThanEquals": {"s3:max-keys": "10"}}}}`,
		docCase{"ten", "s3:ListBucket", "arn:aws:s3:::example_bucket", iam.Principal{}, ctx("s3:max-keys=10.0"), "", iam.Allow},
		docCase{"nine, by number and not by text", "s3:ListBucket", "arn:aws:s3:::example_bucket", iam.Principal{}, ctx("s3:max-keys=9"), "", iam.Allow},
		docCase{"eleven", "s3:ListBucket", "arn:aws:s3:::example_bucket", iam.Principal{}, ctx("s3:max-keys=11"), "", iam.NoMatch},
		docCase{"not a number", "s3:ListBucket", "arn:aws:s3:::example_bucket", iam.Principal{}, ctx("s3:max-keys=Inf"), "", iam.Unknown})

	check(t, `{"Version": "2012-10-17", "Statement": [{"Sid": "BooleanExample", "Action": "s3:*", "Effect": "Deny", "Resource": ["arn:aws:s3:::DOC-EXAMPLE-BUCKET", "arn:aws:s3:::DOC-EXAMPLE-BUCKET/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
			{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}`,
		docCase{"with TLS", "s3:GetObject", "arn:aws:s3:::DOC-EXAMPLE-BUCKET/x", iam.Principal{}, ctx("aws:SecureTransport=true"), "", iam.Allow},
		docCase{"without", "s3:GetObject", "arn:aws:s3:::DOC-EXAMPLE-BUCKET/x", iam.Principal{}, ctx("aws:SecureTransport=false"), "", iam.Deny},
		docCase{"not known", "s3:GetObject", "arn:aws:s3:::DOC-EXAMPLE-BUCKET/x", iam.Principal{}, nil, "", iam.Unknown},
		docCase{"not known, of another bucket", "s3:GetObject", "arn:aws:s3:::other/x", iam.Principal{}, nil, "", iam.Allow})

	launch := func(operator string) string {
		return `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*", "Condition": {"` + operator + `": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}}}`
	}
	check(t, launch("StringLike"),
		docCase{"the instance", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:1:instance/*", iam.Principal{}, ctx("ec2:InstanceType=t2.micro"), "", iam.Allow},
		docCase{"the image has no type", "ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-1", iam.Principal{}, nil, "ec2:InstanceType", iam.NoMatch})
	check(t, launch("StringLikeIfExists"),
		docCase{"the instance", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:1:instance/*", iam.Principal{}, ctx("ec2:InstanceType=t2.micro"), "", iam.Allow},
		docCase{"too large", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:1:instance/*", iam.Principal{}, ctx("ec2:InstanceType=m5.large"), "", iam.NoMatch},
		docCase{"the image has no type", "ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-1", iam.Principal{}, nil, "ec2:InstanceType", iam.Allow},
		docCase{"not known whether there is one", "ec2:RunInstances", "*", iam.Principal{}, nil, "", iam.Unknown})
	check(t, `{"Version": "2012-10-17", "Statement": {"Action": "ec2:*", "Effect": "Allow", "Resource": "*", "Condition": {"Null": {"aws:TokenIssueTime": "true"}}}}`,
		docCase{"own credentials", "ec2:RunInstances", "*", iam.Principal{}, nil, "aws:TokenIssueTime", iam.Allow},
		docCase{"temporary credentials", "ec2:RunInstances", "*", iam.Principal{}, ctx("aws:TokenIssueTime=2020-01-01T00:00:00Z"), "", iam.NoMatch},
		docCase{"not known which", "ec2:RunInstances", "*", iam.Principal{}, nil, "", iam.Unknown})
}

// The page's tables of the numeric and date operators: what each says of a smaller, an equal and a greater value, and of a missing key.
func TestOrderOperators(t *testing.T) {
	for operator, want := range map[string][4]bool{
		"Equals": {false, true, false, false}, "NotEquals": {true, false, true, true},
		"LessThan": {true, false, false, false}, "LessThanEquals": {true, true, false, false},
		"GreaterThan": {false, false, true, false}, "GreaterThanEquals": {false, true, true, false},
	} {
		for kind, values := range map[string][3]string{"Numeric": {"9.5", "10", "1e2"}, "Date": {"2019-12-31T23:59:59.9Z", "2020-01-01T01:00:00+01:00", "1577836801"}} {
			p := iam.Policy{}.With(iam.Statement{Effect: iam.EffectAllow, Actions: []string{"*"},
				Conditions: []iam.Condition{{Operator: kind + operator, Key: "x:key", Values: []string{map[string]string{"Numeric": "10.0", "Date": "2020-01-01"}[kind]}}}})
			for i, holds := range want {
				r := iam.Request{Action: "a:b", Resource: "*", Absent: map[string]bool{"*": true}}
				if i < len(values) {
					r.Context = ctx("x:key=" + values[i])
				}
				if got := p.Evaluate(r).Answer; (got == iam.Allow) != holds || got == iam.Unknown {
					t.Errorf("%s%s with %v: %v", kind, operator, r.Context, got)
				}
			}
		}
	}
}

// "AWS global condition context keys", properties of the principal, and the table of principal key values in "Variables and tags".
func TestKeysThatFollow(t *testing.T) {
	user := iam.Principal{ARN: "arn:aws:iam::111122223333:user/division/adele", ID: "AIDAADELE"}
	tasks := iam.Principal{Service: "ecs-tasks.amazonaws.com"}
	for _, c := range []struct {
		p         iam.Principal
		key, want string // "" for a key that is not in the request, "?" for one that is not known
	}{
		{web, "aws:PrincipalArn", web.ARN}, {web, "aws:PrincipalAccount", account}, {web, "aws:PrincipalType", "AssumedRole"}, {web, "aws:username", ""},
		{web, "aws:userid", "AROAEXAMPLEWEB:0123456789abcdef"}, {web, "aws:PrincipalIsAWSService", "false"}, {web, "aws:PrincipalServiceName", ""},
		{web, "kms:CallerAccount", account}, {web, "aws:ResourceAccount", account}, {web, "aws:PrincipalOrgID", "?"}, {web, "aws:PrincipalTag/x", "?"},
		{iam.Principal{ARN: web.ARN}, "aws:userid", "?"}, {iam.Principal{Session: web.Session}, "aws:PrincipalArn", "?"}, {iam.Principal{Session: web.Session}, "aws:PrincipalAccount", account},
		{user, "aws:username", "adele"}, {user, "aws:userid", "AIDAADELE"}, {user, "aws:PrincipalType", "User"}, {user, "aws:PrincipalArn", user.ARN},
		{tasks, "aws:PrincipalIsAWSService", "true"}, {tasks, "aws:PrincipalServiceName", "ecs-tasks.amazonaws.com"}, {tasks, "aws:PrincipalAccount", "?"},
		{iam.Principal{}, "aws:username", "?"}, {iam.Principal{Account: account}, "aws:PrincipalAccount", account},
	} {
		r := publish
		r.Principal = c.p
		ask := func(operator, value string) iam.Answer {
			return iam.Policy{}.With(iam.Statement{Effect: iam.EffectAllow, Actions: []string{"*"},
				Conditions: []iam.Condition{{Operator: operator, Key: c.key, Values: []string{value}}}}).Evaluate(r).Answer
		}
		got := ask("StringEquals", c.want)
		switch c.want {
		case "?":
			if got != iam.Unknown {
				t.Errorf("%s of %+v: %v", c.key, c.p, got)
			}
		case "":
			if ask("Null", "true") != iam.Allow {
				t.Errorf("%s of %+v is there", c.key, c.p)
			}
		default:
			if got != iam.Allow {
				t.Errorf("%s of %+v: %v", c.key, c.p, got)
			}
		}
	}
}

// The page's comparison of StringLike and ArnLike, and its SQS queue policy.
func TestARNOperators(t *testing.T) {
	const value = "x:arn=arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
	policy := func(operator string) string {
		return `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"` + operator + `": {"x:arn": "arn:aws:someservice:*:111122223333:finance/*"}}}}`
	}
	inside := ctx("x:arn=arn:aws:someservice:us-east-2:111122223333:finance/a:b")
	for operator, want := range map[string]iam.Answer{"StringLike": iam.Allow, "ArnLike": iam.NoMatch, "ArnEquals": iam.NoMatch, "ArnNotLike": iam.Allow, "ArnNotEquals": iam.Allow} {
		check(t, policy(operator), docCase{operator, "a:b", "*", iam.Principal{}, ctx(value), "", want})
	}
	check(t, policy("ArnEquals"),
		docCase{"ArnEquals takes wildcards", "a:b", "*", iam.Principal{}, inside, "", iam.Allow},
		docCase{"not an ARN", "a:b", "*", iam.Principal{}, ctx("x:arn=document.txt"), "", iam.Unknown})
	queue := `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "SQS:SendMessage",
		"Resource": "arn:aws:sqs:eu-west-1:123456789012:QUEUE-ID", "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:TOPIC-ID"}}}}`
	someone := iam.Principal{ARN: "arn:aws:iam::123456789012:user/someone"}
	check(t, queue,
		docCase{"for the topic", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:QUEUE-ID", someone, ctx("aws:SourceArn=arn:aws:sns:eu-west-1:123456789012:TOPIC-ID"), "", iam.Allow},
		docCase{"by a user directly", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:QUEUE-ID", someone, nil, "aws:SourceArn", iam.NoMatch})
}

// "Creating a condition that tests multiple key values (set operations)": the DynamoDB examples and the tables of their evaluation.
func TestSetOperators(t *testing.T) {
	policy := func(effect, operator, values string) string {
		return `{"Version": "2012-10-17", "Statement": [{"Effect": "` + effect + `", "Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/Thread",
			"Condition": {"` + operator + `": {"dynamodb:requestedAttributes": ` + values + `}}}, {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}]}`
	}
	ask := func(action, attributes string, want iam.Answer) docCase {
		c := docCase{attributes, "dynamodb:" + action, "arn:aws:dynamodb:eu-west-1:111122223333:table/Thread", iam.Principal{}, map[string][]string{}, "", want}
		switch attributes {
		case "absent":
			c.absent = "dynamodb:requestedAttributes"
		case "unknown":
		default:
			c.context["dynamodb:requestedAttributes"] = strings.Split(attributes, ",")
		}
		return c
	}
	check(t, policy("Allow", "ForAllValues:StringLike", `["PostDateTime", "Message", "Tags"]`),
		ask("GetItem", "PostDateTime,Message", iam.Allow),
		ask("GetItem", "PostDateTime,Message,ID", iam.NoMatch),
		ask("GetItem", "PostDateTime,UserName", iam.NoMatch),
		ask("GetItem", "", iam.Allow), // "an empty data set (for example, an empty string)"
		ask("GetItem", "absent", iam.Allow),
		ask("GetItem", "unknown", iam.Unknown))
	check(t, policy("Deny", "ForAnyValue:StringLike", `["ID", "PostDateTime"]`),
		ask("PutItem", "PostDateTime,Message", iam.Deny),
		ask("PutItem", "UserName", iam.Allow),
		ask("PutItem", "UserName,Message,PostDateTime", iam.Deny),
		ask("PutItem", "", iam.Allow),
		ask("PutItem", "absent", iam.Allow),
		ask("PutItem", "unknown", iam.Unknown))
	check(t, policy("Allow", "ForAllValues:StringNotEquals", `["ID"]`),
		ask("GetItem", "Message,Tags", iam.Allow),
		ask("GetItem", "Message,ID", iam.NoMatch),
		ask("GetItem", "absent", iam.Allow))
	check(t, policy("Allow", "ForAnyValue:StringNotEquals", `["ID"]`),
		ask("GetItem", "Message,ID", iam.Allow),
		ask("GetItem", "ID", iam.NoMatch),
		ask("GetItem", "absent", iam.NoMatch))
	check(t, policy("Allow", "StringEquals", `["ID", "Tags"]`), // several values need a set operator
		ask("GetItem", "ID,Tags", iam.Allow),
		ask("GetItem", "Message,UserName", iam.NoMatch),
		ask("GetItem", "ID,Message", iam.Unknown))
}

// "IAM policy elements: Variables and tags".
func TestVariables(t *testing.T) {
	david := iam.Principal{ARN: "arn:aws:iam::111122223333:user/David"}
	bucket := func(version, resource string) string {
		return `{` + version + `"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::mybucket/` + resource + `"]}]}`
	}
	get := func(name, object string, p iam.Principal, context map[string][]string, absent string, want iam.Answer) docCase {
		return docCase{name, "s3:GetObject", "arn:aws:s3:::mybucket/" + object, p, context, absent, want}
	}
	const modern, old = `"Version": "2012-10-17", `, `"Version": "2008-10-17", `
	check(t, bucket(modern, "${aws:username}/*"),
		get("his", "David/x", david, nil, "", iam.Allow),
		get("hers", "Mary/x", david, nil, "", iam.NoMatch))
	for _, version := range []string{old, ""} {
		check(t, bucket(version, "${aws:username}/*"),
			get("older versions take it literally", "David/x", david, nil, "", iam.NoMatch),
			get("older versions take it literally", "${aws:username}/x", david, nil, "", iam.Allow))
	}
	check(t, bucket(modern, "${aws:PrincipalTag/department}/*"),
		get("tagged", "sales/x", david, ctx("aws:PrincipalTag/Department=sales"), "", iam.Allow),
		get("not tagged", "sales/x", david, nil, "aws:PrincipalTag/department", iam.NoMatch),
		get("a value is no pattern", "sales/x", david, ctx("aws:PrincipalTag/department=*"), "", iam.NoMatch),
		get("not known", "sales/x", david, nil, "", iam.Unknown))
	check(t, bucket(modern, "${aws:PrincipalTag/team, 'company-wide'}/*"),
		get("tagged", "yellow/x", david, ctx("aws:PrincipalTag/team=yellow"), "", iam.Allow),
		get("not tagged", "company-wide/x", david, nil, "aws:PrincipalTag/team", iam.Allow),
		get("not tagged", "yellow/x", david, nil, "aws:PrincipalTag/team", iam.NoMatch))
	check(t, bucket(modern, "${aws:TagKeys}/*"), get("a key with several values is no variable", "a/x", david, ctx("aws:TagKeys=a", "aws:TagKeys=b"), "", iam.Unknown))
	differs := func(variable string) string {
		return `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"x:key": "a-${` + variable + `}"}}}}`
	}
	other := func(name, absent string, want iam.Answer) docCase {
		return docCase{name, "a:b", "*", david, ctx("x:key=b"), absent, want}
	}
	check(t, differs("aws:PrincipalTag/team"),
		other("without a value the statement may be void", "aws:PrincipalTag/team", iam.Unknown),
		other("it may have none", "", iam.Unknown))
	check(t, differs("aws:PrincipalTag/team, 'x'"), other("it has a value, whichever", "", iam.Allow))
	check(t, bucket(modern, "${*}${?}${$}/*"),
		get("the characters themselves", "*?$/x", david, nil, "", iam.Unknown), // a star in a request stands for what is not known
		get("others", "abc/x", david, nil, "", iam.NoMatch))
	check(t, `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"x:key": "${*}a*"}}}}`,
		docCase{"a star", "a:b", "*", iam.Principal{}, ctx("x:key=*ab"), "", iam.Allow},
		docCase{"no star", "a:b", "*", iam.Principal{}, ctx("x:key=bab"), "", iam.NoMatch})
	check(t, `{"Version": "2012-10-17", "Statement": [{"Sid": "ListForConsole", "Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"},
			{"Sid": "AllQueueActions", "Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:us-east-2:*:${aws:username}-queue"}]}`,
		docCase{"his queue", "sqs:SendMessage", "arn:aws:sqs:us-east-2:111122223333:David-queue", david, nil, "", iam.Allow},
		docCase{"another region", "sqs:SendMessage", "arn:aws:sqs:us-west-2:111122223333:David-queue", david, nil, "", iam.NoMatch},
		docCase{"list", "sqs:ListQueues", "*", david, nil, "", iam.Allow})
	check(t, `{"Version": "2012-10-17", "Statement": {"Principal": {"AWS": "999999999999"}, "Effect": "Allow", "Action": "sns:*",
			"Condition": {"StringLike": {"sns:endpoint": "https://example.com/${aws:username}/"}, "StringEquals": {"sns:Protocol": "https"}}}}`,
		docCase{"his endpoint", "sns:Subscribe", "arn:aws:sns:eu-west-1:999999999999:t", iam.Principal{ARN: "arn:aws:iam::999999999999:user/path/David"},
			ctx("sns:Endpoint=https://example.com/David/", "sns:Protocol=https"), "", iam.Allow},
		docCase{"another account", "sns:Subscribe", "arn:aws:sns:eu-west-1:999999999999:t", david,
			ctx("sns:Endpoint=https://example.com/David/", "sns:Protocol=https"), "", iam.NoMatch})
	check(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},
			{"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::${aws:PrincipalTag/home}/*"}]}`,
		docCase{"at home", "s3:GetObject", "arn:aws:s3:::h/x", david, ctx("aws:PrincipalTag/home=h"), "", iam.Allow},
		docCase{"away", "s3:GetObject", "arn:aws:s3:::x/x", david, ctx("aws:PrincipalTag/home=h"), "", iam.Deny},
		docCase{"without a home the statement may be void", "s3:GetObject", "arn:aws:s3:::x/x", david, nil, "aws:PrincipalTag/home", iam.Unknown})
}
