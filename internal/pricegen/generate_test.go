package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// sharedData returns the directory of the price lists.
func sharedData(t *testing.T) fs.FS {
	t.Helper()
	dir := defaultData()
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skip("shared test data not found")
	}
	return os.DirFS(dir)
}

func TestGeneratedFileIsUpToDate(t *testing.T) {
	want, err := generate(sharedData(t))
	if err != nil {
		t.Fatal(err)
	}
	got, err := unpack(defaultOut)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date; run: GOWORK=off go run .", defaultOut)
	}
}

func TestRun(t *testing.T) {
	sharedData(t)
	out := filepath.Join(t.TempDir(), "out.gz")
	var stdout, log bytes.Buffer
	if err := run([]string{"-out", out}, &stdout, &log); err != nil {
		t.Fatal(err)
	}
	written, err := unpack(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"-print"}, &stdout, &log); err != nil || !bytes.Equal(stdout.Bytes(), written) {
		t.Errorf("-print: %v, or other prices than those written", err)
	}
	before, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(out, 0o444); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"-out", out}, &stdout, &log); err != nil {
		t.Errorf("what is up to date is not written again: %v", err)
	}
	if after, err := os.Stat(out); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("written again: %v", err)
	}
}

func TestMissingDataIsAnErrorUnlessOptional(t *testing.T) {
	var log bytes.Buffer
	args := []string{"-data", filepath.Join(t.TempDir(), "none"), "-out", filepath.Join(t.TempDir(), "out.gz")}
	if err := run(args, &log, &log); err == nil {
		t.Error("no error")
	}
	if err := run(append(args, "-optional"), &log, &log); err != nil || !strings.Contains(log.String(), "not found") {
		t.Errorf("got %v and %q", err, log.String())
	}
}

func lists(wide, dated string) fs.FS {
	return fstest.MapFS{
		wideFile:  {Data: []byte(`{"models":{` + wide + `}}`)},
		datedFile: {Data: []byte(dated)},
	}
}

// empty has every provider of the dated list that is asked for.
const empty = `[{"id":"openai"},{"id":"azure"},{"id":"google"},{"id":"aws"},{"id":"mistral"},{"id":"cohere"},{"id":"groq"},{"id":"deepseek"},{"id":"x-ai"},{"id":"openrouter"},`

func anthropic(models string) string {
	return empty + `{"id":"anthropic","models":[` + models + `]}]`
}

