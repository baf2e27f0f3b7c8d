package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// health asks a URL once, for three seconds at most.
func health(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody) //nolint:gosec // whoever runs the command chooses the URL
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req) //nolint:gosec // as above
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // it is not read
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", resp.Status)
	}
	return nil
}

func (f *fleet) handler(out io.Writer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, f.Snapshot().String())
	})
	mux.HandleFunc("POST /alerts", func(w http.ResponseWriter, r *http.Request) {
		text, err := alerts(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "not a webhook of Alertmanager", http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(out, text)
	})
	return mux
}

// alerts is what a webhook of Alertmanager says, one line an alert.
//
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
func alerts(body io.Reader) (string, error) {
	var hook struct {
		Alerts []struct {
			Status              string
			Labels, Annotations map[string]string
		}
	}
	if err := json.NewDecoder(body).Decode(&hook); err != nil {
		return "", err
	}
	var b strings.Builder
	for _, a := range hook.Alerts {
		line := fmt.Sprintf("alert: %s %s (%s): %s", a.Status, a.Labels["alertname"], a.Labels["severity"], cmp.Or(a.Annotations["summary"], "-"))
		b.WriteString(oneLine(line) + "\n")
	}
	return b.String(), nil
}

// oneLine keeps what is foreign from writing lines of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
