package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// ruleFile is what the tests read of a file of Prometheus's rules.
type ruleFile struct {
	Groups []struct {
		Name  string
		Rules []rule
	}
}

type rule struct {
	Record, Alert, Expr string
	Labels, Annotations map[string]string
}

// rules are all rules of the files that Prometheus is given.
func rules(t *testing.T) []rule {
	t.Helper()
	files, err := filepath.Glob("../rules/*.yml")
	if err != nil || len(files) != 3 {
		t.Fatalf("rule files are %v (%v), want three", files, err)
	}
	var all []rule
	for _, path := range files {
		var file ruleFile
		readYAML(t, path, &file)
		for _, group := range file.Groups {
			all = append(all, group.Rules...)
		}
	}
	return all
}

// TestRules lets promtool check what Prometheus reads and run the unit tests of the alerts.
func TestRules(t *testing.T) {
	promtool := binaryPath(t, "promtool")
	files, err := filepath.Glob("../rules/test/*.yml")
	if err != nil || len(files) != 3 {
		t.Fatalf("unit tests are in %v (%v), want three files", files, err)
	}
	for name, args := range map[string][]string{
		"configuration": {"check", "config", "../prometheus.yml"},
		"unit tests":    append([]string{"test", "rules"}, files...),
	} {
		t.Run(name, func(t *testing.T) {
			if output, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
				t.Errorf("promtool %v: %v\n%s", args, err, output)
			}
		})
	}
	var tests []byte
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tests = append(tests, content...)
	}
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		alert := `ALERTS{alertname="` + r.Alert + `",alertstate="firing"`
		if !strings.Contains(string(tests), "labels: '"+alert) {
			t.Errorf("no unit test in which %s fires", r.Alert)
		}
		if severity := r.Labels["severity"]; severity != "page" && severity != "ticket" {
			t.Errorf("%s: severity %q is not routed", r.Alert, severity)
		}
		for _, key := range []string{"summary", "description", "dashboard", "runbook_url"} {
			if r.Annotations[key] == "" {
				t.Errorf("%s has no %s", r.Alert, key)
			}
		}
		page, ok := strings.CutPrefix(r.Annotations["runbook_url"], "https://github.com/llmotel/sdk/blob/main/")
		if content, err := os.ReadFile(filepath.Join(repository, page)); !ok || err != nil {
			t.Errorf("%s: the runbook %s is not there: %v", r.Alert, r.Annotations["runbook_url"], err)
		} else if !strings.HasPrefix(string(content), "# "+r.Alert+"\n") {
			t.Errorf("%s is not about %s", page, r.Alert)
		}
		if _, err := os.Stat(filepath.Join(grafanaDir, "dashboards", r.Annotations["dashboard"]+".json")); err != nil {
			t.Errorf("%s: %v", r.Alert, err)
		}
	}
	pages, err := filepath.Glob(repository + "/docs/runbooks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".md")
		if name != "README" && !strings.Contains(string(tests), `alertname="`+name+`"`) {
			t.Errorf("%s is the runbook of no alert", page)
		}
	}
}

// TestRunbooks: each page has what a person who was woken needs, names panels that exist, and is listed.
func TestRunbooks(t *testing.T) {
	list, err := os.ReadFile(repository + "/docs/runbooks/README.md")
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]bool{}
	for _, d := range dashboards(t) {
		titles[d.Title] = true
		for _, p := range d.Panels {
			titles[p.Title] = true
		}
	}
	seen := 0
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		seen++
		content, err := os.ReadFile(repository + "/docs/runbooks/" + r.Alert + ".md")
		if err != nil {
			t.Error(err)
			continue
		}
		page := string(content)
		from := 0
		for _, part := range []string{"# " + r.Alert + "\n\n", "**Who notices.** ", "\n## Look\n\n1. ", "\n## Do\n\n", "\n## Tune\n\n"} {
			at := strings.Index(page[from:], part)
			if at < 0 {
				t.Errorf("%s has no %q in its place", r.Alert, part)
				break
			}
			from += at
		}
		meaning, _, _ := strings.Cut(strings.TrimPrefix(page, "# "+r.Alert+"\n\n"), "\n")
		if !strings.Contains(string(list), "| ["+r.Alert+"]("+r.Alert+".md) | "+meaning+" |\n") {
			t.Errorf("README.md does not list %s as %q", r.Alert, meaning)
		}
		for _, m := range regexp.MustCompile(`\*([A-Z][^*\n]+)\*`).FindAllStringSubmatch(strings.ReplaceAll(page, "**", ""), -1) {
			if !titles[m[1]] {
				t.Errorf("%s names %q, which is no dashboard and no panel", r.Alert, m[1])
			}
		}
	}
	if seen != 19 {
		t.Errorf("%d alerts", seen)
	}
}

// TestAlertmanagerFiles lets amtool check each file that ALERTMANAGER_CONFIG may choose. They differ in receivers alone.
func TestAlertmanagerFiles(t *testing.T) {
	amtool := binaryPath(t, "amtool")
	files, err := filepath.Glob("../alertmanager/*.yml")
	if err != nil || len(files) != 5 {
		t.Fatalf("files are %v (%v), want five", files, err)
	}
	var first map[string]any
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if output, err := exec.CommandContext(t.Context(), amtool, "check-config", path).CombinedOutput(); err != nil {
				t.Errorf("amtool check-config: %v\n%s", err, output)
			}
			var file map[string]any
			readYAML(t, path, &file)
			if first == nil {
				first = file
			}
			for _, key := range []string{"route", "inhibit_rules"} {
				if !reflect.DeepEqual(file[key], first[key]) {
					t.Errorf("its %s is not that of %s", key, files[0])
				}
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			// Secrets come from files, and the names of those are documented.
			for _, key := range []string{"api_url:", "routing_key:", "service_key:", "password:"} {
				if strings.Contains(string(content), key) {
					t.Errorf("it has %s in it, where a secret would stand", key)
				}
			}
			readme, err := os.ReadFile("../alertmanager/secrets/README.md")
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`/run/secrets/(\w+)`).FindAllStringSubmatch(string(content), -1) {
				if !strings.Contains(string(readme), "`"+m[1]+"`") {
					t.Errorf("nothing says what %s is", m[0])
				}
			}
		})
	}
	for _, want := range []struct{ severity, receiver string }{{"page", "page"}, {"ticket", "ticket"}} {
		output, err := exec.CommandContext(t.Context(), amtool, "config", "routes", "test",
			"--config.file=../alertmanager/local.yml", "severity="+want.severity, "alertname=CollectorDown").Output()
		if err != nil || strings.TrimSpace(string(output)) != want.receiver {
			t.Errorf("severity %s goes to %q (%v), want %s", want.severity, output, err, want.receiver)
		}
	}
	broken := filepath.Join(t.TempDir(), "broken.yml")
	if err := os.WriteFile(broken, []byte("route: {receiver: nobody}\nreceivers: [{name: somebody}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := exec.CommandContext(t.Context(), amtool, "check-config", broken).Run(); err == nil {
		t.Error("amtool accepts a route to nobody")
	}
}
