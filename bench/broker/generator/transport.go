package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Addresses of listeners with TLS begin with it. Their certificate is in the file that SSL_CERT_FILE names (crypto/x509, SystemCertPool).
const tlsScheme = "tls://"

// secured makes the TLS handshake where the address wants it: version 1.3, and a whole one each time, since no session is kept.
func secured(conn net.Conn, address string) (net.Conn, error) {
	if !strings.HasPrefix(address, tlsScheme) {
		return conn, nil
	}
	host, _, err := net.SplitHostPort(hostPort(address))
	if err != nil {
		return nil, err
	}
	withTLS := tls.Client(conn, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS13})
	if err := conn.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return nil, err
	}
	if err := withTLS.Handshake(); err != nil {
		return nil, err
	}
	return withTLS, conn.SetDeadline(time.Time{})
}

func hostPort(address string) string {
	return strings.TrimPrefix(address, tlsScheme)
}

// certificate writes a key (ECDSA P-256, RFC 5480) and a certificate for the loopback address that signs itself, for one run.
func certificate(arguments []string) (any, error) {
	flags := flag.NewFlagSet("certificate", flag.ContinueOnError)
	directory := flags.String("directory", "", "where certificate.pem and key.pem are written")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "bench"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	files := map[string]string{"certificate": filepath.Join(*directory, "certificate.pem"), "key": filepath.Join(*directory, "key.pem")}
	if err := writePEM(files["certificate"], "CERTIFICATE", der); err != nil {
		return nil, err
	}
	return files, writePEM(files["key"], "PRIVATE KEY", secret)
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
