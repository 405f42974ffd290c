package configs

// SSL: TLS, with certificates from files or from an authority.
var sslRows = []row{
	{
		name: "certfile", section: sectionSSL, flags: []string{"certfile"},
		meta: "FILE", kind: list{what: allowedFiles, split: splitCommas}, value: nil,
		doc: `A certificate and its chain, in PEM: speak TLS; may be repeated.

All addresses of bind speak TLS then, and nothing else. Of several certificates
a client gets the first that is for the name it asks for (SNI), or the first of
all. When a file changes, the new certificate is served within seconds, without
a reload; one that cannot be used changes nothing. SRV_CERTFILE holds several,
separated by commas.`,
		differs: "may be repeated; a changed file is noticed.",
	},
	{
		name: "keyfile", section: sectionSSL, flags: []string{"keyfile"},
		meta: "FILE", kind: list{what: allowedFiles, split: splitCommas}, value: nil,
		doc: `The private key of certfile, in PEM; may be repeated.

The first is the first certfile's, and so on. Without any, each certfile holds
its key too. SRV_KEYFILE holds several, separated by commas.`,
		differs: "may be repeated.",
	},
	{
		name: "ca_certs", section: sectionSSL, flags: []string{"ca-certs"},
		meta: "FILE", kind: text{what: "the path of a file"}, value: nil,
		doc: `The authorities that clients' certificates come from, in PEM.`,
	},
	{
		name: "cert_reqs", section: sectionSSL, flags: []string{"cert-reqs"},
		meta: "WHEN", kind: certReqs, value: "none",
		doc: `Whether clients have to show a certificate: none, optional or required.

0, 1 and 2 are the same, as in Python's module ssl. One that is shown has to be
from ca_certs, which is needed for both.`,
		differs: "has names; without ca_certs an error, where gunicorn trusts every authority that the system knows.",
	},
	{
		name: "ciphers", section: sectionSSL, flags: []string{"ciphers"},
		meta: "LIST", kind: text{what: "names separated by colons, of " + cipherNames()}, value: nil,
		check: checkCiphers,
		doc: `The cipher suites of TLS 1.2, by OpenSSL's names or Go's.

The order does not matter: the fastest that both sides have is taken. Those of
TLS 1.3 cannot be chosen.`,
		differs: "names only: no HIGH, no !aNULL.",
	},
	{
		name: "ssl_min_version", section: sectionSSL, flags: []string{"ssl-min-version"},
		meta: "VERSION", kind: choice{values: []string{"1.2", "1.3"}, synonyms: map[string]string{"tlsv1.2": "1.2", "tlsv1.3": "1.3"}},
		value:   "1.2",
		doc:     `The lowest version of TLS spoken: 1.2 or 1.3.`,
		differs: "new; gunicorn has ssl_context for it.",
	},
	{
		name: "ssl_handshake_timeout", section: sectionSSL, flags: []string{"ssl-handshake-timeout"},
		meta: "SECONDS", kind: seconds{}, value: 10,
		doc: `How long a connection may take to its handshake's end.

0 is no limit.`,
		differs: "new.",
	},
}

// Certificates from an authority by ACME, such as Let's Encrypt.
var acmeRows = []row{
	{
		name: "acme_domains", section: sectionSSL, flags: []string{"acme-domains"},
		meta: "NAMES", kind: list{what: "domain names, separated by commas", commas: true}, value: nil,
		check: each(checkDomain),
		doc: `Domains whose certificates are got and renewed by ACME; speak TLS.

To set it is to agree to the authority's terms. The authority has to reach the
first address of bind at port 443 of each domain (tls-alpn-01). Certificates in
certfile are for all other names.`,
		differs: "new.",
	},
	{
		name: "acme_email", section: sectionSSL, flags: []string{"acme-email"},
		meta: "ADDRESS", kind: text{what: "an address"}, value: nil,
		doc:     `Where the authority writes to about the certificates.`,
		differs: "new.",
	},
	{
		name: "acme_directory", section: sectionSSL, flags: []string{"acme-directory"},
		meta: "URL", kind: text{what: "the URL of an ACME directory"},
		value:   "https://acme-v02.api.letsencrypt.org/directory",
		doc:     `The authority's directory.`,
		differs: "new.",
	},
	{
		name: "acme_storage", section: sectionSSL, flags: []string{"acme-storage"},
		meta: "DIR", kind: text{what: "the path of a directory"}, value: nil, check: optionalPath,
		doc: `Where accounts, keys and certificates of ACME are kept.

Workers write there. By default certmagic's: $XDG_DATA_HOME/certmagic, or
~/.local/share/certmagic. Machines that share it share the certificates.`,
		differs: "new.",
	},
	{
		name: "acme_ca_root", section: sectionSSL, flags: []string{"acme-ca-root"},
		meta: "FILE", kind: text{what: "the path of a file"}, value: nil,
		doc:     `Whom to trust at acme_directory, in PEM; for an authority of one's own.`,
		differs: "new.",
	},
}

var certReqs = choice{
	values:   []string{"none", "optional", "required"},
	synonyms: map[string]string{"0": "none", "1": "optional", "2": "required"},
}

const allowedFiles = "paths of files"