func TestWhatIsBelieved(t *testing.T) {
	const listed = `"claude-x":{"provider":"anthropic","mode":"chat","cost":{"input_cost_per_token":2e-06,"output_cost_per_token":1e-05,"input_cost_per_token_flex":1e-06,"output_cost_per_token_flex":5e-06}}`
	cases := []struct{ name, wide, dated, want string }{
		{
			"one list", listed, anthropic(``),
			`{"provider":"anthropic","model":"claude-x","from":"2026-08-01","source":"litellm","rates":{"input":2,"output":10},"tiers":{"flex":{"rates":{"input":1,"output":5}}}}`,
		},
		{
			"both disagree", listed, anthropic(`{"id":"claude-x","match":{"equals":"claude-x"},"prices":{"input_mtok":3,"output_mtok":10}}`),
			`{"provider":"anthropic","model":"claude-x","from":"2026-08-01","source":"litellm","note":"genai-prices of 2026-08-21 has 3 in, 10 out","rates":{"input":2,"output":10},"tiers":{"flex":{"rates":{"input":1,"output":5}}}}`,
		},
		{
			"a price that will rise", listed, anthropic(`{"id":"claude-x","match":{"starts_with":"claude-x"},"prices":[{"prices":{"input_mtok":2,"output_mtok":10}},{"constraint":{"start_date":"2026-09-01"},"prices":{"input_mtok":3,"output_mtok":15}}]}`),
			`{"provider":"anthropic","model":"claude-x","from":"2026-08-01","source":"litellm","rates":{"input":2,"output":10},"tiers":{"flex":{"rates":{"input":1,"output":5}}}},
{"provider":"anthropic","model":"claude-x","from":"2026-09-01","source":"genai-prices","note":"tiers as far from the standard rates as on 2026-08-01","rates":{"input":3,"output":15},"tiers":{"flex":{"multiplier":0.5}}}`,
		},
		{
			"a price that fell before", listed, anthropic(`{"id":"claude-x","match":{"or":[{"equals":"claude-x"}]},"prices":[{"prices":{"input_mtok":4,"output_mtok":20}},{"constraint":{"start_date":"2026-07-30"},"prices":{"input_mtok":2,"output_mtok":10}}]}`),
			`{"provider":"anthropic","model":"claude-x","source":"genai-prices","note":"tiers as far from the standard rates as on 2026-08-01","rates":{"input":4,"output":20},"tiers":{"flex":{"multiplier":0.5}}},
{"provider":"anthropic","model":"claude-x","from":"2026-07-30","source":"litellm","note":"the day from genai-prices","rates":{"input":2,"output":10},"tiers":{"flex":{"rates":{"input":1,"output":5}}}}`,
		},
		{
			"an introductory price", listed, anthropic(`{"id":"claude-x","match":{"equals":"claude-x"},"prices":[{"prices":{"input_mtok":1,"output_mtok":5}},{"constraint":{"start_date":"2027-01-01"},"prices":{"input_mtok":2,"output_mtok":10}}]}`),
			`{"provider":"anthropic","model":"claude-x","from":"2026-08-01","source":"litellm","note":"genai-prices of 2026-08-21 has 1 in, 5 out","rates":{"input":2,"output":10},"tiers":{"flex":{"rates":{"input":1,"output":5}}}},
{"provider":"anthropic","model":"claude-x","from":"2026-08-21","source":"genai-prices","note":"tiers as far from the standard rates as on 2026-08-01","rates":{"input":1,"output":5},"tiers":{"flex":{"multiplier":0.5}}},
{"provider":"anthropic","model":"claude-x","from":"2027-01-01","source":"genai-prices","note":"tiers as far from the standard rates as on 2026-08-01","rates":{"input":2,"output":10},"tiers":{"flex":{"multiplier":0.5}}}`,
		},
		{
			"the other list alone", ``, anthropic(`{"id":"claude-y","match":{"or":[{"equals":"claude-y"},{"starts_with":"claude.y"}]},"prices":{"input_mtok":{"base":3,"tiers":[{"start":200000,"price":6}]},"output_mtok":10,"web_searches_kcount":10}}`),
			`{"provider":"anthropic","model":"claude-y","aliases":["claude.y"],"from":"2026-08-21","source":"genai-prices","rates":{"input":3,"output":10},"above":[{"tokens":200000,"rates":{"input":6}}]}`,
		},
		{
			"a date that changes nothing", listed + `,"claude-x-20260101":{"provider":"anthropic","mode":"chat","cost":{"input_cost_per_token":2e-06,"output_cost_per_token":1e-05}}`, anthropic(``),
			`{"provider":"anthropic","model":"claude-x","from":"2026-08-01","source":"litellm","rates":{"input":2,"output":10},"tiers":{"flex":{"rates":{"input":1,"output":5}}}}`,
		},
		{
			"inclusive, multiplied, in a region",
			`"xai/g":{"provider":"xai","litellm_provider":"xai","mode":"chat","cost":{"input_cost_per_token":2e-07,"input_cost_per_token_above_128k_tokens":4e-07,"output_cost_per_token":5e-07,"provider_specific_entry":{"us":1.1,"fast":6.0,"other":"x"}}},
			"azure/eu/g":{"provider":"azure","mode":"chat","cost":{"input_cost_per_token":1.3750000000000001e-06,"output_cost_per_token":11e-06}}`, anthropic(``),
			`{"provider":"azure.ai.openai","model":"g","region":"eu","from":"2026-08-01","source":"litellm","rates":{"input":1.375,"output":11}},
{"provider":"x_ai","model":"g","from":"2026-08-01","source":"litellm","rates":{"input":0.2,"output":0.5},"above":[{"tokens":128000,"inclusive":true,"rates":{"input":0.4}}],"tiers":{"fast":{"multiplier":6}},"regions":{"us":1.1}}`,
		},
		{
			"by the hour, by the second, of an unknown provider", `"bedrock/x/1-month-commitment/m":{"provider":"bedrock","mode":"chat","cost":{"input_cost_per_second":1}},
			"medlm":{"provider":"vertex","mode":"chat","cost":{"input_cost_per_character":1}}, "other":{"provider":"other","mode":"chat","cost":{"input_cost_per_token":1e-6}}`, anthropic(``), ``,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := generate(lists(c.wide, c.dated))
			if err != nil {
				t.Fatal(err)
			}
			_, body, _ := strings.Cut(string(got), "\"prices\":[")
			body = strings.TrimPrefix(strings.TrimSuffix(body, "\n]}\n"), "\n")
			if body != c.want {
				t.Errorf("got\n%s\nwant\n%s", body, c.want)
			}
		})
	}
}

