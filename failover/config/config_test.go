package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/failover/config"
	"github.com/llmotel/sdk/providers"
)

var osFS = os.DirFS("..")

// What a factory gets, and what becomes of it.
func TestFactory(t *testing.T) {
	var got config.Provider
	var options struct {
		Beta []string `json:"beta"`
		Tier string   `json:"tier"`
	}
	data := []byte(quotes(`{'targets': [{'name': 'main', 'model': 'm-1', 'provider': {
		'type': 'x', 'base_url': 'https://llm.example.com/v1', 'api_key_env': 'THE_KEY', 'region': 'eu-west-1',
		'options': {'beta': ['a', 'b'], 'max_tokens': 5, 'password_env': 'THE_KEY'}}}]}`))
	made := down{"vendor"}
	c, err := config.Parse("f", data, config.Factories{"x": func(p config.Provider) (providers.Provider, error) {
		got = p
		return made, nil
	}}, environment, nil)
	if err != nil {
		t.Fatal(err)
	}
	clear(data) // the caller's
	want := config.Provider{
		Type: "x", Target: "main", Model: "m-1", BaseURL: "https://llm.example.com/v1", APIKey: key, Region: "eu-west-1",
		Options: json.RawMessage(`{"beta": ["a", "b"], "max_tokens": 5, "password_env": "THE_KEY"}`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]failover.Target{{Name: "main", Model: "m-1", Provider: made}}, c.Targets(), cmp.AllowUnexported(down{})); diff != "" {
		t.Error(diff)
	}
	if err := got.Decode(&options); err == nil || err.Error() != `options: json: unknown field "max_tokens"` {
		t.Errorf("got %v", err)
	}
	got.Options = json.RawMessage(`{"beta": ["a"], "tier": 5}`)
	if err := got.Decode(&options); err == nil || err.Error() != `options: "tier" must be of type string, not a number` {
		t.Errorf("got %v", err)
	}
	got.Options = json.RawMessage(`{"beta": ["a"], "tier": "flex"}`)
	if err := got.Decode(&options); err != nil || options.Tier != "flex" || !slices.Equal(options.Beta, []string{"a"}) {
		t.Errorf("got %+v, %v", options, err)
	}
	got.Options = nil
	if err := got.Decode(&options); err != nil || options.Tier != "flex" {
		t.Errorf("without options: %+v, %v", options, err)
	}
}

