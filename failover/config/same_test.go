package config_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// What the file cannot say, and why.
var onlyInGo = map[string]string{
	"WithHooks":             "functions",
	"WithVisit":             "a function",
	"WithLastResort":        "a function; static_answer is the one that a file can say",
	"WithLastResortTimeout": "of that function",
	"WithStickyKey":         "a function",
	"WithPrices":            "an object of the program",
}

// chainOptions are set for the chain alone.
var chainOptions = map[string]struct {
	json string
	want []failover.Option
}{
	"WithName":             {`'name': 'answers'`, []failover.Option{failover.WithName("answers")}},
	"WithTotalTimeout":     {`'total_timeout': '1m30s'`, []failover.Option{failover.WithTotalTimeout(90 * time.Second)}},
	"WithStreamTimeout":    {`'stream_timeout': '5m'`, []failover.Option{failover.WithStreamTimeout(5 * time.Minute)}},
	"WithOpenWait":         {`'open_wait': '0s'`, []failover.Option{failover.WithOpenWait(0)}},
	"WithOrder":            {`'order': 'lowest_cost'`, []failover.Option{failover.WithOrder(failover.OrderLowestCost)}},
	"WithExperiment":       {`'order': 'weighted', 'experiment': 'e'`, []failover.Option{failover.WithOrder(failover.OrderWeighted), failover.WithExperiment("e")}},
	"WithStreamPolicy":     {`'stream_policy': 'buffer'`, []failover.Option{failover.WithStreamPolicy(failover.StreamBuffer)}},
	"WithStreamedGenerate": {`'streamed_generate': true`, []failover.Option{failover.WithStreamedGenerate()}},
	"WithRetryBudget":      {`'retry_budget': {'share': 0.5, 'per_second': 3}`, []failover.Option{failover.WithRetryBudget(.5, 3)}},
	"WithHedge":            {`'hedge': {'delay': '700ms'}`, []failover.Option{failover.WithHedge(700 * time.Millisecond)}},
	"WithHedgeQuantile":    {`'hedge': {'quantile': 0.95, 'min_calls': 20}`, []failover.Option{failover.WithHedgeQuantile(.95, 20)}},
	"WithStaticAnswer":     {`'static_answer': 'Later.'`, []failover.Option{failover.WithStaticAnswer("Later.")}},
	"WithAction": {
		`'actions': {'network': {'breaker': 'alive', 'retry': 'if_soon', 'next': false, 'next_if_larger': true, 'cooldown': true, 'isolate': '7m'}}`,
		[]failover.Option{failover.WithAction(providers.KindNetwork, failover.Action{
			Breaker: failover.Alive, Retry: failover.RetryIfSoon, NextIfLarger: true, Cooldown: true, Isolate: 7 * time.Minute,
		})},
	},
	"WithTimeoutAction": {
		`'timeout_actions': {'idle': {'breaker': 'ignored', 'retry': 'here'}}`,
		[]failover.Option{failover.WithTimeoutAction(failover.LimitIdle, failover.Action{
			Breaker: failover.Ignored, Retry: failover.RetryHere, Next: true, // which is what the table has
		})},
	},
}

// targetOptions are set for a target, or as the default of all.
var targetOptions = map[string]struct {
	json string
	want failover.TargetOption
}{
	"WithMaxAttempts":         {`'retry': {'max_attempts': 4}`, failover.WithMaxAttempts(4)},
	"WithBackoff":             {`'retry': {'backoff': {'first': '1s', 'maximum': '3s'}}`, failover.WithBackoff(time.Second, 3*time.Second)},
	"WithRetryWaits":          {`'retry': {'retry_after': {'soon': '1s', 'last': '1m'}}`, failover.WithRetryWaits(time.Second, time.Minute)},
	"WithConsecutiveFailures": {`'breaker': {'consecutive_failures': 0}`, failover.WithConsecutiveFailures(0)},
	"WithFailureRate":         {`'breaker': {'failure_rate': {'rate': 0.25, 'min_calls': 8, 'window': '30s'}}`, failover.WithFailureRate(.25, 8, 30*time.Second)},
	"WithSlowCallRate":        {`'breaker': {'slow_call_rate': {'rate': 0.75, 'threshold': '4s', 'min_calls': 6, 'window': '20s'}}`, failover.WithSlowCallRate(.75, 4*time.Second, 6, 20*time.Second)},
	"WithBreakerPerModel":     {`'breaker': {'per': 'model'}`, failover.WithBreakerPerModel()},
	"WithBreakerPerKey":       {`'breaker': {'per': 'key'}`, failover.WithBreakerPerKey()},
	"WithOpenDelay":           {`'breaker': {'open_delay': '10s'}`, failover.WithOpenDelay(10 * time.Second)},
	"WithTrials":              {`'breaker': {'trials': {'concurrent': 3, 'successes': 4}}`, failover.WithTrials(3, 4)},
	"WithConnectTimeout":      {`'timeouts': {'connect': '3s'}`, failover.WithConnectTimeout(3 * time.Second)},
	"WithAttemptTimeout":      {`'timeouts': {'attempt': '40s'}`, failover.WithAttemptTimeout(40 * time.Second)},
	"WithFirstChunkTimeout":   {`'timeouts': {'first_chunk': '20s'}`, failover.WithFirstChunkTimeout(20 * time.Second)},
	"WithIdleTimeout":         {`'timeouts': {'idle': '0s'}`, failover.WithIdleTimeout(0)},
	"WithMaxConcurrency":      {`'limits': {'max_concurrency': 8}`, failover.WithMaxConcurrency(8)},
	"WithRequestsPerMinute":   {`'limits': {'requests_per_minute': 500}`, failover.WithRequestsPerMinute(500)},
	"WithTokensPerMinute":     {`'limits': {'tokens_per_minute': 30000}`, failover.WithTokensPerMinute(30000)},
	"WithLimitWait":           {`'limits': {'wait': '5s'}`, failover.WithLimitWait(5 * time.Second)},
	"WithWeight":              {`'weight': 0.5`, failover.WithWeight(.5)},
	"WithVariant":             {`'variant': 'B'`, failover.WithVariant("B")},
	"WithoutCapabilities":     {`'lacks': ['audio', 'choices']`, failover.WithoutCapabilities(failover.Audio, failover.Choices)},
	"WithContextWindow":       {`'context_window': 128000`, failover.WithContextWindow(128000)},
	"WithContinuation":        {`'continuation': true`, failover.WithContinuation()},
}

