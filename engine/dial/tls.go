package dial

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// tlsSource is where a target's TLS data comes from: PEM texts out of a docker
// context, or files, read when the target is dialled.
type tlsSource struct {
	use, skipVerify           bool
	ca, cert, key             []byte
	caFile, certFile, keyFile string
	// optional: files that are missing are left out, as they are defaults.
	optional bool
}

// enabled tells whether flags or environment ask for TLS.
func (o TLSOptions) enabled(getenv func(string) string) bool {
	return o.TLS || o.verify(getenv) || getenv("DOCKER_TLS") != ""
}

func (o TLSOptions) verify(getenv func(string) string) bool {
	return o.TLSVerify || getenv("DOCKER_TLS_VERIFY") != ""
}

// source fills in docker's defaults for the files.
func (o TLSOptions) source(d Options) tlsSource {
	if !o.enabled(d.Getenv) {
		return tlsSource{}
	}
	dir := d.Getenv("DOCKER_CERT_PATH")
	if dir == "" {
		dir = configDir(d)
	}
	t := tlsSource{use: true, skipVerify: !o.verify(d.Getenv), optional: o.CA == "" && o.Cert == "" && o.Key == ""}
	t.caFile = or(o.CA, filepath.Join(dir, "ca.pem"))
	t.certFile = or(o.Cert, filepath.Join(dir, "cert.pem"))
	t.keyFile = or(o.Key, filepath.Join(dir, "key.pem"))
	return t
}

func or(path, otherwise string) string {
	if path != "" {
		return path
	}
	return otherwise
}

// config is the TLS configuration, nil where none is used.
func (t tlsSource) config() (*tls.Config, error) {
	if !t.use {
		return nil, nil
	}
	if err := t.readFiles(); err != nil {
		return nil, err
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: t.skipVerify}
	if len(t.ca) > 0 {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(t.ca) {
			return nil, errors.New("the engine's CA is not a PEM certificate")
		}
	}
	if len(t.cert) > 0 && len(t.key) > 0 {
		pair, err := tls.X509KeyPair(t.cert, t.key)
		if err != nil {
			return nil, fmt.Errorf("certificate for the engine: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// readFiles takes the place of texts with the files' contents.
func (t *tlsSource) readFiles() error {
	for _, f := range []struct {
		path string
		text *[]byte
	}{{t.caFile, &t.ca}, {t.certFile, &t.cert}, {t.keyFile, &t.key}} {
		if f.path == "" {
			continue
		}
		b, err := regular.Read(f.path, maxConfig)
		if t.optional && errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("TLS file for the engine: %w", err)
		}
		*f.text = b
	}
	return nil
}
