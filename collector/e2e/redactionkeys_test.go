package e2e

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestRedactionPassesOverKnownKeys: no key that redaction/keys does not look at is one that it would mask, and those of an
// ordinary call are not looked at, which is what makes it fast.
func TestRedactionPassesOverKnownKeys(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "otel-config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Processors map[string]struct {
			Blocked []string `yaml:"blocked_key_patterns"`
			Ignored []string `yaml:"ignored_keys"`
			Values  []string `yaml:"blocked_values"`
		} `yaml:"processors"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	keys, values, metrics := config.Processors["redaction/keys"], config.Processors["redaction"], config.Processors["redaction/metrics"]
	if len(keys.Blocked) == 0 || len(keys.Ignored) == 0 || len(values.Values) == 0 {
		t.Fatalf("%d patterns, %d ignored keys, %d shapes of values", len(keys.Blocked), len(keys.Ignored), len(values.Values))
	}
	for _, pattern := range keys.Blocked {
		blocked := regexp.MustCompile(pattern)
		for _, key := range keys.Ignored {
			if blocked.MatchString(key) {
				t.Errorf("%s is passed over and %s would mask it", key, pattern)
			}
		}
	}
	// A key that is passed over by a processor has its value passed over as well.
	if len(keys.Values) > 0 || len(values.Ignored) > 0 || len(metrics.Ignored) > 0 {
		t.Errorf("values of known keys are not searched: %d shapes in redaction/keys, %d and %d ignored keys elsewhere", len(keys.Values), len(values.Ignored), len(metrics.Ignored))
	}
	if !slices.Equal(metrics.Blocked, keys.Blocked) || !slices.Equal(metrics.Values, values.Values) {
		t.Error("metrics are redacted by other patterns")
	}

	file, err := os.Open(filepath.Join(repository, "llmotel", "otelfailover", "testdata", "fallback_answers.golden"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	seen := 0
	for lines := bufio.NewScanner(file); lines.Scan() && !strings.HasPrefix(lines.Text(), "metric "); {
		key, _, found := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		if !found || strings.Contains(key, " ") || strings.HasPrefix(key, "llmotel.breaker.state.") {
			continue // An event, or an attribute that has a target in its name.
		}
		seen++
		if !slices.Contains(keys.Ignored, key) {
			t.Errorf("%s is on ordinary spans and searched as if it might be the key of a secret", key)
		}
	}
	if seen < 20 {
		t.Errorf("%d attributes of an ordinary call found, which is too few", seen)
	}
}
