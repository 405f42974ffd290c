package ciphers

import (
	"crypto/tls"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	for id, want := range map[uint16]string{
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:         "ECDHE-RSA-AES128-GCM-SHA256",
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:       "ECDHE-ECDSA-AES256-GCM-SHA384",
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256:   "ECDHE-RSA-CHACHA20-POLY1305",
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA:          "ECDHE-ECDSA-AES128-SHA",
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
		tls.TLS_AES_128_GCM_SHA256:                        "TLS_AES_128_GCM_SHA256",
		0xfefe:                                            "0xFEFE",
	} {
		if got := Name(id); got != want {
			t.Errorf("%s: got %s; want %s", tls.CipherSuiteName(id), got, want)
		}
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		list string
		want []uint16
		err  string
	}{
		{"", nil, ""},
		{"ECDHE-RSA-AES128-GCM-SHA256:ecdhe-rsa-chacha20-poly1305", []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256}, ""},
		{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ECDHE-ECDSA-AES128-SHA", []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}, ""},
		{"HIGH:!aNULL", nil, "HIGH is not among"},
		{"RC4-SHA", nil, "RC4-SHA is not among"},
		{"TLS_AES_128_GCM_SHA256", nil, "is not among"},
	}
	for _, tt := range tests {
		t.Run(tt.list, func(t *testing.T) {
			got, err := Parse(tt.list)
			if !slices.Equal(got, tt.want) || (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// TestOpenSSL asks the one whose names they are.
func TestOpenSSL(t *testing.T) {
	out, err := exec.Command("openssl", "ciphers", "ALL:@SECLEVEL=0").Output()
	if err != nil {
		t.Logf("openssl does not tell: %v", err)
		return
	}
	known := strings.Split(strings.TrimSpace(string(out)), ":")
	for _, name := range Names() {
		if !slices.Contains(known, name) {
			t.Errorf("OpenSSL does not know %s", name)
		}
	}
}