// A file and the options that it stands for make the same chain, and each shows
// in what the chain says of itself.
func TestSameChain(t *testing.T) {
	written := func(chain, own string) failover.Description {
		if own != "" {
			own = ", " + own
		}
		if chain != "" {
			chain += ", "
		}
		data := `{` + chain + `'targets': [
			{'name': 'first', 'model': 'm', 'provider': {'type': 'openai'}},
			{'provider': {'type': 'anthropic'}, 'keys': [{'name': 'k1', 'api_key_env': 'THE_KEY'}, {'name': 'k2', 'api_key_env': 'OTHER_KEY'}]` + own + `}]}`
		c, err := mustParse(t, data).Chain()
		if err != nil {
			t.Fatal(err)
		}
		return c.Describe()
	}
	made := func(own []failover.TargetOption, opts ...failover.Option) failover.Description {
		c, err := failover.New([]failover.Target{
			{Name: "first", Model: "m", Provider: down{"openai"}},
			{Keys: []failover.Key{{Name: "k1", Provider: down{"anthropic"}}, {Name: "k2", Provider: down{"anthropic"}}}, Options: own},
		}, opts...)
		if err != nil {
			t.Fatal(err)
		}
		return c.Describe()
	}
	unchanged := written("", "")
	if diff := cmp.Diff(made(nil), unchanged); diff != "" {
		t.Error(diff)
	}
	for name, o := range chainOptions {
		t.Run(name, func(t *testing.T) {
			same(t, unchanged, written(o.json, ""), made(nil, o.want...))
		})
	}
	for name, o := range targetOptions {
		t.Run(name, func(t *testing.T) {
			same(t, unchanged, written("", o.json), made([]failover.TargetOption{o.want}))
		})
		t.Run(name+"/defaults", func(t *testing.T) {
			same(t, unchanged, written(`'defaults': {`+o.json+`}`, ""), made(nil, o.want))
		})
	}
}

func same(t *testing.T, unchanged, got, want failover.Description) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(unchanged, got) {
		t.Error("nothing shows of the option; Describe lacks it")
	}
}

// An option that is new in package failover must be in the tables above.
func TestEveryOption(t *testing.T) {
	listed := map[string]bool{}
	for _, names := range [][]string{
		slices.Collect(maps.Keys(onlyInGo)), slices.Collect(maps.Keys(chainOptions)), slices.Collect(maps.Keys(targetOptions)),
	} {
		for _, name := range names {
			if listed[name] {
				t.Errorf("%s is listed twice", name)
			}
			listed[name] = true
		}
	}
	exported := exportedOptions(t)
	if len(exported) < 30 {
		t.Fatalf("%d options found; is that package failover?", len(exported))
	}
	for _, name := range exported {
		if !listed[name] {
			t.Errorf("failover.%s cannot be set in the file, or is in no table of this test", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("failover.%s is no option", name)
	}
}

// exportedOptions reads the names from the sources of package failover.
func exportedOptions(t *testing.T) []string {
	t.Helper()
	var out []string
	files, err := fs.Glob(osFS, "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := fs.ReadFile(osFS, name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "With") {
				out = append(out, fn.Name.Name)
			}
		}
	}
	return out
}
