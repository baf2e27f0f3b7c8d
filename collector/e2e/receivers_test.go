package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReceivers sends an alert of each severity to Alertmanager and looks at what it would send to Slack and PagerDuty: the
// secrets are read from their files, the templates have what they need. In the shipped files three things are replaced: the
// directory of secrets, the seconds to wait, and PagerDuty's address.
func TestReceivers(t *testing.T) {
	type message struct{ path, body string }
	received := make(chan message, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- message{r.URL.Path, string(body)}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "ok")
	}))
	defer server.Close()

	shipped, err := os.ReadFile("../alertmanager/slack-pagerduty.yml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := map[string]string{
		"slack_webhook_url":     server.URL + "/slack/T000/B000/xyz",
		"pagerduty_routing_key": "routing-key-of-a-test",
		"slack-pagerduty.yml": strings.NewReplacer("/run/secrets/", dir+"/", "group_wait: 10s", "group_wait: 1s", "group_wait: 30s", "group_wait: 1s",
			"send_resolved: true\n        severity:", "send_resolved: true\n        url: "+server.URL+"/pagerduty\n        severity:").Replace(string(shipped)),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := &stack{dir: t.TempDir(), end: map[string]func(){}, process: map[string]*os.Process{}}
	s.startProcess(t, "alertmanager", binaryPath(t, "alertmanager"), alertmanagerURL+"/-/ready", []string{
		"--config.file=" + filepath.Join(dir, "slack-pagerduty.yml"), "--storage.path=" + s.dir,
		"--web.listen-address=127.0.0.1:9093", "--cluster.listen-address=",
	}, nil)

	post(t, alertmanagerURL+"/api/v2/alerts", `[
		{"labels":{"alertname":"LLMAllTargetsOpen","severity":"page","service_name":"shop"},
		 "annotations":{"summary":"shop: no target takes calls","runbook_url":"https://example.com/LLMAllTargetsOpen.md"}},
		{"labels":{"alertname":"LLMUnpricedCalls","severity":"ticket","service_name":"shop"},
		 "annotations":{"summary":"shop: calls have no price","runbook_url":"https://example.com/LLMUnpricedCalls.md"}}]`)

	want := map[string][]string{
		"page to Slack":     {"/slack/T000/B000/xyz", ":rotating_light: FIRING LLMAllTargetsOpen shop", "shop: no target takes calls", `\u003chttps://example.com/LLMAllTargetsOpen.md|what to do`, `"color":"danger"`},
		"page to PagerDuty": {"/pagerduty", `"routing_key":"routing-key-of-a-test"`, `"event_action":"trigger"`, `"summary":"shop: no target takes calls"`, `"severity":"critical"`, `"runbook":"https://example.com/LLMAllTargetsOpen.md"`},
		"ticket to Slack":   {"/slack/T000/B000/xyz", `"FIRING LLMUnpricedCalls shop"`, "shop: calls have no price", `"color":"warning"`},
	}
	deadline := time.After(20 * time.Second)
	var all []message
	for len(want) > 0 {
		select {
		case m := <-received:
			all = append(all, m)
			for name, parts := range want {
				found := m.path == parts[0]
				for _, part := range parts[1:] {
					found = found && strings.Contains(m.body, part)
				}
				if found {
					delete(want, name)
				}
			}
		case <-deadline:
			t.Fatalf("missing: %v\nreceived: %v", want, all)
		}
	}
	if len(all) != 3 {
		t.Errorf("%d messages, want three: %v", len(all), all)
	}
}

func post(t *testing.T, url, body string) {
	t.Helper()
	if !json.Valid([]byte(body)) {
		t.Fatal("not JSON: " + body)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		text, _ := io.ReadAll(response.Body)
		t.Fatalf("%s: %s: %s", url, response.Status, text)
	}
}
