package live

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"fargate-doctor/aws"
)

// Who signs in again while the program runs goes on with the same account.
func TestCredentialsAreReadAgainOnceTheyHaveFailed(t *testing.T) {
	file := func(key string) string {
		return "[default]\naws_access_key_id = " + key + "\naws_secret_access_key = secret\n"
	}
	configure(t, "[default]\nregion = eu-central-1\n", file("AKIAOLD"))
	expired, fine := apiError("sts", 403, "ExpiredToken", "The security token included in the request is expired"),
		answer(200, "text/xml", `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>arn:aws:iam::111122223333:user/dev</Arn><UserId>AIDA</UserId><Account>111122223333</Account>`+
			`</GetCallerIdentityResult></GetCallerIdentityResponse>`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Authorization"), "AKIAOLD") {
			expired(w, r)
			return
		}
		fine(w, r)
	}))
	defer server.Close()
	a, err := Open(t.Context(), Options{EndpointURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	who := func() error {
		_, err := aws.ReadAll(t.Context(), a, query("sts:GetCallerIdentity", nil))
		return err
	}
	for range 2 {
		if err := who(); aws.KindOf(err) != aws.Credentials {
			t.Fatalf("with expired credentials: %v", err)
		}
	}
	if err := os.WriteFile(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), []byte(file("AKIANEW")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := who(); err != nil {
		t.Errorf("after signing in again: %v", err)
	}
}