func TestWhatIsNotUnderstoodIsAnError(t *testing.T) {
	const ok = `"m":{"provider":"openai","mode":"chat","cost":{"input_cost_per_token":1e-6}}`
	for name, data := range map[string]fs.FS{
		"a key":            lists(`"m":{"provider":"openai","mode":"chat","cost":{"input_cost_per_thought":1e-6}}`, anthropic(``)),
		"a suffix":         lists(`"m":{"provider":"openai","mode":"chat","cost":{"input_cost_per_token_slow":1e-6}}`, anthropic(``)),
		"a threshold":      lists(`"m":{"provider":"openai","mode":"chat","cost":{"input_cost_per_token_above_x_tokens":1e-6}}`, anthropic(``)),
		"a value":          lists(`"m":{"provider":"openai","mode":"chat","cost":{"input_cost_per_token":"1e-6"}}`, anthropic(``)),
		"a tiny value":     lists(`"m":{"provider":"openai","mode":"chat","cost":{"input_cost_per_token":1.23e-13}}`, anthropic(``)),
		"a dated value":    lists(ok, anthropic(`{"id":"x","match":{"equals":"x"},"prices":{"input_mtok":"x"}}`)),
		"no JSON":          lists(`"`, anthropic(``)),
		"no provider":      lists(ok, `[{"id":"openai"}]`),
		"no JSON of dates": lists(ok, `{`),
		"a list missing":   fstest.MapFS{wideFile: {Data: []byte(`{"models":{}}`)}},
	} {
		if out, err := generate(data); err == nil {
			t.Errorf("%s: no error, but %s", name, out)
		}
	}
}

func TestDecimalOf(t *testing.T) {
	cases := []struct {
		in    string
		scale int64
		want  decimal // "" is an error
	}{
		{"2e-06", 1e6, "2"},
		{"1.25e-05", 1e6, "12.5"},
		{"1.1000000000000001e-07", 1e6, "0.11"},
		{"0", 1e6, "0"},
		{"0.0001", 1e6, "100"},
		{"0.08333333333333334", 1, "0.083333"},
		{"0.0000001", 1, ""},
		{"x", 1, ""},
	}
	for _, c := range cases {
		if got, err := decimalOf(json.Number(c.in), c.scale); got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: got %s, %v, want %s", c.in, got, err, c.want)
		}
	}
}

func TestClauses(t *testing.T) {
	cases := []struct {
		clause string
		yes    string
		no     string
	}{
		{`{"equals":"a"}`, "a", "ab"},
		{`{"starts_with":"a"}`, "ab", "ba"},
		{`{"ends_with":"a"}`, "ba", "ab"},
		{`{"contains":"b"}`, "abc", "ac"},
		{`{"regex":"^a\\d$"}`, "a1", "a12"},
		{`{"and":[{"starts_with":"a"},{"ends_with":"b"}]}`, "acb", "acd"},
		{`{"or":[{"equals":"a"},{"equals":"b"}]}`, "b", "c"},
	}
	for _, c := range cases {
		var got clause
		if err := json.Unmarshal([]byte(c.clause), &got); err != nil {
			t.Fatal(err)
		}
		if !got.holds(c.yes) || got.holds(c.no) {
			t.Errorf("%s: %s %v, %s %v", c.clause, c.yes, got.holds(c.yes), c.no, got.holds(c.no))
		}
	}
}
