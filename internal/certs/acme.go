package certs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// ACME says from whom to get certificates, and for what. Using it means agreeing
// to the authority's terms.
type ACME struct {
	Domains   []string
	Email     string // for the authority; may be ""
	Directory string // URL
	Storage   string // directory for accounts, keys and certificates; "": certmagic's
	CARoot    string // file in PEM: whom to trust at Directory; "": the system's
}

// challengeProtocol is what the authority negotiates to be shown the answer to its
// challenge, in the handshake (RFC 8737).
const challengeProtocol = "acme-tls/1"

// manager gets certificates and renews them. Several processes may have the same
// storage: it holds locks, so that one of them asks, and the challenges, so that
// any of them can answer.
type manager struct {
	ACME
	issuer certmagic.ACMEIssuer // a template
	files  bool                 // there are certificates in files too
	cache  *certmagic.Cache
	conf   *certmagic.Config
	ctx    context.Context
	cancel context.CancelFunc
}

func newManager(o *Options) (*manager, error) {
	m := &manager{ACME: *o.ACME, files: len(o.Files) > 0}
	log := zapLog(o.Log, o.Error)
	m.issuer = certmagic.ACMEIssuer{
		CA: m.Directory, Email: m.Email, Agreed: true, DisableHTTPChallenge: true, Logger: log,
	}
	if m.CARoot != "" {
		var err error
		if m.issuer.TrustedRoots, err = loadPool(m.CARoot); err != nil {
			return nil, err
		}
	}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	m.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return m.conf, nil },
		Logger:           log,
	})
	conf := certmagic.Config{Logger: log}
	if m.Storage != "" {
		conf.Storage = &certmagic.FileStorage{Path: m.Storage}
	}
	m.conf = certmagic.New(m.cache, conf)
	return m, nil
}

// start has everything that is there already loaded, and the rest got in the
// background.
func (m *manager) start(listeners []net.Listener) error {
	i := slices.IndexFunc(listeners, func(ln net.Listener) bool { _, tcp := ln.Addr().(*net.TCPAddr); return tcp })
	if i < 0 {
		return errors.New("ACME needs an address on the network to listen on")
	}
	// certmagic would listen for the challenge by itself. Where it finds the port
	// taken, it leaves the answer to who has it.
	addr := listeners[i].Addr().(*net.TCPAddr)
	issuer := m.issuer
	issuer.AltTLSALPNPort = addr.Port
	if !addr.IP.IsUnspecified() {
		issuer.ListenHost = addr.IP.String()
	}
	m.conf.Issuers = []certmagic.Issuer{certmagic.NewACMEIssuer(m.conf, issuer)}
	if err := m.conf.ManageAsync(m.ctx, m.Domains); err != nil {
		return fmt.Errorf("manage the certificates of %s: %w", strings.Join(m.Domains, ", "), err)
	}
	return nil
}

func (m *manager) close() {
	m.cancel()
	m.cache.Stop()
}

// certificate is tls.Config's GetCertificate. What is none of ours is left to the
// files.
func (m *manager) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	ours := slices.ContainsFunc(m.Domains, func(d string) bool { return strings.EqualFold(d, hello.ServerName) })
	if m.files && !ours {
		return nil, nil
	}
	return m.conf.GetCertificate(hello)
}

// zapLog is the log for certmagic, which wants one of zap's.
func zapLog(info, failure func(string)) *zap.Logger {
	text := zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "message", ConsoleSeparator: " "})
	return zap.New(zapcore.NewTee(
		zapcore.NewCore(text, lines(info), zap.LevelEnablerFunc(func(l zapcore.Level) bool { return l == zap.InfoLevel })),
		zapcore.NewCore(text, lines(failure), zap.WarnLevel)))
}

// lines is a log that is written to: each Write is a line of it.
type lines func(string)

// Write implements zapcore.WriteSyncer.
func (l lines) Write(p []byte) (int, error) {
	l("ACME: " + strings.TrimSpace(string(p)))
	return len(p), nil
}

// Sync implements zapcore.WriteSyncer.
func (l lines) Sync() error { return nil }
