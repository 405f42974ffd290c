package app_test

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/internal/certtest"
)

func TestVariables(t *testing.T) {
	ca := certtest.NewCA(t, "the authority")
	client := ca.IssueClient(pkix.Name{CommonName: "a\x00HTTP_X\x00b", Organization: []string{"Shop, Inc."}})
	state := &tls.ConnectionState{
		Version: tls.VersionTLS12, CipherSuite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ServerName: "a.test",
		PeerCertificates: []*x509.Certificate{client.Leaf},
	}
	tests := []struct {
		name     string
		verified [][]*x509.Certificate
		want     map[string]string // "" must not be there
	}{
		{"not verified", nil, map[string]string{
			"HTTPS": "on", "SSL_PROTOCOL": "TLSv1.2", "SSL_CIPHER": "ECDHE-RSA-AES128-GCM-SHA256", "SSL_TLS_SNI": "a.test",
			"SSL_CLIENT_VERIFY": "NONE", "SSL_CLIENT_S_DN": "", "SSL_CLIENT_CERT": "",
		}},
		{"verified", [][]*x509.Certificate{{client.Leaf}}, map[string]string{
			"SSL_CLIENT_VERIFY": "SUCCESS", "SSL_CLIENT_S_DN": `CN=a\00HTTP_X\00b,O=Shop\, Inc.`, "SSL_CLIENT_I_DN": "CN=the authority",
			"SSL_CLIENT_M_SERIAL": "2", "SSL_CLIENT_V_END": client.Leaf.NotAfter.UTC().Format("Jan _2 15:04:05 2006 GMT"),
			"SSL_CLIENT_CERT": string(client.CertPEM),
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := *state
			s.VerifiedChains = tt.verified
			got := map[string]string{}
			for _, v := range (&app.TLS{State: &s}).Variables() {
				got[v.Name] = v.Value
				if strings.Contains(v.Value, "\x00") {
					t.Errorf("%s holds a NUL", v.Name)
				}
			}
			for name, value := range tt.want {
				if got[name] != value {
					t.Errorf("%s is %q; want %q", name, got[name], value)
				}
			}
		})
	}
}
