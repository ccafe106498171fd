package symptom

import "testing"

// What has the shape of a host and is none is not read as one, wherever it stands: the message says nothing of where the call went.
func TestWhatIsNoHost(t *testing.T) {
	for _, text := range []string{
		"main.go:42: connection refused",
		"Error: connection refused at foo.py:12",
		"java.net.ConnectException: Connection refused\n\tat sun.nio.ch.Net.pollConnect(Net.java:33)",
		"ERROR com.example.orders.Client connection refused",
		"2024-05-30T14:07:22.995Z connection refused",
		"10:28 connection refused",
		"connection refused (version 22.8.8)",
		"worker:12 connection refused, attempt:300",
		"connection refused errno:111",
		"write tcp 10.0.1.4:41000->: connection reset by peer",
		"bind 10.0.1.4: connection refused",
		"connection refused, client: 172.25.250.8",
		`{"client_ip":"203.0.113.7","remote_addr":"203.0.113.7:59134","msg":"connection refused"}`,
		`{"pid":7,"hostname":"ip-10-0-1-4","msg":"connection refused"}`,
		"connection refused, see https://docs.example.com/errors",
		"connection refused, see https://github.com/acme/app/issues/7",
		"could not send mail to someone@example.com: connection refused",
		"mapping values to s3://bucket.example.com/key: connection refused",
		"dial tcp: lookup on 10.0.0.2:53: no such host",
		"failed to pull img/web:8080/x: connection refused",
		"import github.com/acme/app: connection refused",
		"listening on 0.0.0.0:8080\nconnection refused",
		"server: connection refused",
		"region=eu-west-1 connection refused",
		"From 10.0.0.1 icmp_seq=1 Destination Host Unreachable",
	} {
		if r := Read(text); r.Host != "" {
			t.Errorf("%s: host %q, port %d in %q", r.Class, r.Host, r.Port, text)
		}
	}
}

// In every notation in which programs log whom they called, the host and the port are read.
func TestAHostIsReadInEveryNotation(t *testing.T) {
	for _, text := range []string{
		"connection refused host=db.example.com:5432",
		"connection refused db_host=db.example.com db_port=5432",
		`level=error msg="connection refused" addr="db.example.com:5432"`,
		`{"err":"connection refused","server":"db.example.com","port":5432}`,
		`{"err":"connection refused","endpoint":{"host":"db.example.com","port":"5432"}}`,
		`{:host=>"db.example.com", :port=>5432}: connection refused`,
		`host: Some(Domain("db.example.com")), port: Some(5432) }, ConnectionRefused, message: "Connection refused"`,
		"(db.example.com/10.0.0.7:5432): connection refused",
		"[db.example.com:5432] connection refused",
		"could not reach <postgres://app:secret@db.example.com:5432/shop>: connection refused",
		"read tcp 10.0.1.4:41000->10.0.0.7:5432 of db.example.com:5432: connection reset by peer",
		"connecting db.example.com:5432\njava.net.ConnectException: Connection refused\n\tat sun.nio.ch.Net.pollConnect(Net.java:33)",
		"x509: certificate is valid for *.example.net, example.net, not db.example.com port=5432",
	} {
		if r := Read(text); r.Host != "db.example.com" || r.Port != 5432 {
			t.Errorf("%s: host %q, port %d in %q", r.Class, r.Host, r.Port, text)
		}
	}
}

// Of several hosts the one nearest to the failure counts.
func TestTheNearestHostCounts(t *testing.T) {
	text := "GET http://first.example.com/a 200\nGET http://second.example.com:8080/b failed: connection refused\n" +
		"GET http://third.example.com/c 200"
	if r := Read(text); r.Host != "second.example.com" || r.Port != 8080 {
		t.Errorf("host %q, port %d", r.Host, r.Port)
	}
}
