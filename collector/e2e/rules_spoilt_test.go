package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestRulesSpoilt spoils each alert in turn and requires that its unit test notices: that it fires when its condition is
// there (an alert that never fires fails), that it is silent when a bound is just not reached (one with a bound that is
// always reached fails, for each of its bounds), and that it waits (one without its `for` fails). Many alerts are spoilt in one
// run of promtool, which names those whose tests failed.
func TestRulesSpoilt(t *testing.T) {
	bound := regexp.MustCompile(`(> |>= |== )([1-9][\d.]*|0\.\d+|scalar)|(> )(0)\b|(== )(0)\b`)
	for name, spoil := range map[string]func(rule map[string]any) bool{
		"never fires": func(rule map[string]any) bool {
			rule["expr"] = fmt.Sprintf("(%s) and on () (vector(0) > 0)", rule["expr"])
			return true
		},
		"waits for nothing": func(rule map[string]any) bool {
			_, waits := rule["for"]
			delete(rule, "for")
			return waits
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spoiltAreNoticed(t, spoil)
		})
	}
	for nth := range 9 {
		t.Run(fmt.Sprintf("bound %d is always reached", nth+1), func(t *testing.T) {
			t.Parallel()
			spoiltAreNoticed(t, func(rule map[string]any) bool {
				expr, _ := rule["expr"].(string)
				found := bound.FindAllStringIndex(expr, -1)
				if nth >= len(found) {
					return false
				}
				at := found[nth]
				// Nothing that is compared here is negative, and every threshold times -1 is.
				old := expr[at[0]:at[1]]
				changed := ">= -1"
				if strings.HasSuffix(old, "scalar") {
					changed = ">= -1 * scalar"
				}
				rule["expr"] = expr[:at[0]] + changed + expr[at[1]:]
				return true
			})
		})
	}
	t.Run("young services have an average", func(t *testing.T) {
		t.Parallel()
		spoiltAreNoticed(t, func(rule map[string]any) bool {
			expr, _ := rule["expr"].(string)
			changed := strings.Replace(expr, "and llmotel:cost_usd_per_hour:rate1h offset 6h >= 0", "", 1)
			rule["expr"] = changed
			return changed != expr
		})
	})
}

// spoiltAreNoticed runs the unit tests on spoilt alerts. Two alerts of one name, a page and a ticket, are spoilt one by one.
func spoiltAreNoticed(t *testing.T, spoil func(rule map[string]any) bool) {
	t.Helper()
	var spoilt int
	for occurrence := range 2 {
		var file map[string][]struct {
			Name  string           `yaml:"name"`
			Rules []map[string]any `yaml:"rules"`
		}
		readYAML(t, "../rules/alerts.yml", &file)
		seen := map[string]int{}
		var want []string
		for _, group := range file["groups"] {
			for _, rule := range group.Rules {
				name, _ := rule["alert"].(string)
				if seen[name] == occurrence && spoil(rule) {
					want = append(want, name)
				}
				seen[name]++
			}
		}
		if len(want) == 0 {
			continue
		}
		spoilt += len(want)
		failed := failingAlerts(t, file, want)
		for _, name := range want {
			if !slices.Contains(failed, name) {
				t.Errorf("no unit test notices it of %s", name)
			}
		}
	}
	if spoilt == 0 {
		t.Error("nothing was spoilt")
	}
}

// failingAlerts runs the unit tests of the named alerts with this file of alerts, and lists those of which an expectation
// failed.
func failingAlerts(t *testing.T, alerts any, names []string) []string {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob("../rules/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	tests, err := filepath.Glob("../rules/test/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "test"), 0o755); err != nil {
		t.Fatal(err)
	}
	args := []string{"test", "rules"}
	for _, path := range append(files, tests...) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		relative := strings.TrimPrefix(path, "../rules/")
		if relative == "alerts.yml" {
			if content, err = yaml.Marshal(alerts); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, relative), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(relative, "test/") && slices.ContainsFunc(names, func(n string) bool { return strings.Contains(string(content), n) }) {
			args = append(args, filepath.Join(dir, relative))
		}
	}
	output, err := exec.CommandContext(t.Context(), binaryPath(t, "promtool"), args...).CombinedOutput()
	if err == nil {
		return nil
	}
	if !strings.Contains(string(output), "exp:") {
		t.Fatalf("promtool: %v\n%s", err, output)
	}
	var failed []string
	for _, m := range regexp.MustCompile(`(?:expr: "ALERTS\{alertname=\\"|alertname: )(\w+)`).FindAllStringSubmatch(string(output), -1) {
		failed = append(failed, m[1])
	}
	return failed
}
