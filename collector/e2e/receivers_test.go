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

// TestReceivers sends an alert of each severity to Alertmanager and looks at what it would send to Slack and PagerDuty, with
// each file that names them: the secrets are read from their files, the templates have what they need. In the shipped files
// three things are replaced: the directory of secrets, the seconds to wait, and PagerDuty's address.
func TestReceivers(t *testing.T) {
	const (
		slack     = "/slack/T000/B000/xyz"
		pagerduty = "/pagerduty"
		page      = "shop: no target takes calls"
		ticket    = "shop: calls have no price"
	)
	for file, want := range map[string]map[string][]string{
		"slack.yml": {
			"page to Slack":   {slack, ":rotating_light: FIRING LLMAllTargetsOpen shop", page, `\u003chttps://example.com/LLMAllTargetsOpen.md|what to do`, `"color":"danger"`},
			"ticket to Slack": {slack, `"FIRING LLMUnpricedCalls shop"`, ticket, `"color":"warning"`},
		},
		"pagerduty.yml": {
			"page to PagerDuty":   {pagerduty, `"routing_key":"routing-key-of-a-test"`, `"event_action":"trigger"`, `"summary":"` + page + `"`, `"severity":"critical"`, `"runbook":"https://example.com/LLMAllTargetsOpen.md"`},
			"ticket to PagerDuty": {pagerduty, `"routing_key":"routing-key-of-a-test"`, `"event_action":"trigger"`, `"summary":"` + ticket + `"`, `"severity":"warning"`, `"runbook":"https://example.com/LLMUnpricedCalls.md"`},
		},
		"slack-pagerduty.yml": {
			"page to Slack":     {slack, ":rotating_light: FIRING LLMAllTargetsOpen shop", page, `\u003chttps://example.com/LLMAllTargetsOpen.md|what to do`, `"color":"danger"`},
			"page to PagerDuty": {pagerduty, `"routing_key":"routing-key-of-a-test"`, `"event_action":"trigger"`, `"summary":"` + page + `"`, `"severity":"critical"`, `"runbook":"https://example.com/LLMAllTargetsOpen.md"`},
			"ticket to Slack":   {slack, `"FIRING LLMUnpricedCalls shop"`, ticket, `"color":"warning"`},
		},
	} {
		t.Run(file, func(t *testing.T) { testReceivers(t, file, want) })
	}
}

// testReceivers wants these messages and no more; each has a path and parts of its body.
func testReceivers(t *testing.T, file string, want map[string][]string) {
	type message struct{ path, body string }
	received := make(chan message, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- message{r.URL.Path, string(body)}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "ok")
	}))
	defer server.Close()

	shipped, err := os.ReadFile("../alertmanager/" + file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := map[string]string{
		"slack_webhook_url":     server.URL + "/slack/T000/B000/xyz",
		"pagerduty_routing_key": "routing-key-of-a-test",
		file: strings.NewReplacer("/run/secrets/", dir+"/", "group_wait: 10s", "group_wait: 1s", "group_wait: 30s", "group_wait: 1s",
			"send_resolved: true\n        severity:", "send_resolved: true\n        url: "+server.URL+"/pagerduty\n        severity:").Replace(string(shipped)),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := &stack{dir: t.TempDir(), end: map[string]func(){}, process: map[string]*os.Process{}}
	s.startProcess(t, "alertmanager", binaryPath(t, "alertmanager"), alertmanagerURL+"/-/ready", []string{
		"--config.file=" + filepath.Join(dir, file), "--storage.path=" + s.dir,
		"--web.listen-address=127.0.0.1:9093", "--cluster.listen-address=",
	}, nil)

	post(t, alertmanagerURL+"/api/v2/alerts", `[
		{"labels":{"alertname":"LLMAllTargetsOpen","severity":"page","service_name":"shop"},
		 "annotations":{"summary":"shop: no target takes calls","runbook_url":"https://example.com/LLMAllTargetsOpen.md"}},
		{"labels":{"alertname":"LLMUnpricedCalls","severity":"ticket","service_name":"shop"},
		 "annotations":{"summary":"shop: calls have no price","runbook_url":"https://example.com/LLMUnpricedCalls.md"}}]`)

	deadline := time.After(20 * time.Second)
	messages := len(want)
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
	if len(all) != messages {
		t.Errorf("%d messages, want %d: %v", len(all), messages, all)
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
