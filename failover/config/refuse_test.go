package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover/config"
)

// What is refused, and what is said about it.
func TestRefuse(t *testing.T) {
	for _, c := range []struct {
		name, data string
		want       string // without the file's name
	}{
		// No JSON, or not one object.
		{"empty", " \n", `: empty; the smallest configuration is {"targets": [{"provider": {"type": ...}}]}`},
		{"cut", `{"targets": [`, `:1:13: no JSON: unexpected end of JSON input`},
		{"trailing comma", "{\n  \"name\": \"a\",\n}", `:3:1: no JSON: invalid character '}' looking for beginning of object key string (a comma too many before it?)`},
		{"comment", "{\n  // a\n}", `:2:3: no JSON: invalid character '/' looking for beginning of object key string (JSON has no comments)`},
		{"trailing data", with("") + "\n{}", `:2:1: no JSON: invalid character '{' after top-level value (one object is all that a file holds)`},
		{"byte order mark", "\xef\xbb\xbf{}", `:1:1: begins with a byte order mark; JSON has none`},
		{"no UTF-8", "{\"name\": \"ä\xff\"}", `:1:12: no UTF-8`},
		{"array", `[]`, `:1:1: must be an object, not an array`},
		{"null", `null`, `:1:1: null is no value; leave the field out`},
		{"deep", strings.Repeat("[", 40) + strings.Repeat("]", 40), `:1:34: no JSON: nested deeper than 32`},
		{"large", strings.Repeat(" ", 256<<10+1), `: 262145 bytes; at most 262144 make sense`},

		// Fields.
		{"unknown", with(`'polcy': 'x'`), `:1:2: polcy: unknown field; known are "$schema", "actions", "defaults", "experiment", "hedge", "name", "open_wait", "order", "retry_budget", "static_answer", "stream_policy", "stream_timeout", "streamed_generate", "targets", "timeout_actions", "total_timeout"`},
		{"misspelt", with(`'total_timout': '1s'`), `:1:2: total_timout: unknown field; did you mean "total_timeout"?`},
		{"case", with(`'Name': 'a'`), `:1:2: Name: unknown field; did you mean "name"?`},
		{"odd name", with(`'a b': 1`), `:1:2: ["a b"]: unknown field; known are "$schema", "actions", "defaults", "experiment", "hedge", "name", "open_wait", "order", "retry_budget", "static_answer", "stream_policy", "stream_timeout", "streamed_generate", "targets", "timeout_actions", "total_timeout"`},
		{"twice", with("'name': 'a',\n'name': 'b'"), `:2:1: name: given twice, first in line 1`},
		{"null field", with(`'name': null`), `:1:10: name: null is no value; leave the field out`},
		{"empty string", with(`'name': ''`), `:1:10: name: is empty; leave the field out`},
		{"wrong type", with(`'name': 1`), `:1:10: name: must be a string, not a number`},
		{"not a boolean", with(`'streamed_generate': 'yes'`), `:1:23: streamed_generate: must be true or false, not a string`},
		{"no object", with(`'defaults': []`), `:1:14: defaults: must be an object, not an array`},
		{"no array", `{"targets": {}}`, `:1:13: targets: must be an array, not an object`},
		{"choice", with(`'order': 'weihgted'`), `:1:11: order: "weihgted" is none of "fixed", "lowest_cost", "lowest_latency", "round_robin", "weighted"; did you mean "weighted"?`},

		// Durations and numbers.
		{"number as duration", with(`'total_timeout': 30`), `:1:19: total_timeout: 30 is no duration; write a number with its unit, such as "30s", "500ms" or "1m30s"`},
		{"no unit", with(`'total_timeout': '30'`), `:1:19: total_timeout: "30" is no duration; write a number with its unit, such as "30s", "500ms" or "1m30s"`},
		{"negative duration", with(`'total_timeout': '-1s'`), `:1:19: total_timeout: "-1s" is no duration; write a number with its unit, such as "30s", "500ms" or "1m30s"`},
		{"boolean as duration", with(`'total_timeout': true`), `:1:19: total_timeout: must be a duration, not a boolean; write a number with its unit, such as "30s", "500ms" or "1m30s"`},
		{"endless duration", with(`'total_timeout': '9999999999h'`), `:1:19: total_timeout: "9999999999h" is out of range`},
		{"fraction", target(`'retry': {'max_attempts': 1.5}`), `:1:73: targets[0].retry.max_attempts: 1.5 is no whole number in range`},
		{"huge", target(`'retry': {'max_attempts': 1e300}`), `:1:73: targets[0].retry.max_attempts: 1e300 is no whole number in range`},
		{"infinite", target(`'weight': 1e999`), `:1:57: targets[0].weight: is out of range`},
		{"string as number", target(`'weight': '1'`), `:1:57: targets[0].weight: must be a number, not a string`},

		// Thresholds that cannot be.
		{"no attempts", target(`'retry': {'max_attempts': 0}`), `:1:73: targets[0].retry.max_attempts: 0 must be at least 1`},
		{"backoff", target(`'retry': {'backoff': {'first': '9s', 'maximum': '8s'}}`), `:1:78: targets[0].retry.backoff.first: 9s is longer than the maximum of 8s`},
		{"half a backoff", target(`'retry': {'backoff': {'first': '9s'}}`), `:1:68: targets[0].retry.backoff.maximum: is missing`},
		{"consecutive", target(`'breaker': {'consecutive_failures': -1}`), `:1:83: targets[0].breaker.consecutive_failures: -1 must be at least 0`},
		{"rate", target(`'breaker': {'failure_rate': {'rate': 50, 'min_calls': 20, 'window': '1m'}}`), `:1:84: targets[0].breaker.failure_rate.rate: 50 must be at most 1`},
		{"tiny rate", target(`'breaker': {'failure_rate': {'rate': 0.001, 'min_calls': 20, 'window': '1m'}}`), `:1:84: targets[0].breaker.failure_rate.rate: 0.001 is rounded to 0; give at least 0.01, or 0 to turn the rule off`},
		{"no calls", target(`'breaker': {'failure_rate': {'rate': 0.5, 'min_calls': 0, 'window': '1m'}}`), `:1:102: targets[0].breaker.failure_rate.min_calls: 0 must be at least 1`},
		{"short window", target(`'breaker': {'failure_rate': {'rate': 0.5, 'min_calls': 9, 'window': '1ms'}}`), `:1:115: targets[0].breaker.failure_rate.window: "1ms" must be at least 10ms`},
		{"open delay", target(`'breaker': {'open_delay': '0s'}`), `:1:73: targets[0].breaker.open_delay: "0s" must be more than 0s`},
		{"trials", target(`'breaker': {'trials': {'concurrent': 0, 'successes': 2}}`), `:1:84: targets[0].breaker.trials.concurrent: 0 must be at least 1`},
		{"slow threshold", target(`'breaker': {'slow_call_rate': {'rate': 0.5, 'threshold': '0s', 'min_calls': 9, 'window': '1m'}}`), `:1:104: targets[0].breaker.slow_call_rate.threshold: "0s" must be more than 0s`},
		{"tiny slow rate", target(`'breaker': {'slow_call_rate': {'rate': 0.004, 'threshold': '1s', 'min_calls': 9, 'window': '1m'}}`), `:1:86: targets[0].breaker.slow_call_rate.rate: 0.004 is rounded to 0; give at least 0.01, or 0 to turn the rule off`},
		{"per key without keys", target(`'breaker': {'per': 'key'}`), `:1:66: targets[0].breaker.per: "key" needs "keys"`},
		{"per model with a model", target(`'model': 'm', 'breaker': {'per': 'model'}`), `:1:80: targets[0].breaker.per: "model" has no use beside "model", which is the only one that the target serves`},
		{"concurrency", target(`'limits': {'max_concurrency': -1}`), `:1:77: targets[0].limits.max_concurrency: -1 must be at least 0`},
		{"requests", target(`'limits': {'requests_per_minute': 2000000000}`), `:1:81: targets[0].limits.requests_per_minute: 2000000000 must be at most 1000000000`},
		{"weight", target(`'weight': -1`), `:1:57: targets[0].weight: -1 must be at least 0`},
		{"context window", target(`'context_window': -1`), `:1:65: targets[0].context_window: -1 must be at least 0`},
		{"lacks", target(`'lacks': ['toolz']`), `:1:57: targets[0].lacks[0]: "toolz" is none of "audio", "choices", "files", "images", "structured_output", "tools"; did you mean "tools"?`},
		{"lacks twice", target(`'lacks': ['tools', 'tools']`), `:1:66: targets[0].lacks[1]: "tools" is listed twice`},
		{"budget", with(`'retry_budget': {'share': -0.1, 'per_second': 1}`), `:1:28: retry_budget.share: -0.1 must be at least 0`},
		{"retry wait", target(`'retry': {'retry_after': {'soon': '1s'}}`), `:1:72: targets[0].retry.retry_after.last: is missing`},

		// What fields mean together.
		{"experiment", with(`'experiment': 'e'`), `:1:16: experiment: needs "order": "weighted", which draws the variant`},
		{"hedge empty", with(`'hedge': {}`), `:1:11: hedge: is empty; give a "delay", or a "quantile" with "min_calls"`},
		{"hedge both", with(`'hedge': {'delay': '1s', 'quantile': 0.9}`), `:1:11: hedge: has both a "delay" and a "quantile" with "min_calls"; choose one of them`},
		{"hedge half", with(`'hedge': {'quantile': 0.9}`), `:1:11: hedge.min_calls: is missing: how many answers a quantile needs`},
		{"hedge other half", with(`'hedge': {'min_calls': 9}`), `:1:11: hedge.quantile: is missing, and "min_calls" belongs to it`},
		{"hedge quantile", with(`'hedge': {'quantile': 1, 'min_calls': 9}`), `:1:24: hedge.quantile: 1 must be less than 1`},
		{"hedge delay", with(`'hedge': {'delay': '0s'}`), `:1:21: hedge.delay: "0s" must be more than 0s`},
		{"continue", with(`'stream_policy': 'continue'`), `:1:19: stream_policy: "continue" needs a target with "continuation": true`},
		{"continue, perhaps", quotes(`{'stream_policy': 'continue', 'targets': [{'provider': {'type': 'openai'}, 'continuation': 1}]}`), `:1:92: targets[0].continuation: must be true or false, not a number`},

		// The table.
		{"kind", with(`'actions': {'overload': {}}`), `:1:14: actions.overload: unknown field; did you mean "overloaded"?`},
		{"fixed kind", with(`'actions': {'cancelled': {}}`), `:1:14: actions.cancelled: what is done about this kind cannot be changed`},
		{"limit", with(`'timeout_actions': {'total': {}}`), `:1:22: timeout_actions.total: this limit ends the call, and is set for the chain: total_timeout`},
		{"verdict", with(`'actions': {'network': {'breaker': 'open'}}`), `:1:37: actions.network.breaker: "open" is none of "alive", "failure", "ignored", "success"`},

		// Targets.
		{"no targets", `{}`, `:1:1: targets: is missing`},
		{"empty targets", `{"targets": []}`, `:1:13: targets: is empty; give at least one`},
		{"no provider", `{"targets": [{}]}`, `:1:14: targets[0].provider: is missing`},
		{"no type", `{"targets": [{"provider": {}}]}`, `:1:27: targets[0].provider.type: is missing`},
		{"unknown type", quotes(`{'targets': [{'provider': {'type': 'opnai'}}]}`), `:1:36: targets[0].provider.type: unknown provider "opnai"; did you mean "openai"?; this program knows "anthropic", "broken", "nameless", "none", "openai", "typednil"`},
		{"same name", quotes("{'targets': [{'name': 'a', 'provider': {'type': 'openai'}},\n {'name': 'a', 'provider': {'type': 'anthropic'}}]}"), `:2:11: targets[1].name: targets[0] has the name "a" already; names are unique`},
		{"same provider, no names", quotes("{'targets': [{'provider': {'type': 'openai'}},\n {'provider': {'type': 'openai'}}]}"), `:2:2: targets[1]: targets[0] has the name "openai" already; names are unique`},
		{"no name", quotes("{'targets': [{'provider': {'type': 'nameless'}}]}"), `:1:14: targets[0].name: is missing, and the provider has none either`},
		{"no keys", target(`'keys': []`), `:1:55: targets[0].keys: is empty; give at least one`},
		{"key without name", target(`'keys': [{'api_key_env': 'THE_KEY'}]`), `:1:56: targets[0].keys[0].name: is missing`},
		{"key without variable", target(`'keys': [{'name': 'a'}]`), `:1:56: targets[0].keys[0].api_key_env: is missing`},
		{"keys of one name", target(`'keys': [{'name': 'a', 'api_key_env': 'THE_KEY'}, {'name': 'a', 'api_key_env': 'OTHER_KEY'}]`), `:1:106: targets[0].keys[1].name: is that of keys[0] already`},
		{"keys of one variable", target(`'keys': [{'name': 'a', 'api_key_env': 'THE_KEY'}, {'name': 'b', 'api_key_env': 'THE_KEY'}]`), `:1:126: targets[0].keys[1].api_key_env: is that of keys[0] already`},
		{"key that is not set", target(`'keys': [{'name': 'a', 'api_key_env': 'UNSET'}]`), `:1:85: targets[0].keys[0].api_key_env: the environment variable UNSET is not set`},
		{"keys and a key", quotes(`{'targets': [{'provider': {'type': 'openai', 'api_key_env': 'THE_KEY'}, 'keys': [{'name': 'a', 'api_key_env': 'OTHER_KEY'}]}]}`), `:1:61: targets[0].provider.api_key_env: has no use beside "keys"; make it one of them`},
		{"no URL", provider(`'base_url': 'localhost:80'`), `:1:58: targets[0].provider.base_url: is no absolute URL such as "https://llm.example.com/v1"`},
		{"URL with password", provider(`'base_url': 'https://u:pw@h/v1'`), `:1:58: targets[0].provider.base_url: holds a user or password; ` + noSecrets},
		{"URL with query", provider(`'base_url': 'https://h/v1?key=abc'`), `:1:58: targets[0].provider.base_url: has a query or fragment, which a base URL cannot have`},
		{"options", provider(`'options': 1`), `:1:57: targets[0].provider.options: must be an object, not a number`},
		{"factory fails", quotes(`{'targets': [{'provider': {'type': 'broken', 'api_key_env': 'THE_KEY'}}]}`), `:1:27: targets[0].provider: the key [secret] is wrong`},
		{"factory without provider", quotes(`{'targets': [{'provider': {'type': 'none'}}]}`), `:1:27: targets[0].provider: the factory for "none" returned no provider`},
		{"factory with a typed nil", quotes(`{'targets': [{'provider': {'type': 'typednil'}}]}`), `:1:27: targets[0].provider: the factory for "typednil" returned no provider`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(c.data)
			if err == nil {
				t.Fatal("accepted")
			}
			if diff := cmp.Diff("chain.json"+c.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const noSecrets = `secrets do not belong into the file; give "api_key_env" of the provider the name of an environment variable`

func provider(fields string) string {
	return quotes("{'targets': [{'provider': {'type': 'openai', " + fields + "}}]}")
}

// Everything is said at once, in the order of the paths.
func TestRefuseAllAtOnce(t *testing.T) {
	_, err := parse(quotes(`{
  'targets': [
    {'name': 'a', 'provider': {'type': 'openai', 'api_key_env': 'UNSET'}, 'weight': -1},
    {'name': 'b', 'provider': {'type': 'gemini'}},
    {'name': 'a', 'provider': {'type': 'broken'}, 'retries': 3},
    {'name': 'c', 'provider': {'type': 'openai'}}, {'name': 'd', 'provider': {'type': 'openai'}},
    {'name': 'e', 'provider': {'type': 'openai'}}, {'name': 'f', 'provider': {'type': 'openai'}},
    {'name': 'g', 'provider': {'type': 'openai'}}, {'name': 'h', 'provider': {'type': 'openai'}},
    {'name': 'i', 'provider': {'type': 'openai'}}, {'name': 'j', 'provider': {}}
  ],
  'experiment': 'e',
  'actions': {'panic': {'next': true}}
}`))
	want := []string{
		`chain.json:3:65: targets[0].provider.api_key_env: the environment variable UNSET is not set`,
		`chain.json:3:85: targets[0].weight: -1 must be at least 0`,
		`chain.json:4:40: targets[1].provider.type: unknown provider "gemini"; this program knows "anthropic", "broken", "nameless", "none", "openai", "typednil"`,
		`chain.json:5:14: targets[2].name: targets[0] has the name "a" already; names are unique`,
		`chain.json:5:31: targets[2].provider: the key  is wrong`,
		`chain.json:5:51: targets[2].retries: unknown field; did you mean "retry"?`,
		`chain.json:9:78: targets[10].provider.type: is missing`,
		`chain.json:11:17: experiment: needs "order": "weighted", which draws the variant`,
		`chain.json:12:15: actions.panic: what is done about this kind cannot be changed`,
	}
	var got []string
	for _, e := range config.All(err) {
		got = append(got, e.Error())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), err.Error()); diff != "" {
		t.Error(diff)
	}
}
