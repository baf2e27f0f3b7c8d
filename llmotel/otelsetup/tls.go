package otelsetup

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// checkTLS reads the files that the signal's variables name, since the
// exporters would go on without those that they cannot read.
func checkTLS(s signal) error {
	var errs []error
	for _, prefix := range []string{common, s.prefix()} {
		if path := get(prefix + "CERTIFICATE"); path != "" {
			pem, err := os.ReadFile(path) //nolint:gosec // the operator names the file
			switch {
			case err != nil:
				errs = append(errs, fmt.Errorf("otelsetup: %sCERTIFICATE: %w", prefix, err))
			case !x509.NewCertPool().AppendCertsFromPEM(pem):
				errs = append(errs, fmt.Errorf("otelsetup: %sCERTIFICATE: %s holds no PEM certificate", prefix, path))
			}
		}
		cert, key := get(prefix+"CLIENT_CERTIFICATE"), get(prefix+"CLIENT_KEY")
		switch {
		case cert == "" && key == "":
		case cert == "" || key == "":
			errs = append(errs, fmt.Errorf("otelsetup: %sCLIENT_CERTIFICATE and %sCLIENT_KEY belong together", prefix, prefix))
		default:
			if _, err := tls.LoadX509KeyPair(cert, key); err != nil {
				errs = append(errs, fmt.Errorf("otelsetup: %sCLIENT_CERTIFICATE: %w", prefix, err))
			}
		}
	}
	return errors.Join(errs...)
}
