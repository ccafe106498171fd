package report

import (
	"testing"
	"time"

	"fargate-doctor/steps"
)

func TestFileName(t *testing.T) {
	at := time.Date(2025, 11, 20, 4, 7, 59, 0, time.FixedZone("CET", 3600))
	for _, c := range []struct {
		subject steps.Subject
		want    string
	}{
		{steps.Subject{Service: "web", Task: "7c1e55ab0000", Captured: at}, "fargate-doctor-web-2025-11-20T0307.html"},
		{steps.Subject{Task: "arn:aws:ecs:eu-central-1:111122223333:task/shop/7c1e55ab0000", Captured: at}, "fargate-doctor-7c1e55ab-2025-11-20T0307.html"},
		{steps.Subject{Service: "../../etc/passwd"}, "fargate-doctor-etc-passwd.html"},
		{steps.Subject{Service: "報告書", Task: "7c1e55ab0000"}, "fargate-doctor-7c1e55ab.html"},
		{steps.Subject{}, "fargate-doctor.html"},
	} {
		if got := FileName(steps.Report{Subject: c.subject}, ".html"); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
