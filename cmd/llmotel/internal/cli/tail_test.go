package cli_test

import (
	"strings"
	"testing"
	"time"
)

func TestTailLines(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	defer func() { time.Local = local }()
	out, errs, code := run(t, "", "tail", calls, "--no-follow", "-n", "20")
	if code != 0 {
		t.Fatal(errs)
	}
	golden(t, "tail.golden", out)
	if strings.Count(errs, "a bad line") != 2 {
		t.Errorf("%s", errs)
	}
}

func TestTailFilters(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string // call ids
	}{
		"last":    {[]string{"-n", "2"}, "c6 c7"},
		"errors":  {[]string{"--errors", "-n", "20"}, "c4 c5"},
		"where":   {[]string{"--where", "feature=search", "--where", "variant=b", "-n", "20"}, "c1 c6"},
		"none":    {[]string{"-n", "0"}, ""},
		"nothing": {[]string{"--where", "feature=none"}, ""},
	} {
		out, errs, code := run(t, "", append([]string{"tail", calls, "--no-follow", "--format", "json"}, c.args...)...)
		var got []string
		for line := range strings.Lines(out) {
			_, id, _ := strings.Cut(line, `"call_id": "`)
			id, _, _ = strings.Cut(id, `"`)
			got = append(got, id)
		}
		if code != 0 || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s (%s)", name, got, c.want, errs)
		}
	}
}