// A provider is made for each key, with that key and all else alike.
func TestFactoryForEachKey(t *testing.T) {
	var got []config.Provider
	_, err := config.Parse("f", []byte(quotes(`{'targets': [{'provider': {'type': 'x', 'region': 'eu'}, 'keys': [
		{'name': 'a', 'api_key_env': 'THE_KEY'}, {'name': 'b', 'api_key_env': 'OTHER_KEY'}]}]}`)),
		config.Factories{"x": func(p config.Provider) (providers.Provider, error) {
			got = append(got, p)
			return down{"vendor"}, nil
		}}, environment)
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Provider{
		{Type: "x", Region: "eu", Key: "a", APIKey: key},
		{Type: "x", Region: "eu", Key: "b", APIKey: "sk-other"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	_, err = parse(quotes(`{'targets': [{'provider': {'type': 'broken'}, 'keys': [{'name': 'a', 'api_key_env': 'THE_KEY'}]}]}`))
	if err == nil || err.Error() != "chain.json:1:56: targets[0].keys[0]: the key [secret] is wrong" {
		t.Errorf("got %v", err)
	}
}

// What only package failover knows to be wrong is said by Parse as well.
func TestRefusedByFailover(t *testing.T) {
	_, err := config.Parse("f", []byte(quotes(`{'targets': [{'provider': {'type': 'x'}, 'keys': [
		{'name': 'a', 'api_key_env': 'THE_KEY'}, {'name': 'b', 'api_key_env': 'OTHER_KEY'}]}]}`)),
		config.Factories{"x": func(p config.Provider) (providers.Provider, error) { return down{"vendor-" + p.Key}, nil }}, environment)
	var e *config.Error
	if !errors.As(err, &e) || !strings.Contains(e.Reason, "all are of one vendor") || !strings.HasPrefix(err.Error(), "f: failover: ") {
		t.Errorf("got %v", err)
	}
}

// A factory is not called for a provider that is described wrongly.
func TestFactoryOfFaultyProvider(t *testing.T) {
	calls := 0
	_, err := config.Parse("f", []byte(provider(`'api_key_env': 'UNSET'`)), config.Factories{"openai": func(config.Provider) (providers.Provider, error) {
		calls++
		return down{"openai"}, nil
	}}, environment)
	if err == nil || calls != 0 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

// The cause of a factory's error stays within reach.
func TestFactoryError(t *testing.T) {
	cause := errors.New("no such region")
	_, err := config.Parse("f", []byte(with("")), config.Factories{"openai": func(config.Provider) (providers.Provider, error) { return nil, cause }})
	var e *config.Error
	if !errors.Is(err, cause) || !errors.As(err, &e) || e.Path != "targets[0].provider" || e.Line != 1 {
		t.Errorf("got %v", err)
	}
}

// A program without factories, and one with a factory that is nil.
func TestNoFactories(t *testing.T) {
	for _, none := range []config.Factories{nil, {"openai": nil}} {
		_, err := config.Parse("f", []byte(with("")), none)
		if want := `f:1:36: targets[0].provider.type: unknown provider "openai"; this program has registered none`; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The file in the guide is one that parses.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/failover.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(strings.ReplaceAll(string(guide), "\r\n", "\n"), "```json\n")
	file, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the guide has no file")
	}
	set := config.WithLookup(func(string) (string, bool) { return "k", true })
	if _, err := config.Parse("failover.md", []byte(file), factories, set); err != nil {
		t.Error(err)
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chain.json")
	_, err := config.Load(path, factories)
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), path+": cannot be read: ") || strings.Count(err.Error(), path) != 1 {
		t.Errorf("got %v", err)
	}
	t.Setenv("LLMOTEL_TEST_KEY", "k")
	for _, c := range []struct{ variable, want string }{
		{"LLMOTEL_TEST_KEY", ""},
		{"LLMOTEL_TEST_NO_KEY", path + ":1:61: targets[0].provider.api_key_env: the environment variable LLMOTEL_TEST_NO_KEY is not set"},
	} {
		if err := os.WriteFile(path, []byte(provider(`'api_key_env': '`+c.variable+`'`)), 0o600); err != nil {
			t.Fatal(err)
		}
		got := ""
		if _, err := config.Load(path, factories, config.WithLookup(nil)); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// Options that are given in Go come after those of the file.
func TestChainOptions(t *testing.T) {
	c := mustParse(t, with(`'total_timeout': '1m', 'defaults': {'retry': {'max_attempts': 4}}`))
	chain, err := c.Chain(failover.WithTotalTimeout(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if d := chain.Describe(); d.TotalTimeout != time.Hour || d.Targets[0].MaxAttempts != 4 {
		t.Errorf("got %+v", d)
	}
	again, err := c.Chain()
	if err != nil {
		t.Fatal(err)
	}
	if d := again.Describe(); d.TotalTimeout != time.Minute {
		t.Errorf("the second chain has %v", d.TotalTimeout)
	}
	if _, err := c.Chain(failover.WithTotalTimeout(-1)); err == nil {
		t.Error("an impossible option was accepted")
	}
}

// What a target says goes before the defaults, also where an option can only be
// turned on.
func TestDefaults(t *testing.T) {
	c := mustParse(t, `{
		'defaults': {'continuation': true, 'lacks': ['audio'], 'retry': {'max_attempts': 3}, 'breaker': {'open_delay': '5s', 'per': 'model'}},
		'targets': [
			{'provider': {'type': 'openai'}, 'continuation': false, 'lacks': [], 'breaker': {'per': 'target'}, 'retry': {'backoff': {'first': '1s', 'maximum': '1s'}}},
			{'provider': {'type': 'anthropic'}}]}`)
	chain, err := c.Chain()
	if err != nil {
		t.Fatal(err)
	}
	d := chain.Describe()
	first, second := d.Targets[0], d.Targets[1]
	if first.Continuation || first.BreakerPerModel || first.Lacks != 0 || first.MaxAttempts != 3 || first.BackoffMaximum != time.Second || first.OpenDelay != 5*time.Second {
		t.Errorf("first: %+v", first)
	}
	if !second.Continuation || !second.BreakerPerModel || second.Lacks != failover.Audio || second.MaxAttempts != 3 || second.BackoffMaximum != 8*time.Second {
		t.Errorf("second: %+v", second)
	}
	mustParse(t, `{'stream_policy': 'continue', 'defaults': {'continuation': true}, 'targets': [{'provider': {'type': 'openai'}}]}`)
}

// A limit's action begins with what the file says of timeouts.
func TestTimeoutActions(t *testing.T) {
	chain, err := mustParse(t, with(`'actions': {'timeout': {'breaker': 'ignored', 'retry': 'here'}}, 'timeout_actions': {'idle': {'retry': 'never'}}`)).Chain()
	if err != nil {
		t.Fatal(err)
	}
	got := map[failover.Limit]failover.Action{}
	for _, r := range chain.Table() {
		if r.Kind == providers.KindTimeout {
			got[r.Limit] = r.Action
		}
	}
	changed := failover.Action{Breaker: failover.Ignored, Retry: failover.RetryHere, Next: true}
	want := map[failover.Limit]failover.Action{
		"": changed, failover.LimitConnect: changed, failover.LimitFirstChunk: changed, failover.LimitAttempt: changed,
		failover.LimitIdle:  {Breaker: failover.Ignored, Next: true},
		failover.LimitTotal: {Breaker: failover.Failure}, failover.LimitStream: {Breaker: failover.Failure},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStaticAnswer(t *testing.T) {
	chain, err := mustParse(t, with(`'static_answer': 'Back soon.'`)).Chain()
	if err != nil {
		t.Fatal(err)
	}
	r, err := chain.Generate(t.Context(), &providers.Request{Model: "m", Messages: []providers.Message{providers.UserText("Hi")}})
	if err != nil || r.Text() != "Back soon." || !r.Degraded {
		t.Errorf("got %v, %v", r, err)
	}
}

// Every constant of package failover has a name in the file, and the kinds and
// limits that can be changed are those of its table.
func TestNames(t *testing.T) {
	names := config.Names()
	var orders, policies []string
	for o := failover.Order(0); o.String() != "unknown"; o++ {
		orders = append(orders, o.String())
	}
	for p := failover.StreamPolicy(0); p.String() != "unknown"; p++ {
		policies = append(policies, p.String())
	}
	var capabilities []string
	for c := failover.Capability(1); c.String() != ""; c <<= 1 {
		capabilities = append(capabilities, map[string]string{
			"structured output": "structured_output", "several choices": "choices",
		}[c.String()])
		if last := &capabilities[len(capabilities)-1]; *last == "" {
			*last = c.String()
		}
	}
	for what, want := range map[string][]string{
		"Order": orders, "StreamPolicy": policies, "Capability": capabilities,
		"Verdict":   {failover.Ignored.String(), failover.Success.String(), failover.Alive.String(), failover.Failure.String()},
		"RetryRule": {"never", "here", "if_last", "if_soon"},
	} {
		slices.Sort(want)
		if diff := cmp.Diff(want, names[what]); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	for _, r := range failover.Table() {
		field, name := "actions", string(r.Kind)
		if r.Limit != "" {
			field, name = "timeout_actions", string(r.Limit)
		}
		fixed := name == "cancelled" || name == "panic" || name == "total" || name == "stream"
		_, err := parse(with(fmt.Sprintf("'%s': {'%s': {'next': true}}", field, name)))
		if (err != nil) != fixed {
			t.Errorf("%s.%s: %v", field, name, err)
		}
	}
	// The names in the tags are those of the maps.
	for _, tag := range []struct{ what, path string }{
		{"Order", "'order': '%s'"},
		{"Verdict", "'actions': {'network': {'breaker': '%s'}}"},
		{"RetryRule", "'actions': {'network': {'retry': '%s'}}"},
		{"Capability", "'defaults': {'lacks': ['%s']}"},
		{"StreamPolicy", "'defaults': {'continuation': true}, 'stream_policy': '%s'"},
	} {
		for _, name := range names[tag.what] {
			if _, err := parse(with(fmt.Sprintf(tag.path, name))); err != nil {
				t.Error(err)
			}
		}
	}
}

// Whatever way a key takes, it does not show.
func TestSecret(t *testing.T) {
	s := config.Secret(key)
	p := config.Provider{APIKey: s}
	encoded, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("m", "key", s, "provider", p)
	for _, out := range []string{s.String(), fmt.Sprint(s, &p), fmt.Sprintf("%v %+v %#v %q", p, p, p, p), string(encoded), logged.String()} {
		if strings.Contains(out, key) || !strings.Contains(out, "[secret]") {
			t.Errorf("got %s", out)
		}
	}
	if string(s) != key || config.Secret("").String() != "" {
		t.Error("the key itself is lost, or an empty one looks like one")
	}
}

// No value that may be a key gets into an error, wherever it stands.
func TestNoSecretInErrors(t *testing.T) {
	const pasted = "sk-proj-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"
	for _, data := range []string{
		provider(`'api_key': '` + pasted + `'`),
		provider(`'apikey': '` + pasted + `'`),
		provider(`'key': '` + pasted + `'`),
		provider(`'api_key_env': '` + pasted + `'`),
		provider(`'api_key_env': 'AIzaSyD0123456789abcdefghijklmnopqrstuv'`),
		provider(`'api_key_env': 'WITH_NEWLINE'`),
		provider(`'api_key_env': 'BLANK'`),
		provider(`'api_key_env': 'EMPTY'`),
		provider(`'base_url': 'https://user:` + pasted + `@example.com'`),
		provider(`'base_url': 'https://example.com/?key=` + pasted + `'`),
		provider(`'options': {'headers': {'Authorization': 'Bearer ` + pasted + `'}}`),
		provider(`'options': {'list': [{'secret_access_key': '` + pasted + `'}]}`),
		quotes(`{'targets': [{'provider': {'type': '` + pasted + `'}}]}`),
		quotes(`{'targets': [{'provider': {'type': 'openai'}, '` + pasted + `': 1}]}`),
		quotes(`{'targets': [{'name': '` + pasted + `', 'provider': {'type': 'openai'}}, {'name': '` + pasted + `', 'provider': {'type': 'openai'}}]}`),
		with(`'total_timeout': '` + pasted + `'`),
		with(`'order': '` + pasted + `'`),
		with(`'api_key': '` + pasted + `'`),
		quotes(`{'targets': [{'provider': {'type': 'broken', 'api_key_env': 'THE_KEY'}}]}`),
	} {
		_, err := parse(data)
		if err == nil {
			t.Errorf("accepted: %s", data)
			continue
		}
		for _, s := range []string{pasted, "AIzaSyD0123456789", key} {
			if strings.Contains(err.Error(), s) {
				t.Errorf("shows a key: %v", err)
			}
		}
	}
	for _, field := range []string{"api_key", "apiKey", "API-KEY", "token", "key"} {
		_, err := parse(provider("'" + field + "': 'x'"))
		if want := "chain.json:1:46: targets[0].provider." + field + ": " + noSecrets; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
